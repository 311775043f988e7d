/// A text with macros of the form `<name>`, cut into its parts once and filled many times.
///
/// Values are put in as they are and never expanded again. A macro without a value stays in the text as it was written.
public struct Template: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case text(String)
        /// A macro's name in small letters, and how it was written.
        case macro(name: String, written: String)
    }

    private let parts: [Part]
    /// What a filled text has room for from the start, in bytes: its own, and of each macro what many values need.
    private let room: Int

    /// Cuts a text into its parts. A `<` that begins no macro is ordinary text. A macro is letters, digits, `:`, `_`, `-`
    /// and blanks up to a `>`; behind a `:` stands the name of a custom field, which may hold any letter of its line.
    public init(_ text: String) {
        var parts: [Part] = []
        var plain = ""
        var rest = text[...]
        while let open = rest.firstIndex(of: "<") {
            plain += rest[..<open]
            let inner = rest[rest.index(after: open)...]
            if let close = Template.end(of: inner), inner[close] == ">", close > inner.startIndex {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                let name = inner[..<close]
                parts.append(.macro(name: name.lowercased(), written: "<\(name)>"))
                rest = inner[inner.index(after: close)...]
            } else {
                plain += "<"
                rest = inner
            }
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
        room = parts.reduce(0) { sum, part in
            if case .text(let text) = part { sum + text.utf8.count } else { sum + 24 }
        }
    }

    /// The text with each macro replaced by what `value` gives for its name (in small letters, without the brackets);
    /// nil leaves the macro as it was written.
    public func expanded(_ value: (String) -> String?) -> String {
        var out: [UInt8] = []
        out.reserveCapacity(room)
        expand(into: &out, value)
        return String(decoding: out, as: UTF8.self)
    }

    /// The same at the end of a text that is put together of several.
    public func expand(into out: inout [UInt8], _ value: (String) -> String?) {
        for part in parts {
            switch part {
            case .text(let text): out.append(text)
            case .macro(let name, let written): out.append(value(name) ?? written)
            }
        }
    }

    /// The names of all macros, in small letters, in the order of the text.
    public var macros: [String] {
        parts.compactMap { part in
            guard case .macro(let name, _) = part else { return nil }
            return name
        }
    }

    /// Where the name that a text begins with ends; nil where it does not end.
    private static func end(of text: Substring) -> Substring.Index? {
        var isField = false
        return text.firstIndex { character in
            if character == ":" { isField = true }
            return isField ? character == ">" || character == "<" || character.isNewline : !isNameCharacter(character)
        }
    }

    private static func isNameCharacter(_ character: Character) -> Bool {
        character.isASCII && (character.isLetter || character.isNumber) || ":_- ".contains(character)
    }
}
