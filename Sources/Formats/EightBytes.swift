/// Eight bytes of a text, looked at together: a long text is nearly throughout such that none of them means anything, and what
/// every event's texts are looked through for costs an eighth so.
///
/// Marks are the highest bits of the bytes that are sought. Only the first of them is sure to be right: the bytes behind it may
/// be marked by what was borrowed for it.
struct EightBytes {
    private static let ones: UInt64 = 0x0101_0101_0101_0101
    private static let highest: UInt64 = 0x8080_8080_8080_8080

    /// The bytes, the first of them the lowest.
    let word: UInt64

    /// The bytes from that place on, which have to be there.
    @inline(__always)
    init(_ text: Span<UInt8>, at place: Int) {
        word = UInt64(littleEndian: text.bytes.unsafeLoadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The bytes from that place on, which have to be there.
    @inline(__always)
    init(_ text: UnsafeRawBufferPointer, at place: Int) {
        word = UInt64(littleEndian: text.loadUnaligned(fromByteOffset: place, as: UInt64.self))
    }

    /// The bytes from that place on; at the end of a text its last eight, of a text that has not as many all of them.
    @inline(__always)
    init(_ text: UnsafeBufferPointer<UInt8>, from start: Int) {
        let raw = UnsafeRawBufferPointer(text)
        if raw.count >= 8 {
            word = raw.loadUnaligned(fromByteOffset: min(start, raw.count - 8), as: UInt64.self)
        } else if raw.count >= 4 {
            // Two loads that overlap.
            let last = raw.loadUnaligned(fromByteOffset: raw.count - 4, as: UInt32.self)
            word = UInt64(raw.loadUnaligned(as: UInt32.self)) | UInt64(last) << 32
        } else if raw.count > 0 {
            word = UInt64(raw[0]) | UInt64(raw[raw.count / 2]) << 8 | UInt64(raw[raw.count - 1]) << 16
        } else {
            word = 0
        }
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

    /// Whether all of them are ASCII.
    @inline(__always)
    var areASCII: Bool { word & EightBytes.highest == 0 }

    /// Whether so many of them, from the first on, are ASCII. Of all eight the shift gives 0, and so the mask has all bits.
    @inline(__always)
    func areASCII(first count: Int) -> Bool { word & EightBytes.highest & ((1 << (8 * UInt64(count))) &- 1) == 0 }

    /// The same in small letters, where all of them are ASCII; else it is good for nothing.
    @inline(__always)
    var small: UInt64 {
        // In each byte the highest bit is set where it is at least `A`, and where it is more than `Z`.
        let fromA = word &+ 0x3F3F_3F3F_3F3F_3F3F
        let afterZ = word &+ 0x2525_2525_2525_2525
        // That bit, moved by two places, is what tells a small letter from its capital.
        return word | ((fromA & ~afterZ & EightBytes.highest) >> 2)
    }
}

/// Whether a text is ASCII.
@usableFromInline func areASCII(_ text: UnsafeBufferPointer<UInt8>) -> Bool {
    for start in stride(from: 0, to: text.count, by: 8) where !EightBytes(text, from: start).areASCII { return false }
    return true
}

/// Makes ASCII small, in its place.
func makeSmall(_ text: UnsafeMutableBufferPointer<UInt8>) {
    let raw = UnsafeMutableRawBufferPointer(text)
    let whole = raw.count & ~7
    for start in stride(from: 0, to: whole, by: 8) {
        let eight = EightBytes(UnsafeBufferPointer(text), from: start)
        raw.storeBytes(of: eight.small, toByteOffset: start, as: UInt64.self)
    }
    for index in whole..<raw.count { text[index] = lowercased(text[index]) }
}
