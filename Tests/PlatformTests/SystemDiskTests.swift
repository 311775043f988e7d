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
