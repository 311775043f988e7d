import Formats
import TestSupport
import Testing

struct JSONWriterTests {
    /// The writer looks at several bytes at a time: each byte, at each place of texts around that length, among bytes on either
    /// side of what is escaped.
    @Test("a byte that needs an escape gets it wherever it stands, and no other does", arguments: [" ", "!", "~", "é"])
    func everywhere(filler: Character) throws {
        for length in [1, 7, 15, 16, 17, 31, 33] {
            for place in 0..<length {
                for byte in UInt8(0)..<0x80 {
                    var characters = [Character](repeating: filler, count: length)
                    characters[place] = Character(Unicode.Scalar(byte))
                    let text = String(characters)
                    var plain: [UInt8] = [0x22]
                    plain += Array(text.utf8)
                    plain.append(0x22)
                    let needsIt = byte < 0x20 || byte == 0x22 || byte == 0x5C || byte == 0x7F
                    var written: [UInt8] = []
                    JSON.quote(text, into: &written)
                    guard (written == plain) == !needsIt else {
                        Issue.record("byte \(byte) at \(place) of \(length)")
                        return
                    }
                    guard needsIt, place % 5 == 0 else { continue }
                    #expect(try JSON(parsing: written) == .string(text))
                }
            }
        }
    }

    @Test("several escapes, one behind the other and beside what nearly is one, are written as one by one")
    func likeOneByOne() {
        let bytes: [UInt8] = [0x00, 0x0A, 0x0D, 0x09, 0x1F, 0x20, 0x22, 0x23, 0x5C, 0x5D, 0x61, 0x7E, 0x7F, 0x80, 0xFF]
        var random = SeededRandom(seed: 41)
        for _ in 0..<4000 {
            let plain = random.pick(0...4) * 20
            let text = (0..<random.pick(0...40)).map { _ in
                random.pick(0...99) < plain ? 0x61 : bytes[random.pick(0...bytes.count - 1)]
            }
            var written: [UInt8] = []
            text.withUnsafeBytes { JSON.escape($0, into: &written) }
            #expect(written == text.flatMap(JSONWriterTests.escaped), "\(text)")
        }
    }

    private static func escaped(_ byte: UInt8) -> [UInt8] {
        switch byte {
        case 0x22: [0x5C, 0x22]
        case 0x5C: [0x5C, 0x5C]
        case 0x0A: [0x5C, UInt8(ascii: "n")]
        case 0x0D: [0x5C, UInt8(ascii: "r")]
        case 0x09: [0x5C, UInt8(ascii: "t")]
        case 0..<0x20: Array((byte < 0x10 ? "\\u000" : "\\u00").utf8) + Array(String(byte, radix: 16).utf8)
        case 0x7F: Array("\\u007f".utf8)
        default: [byte]
        }
    }
}
