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
    public var trimmed: String {
        let isBlank: (Character) -> Bool = { $0 == " " || $0 == "\t" || $0 == "\r" || $0 == "\n" || $0 == "\r\n" }
        guard let start = firstIndex(where: { !isBlank($0) }) else { return "" }
        let end = lastIndex { !isBlank($0) } ?? start
        return String(self[start...end])
    }

    /// Where an ASCII phrase, given in small letters, begins for the first time, in any case; nil where it does not occur.
    public func firstIndexIgnoringCase(of phrase: String) -> Index? {
        indices.first { start in
            var rest = self[start...].utf8.makeIterator()
            return phrase.utf8.allSatisfy { letter in
                rest.next().map { small($0) == letter } ?? false
            }
        }
    }

    /// Whether two texts are the same but for upper and lower case.
    public func equalsIgnoringCase(_ other: some StringProtocol) -> Bool {
        lowercased() == other.lowercased()
    }
}

/// `lowercased(_:)` under a name that `String`'s own method does not hide.
private func small(_ byte: UInt8) -> UInt8 { lowercased(byte) }
