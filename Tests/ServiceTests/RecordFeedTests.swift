import Events
import Formats
import Platform
import Storage
import TestSupport
import Testing

@testable import Service

@Suite struct RecordFeedTests {
    private let folder: JournalFolder

    init() {
        var limits = JournalLimits()
        limits.segmentBytes = 2048
        folder = JournalFolder("journal", on: MemoryDisk(), limits: limits)
    }

    /// Appends records and tells the feed.
    private func append(_ count: Int, _ writer: inout JournalWriter, _ feed: RecordFeed) throws {
        let first = Int(writer.nextSequence)
        var batch = JournalBatch()
        for number in first..<first + count {
            batch.add(JournalRecordType(rawValue: 1)) { $0.append(contentsOf: "record \(number)".utf8) }
        }
        feed.add(batch, from: try writer.append(&batch))
    }

    private func check(_ records: [JournalRecord], from first: UInt64) {
        for (index, record) in records.enumerated() {
            #expect(record.sequence == first + UInt64(index))
            #expect(record.payload == Array("record \(record.sequence)".utf8))
        }
    }

    @Test("of large records fewer are handed out at once, from memory and from the file", arguments: [0, 100])
    func large(maxRecords: Int) throws {
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let feed = RecordFeed(durable: 0, maxRecords: maxRecords, maxBytes: 64 << 20)
        var reader = JournalReader(folder)
        for sequence in UInt64(1)...7 {
            var batch = JournalBatch()
            batch.add(JournalRecordType(rawValue: 1)) { $0.append(contentsOf: repeatElement(0x78, count: 400_000)) }
            #expect(try writer.append(&batch) == sequence)
            feed.add(batch, from: sequence)
        }
        var batches: [[UInt64]] = []
        while reader.position <= 7 { batches.append(try feed.next(256, &reader).map(\.sequence)) }
        #expect(batches == [[1, 2, 3], [4, 5, 6], [7]])
    }

    @Test("what fits in memory is handed out in batches, without a look at the file")
    func memory() throws {
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let feed = RecordFeed(durable: 0, maxRecords: 100, maxBytes: 1 << 20)
        try append(30, &writer, feed)
        var reader = JournalReader(JournalFolder("nowhere", on: MemoryDisk()))
        var sizes: [Int] = []
        for _ in 0..<4 { sizes.append(try feed.next(12, &reader).count) }
        #expect(sizes == [12, 12, 6, 0])
        #expect(feed.durable == 30)
        #expect(reader.position == 31)
    }

    @Test("what a restart finds is read from the file, then memory goes on where the file ends")
    func recovery() throws {
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try append(40, &writer, RecordFeed(durable: 0, maxRecords: 0, maxBytes: 0))
        let feed = RecordFeed(durable: 40, maxRecords: 100, maxBytes: 1 << 20)
        var reader = JournalReader(folder, from: 11)
        try append(20, &writer, feed)
        var all: [JournalRecord] = []
        while true {
            let records = try feed.next(7, &reader)
            if records.isEmpty { break }
            all += records
        }
        #expect(all.count == 50)
        check(all, from: 11)
    }

    @Test(
        "a queue longer than memory spills to the file, and comes back whole and in order",
        arguments: 1...25 as ClosedRange<UInt64>)
    func contiguity(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let feed = RecordFeed(durable: 0, maxRecords: random.pick(1...20), maxBytes: random.pick(5...300))
        var reader = JournalReader(folder)
        var taken: UInt64 = 0
        for _ in 0..<200 {
            if random.oneIn(2) { try append(random.pick(1...15), &writer, feed) }
            let records = try feed.next(random.pick(1...10), &reader)
            check(records, from: taken + 1)
            taken += UInt64(records.count)
            #expect(feed.durable == writer.durableSequence)
            // Settled segments may go at any time.
            if random.oneIn(4) {
                writer.watermark = taken
                try writer.removeSettled(upTo: taken, olderThan: Instant(milliseconds: .max))
            }
        }
        while taken < writer.durableSequence {
            let records = try feed.next(10, &reader)
            #expect(!records.isEmpty, "seed \(seed): the feed stops at \(taken) of \(writer.durableSequence)")
            if records.isEmpty { return }
            check(records, from: taken + 1)
            taken += UInt64(records.count)
        }
    }

    @Test("a long queue is taken from its front element by element, as an array would give it")
    func fifo() {
        var random = SeededRandom(seed: 7)
        var fifo = Fifo<Int>()
        var model: [Int] = []
        for number in 0..<5000 {
            if random.oneIn(2) {
                fifo.append(number)
                model.append(number)
            } else {
                let count = random.pick(0...5)
                #expect(fifo.popFirst(count) == Array(model.prefix(count)))
                model.removeFirst(min(count, model.count))
            }
            #expect(fifo.count == model.count)
            #expect(fifo.first == model.first)
            #expect(fifo.last == model.last)
        }
    }
}
