import Platform
import Storage
import TestSupport
import Testing

@Suite struct JournalRepairTests {
    var disk = MemoryDisk()

    /// Twelve records of 208 bytes, four in each of three segments, appended one by one.
    private func journal() throws -> (folder: JournalFolder, paths: [String]) {
        let folder = smallJournal(disk)
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        for number in 1...12 { try writer.append([entry("\(number) ".padded(to: 184))]) }
        disk.killProcess()
        return (folder, writer.segments.map(\.path))
    }

    private func damage(_ path: String, at offset: Int) throws {
        var bytes = try #require(disk.contents(path))
        bytes[offset] ^= 0x10
        disk.replace(path, with: bytes)
    }

    private func numbers(_ folder: JournalFolder) throws -> [Int] {
        try texts(in: folder, upTo: try folder.lastSequence()).compactMap { Int($0.prefix { $0 != " " }) }
    }

    @Test("verify counts what is there and changes nothing")
    func verify() throws {
        let (folder, paths) = try journal()
        let before = disk.paths
        let result = try folder.verify()
        #expect(result.records == 12)
        #expect(result.segments.map(\.segment.path) == paths)
        #expect(result.segments.map(\.lastSequence) == [4, 8, 12])
        #expect(result.segments.allSatisfy { $0.tail == .clean })
        #expect(result.damage.isEmpty)
        #expect(disk.paths == before)
        #expect(try folder.lastSequence() == 12)
        #expect(try JournalFolder("/none", on: disk).lastSequence() == 0)
    }

    @Test("verify names every damage with file and offset, and a torn tail is none of them")
    func verifyDamaged() throws {
        let (folder, paths) = try journal()
        try damage(paths[0], at: 20)
        try damage(paths[1], at: 64 + 208 + 30)
        disk.replace(paths[2], with: try #require(disk.contents(paths[2])).dropLast(5))
        let result = try folder.verify()
        #expect(
            result.damage == [
                .damaged(file: paths[0], offset: 0, .headerChecksum),
                .damaged(file: paths[1], offset: 272, .checksum),
            ])
        #expect(result.tornTail?.file == paths[2])
        #expect(result.tornTail?.offset == UInt64(64 + 3 * 208))
        #expect(result.tornTail?.bytes == UInt64(203))
        #expect(result.records == 1 + 3)
    }

    @Test("repair of a sound journal does nothing")
    func sound() throws {
        let (folder, _) = try journal()
        let repair = try folder.repair()
        #expect(repair.lost.isEmpty)
        #expect(repair.kept.isEmpty)
        #expect(repair.cut == nil)
        #expect(try numbers(folder) == Array(1...12))
    }

    @Test("repair cuts a torn tail off")
    func tornTail() throws {
        let (folder, paths) = try journal()
        disk.replace(paths[2], with: try #require(disk.contents(paths[2])).dropLast(5))
        let repair = try folder.repair()
        #expect(repair.cut?.bytes == 203)
        #expect(repair.lost.isEmpty)
        #expect(try numbers(folder) == Array(1...11))
        #expect(refusal(folder) == nil)
    }

    @Test("repair loses the damaged record alone, wherever it is, and says which", arguments: 1...11)
    func oneRecord(number: Int) throws {
        let (folder, paths) = try journal()
        let path = paths[(number - 1) / 4]
        try damage(path, at: 64 + (number - 1) % 4 * 208 + 100)
        let damaged = disk.contents(path)
        #expect(refusal(folder) != nil)
        let repair = try folder.repair(ledgerWatermark: 0)
        #expect(repair.lost == [UInt64(number)...UInt64(number)])
        #expect(repair.kept == [path + ".damaged"])
        #expect(disk.contents(path + ".damaged") == damaged)
        disk.killProcess()
        var writer = try folder.openForWriting(ledgerWatermark: 0)
        let next = try writer.append([entry("13 ")])
        #expect(next == 13)
        #expect(try numbers(folder) == (1...13).filter { $0 != number })
        #expect(try folder.verify().damage.isEmpty)
    }

    @Test("repair gives up a segment without a header, and no sequence of it is given again", arguments: 0...2)
    func header(index: Int) throws {
        let (folder, paths) = try journal()
        try damage(paths[index], at: 3)
        let repair = try folder.repair(ledgerWatermark: 0)
        #expect(repair.lost.count == 1)
        #expect(repair.lost.first?.lowerBound == UInt64(index * 4 + 1))
        #expect(repair.lost.first.map { $0.upperBound >= UInt64(index * 4 + 4) } == true)
        disk.killProcess()
        let writer = try folder.openForWriting(ledgerWatermark: 0)
        #expect(writer.nextSequence > 12)
        #expect(try numbers(folder) == (1...12).filter { ($0 - 1) / 4 != index })
    }

    @Test("repair gives up a segment that is gone")
    func gone() throws {
        let (folder, paths) = try journal()
        try disk.unlink(paths[1])
        #expect(try folder.repair().lost == [5...8])
        #expect(refusal(folder) == nil)
        try disk.unlink(paths[0])
        #expect(refusal(folder, ledgerWatermark: 1) == .missing(first: 2, last: 8, file: paths[2]))
        #expect(try folder.repair(ledgerWatermark: 1).lost == [2...8])
        #expect(refusal(folder, ledgerWatermark: 1) == nil)
        #expect(try numbers(folder) == Array(9...12))
    }

    @Test("a repair that is cut short by a power loss can be done again")
    func powerLoss() throws {
        var operation = 0
        while true {
            let disk = MemoryDisk()
            let tests = JournalRepairTests(disk: disk)
            let (folder, paths) = try tests.journal()
            try tests.damage(paths[1], at: 64 + 208 + 30)
            var random = SeededRandom(seed: UInt64(operation))
            let before = disk.operations
            disk.die(after: operation)
            do { _ = try folder.repair(ledgerWatermark: 0) } catch {}
            let isThrough = disk.operations < before + operation
            disk.losePower(&random)
            let repair = try folder.repair(ledgerWatermark: 0)
            #expect(repair.lost == [6...6], "operation \(operation)")
            #expect(try tests.numbers(folder) == (1...12).filter { $0 != 6 }, "operation \(operation)")
            #expect(disk.contents(paths[1] + ".damaged") != nil)
            if isThrough { break }
            operation += 1
        }
        #expect(operation > 20)
    }
}

extension String {
    func padded(to count: Int) -> String { self + String(repeating: "x", count: count - self.count) }
}
