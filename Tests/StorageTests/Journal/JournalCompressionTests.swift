import Events
import Platform
import Storage
import TestSupport
import Testing

/// Old segments in their compressed form.
@Suite struct JournalCompressionTests {
    private let disk = MemoryDisk()
    private let clock = StoppedClock(0)
    private let future = Instant(milliseconds: .max)

    /// Twelve records of 208 bytes, four in each of three segments, made an hour apart.
    private func journal() throws -> (folder: JournalFolder, writer: JournalWriter) {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0, clock: clock)
        for number in 1...12 {
            clock.set(Int64(number) * 900_000)
            try writer.append([entry("\(number) ".padded(to: 184))])
        }
        return (folder, writer)
    }

    private func numbers(_ folder: JournalFolder) throws -> [Int] {
        try texts(in: folder, upTo: try folder.lastSequence()).compactMap { Int($0.prefix { $0 != " " }) }
    }

    private func compress(_ writer: inout JournalWriter) throws {
        let first = try #require(writer.segmentToCompress(upTo: 12, olderThan: future))
        #expect(try writer.folder.compress(first))
        try writer.useCompressed(first)
    }

    @Test("only settled segments that are old enough are compressed, the oldest first, and never the last")
    func choice() throws {
        var (_, writer) = try journal()
        let second = writer.segments[1].header
        #expect(writer.segmentToCompress(upTo: 3, olderThan: future) == nil, "record 4 is not settled")
        #expect(
            writer.segmentToCompress(upTo: 12, olderThan: second.created) == nil, "it ended no longer ago than that")
        #expect(writer.segmentToCompress(upTo: 4, olderThan: future) == 1)
        try compress(&writer)
        #expect(writer.segmentToCompress(upTo: 12, olderThan: future) == 5)
        #expect(writer.segmentToCompress(upTo: 12, olderThan: future, not: [5]) == nil)
        try compress(&writer)
        #expect(writer.segmentToCompress(upTo: 12, olderThan: future) == nil)
    }

    @Test("a compressed segment is smaller and reads as it was, also by a reader that was in it, and after a restart")
    func reading() throws {
        var (folder, writer) = try journal()
        let before = writer.bytes
        var reader = JournalReader(folder)
        #expect(try reader.next(upTo: 12)?.sequence == 1)
        try compress(&writer)
        try compress(&writer)
        #expect(writer.bytes < before / 2)
        #expect(disk.paths.filter { $0.hasSuffix(".journal") }.count == 1)
        var rest: [UInt64] = []
        while let record = try reader.next(upTo: 12) { rest.append(record.sequence) }
        #expect(rest == Array(2...12))
        #expect(try reader.record(7).sequence == 7)
        disk.killProcess()
        var again = try folder.openForWriting(ledgerWatermark: 0)
        #expect(again.recovery.unsettledRecords == 12)
        #expect(again.bytes == writer.bytes)
        #expect(try numbers(folder) == Array(1...12))
        let found = try folder.verify()
        #expect(found.records == 12 && found.damage.isEmpty)
        #expect(try again.removeSettled(upTo: 12, olderThan: future).count == 2)
        #expect(disk.paths.filter { $0.contains(".journal") }.count == 1)
    }

    @Test("a segment longer than a block is read across its blocks")
    func blocks() throws {
        var limits = JournalLimits()
        limits.segmentBytes = 700 << 10
        limits.readChunkBytes = 100_000
        let folder = JournalFolder("/journal", on: disk, limits: limits)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        var random = SeededRandom(seed: 3)
        let texts = (0..<40).map { number in
            "\(number) "
                + String((0..<random.pick(0...40_000)).map { _ in "abcdefghij".randomElement(using: &random) ?? "a" })
        }
        for text in texts { try writer.append([entry(text)]) }
        let count = writer.segments.count
        #expect(count > 1)
        for _ in 1..<count {
            let first = try #require(writer.segmentToCompress(upTo: 40, olderThan: future))
            #expect(try folder.compress(first))
            try writer.useCompressed(first)
        }
        var reader = JournalReader(folder)
        for text in texts {
            #expect(try reader.next(upTo: 40)?.payload.elementsEqual(text.utf8) == true)
        }
    }

    @Test("whichever operation fails while a segment is compressed, it is there afterwards, in one form, whole")
    func failEachOperation() throws {
        for isKilled in [true, false] {
            var ordinal = 0
            var isThrough = false
            while !isThrough {
                let disk = MemoryDisk()
                let folder = smallJournal(disk)
                var writer = try folder.openForWriting(ledgerWatermark: 0)
                for number in 1...12 { try writer.append([entry("\(number) ".padded(to: 184))]) }
                if isKilled { disk.die(after: ordinal) } else { disk.fail(after: ordinal, with: .error(28)) }
                do {
                    if try folder.compress(1) { try writer.useCompressed(1) }
                    isThrough = true
                } catch {}
                disk.stopFailing()
                var random = SeededRandom(seed: UInt64(ordinal))
                disk.losePower(&random)
                _ = try folder.openForWriting(ledgerWatermark: 12)
                #expect(try numbers(folder) == Array(1...12), "operation \(ordinal)")
                let names = disk.paths.filter { $0.contains("0-00000000000000000001") }
                #expect(names.count == 1 && !names[0].hasSuffix(".new"), "operation \(ordinal): \(names)")
                ordinal += 1
            }
            #expect(ordinal > 8)
        }
    }

    @Test("whatever failed while a segment was compressed, once it is removed it is gone in both forms")
    func removedAfterFailure() throws {
        var ordinal = 0
        var isThrough = false
        while !isThrough {
            let disk = MemoryDisk()
            let folder = smallJournal(disk)
            var writer = try folder.openForWriting(ledgerWatermark: 0)
            for number in 1...12 { try writer.append([entry("\(number) ".padded(to: 184))]) }
            disk.fail(after: ordinal, with: .error(5))
            do {
                if try folder.compress(1) { try writer.useCompressed(1) }
                isThrough = true
            } catch {}
            disk.stopFailing()
            do {
                #expect(try writer.removeSettled(upTo: 12, olderThan: future).count == 2)
                #expect(
                    disk.paths.filter { $0.hasSuffix(".journal") || $0.hasSuffix(".z") }.count == 1,
                    "operation \(ordinal)")
            } catch {
                #expect(error.isFinal, "after a failed sync nothing more is done")
            }
            disk.killProcess()
            _ = try folder.openForWriting(ledgerWatermark: 12)
            ordinal += 1
        }
        #expect(ordinal > 8)
    }

    @Test("a damaged segment is not compressed: it stays as it was found")
    func damagedBefore() throws {
        let (folder, writer) = try journal()
        let path = writer.segments[0].path
        var bytes = try #require(disk.contents(path))
        bytes[100] ^= 1
        disk.replace(path, with: bytes)
        #expect(try !folder.compress(1))
        #expect(disk.contents(path) == bytes)
        #expect(disk.paths.filter { $0.hasSuffix(".z") || $0.hasSuffix(".new") }.isEmpty)
    }

    @Test("damage in a compressed segment is found at its place, and a repair keeps what can be read")
    func damagedAfter() throws {
        var (folder, writer) = try journal()
        try compress(&writer)
        let path = writer.segments[0].path
        disk.killProcess()
        let bytes = try #require(disk.contents(path))
        for offset in [0, 20, 41] {
            var wrong = bytes
            wrong[offset] ^= 0x40
            disk.replace(path, with: wrong)
            guard case .damaged(path, _, _) = try folder.verify().damage.first else {
                Issue.record("byte \(offset) is not noticed")
                continue
            }
            #expect(refusal(folder) != nil)
        }
        // The only block: all of it reads as zeroes, so that the segment's own head is wrong.
        var wrong = bytes
        wrong[60] ^= 0x40
        disk.replace(path, with: wrong)
        #expect(try folder.verify().damage == [.damaged(file: path, offset: 0, .magic)])
        let repair = try folder.repair(ledgerWatermark: 0)
        #expect(repair.kept == [path + ".damaged"])
        #expect(repair.lost == [1...4])
        #expect(try numbers(folder) == Array(5...12))
        #expect(refusal(folder) == nil)
    }

    @Test("a repair that has to write into a compressed segment's head brings it back to its plain form")
    func repairGap() throws {
        var (folder, writer) = try journal()
        try compress(&writer)
        try compress(&writer)
        disk.killProcess()
        try disk.unlink(writer.segments[0].path)
        #expect(try folder.repair(ledgerWatermark: 0).lost == [1...4])
        #expect(try numbers(folder) == Array(5...12))
        #expect(refusal(folder) == nil)
        #expect(try folder.verify().damage.isEmpty)
    }

    @Test("what is left of a segment in both forms is one segment after the next start")
    func both() throws {
        var (folder, writer) = try journal()
        let plain = writer.segments[0].path
        let bytes = try #require(disk.contents(plain))
        try compress(&writer)
        disk.killProcess()
        disk.replace(plain, with: bytes)
        #expect(try numbers(folder) == Array(1...12), "also to one who only looks")
        #expect(refusal(folder) == nil)
        #expect(disk.paths.filter { $0.hasSuffix(".z") }.isEmpty)
        #expect(try numbers(folder) == Array(1...12))
    }
}
