/// What is wrong with a JSON text, and where.
public struct JSONFault: Error, Sendable, Equatable {
    /// The offset in bytes, from 0, at which the text stops being JSON.
    public var offset: Int
    /// What was expected or found there, as half a sentence.
    public var what: String

    /// Makes a fault.
    public init(offset: Int, what: String) {
        self.offset = offset
        self.what = what
    }
}

extension JSONFault: CustomStringConvertible {
    /// The fault as one line.
    public var description: String { "byte \(offset): \(what)" }
}

extension JSON {
    /// Nesting deeper than this is refused: no sender needs it, and the reader recurses.
    public static let depthLimit = 64

    /// Reads one JSON text, strictly by RFC 8259; a UTF-8 byte-order mark, blanks around the value and nothing else may
    /// stand beside it. Throws `JSONFault`.
    public init(parsing bytes: Span<UInt8>) throws(JSONFault) {
        var reader = JSONReader()
        self = try reader.document(bytes)
    }

    /// Reads one JSON text as senders write it by hand: raw control characters in strings, unknown escapes (which then stand
    /// for themselves, as in `ACME\user`), commas before a closing bracket, and `NaN` (which is null). Throws `JSONFault`.
    public init(tolerating bytes: [UInt8]) throws(JSONFault) {
        var reader = JSONReader(isTolerant: true)
        self = try reader.document(bytes.span)
    }

    /// Reads one JSON text from an array of bytes; see `init(parsing:)` for a span.
    public init(parsing bytes: [UInt8]) throws(JSONFault) {
        self = try JSON(parsing: bytes.span)
    }

    /// Reads one JSON text, or nil where it is none: for callers who go on in the same way whatever is wrong with it, as
    /// with the body of an error, which a gateway may have written as plain text.
    public init?(ifValid bytes: [UInt8]) {
        do {
            self = try JSON(parsing: bytes)
        } catch {
            return nil
        }
    }

    /// Reads one JSON text from a string; offsets of faults count its UTF-8 bytes.
    public init(parsing text: String) throws(JSONFault) {
        self = try JSON(parsing: Array(text.utf8))
    }
}

/// A recursive-descent reader: the position in the text; the text itself is lent to each method.
private struct JSONReader {
    /// Room that the outermost object is given at first: alerts have seven members and more.
    private static let likelyMembers = 8

    private var at = 0
    private var depth = 0
    private let isTolerant: Bool

    init(isTolerant: Bool = false) { self.isTolerant = isTolerant }

    mutating func document(_ text: Span<UInt8>) throws(JSONFault) -> JSON {
        if text.count >= 3, text[0] == 0xEF, text[1] == 0xBB, text[2] == 0xBF { at = 3 }
        skipBlanks(text)
        let value = try self.value(text)
        skipBlanks(text)
        guard at == text.count else { throw fault("unexpected \(name(text[at])) after the value") }
        return value
    }

    private mutating func value(_ text: Span<UInt8>) throws(JSONFault) -> JSON {
        guard at < text.count else { throw fault("the text ends where a value was expected") }
        switch text[at] {
        case UInt8(ascii: "\""): return .string(try string(text))
        case UInt8(ascii: "{"): return try object(text)
        case UInt8(ascii: "["): return try array(text)
        case UInt8(ascii: "t"): return try word("true", .bool(true), text)
        case UInt8(ascii: "f"): return try word("false", .bool(false), text)
        case UInt8(ascii: "n"): return try word("null", .null, text)
        case UInt8(ascii: "N") where isTolerant: return try word("NaN", .null, text)
        case UInt8(ascii: "-"), UInt8(ascii: "0")...UInt8(ascii: "9"): return .number(try number(text))
        default: throw fault("\(name(text[at])) where a value was expected")
        }
    }

