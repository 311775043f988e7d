/// Walks over an object of texts and small whole numbers without making anything of it: what nearly every alert is, and whether
/// it is one can be known at a fraction of the cost of reading it.
///
/// It says `unsure` to all that is more than that, valid or not: then a `JSON` has to be made to know.
public struct FlatJSON {
    /// What comes next.
    public enum Step: Equatable {
        /// A member: where the bytes of its name stand, which holds no escape, and those of its value.
        case text(name: Range<Int>, value: Range<Int>)
        /// The same, and the value is a whole number of at most nine digits, without a sign.
        case number(name: Range<Int>, value: Range<Int>)
        /// The object is closed and nothing follows it: the whole text was valid.
        case end
        case unsure
    }

    private static let mostDigits = 9

    private var at = 0
    private var isOpen = false
    private var isASCII = true

    /// Makes a reader at the beginning of a text.
    public init() {}

    /// The next member of the text, which has to be the same each time.
    public mutating func next(_ text: Span<UInt8>) -> Step {
        skipBlanks(text)
        if isOpen {
            guard let byte = byte(text) else { return .unsure }
            at += 1
            if byte == UInt8(ascii: "}") { return end(text) }
            guard byte == UInt8(ascii: ",") else { return .unsure }
            skipBlanks(text)
        } else {
            guard byte(text) == UInt8(ascii: "{") else { return .unsure }
            at += 1
            isOpen = true
            skipBlanks(text)
        }
        guard let name = string(text, allowsEscapes: false) else { return .unsure }
        skipBlanks(text)
        guard byte(text) == UInt8(ascii: ":") else { return .unsure }
        at += 1
        skipBlanks(text)
        if byte(text) == UInt8(ascii: "\"") {
            guard let value = string(text, allowsEscapes: true) else { return .unsure }
            return .text(name: name, value: value)
        }
        guard let value = number(text) else { return .unsure }
        return .number(name: name, value: value)
    }

    private func byte(_ text: Span<UInt8>) -> UInt8? { at < text.count ? text[at] : nil }

    private mutating func end(_ text: Span<UInt8>) -> Step {
        skipBlanks(text)
        guard at == text.count else { return .unsure }
        if isASCII { return .end }
        // All cuts were made at ASCII bytes, so the texts are valid where the whole is.
        do {
            _ = try UTF8Span(validating: text)
            return .end
        } catch {
            return .unsure
        }
    }

    /// Where the bytes between the quotes stand.
    private mutating func string(_ text: Span<UInt8>, allowsEscapes: Bool) -> Range<Int>? {
        guard byte(text) == UInt8(ascii: "\"") else { return nil }
        at += 1
        let start = at
        while at < text.count {
            if at + 8 <= text.count {
                let eight = EightBytes(text, at: at)
                let plain = eight.plainOfString
                isASCII = isASCII && eight.areASCII(first: plain)
                at += plain
                if plain == 8 { continue }
            }
            let byte = text[at]
            switch byte {
            case UInt8(ascii: "\""):
                at += 1
                return start..<at - 1
            case UInt8(ascii: "\\"):
                guard allowsEscapes, at + 1 < text.count, FlatJSON.isSimpleEscape(text[at + 1]) else { return nil }
                at += 2
            case 0..<0x20: return nil
            default:
                isASCII = isASCII && byte < 0x80
                at += 1
            }
        }
        return nil
    }

    private static func isSimpleEscape(_ letter: UInt8) -> Bool {
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"), UInt8(ascii: "b"), UInt8(ascii: "f"),
            UInt8(ascii: "n"), UInt8(ascii: "r"), UInt8(ascii: "t"):
            true
        default: false
        }
    }

    private mutating func number(_ text: Span<UInt8>) -> Range<Int>? {
        let start = at
        while let byte = byte(text), byte >= UInt8(ascii: "0"), byte <= UInt8(ascii: "9") { at += 1 }
        // A digit more, a point or an exponent is for the whole reader.
        guard at > start, at - start <= FlatJSON.mostDigits, at - start == 1 || text[start] != UInt8(ascii: "0") else {
            return nil
        }
        return start..<at
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while let byte = byte(text), byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D { at += 1 }
    }
}

extension EightBytes {
    /// How many of the bytes stand before the first that is not simply part of a string of JSON.
    @inline(__always)
    var plainOfString: Int { EightBytes.count(before: marksOfString) }

    /// Marks the bytes that do not stand for themselves in a string of JSON.
    @inline(__always)
    var marksOfString: UInt64 {
        marks(of: UInt8(ascii: "\"")) | marks(of: UInt8(ascii: "\\")) | marks(below: 0x20)
    }
}
