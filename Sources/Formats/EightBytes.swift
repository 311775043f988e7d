/// Eight bytes of a text, looked at together: a long text is nearly throughout such that none of them means anything.
///
/// Marks are the highest bits of the bytes that are sought. Only the first of them is sure to be right: the bytes behind it may
/// be marked by what was borrowed for it.
struct EightBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highest: UInt64 = 0x8080_8080_8080_8080

    private let word: UInt64

    /// The bytes from that place on, which have to be there.
    @inline(__always)
    init(_ text: Span<UInt8>, at place: Int) {
        word = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// Marks the bytes that are smaller, for a bound of at most 128.
    @inline(__always)
    func marks(below bound: UInt8) -> UInt64 {
        (word &- EightBytes.ones &* UInt64(bound)) & ~word & EightBytes.highest
    }

    /// Marks the bytes that are this one.
    @inline(__always)
    func marks(of byte: UInt8) -> UInt64 {
        let others = word ^ (EightBytes.ones &* UInt64(byte))
        return (others &- EightBytes.ones) & ~others & EightBytes.highest
    }

    /// How many bytes stand before the first marked one; 8 where none is.
    @inline(__always)
    static func count(before marks: UInt64) -> Int { marks.trailingZeroBitCount / 8 }
}
