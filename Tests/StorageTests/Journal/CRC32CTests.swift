import Platform
import TestSupport
import Testing

@Suite struct CRC32CTests {
    /// RFC 3720, appendix B.4, and the check value of the usual catalogues.
    static let vectors: [([UInt8], UInt32)] = [
        ([], 0),
        (Array("123456789".utf8), 0xE306_9283),
        ([UInt8](repeating: 0, count: 32), 0x8A91_36AA),
        ([UInt8](repeating: 0xFF, count: 32), 0x62A8_AB43),
        (Array(0..<32), 0x46DD_794E),
        (Array((0..<32).reversed()), 0x113F_DB5C),
    ]

    @Test(
        "the published vectors hold for the instruction and for the table", arguments: [CRC32C.Method.hardware, .table])
    func vectors(method: CRC32C.Method) {
        for (bytes, sum) in CRC32CTests.vectors { #expect(CRC32C.checksum(bytes, using: method) == sum) }
    }

    @Test("instruction and table agree on every length, in one piece and in two")
    func agreement() {
        var random = SeededRandom(seed: 1)
        for count in 0..<100 {
            let bytes = random.bytes(count)
            let cut = random.pick(0...count)
            var pieces = CRC32C(using: .hardware)
            pieces.update(bytes.span.extracting(0..<cut))
            pieces.update(bytes.span.extracting(cut..<count))
            #expect(pieces.value == CRC32C.checksum(bytes, using: .table))
        }
    }

    @Test("a number counts as its eight bytes")
    func number() {
        var sum = CRC32C()
        sum.update(0x0807_0605_0403_0201)
        #expect(sum.value == CRC32C.checksum(Array(1...8)))
    }
}
