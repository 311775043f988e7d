import Platform
import TestSupport
import Testing

struct SystemDiskTests {
    /// In whole blocks the zeroes go past the page cache, else through it; nobody who reads can tell.
    @Test(
        "zeroes take the place of what was there, and of nothing else, in whole blocks or not",
        arguments: [(0, 4096), (4096, 8192), (0, 300 << 10), (8192, 1 << 20), (100, 4096), (4096, 100), (0, 0)])
    func zeroes(offset: Int, count: Int) throws {
        try withTemporaryFolder { folder in
            let file = try SystemDisk().open(folder + "/zeroes", .create)
            let size = 64 << 10
            try file.writeAll([UInt8](repeating: 7, count: size), at: 0)
            try file.writeZeroes(at: UInt64(offset), count: count)
            var expected = [UInt8](repeating: 7, count: max(size, offset + count))
            for place in offset..<offset + count { expected[place] = 0 }
            #expect(try file.size() == UInt64(expected.count))
            #expect(try file.read(at: 0, count: expected.count + 1) == expected)
        }
    }

    @Test("where a file cannot be opened a second time that is said, and nothing is written")
    func gone() throws {
        try withTemporaryFolder { folder in
            let disk = SystemDisk()
            let file = try disk.open(folder + "/zeroes", .create)
            try disk.unlink(folder + "/zeroes")
            #expect(throws: SystemError.self) { try file.writeZeroes(at: 0, count: 4096) }
            #expect(try file.size() == 0)
        }
    }
}
