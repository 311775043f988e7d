import Platform
import TestSupport
import Testing

@Suite struct MemoryDiskTests {
    let disk = MemoryDisk()

    private func synced(_ path: String, _ bytes: [UInt8], on disk: MemoryDisk) throws -> any DiskFile {
        let file = try disk.open(path, .create)
        try file.writeAll(bytes, at: 0)
        try file.sync()
        try disk.syncFolder("/d")
        return file
    }

    @Test("what was synced survives every power loss, and what was not survives by whole sectors")
    func powerLoss() throws {
        var results: Set<[UInt8]> = []
        for seed in UInt64(0)..<200 {
            var random = SeededRandom(seed: seed)
            let disk = MemoryDisk()
            let path = "/d/a"
            let file = try synced(path, [UInt8](repeating: 1, count: 600), on: disk)
            try file.writeAll([UInt8](repeating: 2, count: 1448), at: 600)
            disk.losePower(&random)
            let bytes = try #require(disk.contents(path))
            #expect(bytes.prefix(600).allSatisfy { $0 == 1 })
            let sectors = stride(from: 600, to: bytes.count, by: 1).reduce(into: [Int: Set<UInt8>]()) {
                $0[$1 / 512, default: []].insert(bytes[$1])
            }
            #expect(sectors.values.allSatisfy { $0.count == 1 })
            results.insert(bytes)
            #expect(throws: SystemError(call: "pread", subject: path, code: 9)) { try file.read(at: 0, count: 1) }
        }
        #expect(results.count == 8 + 1, "the subsets of three sectors, and the length alone")
    }

    @Test("names that were not synced may go, in the reverse of their order")
    func names() throws {
        var seen: Set<[String]> = []
        for seed in UInt64(0)..<100 {
            var random = SeededRandom(seed: seed)
            let disk = MemoryDisk()
            _ = try disk.open("/d/a", .create)
            try disk.syncFolder("/d")
            _ = try disk.open("/d/b", .create)
            try disk.rename("/d/a", to: "/d/c")
            disk.losePower(&random)
            seen.insert(disk.paths)
        }
        #expect(seen == [["/d/a"], ["/d/a", "/d/b"], ["/d/b", "/d/c"]])
    }

    @Test("after a failed sync the writes are read, and lost with the power though a later sync succeeds")
    func failedSync() throws {
        let file = try synced("/d/a", [1], on: disk)
        try file.writeAll([2], at: 0)
        disk.fail(after: 0, with: .error(5))
        #expect(throws: SystemError.self) { try file.sync() }
        #expect(try file.read(at: 0, count: 1) == [2])
        try file.sync()
        var random = SeededRandom(seed: 0)
        disk.losePower(&random)
        #expect(disk.contents("/d/a") == [1])
    }

    @Test("a full disk writes what fits, then refuses")
    func capacity() throws {
        let file = try synced("/d/a", [1, 1], on: disk)
        disk.setCapacity(5)
        #expect(try file.write([2, 2, 2, 2], from: 0, at: 1) == 4)
        #expect(throws: SystemError(call: "pwrite", subject: "/d/a", code: 28)) { try file.writeAll([3, 3], at: 5) }
        #expect(disk.usedBytes == 5)
    }
}
