import Events
import Glibc
import Platform
import Storage
import TestSupport
import Testing

/// The journal against a list, on a disk that fails, is killed and loses power.
@Suite struct JournalModelTests {
    /// What was given to the journal, by number, and what it has said of it.
    private struct Model {
        /// Texts that were acknowledged, by sequence.
        var acknowledged: [UInt64: String] = [:]
        /// Texts of batches that ended in an error after which the next start decides.
        var open: Set<String> = []
        /// Texts that were refused and taken back.
        var refused: Set<String> = []
        var count = 0
        /// What the ledger has committed.
        var settled: UInt64 = 0

        /// Settles some of what is acknowledged, and lets go of segments.
        mutating func settle(_ random: inout SeededRandom, _ writer: inout JournalWriter) -> JournalError? {
            settled = UInt64(random.pick(Int(settled)...Int(writer.durableSequence)))
            writer.watermark = settled
            do {
                try writer.removeSettled(upTo: settled, olderThan: Instant(milliseconds: 0), keptBytes: 4096)
                return nil
            } catch {
                return error
            }
        }

        mutating func batch(_ random: inout SeededRandom) -> [String] {
            (0..<random.pick(1...4)).map { _ in
                count += 1
                return "\(count) " + String(repeating: "x", count: random.pick(0...700))
            }
        }

        /// Settles some, of both streams; bodies are removed by what the records say of them.
        mutating func settle(_ random: inout SeededRandom, _ streams: inout JournalStreams) -> JournalError? {
            if let error = settle(&random, &streams.records) { return error }
            do {
                try streams.bodies.removeSettled(upTo: settled, olderThan: Instant(milliseconds: 0), keptBytes: 2048)
                return nil
            } catch {
                return error
            }
        }

        /// Appends a batch whose texts are bodies: to their stream first, then what names them.
        mutating func appendBodies(_ batch: [String], to streams: inout JournalStreams) -> JournalError? {
            do {
                let first = try streams.bodies.append(batch.map { entry(String($0.dropFirst(1))) })
                let heads = batch.enumerated().map { index, text in
                    JournalEntry(
                        type: JournalRecordType(rawValue: 1), payload: Array(text.utf8.prefix(1)),
                        body: first + UInt64(index))
                }
                let place = try streams.records.append(heads)
                for (index, text) in batch.enumerated() { acknowledged[place + UInt64(index)] = text }
                streams.bodies.watermark = streams.records.durableSequence
                return nil
            } catch {
                if error.isFinal { open.formUnion(batch) } else { refused.formUnion(batch) }
                streams.bodies.watermark = streams.records.durableSequence
                return error
            }
        }

        mutating func append(_ batch: [String], to writer: inout JournalWriter) -> JournalError? {
            do {
                let first = try writer.append(batch.map { entry($0) })
                for (index, text) in batch.enumerated() { acknowledged[first + UInt64(index)] = text }
                return nil
            } catch {
                if error.isFinal { open.formUnion(batch) } else { refused.formUnion(batch) }
                return error
            }
        }

        /// Compares the journal with the model after a start; what is there of the open batches counts from now on.
        mutating func compare(_ folder: JournalFolder, _ writer: JournalWriter, _ note: String) throws {
            var reader = JournalReader(folder)
            var due = try reader.next(upTo: writer.durableSequence)?.sequence ?? writer.nextSequence
            try #require(due <= settled + 1, "\(note): record \(settled + 1) is gone")
            reader.seek(to: due)
            while let record = try reader.next(upTo: writer.durableSequence) {
                let text = String(decoding: record.payload, as: UTF8.self)
                // What is settled may have gone with its body.
                if due < record.sequence, record.sequence <= settled + 1 { due = record.sequence }
                try #require(record.sequence == due, "\(note)")
                due += 1
                if let acknowledged = acknowledged[record.sequence] {
                    try #require(acknowledged == text, "\(note)")
                } else {
                    try #require(open.remove(text) != nil, "\(note): record \(record.sequence) was never appended")
                    acknowledged[record.sequence] = text
                }
            }
            try #require(max(due, settled + 1) == writer.nextSequence, "\(note)")
            try #require(acknowledged.keys.max() ?? 0 < writer.nextSequence, "\(note): an acknowledged record is lost")
            open = []
        }
    }