    private mutating func object(_ text: Span<UInt8>) throws(JSONFault) -> JSON {
        try enter()
        var members: [JSON.Member] = []
        if try !closes(UInt8(ascii: "}"), text) {
            if depth == 1 { members.reserveCapacity(JSONReader.likelyMembers) }
            repeat {
                skipBlanks(text)
                guard at < text.count, text[at] == UInt8(ascii: "\"") else {
                    throw fault("a member's name in double quotes was expected")
                }
                let name = try string(text)
                skipBlanks(text)
                guard at < text.count, text[at] == UInt8(ascii: ":") else {
                    throw fault("':' was expected after a member's name")
                }
                at += 1
                skipBlanks(text)
                members.append(JSON.Member(name, try value(text)))
            } while try continues(UInt8(ascii: "}"), "',' or '}' was expected after a member", text)
        }
        depth -= 1
        return .object(members)
    }

    private mutating func array(_ text: Span<UInt8>) throws(JSONFault) -> JSON {
        try enter()
        var elements: [JSON] = []
        if try !closes(UInt8(ascii: "]"), text) {
            repeat {
                skipBlanks(text)
                elements.append(try value(text))
            } while try continues(UInt8(ascii: "]"), "',' or ']' was expected after an element", text)
        }
        depth -= 1
        return .array(elements)
    }

    private mutating func enter() throws(JSONFault) {
        depth += 1
        guard depth <= JSON.depthLimit else { throw fault("nested deeper than \(JSON.depthLimit) levels") }
        at += 1
    }

    private mutating func closes(_ closer: UInt8, _ text: Span<UInt8>) throws(JSONFault) -> Bool {
        skipBlanks(text)
        guard at < text.count else { throw fault("the text ends inside an object or array") }
        guard text[at] == closer else { return false }
        at += 1
        return true
    }

    private mutating func continues(_ closer: UInt8, _ what: String, _ text: Span<UInt8>) throws(JSONFault) -> Bool {
        skipBlanks(text)
        guard at < text.count else { throw fault("the text ends inside an object or array") }
        switch text[at] {
        case UInt8(ascii: ","):
            at += 1
            // A comma before the closing bracket: nothing follows it.
            return isTolerant ? try !closes(closer, text) : true
        case closer:
            at += 1
            return false
        default: throw fault(what)
        }
    }

    private mutating func word(
        _ expected: StaticString, _ value: JSON, _ text: Span<UInt8>
    ) throws(JSONFault) -> JSON {
        let matches = expected.withUTF8Buffer { letters in
            guard at + letters.count <= text.count else { return false }
            return letters.indices.allSatisfy { text[at + $0] == letters[$0] }
        }
        guard matches else { throw fault("an unknown word where a value was expected") }
        at += expected.utf8CodeUnitCount
        return value
    }

    private mutating func number(_ text: Span<UInt8>) throws(JSONFault) -> String {
        let start = at
        if text[at] == UInt8(ascii: "-") { at += 1 }
        let integerStart = at
        let integerDigits = skipDigits(text)
        guard integerDigits > 0 else { throw fault("a digit was expected") }
        if integerDigits > 1, text[integerStart] == UInt8(ascii: "0") {
            at = integerStart + 1
            throw fault("a number may not begin with 0")
        }
        if at < text.count, text[at] == UInt8(ascii: ".") {
            at += 1
            guard skipDigits(text) > 0 else { throw fault("a digit was expected after the decimal point") }
        }
        if at < text.count, text[at] | 0x20 == UInt8(ascii: "e") {
            at += 1
            if at < text.count, text[at] == UInt8(ascii: "+") || text[at] == UInt8(ascii: "-") { at += 1 }
            guard skipDigits(text) > 0 else { throw fault("a digit was expected in the exponent") }
        }
        return try copy(text, start..<at)
    }

    private mutating func skipDigits(_ text: Span<UInt8>) -> Int {
        let start = at
        while at < text.count, text[at] >= UInt8(ascii: "0"), text[at] <= UInt8(ascii: "9") { at += 1 }
        return at - start
    }

