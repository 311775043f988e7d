import Formats
import Settings

/// Values that a sender has not filled in, as its test button sends them.
enum Placeholder {
    /// Whether a value is one.
    static func isPlaceholder(_ text: String, _ kind: SourceDecoding.Placeholders) -> Bool {
        switch kind {
        case .none: return false
        case .matching(let pattern):
            if case .groups = pattern.match(text) { return true }
            return false
        case .usual: return isUsual(text)
        }
    }

    /// `[a_b]`, `%word`, `{A.B}`, `{{a.b}}`, `$a.b$`, `#word#`, and nothing beside it.
    private static func isUsual(_ text: String) -> Bool {
        let bytes = Array(text.utf8)
        guard bytes.count >= 2, bytes.count <= 80, let first = bytes.first, let last = bytes.last else { return false }
        let inner: ArraySlice<UInt8>
        let also: [UInt8]
        switch (first, last) {
        case (UInt8(ascii: "["), UInt8(ascii: "]")): (inner, also) = (bytes[1..<(bytes.count - 1)], Array("_".utf8))
        case (UInt8(ascii: "{"), UInt8(ascii: "}")):
            if bytes.count > 4, bytes[1] == first, bytes[bytes.count - 2] == last {
                return !bytes[2..<(bytes.count - 2)].contains(first)
            }
            (inner, also) = (bytes[1..<(bytes.count - 1)], Array("._-:#<>?\"'()\\^$*+0123456789".utf8))
        case (UInt8(ascii: "$"), UInt8(ascii: "$")) where bytes.count > 2:
            (inner, also) = (bytes[1..<(bytes.count - 1)], Array("._-0123456789".utf8))
        case (UInt8(ascii: "#"), UInt8(ascii: "#")) where bytes.count > 2:
            (inner, also) = (bytes[1..<(bytes.count - 1)], Array("._-:0123456789".utf8))
        case (UInt8(ascii: "%"), _): (inner, also) = (bytes[1...], Array("_".utf8))
        default: return false
        }
        guard let start = inner.first, isLetter(start) else { return false }
        return inner.allSatisfy { isLetter($0) || also.contains($0) }
    }

    private static func isLetter(_ byte: UInt8) -> Bool {
        lowercased(byte) >= UInt8(ascii: "a") && lowercased(byte) <= UInt8(ascii: "z")
    }
}
