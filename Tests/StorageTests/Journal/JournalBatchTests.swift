import Platform
import Storage
import TestSupport
import Testing

/// Records laid out before they are written.
@Suite struct JournalBatchTests {
    private let type = JournalRecordType(rawValue: 7)

    @Test(
        "what a batch gives back is what the journal gives back, over and over in the same memory, on any disk",
        arguments: 1...8 as ClosedRange<UInt64>)
    func sameAsRead(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let folder = smallJournal(MemoryDisk(), segmentBytes: 16 << 10)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let spares = SpareSegments(folder)
        writer.spares = spares
        var batch = JournalBatch()
        var all: [JournalRecord] = []
        for round in 0..<40 {
            // Whole blocks of a file that was written ahead, and any piece of one that was not.
            if random.oneIn(2) { try spares.prepare() }
            for _ in 0..<random.pick(1...9) {
                let length = random.pick(8...(random.oneIn(5) ? 6000 : 90))
                batch.add(type) { $0.append(contentsOf: repeatElement(UInt8(round), count: length)) }
            }
            let number = UInt64.random(in: 0...UInt64.max, using: &random)
            batch.put(number, at: 0)
            let (count, bytes) = (batch.count, batch.recordBytes)
            let first = try writer.append(&batch)
            #expect((batch.count, batch.recordBytes) == (count, bytes), "nothing of the writing stays in it")
            let eight = (0..<8).map { UInt8(truncatingIfNeeded: number >> ($0 * 8)) }
            batch.forEach(from: first) { sequence, type, payload in
                #expect(Array(payload.prefix(8)) == eight && payload.dropFirst(8).allSatisfy { $0 == UInt8(round) })
                all.append(JournalRecord(sequence: sequence, type: type, payload: Array(payload)))
            }
            batch.removeAll(keeping: random.oneIn(2) ? 1 << 20 : 0)
            #expect((batch.count, batch.recordBytes) == (0, 0))
        }
        #expect(spares.taken > 0)
        var reader = JournalReader(folder)
        for record in all { #expect(try reader.next(upTo: .max) == record) }
        #expect(try reader.next(upTo: writer.durableSequence) == nil)
    }

    @Test("a record that goes on among the bodies is left out, and a number is put behind that of its body")
    func bodies() throws {
        let folder = smallJournal(MemoryDisk())
        var streams = try folder.openStreams(ledgerWatermark: 0)
        let body = try streams.bodies.append([entry("rest")])
        var batch = JournalBatch([
            entry("01234567"), JournalEntry(type: type, payload: Array("abcdefgh+".utf8), body: body),
        ])
        batch.add(type) { $0.append(contentsOf: "ABCDEFGH".utf8) }
        batch.put(0x3837_3635_3433_3231, at: 0)
        #expect(try streams.records.append(&batch) == 1)
        var given: [UInt64: String] = [:]
        batch.forEach(from: 1) { sequence, _, payload in given[sequence] = String(decoding: payload, as: UTF8.self) }
        #expect(given == [1: "12345678", 3: "12345678"])
        #expect(try texts(in: folder, upTo: 3) == ["12345678", "12345678+rest", "12345678"])
    }

    @Test("a batch that found no room is as it was, and is written once there is some", arguments: [false, true])
    func again(isWrittenAhead: Bool) throws {
        let disk = MemoryDisk()
        let folder = smallJournal(disk, segmentBytes: 16 << 10)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let spares = SpareSegments(folder)
        writer.spares = spares
        if isWrittenAhead { try spares.prepare() }
        try writer.append([entry("a".padded(to: 300))])
        try writer.append([entry("b".padded(to: 300))])
        #expect(spares.taken == (isWrittenAhead ? 1 : 0))
        var batch = JournalBatch([entry("c"), entry("d".padded(to: 200))])
        let bytes = batch.recordBytes
        for _ in 0..<2 {
            disk.fail(after: 0, with: .error(SystemError.outOfSpace))
            #expect(throws: JournalError.self) { try writer.append(&batch) }
            #expect((batch.count, batch.recordBytes) == (2, bytes))
        }
        let first = try writer.append(&batch)
        #expect(first == 3)
        #expect(try texts(in: folder, upTo: 4).map(\.first) == ["a", "b", "c", "d"])
    }
}
