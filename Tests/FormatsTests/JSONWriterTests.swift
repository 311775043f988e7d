import Formats
import Testing

struct JSONWriterTests {
    /// The writer looks at sixteen bytes at a time: each byte, at each place of texts around that length, among bytes on either
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
}
