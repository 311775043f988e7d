import Platform
import Testing

struct InflaterTests {
    /// "hello hello hello hello" as gzip, zlib and bare deflate.
    private static let text = Array("hello hello hello hello".utf8)
    private static let deflated: [UInt8] = [0xCB, 0x48, 0xCD, 0xC9, 0xC9, 0x57, 0xC8, 0x40, 0x27, 0x01]
    private static let zlib: [UInt8] = [0x78, 0x9C] + deflated + [0x68, 0x03, 0x08, 0xB1]
    private static let gzip: [UInt8] =
        [0x1F, 0x8B, 0x08, 0, 0, 0, 0, 0, 0, 0x03] + deflated + [0xE3, 0x51, 0x3D, 0x8D, 0x17, 0, 0, 0]

    @Test("gzip, the zlib format and the bare deflate stream are taken apart")
    func forms() throws {
        #expect(try Inflater.inflate(Self.gzip, .gzip, maxBytes: 100) == Self.text)
        #expect(try Inflater.inflate(Self.zlib, .deflate, maxBytes: 100) == Self.text)
        #expect(try Inflater.inflate(Self.deflated, .deflate, maxBytes: 100) == Self.text)
    }

    @Test("a body of exactly the limit passes, and one byte more is refused")
    func limit() throws {
        #expect(try Inflater.inflate(Self.gzip, .gzip, maxBytes: 23).count == 23)
        #expect(throws: InflateError.tooLarge(limit: 22)) { try Inflater.inflate(Self.gzip, .gzip, maxBytes: 22) }
    }

    @Test("a body that is cut off is refused at every length")
    func cutOff() {
        for end in 0..<Self.gzip.count {
            #expect(throws: InflateError.cutOff) {
                try Inflater.inflate(Array(Self.gzip[..<end]), .gzip, maxBytes: 100)
            }
        }
    }

    @Test("damage and what follows the end are refused with their place")
    func damaged() {
        #expect(throws: InflateError.trailing(offset: 28)) {
            try Inflater.inflate(Self.gzip + [0], .gzip, maxBytes: 100)
        }
        var broken = Self.gzip
        broken[20] ^= 1
        #expect(throws: InflateError.self) { try Inflater.inflate(broken, .gzip, maxBytes: 100) }
        #expect(throws: InflateError.self) { try Inflater.inflate(Self.text, .gzip, maxBytes: 100) }
        #expect(throws: InflateError.self) { try Inflater.inflate(Self.zlib, .gzip, maxBytes: 100) }
    }

    @Test("the names of the codings are those of HTTP")
    func names() {
        #expect(Inflater.Coding("GZIP") == .gzip && Inflater.Coding("x-gzip") == .gzip)
        #expect(Inflater.Coding("deflate") == .deflate)
        #expect(Inflater.Coding("br") == nil && Inflater.Coding("") == nil)
    }
}
