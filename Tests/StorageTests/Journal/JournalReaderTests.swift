import Events
import Platform
import Storage
import Synchronization
import TestSupport
import Testing

@Suite struct JournalReaderTests {
    private func filled(_ count: Int) throws -> JournalFolder {
        let folder = smallJournal(MemoryDisk())
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for number in 1...count { try writer.append([entry("\(number) " + String(repeating: "x", count: 180))]) }
        return folder
    }

    @Test("a reader starts at any sequence and goes on across segments")
    func fromAnywhere() throws {
        let folder = try filled(20)
        for first in UInt64(1)...20 {
            let texts = try texts(in: folder, from: first, upTo: 20)
            #expect(texts.count == Int(21 - first))
            #expect(texts.first?.hasPrefix("\(first) ") == true)
        }
        #expect(try texts(in: folder, from: 21, upTo: 20).isEmpty)
    }

    @Test("a reader gives nothing above what is durable, and goes on when more is")
    func limit() throws {
        let folder = try filled(20)
        var reader = JournalReader(folder)
        for durable in UInt64(1)...20 {
            #expect(try reader.next(upTo: durable)?.sequence == durable)
            #expect(try reader.next(upTo: durable) == nil)
            #expect(reader.position == durable + 1)
        }
    }

    @Test("any one record can be read, forwards and backwards")
    func random() throws {
        let folder = try filled(20)
        var reader = JournalReader(folder)
        for sequence in [UInt64(7), 3, 20, 1, 1, 2, 19] {
            let record = try reader.record(sequence)
            #expect(record.sequence == sequence)
            #expect(record.payload.starts(with: Array("\(sequence) ".utf8)))
        }
        #expect(throws: JournalError.noSuchRecord(21)) { try reader.record(21) }
        #expect(throws: JournalError.noSuchRecord(0)) { try reader.record(0) }
        #expect(try reader.record(5).sequence == 5)
    }

    @Test("damage stops a reader at its offset")
    func damage() throws {
        let disk = MemoryDisk()
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for number in 1...4 { try writer.append([entry("\(number)")]) }
        let path = writer.segments[0].path
        var bytes = try #require(disk.contents(path))
        bytes[64 + 32 + 24] ^= 1
        disk.replace(path, with: bytes)
        var reader = JournalReader(folder)
        #expect(try reader.next(upTo: 4)?.sequence == 1)
        #expect(throws: JournalError.damaged(file: path, offset: 96, .checksum)) { try reader.next(upTo: 4) }
    }

    @Test(
        "a reader on another thread follows the writer through files and segments and sees every record once",
        arguments: [false, true])
    func readingWhileWriting(ahead: Bool) async throws {
        let path = try makeTemporaryFolder()
        defer { removeTemporaryFolder(path) }
        var limits = JournalLimits()
        limits.segmentBytes = 20_000
        limits.readChunkBytes = 4096
        limits.spareAfterBytes = 4096
        let folder = JournalFolder("\(path)/journal", limits: limits)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let spares = SpareSegments(folder)
        if ahead { writer.spares = spares }
        let total: UInt64 = 2000
        let durable = Durable()
        let reading = Task.detached { () throws -> UInt64 in
            var reader = JournalReader(folder)
            var due: UInt64 = 1
            while due <= total {
                guard let record = try reader.next(upTo: durable.value) else {
                    try #require(!durable.hasFailed)
                    await Task.yield()
                    continue
                }
                try #require(record.sequence == due)
                try #require(record.payload == JournalReaderTests.payload(due))
                due += 1
            }
            return due - 1
        }
        do {
            while writer.nextSequence <= total {
                if ahead { try spares.prepare() }
                let next = writer.nextSequence
                let count = min(total - next + 1, next % 7 + 1)
                let first = try writer.append(
                    (0..<count).map {
                        JournalEntry(type: .init(rawValue: 1), payload: JournalReaderTests.payload(next + $0))
                    })
                #expect(first == next)
                durable.value = writer.durableSequence
            }
        } catch {
            durable.hasFailed = true
            throw error
        }
        #expect(try await reading.value == total)
        #expect(writer.segments.count > 5)
        spares.close()
        let removed = try writer.removeSettled(upTo: total, olderThan: Instant(milliseconds: .max))
        #expect(removed.count > 4)
        let last = writer.segments
        #expect(try SystemDisk().list(folder.path).count == 1)
        #expect(try ahead || folder.stat() == last)
        #expect(try folder.verify().damage.isEmpty)
    }

    /// What the writer tells the reader.
    private final class Durable: Sendable {
        private let sequence = Atomic<UInt64>(0)
        private let failed = Atomic<Bool>(false)

        var value: UInt64 {
            get { sequence.load(ordering: .acquiring) }
            set { sequence.store(newValue, ordering: .releasing) }
        }

        var hasFailed: Bool {
            get { failed.load(ordering: .acquiring) }
            set { failed.store(newValue, ordering: .releasing) }
        }
    }

    static func payload(_ sequence: UInt64) -> [UInt8] {
        var random = SeededRandom(seed: sequence)
        return random.bytes(random.pick(0...150))
    }
}