    private mutating func string(_ text: Span<UInt8>) throws(JSONFault) -> String {
        let opening = at
        at += 1
        var run = at
        // Grown in place: a text of millions of escapes must not cost the square of its length.
        var built = ""
        while at < text.count {
            if at + 8 <= text.count {
                let plain = EightBytes(text, at: at).plainOfString
                at += plain
                if plain == 8 { continue }
            }
            let byte = text[at]
            if byte == UInt8(ascii: "\"") {
                let last = try copy(text, run..<at)
                at += 1
                if built.isEmpty { return last }
                built += last
                return built
            }
            if byte == UInt8(ascii: "\\") {
                if run < at { built += try copy(text, run..<at) }
                built.unicodeScalars.append(try escape(text))
                run = at
                continue
            }
            guard byte >= 0x20 || isTolerant else {
                throw fault("a control character inside a string; write it as an escape")
            }
            at += 1
        }
        at = opening
        throw fault("a string that begins here is not closed")
    }

    private mutating func escape(_ text: Span<UInt8>) throws(JSONFault) -> Unicode.Scalar {
        guard at + 1 < text.count else { throw fault("the text ends inside an escape") }
        let letter = text[at + 1]
        let simple: Unicode.Scalar
        switch letter {
        case UInt8(ascii: "\""), UInt8(ascii: "\\"), UInt8(ascii: "/"): simple = Unicode.Scalar(letter)
        case UInt8(ascii: "b"): simple = "\u{8}"
        case UInt8(ascii: "f"): simple = "\u{C}"
        case UInt8(ascii: "n"): simple = "\n"
        case UInt8(ascii: "r"): simple = "\r"
        case UInt8(ascii: "t"): simple = "\t"
        case UInt8(ascii: "u"):
            if isTolerant, !isUnicodeEscape(text) {
                at += 1
                return "\\"
            }
            return try unicodeEscape(text)
        default:
            guard isTolerant else {
                throw fault("an unknown escape in a string; a backslash itself is written \\\\")
            }
            // The backslash stands for itself, and what follows it is read as any other letter.
            at += 1
            return "\\"
        }
        at += 2
        return simple
    }

    /// Whether four hexadecimal digits follow: `ACME\user` begins like an escape and is none.
    private func isUnicodeEscape(_ text: Span<UInt8>) -> Bool {
        guard at + 6 <= text.count else { return false }
        for index in at + 2..<at + 6 where hexDigitValue(text[index]) == nil { return false }
        return true
    }

    private mutating func unicodeEscape(_ text: Span<UInt8>) throws(JSONFault) -> Unicode.Scalar {
        let start = at
        let first = try hexUnit(text)
        if let scalar = Unicode.Scalar(UInt32(first)) { return scalar }
        if UTF16.isLeadSurrogate(first), at + 1 < text.count, text[at] == UInt8(ascii: "\\"),
            text[at + 1] == UInt8(ascii: "u")
        {
            let second = try hexUnit(text)
            if UTF16.isTrailSurrogate(second) { return UTF16.decode(UTF16.EncodedScalar([first, second])) }
        }
        at = start
        throw fault("half of a surrogate pair in a \\u escape")
    }

    private mutating func hexUnit(_ text: Span<UInt8>) throws(JSONFault) -> UInt16 {
        guard at + 6 <= text.count else { throw fault("the text ends inside a \\u escape") }
        var unit: UInt16 = 0
        for index in at + 2..<at + 6 {
            guard let digit = hexDigitValue(text[index]) else { throw fault("a \\u escape needs four hex digits") }
            unit = unit << 4 | UInt16(digit)
        }
        at += 6
        return unit
    }

    private func copy(_ text: Span<UInt8>, _ range: Range<Int>) throws(JSONFault) -> String {
        do {
            return String(copying: try UTF8Span(validating: text.extracting(range)))
        } catch {
            throw JSONFault(offset: range.lowerBound + error.byteOffsets.lowerBound, what: "bytes that are not UTF-8")
        }
    }

    private mutating func skipBlanks(_ text: Span<UInt8>) {
        while at < text.count {
            switch text[at] {
            case 0x20, 0x09, 0x0A, 0x0D: at += 1
            default: return
            }
        }
    }

    private func fault(_ what: String) -> JSONFault { JSONFault(offset: at, what: what) }

    private func name(_ byte: UInt8) -> String {
        byte > 0x20 && byte < 0x7F ? "'\(Character(Unicode.Scalar(byte)))'" : "byte 0x" + hex(byte)
    }
}
