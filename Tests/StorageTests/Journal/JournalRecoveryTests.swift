import Platform
import Storage
import TestSupport
import Testing

@Suite struct JournalRecoveryTests {
    let disk = MemoryDisk()

    /// A journal whose records were appended one by one: its only segment's path and bytes, and where each record begins.
    private func journal(_ payloads: [String]) throws -> (
        folder: JournalFolder, path: String, bytes: [UInt8], starts: [Int]
    ) {
        let folder = smallJournal(disk, segmentBytes: 1 << 20)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        var starts: [Int] = []
        for payload in payloads {
            starts.append(Int(writer.bytes))
            try writer.append([entry(payload)])
        }
        let path = writer.segments[0].path
        disk.killProcess()
        return (folder, path, try #require(disk.contents(path)), starts)
    }

    @Test("a torn tail is cut off, whatever the byte at which it was torn")
    func tornAtEveryByte() throws {
        let (folder, path, bytes, starts) = try journal(["one", "two", "and the last one"])
        for end in starts[2]..<bytes.count {
            disk.replace(path, with: Array(bytes[..<end]))
            var writer = try folder.openForWriting(ledgerWatermark: 0)
            let cut = writer.recovery.cut
            #expect(cut?.bytes == (end == starts[2] ? nil : UInt64(end - starts[2])), "torn at \(end)")
            #expect(cut == nil || cut?.offset == UInt64(starts[2]))
            if let cut {
                #expect(
                    cut.description
                        == "\(path), byte 128: the last \(cut.bytes) bytes were a torn batch and were cut off")
            }
            #expect(disk.contents(path)?.count == starts[2])
            let sequence = try writer.append([entry("again")])
            #expect(sequence == 3)
            #expect(try texts(in: folder, upTo: 3) == ["one", "two", "again"])
            disk.killProcess()
        }
    }

    @Test("a tail of zeroes is cut off, of any length")
    func zeroTail() throws {
        let (folder, path, bytes, _) = try journal(["one", "two"])
        for count in [1, 7, 8, 23, 24, 25, 511, 512, 5000] {
            disk.replace(path, with: bytes + [UInt8](repeating: 0, count: count))
            let writer = try folder.openForWriting(ledgerWatermark: 0)
            #expect(writer.recovery.cut?.bytes == UInt64(count))
            #expect(writer.recovery.cut?.onlyZeroes == true)
            #expect(writer.nextSequence == 3)
        }
    }

    @Test("what another segment has left in the blocks is no record")
    func staleRecords() throws {
        let (folder, path, bytes, starts) = try journal(["one", "two"])
        let other = smallJournal(MemoryDisk())
        var otherWriter = try other.openForWriting(ledgerWatermark: 0)
        try otherWriter.append([entry("one")])
        try otherWriter.append([entry("two")])
        try otherWriter.append([entry("six")])
        let otherDisk = try #require(other.disk as? MemoryDisk)
        let stale = try #require(otherDisk.contents(otherWriter.segments[0].path))
        // The stale record three follows on record two: its place and its sequence are right, its salt is not.
        disk.replace(path, with: bytes + stale[(starts[1] + 32)...])
        let writer = try folder.openForWriting(ledgerWatermark: 0)
        #expect(writer.recovery.lastSequence == 2)
        #expect(writer.recovery.cut?.onlyZeroes == false)
    }

    @Test("a bit that flipped before the last batch is refused, with its record's offset, and nothing is changed")
    func bitFlips() throws {
        let (folder, path, bytes, starts) = try journal(["one", "two", "three", "four"])
        for index in 0..<starts[3] {
            var damaged = bytes
            damaged[index] ^= UInt8(1) << UInt8(index % 8)
            disk.replace(path, with: damaged)
            guard case .damaged(let file, let offset, _)? = refusal(folder) else {
                Issue.record("byte \(index) was not noticed")
                continue
            }
            #expect(file == path)
            #expect(offset == UInt64(starts.last { $0 <= index } ?? 0), "byte \(index)")
            #expect(disk.contents(path) == damaged)
        }
    }

    @Test("a batch torn in its middle is cut off, though records of it are whole after the tear")
    func tornBatch() throws {
        let folder = smallJournal(disk, segmentBytes: 1 << 20)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try writer.append([entry("one")])
        let start = Int(writer.bytes)
        try writer.append([entry("two"), entry("three"), entry("four")])
        let path = writer.segments[0].path
        disk.killProcess()
        var bytes = try #require(disk.contents(path))
        bytes.replaceSubrange(start + 32..<start + 64, with: [UInt8](repeating: 0, count: 32))
        disk.replace(path, with: bytes)
        let again = try folder.openForWriting(ledgerWatermark: 0)
        #expect(again.recovery.lastSequence == 2)
        #expect(again.recovery.cut?.bytes == 64)
    }