    /// 1,000 seeds, or as many as a longer run asks for.
    private static let seeds = getenv("ITP_JOURNAL_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 1000

    private let faults: [MemoryDisk.Fault] = [.error(5), .error(28), .short]

    @Test(
        "after any kill or power loss every acknowledged record is there once, in order, and nothing that was refused")
    func powerLoss() throws {
        for seed in UInt64(0)..<JournalModelTests.seeds {
            var random = SeededRandom(seed: seed)
            let disk = MemoryDisk()
            // Within one block, and over several: those that were written ahead take blocks.
            let folder = smallJournal(disk, segmentBytes: random.oneIn(2) ? 2048 : 10_000)
            let isSettling = random.oneIn(2)
            let hasSpares = random.oneIn(2)
            let hasBodies = random.oneIn(2)
            let isCompressing = random.oneIn(2)
            var model = Model()
            for round in 0..<6 {
                let note = "seed \(seed), round \(round)"
                var streams = try JournalModelTests.open(folder, model.settled, note)
                try model.compare(folder, streams.records, note)
                let spares = SpareSegments(folder)
                if hasSpares { streams.records.spares = spares }
                // Something goes wrong at some operation of the next batches, or nothing until their end.
                switch random.pick(0...3) {
                case 0: disk.die(after: random.pick(0...20))
                case 1: disk.fail(after: random.pick(0...20), with: .error(5))
                case 2: disk.fail(after: random.pick(0...20), with: .short)
                default: break
                }
                for _ in 0..<random.pick(0...8) {
                    if hasSpares, random.oneIn(3) {
                        // A spare that fails is missing, and no more than that.
                        do { try spares.prepare() } catch {}
                    }
                    let batch = model.batch(&random)
                    let error =
                        hasBodies && random.oneIn(3)
                        ? model.appendBodies(batch, to: &streams) : model.append(batch, to: &streams.records)
                    if error?.isFinal == true { break }
                    if isSettling, model.settle(&random, &streams)?.isFinal == true { break }
                    if isCompressing, random.oneIn(2) { JournalModelTests.compress(&streams, model.settled) }
                }
                if random.oneIn(3) { disk.killProcess() } else { disk.losePower(&random) }
                disk.stopFailing()
            }
            let verification = try folder.verify()
            try #require(verification.damage.isEmpty, "seed \(seed)")
        }
    }

    /// Opens the journal; what refuses it is told with the seed.
    private static func open(_ folder: JournalFolder, _ settled: UInt64, _ note: String) throws -> JournalStreams {
        do {
            return try folder.openStreams(ledgerWatermark: settled)
        } catch {
            Issue.record("\(note): \(error)")
            throw error
        }
    }

    /// Compresses the oldest settled segment of each stream; what fails leaves the plain one in use.
    private static func compress(_ streams: inout JournalStreams, _ settled: UInt64) {
        let future = Instant(milliseconds: .max)
        do {
            if let first = streams.records.segmentToCompress(upTo: settled, olderThan: future),
                try streams.records.folder.compress(first)
            {
                try streams.records.useCompressed(first)
            }
            if let first = streams.bodies.segmentToCompress(upTo: settled, olderThan: future),
                try streams.bodies.folder.compress(first)
            {
                try streams.bodies.useCompressed(first)
            }
        } catch {}
    }

    @Test("a power loss between write and sync keeps whole records or nothing of them")
    func powerLossBeforeSync() throws {
        for seed in UInt64(0)..<300 {
            var random = SeededRandom(seed: seed)
            let disk = MemoryDisk()
            let folder = smallJournal(disk, segmentBytes: 1 << 20)
            var model = Model()
            var writer = try folder.openForWriting(ledgerWatermark: 0)
            for round in 0..<4 {
                for _ in 0..<random.pick(0...2) { #expect(model.append(model.batch(&random), to: &writer) == nil) }
                // The write reaches the page cache, and the machine dies within the sync.
                let batch = model.batch(&random)
                model.open.formUnion(batch)
                disk.die(after: 1)
                #expect(throws: JournalError.self) { try writer.append(batch.map { entry($0) }) }
                disk.losePower(&random)
                writer = try folder.openForWriting(ledgerWatermark: 0)
                try model.compare(folder, writer, "seed \(seed), round \(round)")
            }
        }
    }

    @Test("whichever operation fails, and however, nothing acknowledged is lost and the journal opens again")
    func failEachOperation() throws {
        for fault in faults {
            var ordinal = 0
            var isThrough = false
            while !isThrough {
                var random = SeededRandom(seed: 7)
                let disk = MemoryDisk()
                let folder = smallJournal(disk, segmentBytes: 2048)
                var model = Model()
                let note = "operation \(ordinal), \(fault)"
                disk.fail(after: ordinal, with: fault)
                do {
                    var streams = try folder.openStreams(ledgerWatermark: 0)
                    for number in 0..<16 {
                        let batch = model.batch(&random)
                        let error =
                            number % 4 == 3
                            ? model.appendBodies(batch, to: &streams) : model.append(batch, to: &streams.records)
                        if error?.isFinal == true { break }
                        // Nothing is removed here, so all that is compressed is read back as well.
                        if number % 5 == 4 { JournalModelTests.compress(&streams, streams.records.durableSequence) }
                    }
                } catch {
                    // A start that fails has promised nothing.
                }
                isThrough = disk.operations <= ordinal
                disk.stopFailing()
                if ordinal % 2 == 0 { disk.killProcess() } else { disk.losePower(&random) }
                let writer = try folder.openForWriting(ledgerWatermark: 0)
                try model.compare(folder, writer, note)
                ordinal += 1
            }
            #expect(ordinal > 30)
        }
    }
}
