import Events
import Platform
import Storage
import TestSupport
import Testing

@Suite struct JournalWriterTests {
    let disk = MemoryDisk()

    @Test("what was appended is read back in order, under contiguous sequences from 1")
    func readsBack() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let first = try writer.append([entry("a", type: 7), entry("")])
        let second = try writer.append([entry("c")])
        #expect(first == 1)
        #expect(second == 3)
        #expect(writer.durableSequence == 3)
        #expect(try texts(in: folder, upTo: 3) == ["a", "", "c"])
        var reader = JournalReader(folder)
        #expect(try reader.record(1) == JournalRecord(sequence: 1, type: .init(rawValue: 7), payload: Array("a".utf8)))
    }

    @Test("a batch is one write and one sync")
    func oneWriteOneSync() throws {
        var writer = try smallJournal(disk).openForWriting(ledgerWatermark: 0)
        let before = disk.operations
        try writer.append((0..<10).map { entry("record \($0)") })
        #expect(disk.operations - before == 2)
    }

    @Test("an empty batch touches nothing")
    func emptyBatch() throws {
        var writer = try smallJournal(disk).openForWriting(ledgerWatermark: 0)
        let before = disk.operations
        let next = try writer.append([])
        #expect(next == 1)
        #expect(disk.operations == before)
    }

    @Test("a journal goes on where it ended when it is opened again")
    func reopened() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try writer.append([entry("a")])
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 0)
        let recovery = writer.recovery
        #expect(recovery.lastSequence == 1)
        #expect(recovery.nextSequence == 2)
        #expect(recovery.unsettledRecords == 1)
        #expect(recovery.cut == nil)
        let sequence = try writer.append([entry("b")])
        #expect(sequence == 2)
        #expect(try texts(in: folder, upTo: 2) == ["a", "b"])
    }

    @Test("a full segment is followed by another, whose header carries the watermark")
    func rotation() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0, clock: StoppedClock(5))
        for number in 1...30 {
            if number > 3 { writer.watermark = UInt64(number - 3) }
            try writer.append([entry(String(repeating: "x", count: 180))])
        }
        let segments = try folder.stat()
        #expect(segments.count == 8)
        #expect(segments.allSatisfy { $0.bytes <= 1024 })
        #expect(segments.map(\.header.firstSequence) == [1, 5, 9, 13, 17, 21, 25, 29])
        #expect(segments.map(\.header.ledgerWatermark) == [0, 2, 6, 10, 14, 18, 22, 26])
        #expect(Set(segments.map(\.header.salt)).count == 8)
        #expect(segments[1].header.created == Instant(milliseconds: 5))
        #expect(segments == writer.segments)
        #expect(try texts(in: folder, upTo: 30).count == 30)
    }

    @Test("a batch larger than a segment has a segment of its own")
    func largeBatch() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try writer.append([entry("a")])
        try writer.append([entry(String(repeating: "x", count: 5000)), entry("b")])
        try writer.append([entry("c")])
        #expect(try folder.stat().map(\.header.firstSequence) == [1, 2, 4])
        #expect(try texts(in: folder, upTo: 4).map(\.count) == [1, 5000, 1, 1])
    }

    @Test("a record over the limit is refused, and nothing of its batch is written")
    func tooLarge() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let huge = JournalEntry(
            type: .init(rawValue: 1), payload: [UInt8](repeating: 0, count: JournalLimits.recordBytes + 1))
        #expect(throws: JournalError.tooLarge(bytes: 67_108_865, limit: 67_108_864)) {
            try writer.append([entry("a"), huge])
        }
        let sequence = try writer.append([entry("b")])
        #expect(sequence == 1)
    }

    @Test("a full disk takes the batch back, and the writer goes on once there is room")
    func diskFull() throws {
        let folder = smallJournal(disk, segmentBytes: 1 << 20)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try writer.append([entry("a")])
        let before = disk.contents(writer.segments[0].path)
        disk.setCapacity(disk.usedBytes + 100)
        for _ in 0..<2 {
            #expect {
                try writer.append([entry(String(repeating: "x", count: 300))])
            } throws: { error in
                guard case .notWritten(let cause)? = error as? JournalError else { return false }
                return cause.isOutOfSpace
            }
            #expect(disk.contents(writer.segments[0].path) == before)
        }
        disk.setCapacity(nil)
        let sequence = try writer.append([entry("b")])
        #expect(sequence == 2)
        #expect(try texts(in: folder, upTo: 2) == ["a", "b"])
    }

    @Test("a write that is short for no reason is completed")
    func shortWrite() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        disk.fail(after: 0, with: .short)
        try writer.append([entry("a"), entry("b")])
        #expect(try texts(in: folder, upTo: 2) == ["a", "b"])
    }

    @Test("after a failed sync the writer takes nothing any more, and says why each time")
    func syncFails() throws {
        var writer = try smallJournal(disk).openForWriting(ledgerWatermark: 0)
        disk.fail(after: 1, with: .error(5))
        var seen: [JournalError] = []
        for _ in 0..<3 {
            do { try writer.append([entry("a")]) } catch { seen.append(error) }
        }
        #expect(seen.count == 3)
        #expect(Set(seen.map(\.description)).count == 1)
        #expect(
            seen.first?.description
                == "the journal could not be made durable: fdatasync \(writer.segments[0].path): Input/output error "
                + "(errno 5); check the disk, then restart")
    }

    @Test("a segment that cannot be removed stays, and the writer goes on")
    func removalFails() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for _ in 1...12 { try writer.append([entry(String(repeating: "x", count: 180))]) }
        // Each segment is looked for in both forms.
        disk.fail(after: 3, with: .error(13))
        let all = writer.segments
        #expect(throws: JournalError.notRemoved(SystemError(call: "unlink", subject: all[1].path, code: 13))) {
            try writer.removeSettled(upTo: 12, olderThan: Instant(milliseconds: .max))
        }
        #expect(try folder.stat() == Array(all[1...]))
        let removed = try writer.removeSettled(upTo: 12, olderThan: Instant(milliseconds: .max))
        #expect(removed == [all[1]])
        let sequence = try writer.append([entry("a")])
        #expect(sequence == 13)
    }

    @Test("settled segments go when they are old or too many, the oldest first, and never an unsettled one")
    func retention() throws {
        let clock = StoppedClock(0)
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0, clock: clock)
        for number in 1...20 {
            clock.set(Int64(number) * 1000)
            try writer.append([entry(String(repeating: "x", count: 180))])
        }
        // Segments begin at 1, 5, 9, 13, 17, each made at its first sequence in seconds.
        #expect(try writer.removeSettled(upTo: 20, olderThan: Instant(milliseconds: 5000)).isEmpty)
        let old = try writer.removeSettled(upTo: 20, olderThan: Instant(milliseconds: 5001))
        #expect(old.map(\.header.firstSequence) == [1])
        #expect(try writer.removeSettled(upTo: 7, olderThan: Instant(milliseconds: 100_000)).isEmpty)
        let unsettled = try writer.removeSettled(upTo: 8, olderThan: Instant(milliseconds: 0), keptBytes: 0)
        #expect(unsettled.map(\.header.firstSequence) == [5])
        let all = try writer.removeSettled(upTo: 20, olderThan: Instant(milliseconds: 100_000))
        #expect(all.map(\.header.firstSequence) == [9, 13])
        #expect(try folder.stat() == writer.segments)
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 20)
        #expect(writer.nextSequence == 21)
        #expect(try texts(in: folder, from: 1, upTo: 20).count == 4)
    }
}