    @Test("what a start has read is durable, though the sync before had failed and the kernel only remembers it")
    func failedSyncThenPowerLoss() throws {
        for seed in UInt64(0)..<20 {
            let disk = MemoryDisk()
            let folder = smallJournal(disk, segmentBytes: 1 << 20)
            var writer = try folder.openForWriting(ledgerWatermark: 0)
            try writer.append([entry("one")])
            disk.fail(after: 1, with: .error(5))
            #expect(throws: JournalError.self) { try writer.append([entry("two"), entry("three")]) }
            disk.killProcess()
            writer = try folder.openForWriting(ledgerWatermark: 0)
            #expect(writer.recovery.lastSequence == 3)
            var random = SeededRandom(seed: seed)
            disk.losePower(&random)
            writer = try folder.openForWriting(ledgerWatermark: 0)
            #expect(writer.recovery.lastSequence == 3, "seed \(seed)")
        }
    }

    @Test("a tear in a segment that is not the last is damage")
    func tornInTheMiddle() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for _ in 0..<9 { try writer.append([entry(String(repeating: "x", count: 180))]) }
        let (path, end) = (writer.segments[1].path, writer.segments[1].bytes)
        disk.killProcess()
        let bytes = try #require(disk.contents(path))
        disk.replace(path, with: bytes.dropLast(1))
        #expect(refusal(folder) == .damaged(file: path, offset: end - 208, .recordCutOff))
        // Records that are settled are not read again at a start.
        #expect(refusal(folder, ledgerWatermark: 8) == nil)
    }

    @Test("a lost segment is noticed if it is not settled")
    func lostSegment() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for _ in 0..<12 { try writer.append([entry(String(repeating: "x", count: 180))]) }
        let segments = writer.segments
        disk.killProcess()
        try disk.unlink(segments[1].path)
        #expect(refusal(folder) == .missing(first: 5, last: 8, file: segments[2].path))
        #expect(refusal(folder, ledgerWatermark: 4) == .missing(first: 5, last: 8, file: segments[2].path))
        #expect(refusal(folder, ledgerWatermark: 8) == nil)
        try disk.unlink(segments[0].path)
        #expect(refusal(folder, ledgerWatermark: 2) == .missing(first: 3, last: 8, file: segments[2].path))
    }

    @Test("the next sequence follows both the journal's last and the ledger's watermark")
    func nextSequence() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        try writer.append([entry("one"), entry("two")])
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 1)
        #expect(writer.nextSequence == 3)
        #expect(writer.recovery.unsettledRecords == 1)
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 100)
        #expect(writer.nextSequence == 101)
        try writer.append([entry("three")])
        disk.killProcess()
        writer = try folder.openForWriting(ledgerWatermark: 101)
        #expect(writer.nextSequence == 102)
        #expect(try texts(in: folder, upTo: 101) == ["one", "two", "three"])
        #expect(try folder.verify().damage.isEmpty)
        disk.killProcess()
        writer = try JournalFolder("/new", on: disk).openForWriting(ledgerWatermark: 7)
        #expect(writer.nextSequence == 8)
    }

    @Test("a ledger older than the journal is refused unless it was restored on purpose")
    func olderLedger() throws {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for number in 1...12 {
            writer.watermark = UInt64(number - 1)
            try writer.append([entry(String(repeating: "x", count: 180))])
        }
        let path = writer.segments[1].path
        disk.killProcess()
        #expect(refusal(folder, ledgerWatermark: 3) == .ledgerOlderThanJournal(ledger: 3, journal: 4, file: path))
        let restored = try folder.openForWriting(ledgerWatermark: 3, afterRestore: true)
        #expect(restored.nextSequence == 13)
        #expect(restored.recovery.unsettledRecords == 9)
        disk.killProcess()
        try disk.unlink("/journal/0-00000000000000000001.journal")
        #expect(try folder.openForWriting(ledgerWatermark: 3, afterRestore: true).nextSequence == 13)
    }

    @Test("a segment that was not finished is no segment, and goes at the next start")
    func unfinished() throws {
        let folder = smallJournal(disk)
        _ = try folder.openForWriting(ledgerWatermark: 0)
        disk.replace("/journal/0-00000000000000000009.journal.new", with: [1, 2, 3])
        disk.replace("/journal/notes.txt", with: [1])
        #expect(refusal(folder) == nil)
        #expect(disk.paths == ["/journal/0-00000000000000000001.journal", "/journal/notes.txt"])
    }

    @Test("a header that is cut off, of another format, or under another name is refused")
    func headers() throws {
        let (folder, path, bytes, _) = try journal(["one"])
        let offsets: [(JournalDamage, [UInt8])] = [
            (.headerCutOff, Array(bytes.prefix(63))),
            (.magic, [0] + bytes.dropFirst()),
            (.format(2), Array(bytes.prefix(8)) + [2] + bytes.dropFirst(9)),
            (.headerChecksum, Array(bytes.prefix(16)) + [2] + bytes.dropFirst(17)),
        ]
        for (damage, bytes) in offsets {
            disk.replace(path, with: bytes)
            #expect(refusal(folder) == .damaged(file: path, offset: 0, damage))
        }
        disk.replace("/other/0-00000000000000000002.journal", with: bytes)
        #expect(
            refusal(JournalFolder("/other", on: disk), ledgerWatermark: 1)
                == .damaged(file: "/other/0-00000000000000000002.journal", offset: 0, .headerName))
    }
}
