/// The value of a hexadecimal digit, or nil.
@inlinable
public func hexDigitValue(_ byte: UInt8) -> UInt8? {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"): byte - UInt8(ascii: "0")
    case UInt8(ascii: "a")...UInt8(ascii: "f"): byte - UInt8(ascii: "a") + 10
    case UInt8(ascii: "A")...UInt8(ascii: "F"): byte - UInt8(ascii: "A") + 10
    default: nil
    }
}

/// A byte as two lower-case hexadecimal digits.
public func hex(_ byte: UInt8) -> String {
    let digits = Array("0123456789abcdef".utf8)
    return String(decoding: [digits[Int(byte >> 4)], digits[Int(byte & 15)]], as: UTF8.self)
}

/// An ASCII capital as its small letter; every other byte as it is.
@inlinable
public func lowercased(_ byte: UInt8) -> UInt8 {
    byte >= UInt8(ascii: "A") && byte <= UInt8(ascii: "Z") ? byte | 0x20 : byte
}

extension StringProtocol {
    /// The text without blanks, tabs and line ends at either end.
    @inlinable public var trimmed: String {
        let inner: String? = withBytes { bytes in
            let inner = withoutBlanks(bytes)
            return inner.count == bytes.count ? nil : String(decoding: inner, as: UTF8.self)
        }
        // Most texts have none there.
        return inner ?? String(self)
    }

    /// Where an ASCII phrase, given in small letters, begins for the first time, in any case; nil where it does not occur.
    @inlinable public func firstIndexIgnoringCase(of phrase: String) -> Index? {
        // Byte by byte: a body is long, and an ASCII byte is never part of another character.
        let wanted = Array(phrase.utf8)
        return withBytes { firstPlace(of: wanted, in: $0) }.map { utf8.index(startIndex, offsetBy: $0) }
    }

    /// Whether two texts are the same but for upper and lower case.
    @inlinable public func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
        var (left, right) = (utf8.makeIterator(), other.utf8.makeIterator())
        while true {
            switch (left.next(), right.next()) {
            case (nil, nil): return true
            case (let a?, let b?) where a < 0x80 && b < 0x80:
                if small(a) != small(b) { return false }
            case (let a?, let b?) where a >= 0x80 || b >= 0x80:
                // Beyond ASCII a capital and its small letter may have different lengths.
                return lowercased() == other.lowercased()
            default:
                return hasOtherThanASCII || other.hasOtherThanASCII ? lowercased() == other.lowercased() : false
            }
        }
    }

    @inlinable func withBytes<Result>(_ read: (UnsafeBufferPointer<UInt8>) -> Result) -> Result {
        utf8.withContiguousStorageIfAvailable(read) ?? Array(utf8).withUnsafeBufferPointer(read)
    }

    /// Whether a byte is none of ASCII.
    @inlinable var hasOtherThanASCII: Bool { !withBytes(areASCII) }
}

extension String {
    /// Whether it is one line of ASCII without control characters.
    public var isPlainLine: Bool { withBytes { bytes in bytes.allSatisfy { $0 >= 0x20 && $0 < 0x80 } } }
}

/// What lies between blanks at either end.
@usableFromInline func withoutBlanks(_ bytes: UnsafeBufferPointer<UInt8>) -> UnsafeBufferPointer<UInt8> {
    var (start, end) = (0, bytes.count)
    while start < end, isBlankByte(bytes[start]) { start += 1 }
    while end > start, isBlankByte(bytes[end - 1]) { end -= 1 }
    return UnsafeBufferPointer(rebasing: bytes[start..<end])
}

/// Where a phrase in small letters begins for the first time in a text of any case.
@usableFromInline func firstPlace(of wanted: [UInt8], in text: UnsafeBufferPointer<UInt8>) -> Int? {
    guard let first = wanted.first, text.count >= wanted.count else { return wanted.isEmpty ? 0 : nil }
    let capital = first >= UInt8(ascii: "a") && first <= UInt8(ascii: "z") ? first & ~0x20 : first
    for (start, byte) in text[...(text.count - wanted.count)].enumerated() where byte == first || byte == capital {
        if wanted.indices.allSatisfy({ small(text[start + $0]) == wanted[$0] }) { return start }
    }
    return nil
}

/// `lowercased(_:)` under a name that `String`'s own method does not hide.
@inlinable func small(_ byte: UInt8) -> UInt8 { lowercased(byte) }

/// Whether a byte is a blank, a tab or part of a line end.
@inlinable func isBlankByte(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
