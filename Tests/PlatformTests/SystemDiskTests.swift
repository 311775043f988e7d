import Platform
import TestSupport
import Testing

@Suite struct SystemDiskTests {
    @Test(
        "a file that is written in blocks and in odd pieces reads as it was written", arguments: [1, 2, 3] as [UInt64])
    func blocks(seed: UInt64) throws {
        try withTemporaryFolder { folder in
            var random = SeededRandom(seed: seed)
            let file = try SystemDisk().open("\(folder)/a", .createForBlocks)
            var expected: [UInt8] = []
            for round in 0..<200 {
                let isWhole = random.oneIn(2)
                let unit = isWhole ? DiskBlock.bytes : 1
                let offset = random.pick(0...(64 << 10) / unit) * unit
                let count = random.pick(1...(isWhole ? 8 : 9000)) * unit
                let bytes = [UInt8](repeating: UInt8(truncatingIfNeeded: round), count: count + 3)
                // From within an array, as after a short write.
                #expect(try file.write(bytes, from: 3, at: UInt64(offset)) == count)
                if expected.count < offset + count {
                    expected += [UInt8](repeating: 0, count: offset + count - expected.count)
                }
                expected.replaceSubrange(offset..<offset + count, with: bytes.dropFirst(3))
                if random.oneIn(4) { try file.sync() }
                let place = random.pick(0...expected.count)
                let read = try file.read(at: UInt64(place), count: 5000)
                #expect(read == Array(expected.dropFirst(place).prefix(5000)))
            }
            #expect(try file.size() == UInt64(expected.count))
            try file.truncate(to: 5000)
            #expect(
                try SystemDisk().open("\(folder)/a", .read).read(at: 0, count: 9000) == Array(expected.prefix(5000)))
        }
    }

    @Test("zeroes are written where they should stand and nowhere else, in blocks and in odd pieces")
    func zeroes() throws {
        try withTemporaryFolder { folder in
            let file = try SystemDisk().open("\(folder)/a", .createForBlocks)
            let size = 2 << 20
            for (offset, count) in [
                (4096, 8192), (4096, 8191), (5, 8192), (0, size), (8192, 1_200_000), (7, 1_200_000),
            ] {
                try file.writeAll([UInt8](repeating: 9, count: size), at: 0)
                try file.writeAll(zeroes: count, at: UInt64(offset))
                let read = try file.read(at: 0, count: size + 1)
                #expect(read.count == size)
                #expect(read[..<offset].allSatisfy { $0 == 9 })
                #expect(read[offset..<offset + count].allSatisfy { $0 == 0 }, "\(count) at \(offset)")
                #expect(read[(offset + count)...].allSatisfy { $0 == 9 })
            }
        }
    }

    @Test("a file for blocks is a new file")
    func newFile() throws {
        try withTemporaryFolder { folder in
            _ = try SystemDisk().open("\(folder)/a", .createForBlocks)
            #expect(throws: SystemError(call: "open", subject: "\(folder)/a", code: 17)) {
                _ = try SystemDisk().open("\(folder)/a", .createForBlocks)
            }
        }
    }
}
