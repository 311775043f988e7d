/// A text with macros of the form `<name>`, cut into its parts once and filled many times.
///
/// Values are put in as they are and never expanded again. A macro without a value stays in the text as it was written.
public struct Template: Sendable, Equatable {
    private struct Part: Sendable, Equatable {
        /// The macro's name in small letters; nil where it is ordinary text.
        var macro: String?
        /// Where it stands in `written`.
        var place: Range<Int>
    }

    private let parts: [Part]
    /// The whole text as it was written.
    private let written: [UInt8]
    /// What a filled text has room for from the start, in bytes: its own, and of each macro what many values need.
    private let room: Int

    /// Cuts a text into its parts. A `<` that begins no macro is ordinary text. A macro is letters, digits, `:`, `_`, `-`
    /// and blanks up to a `>`; behind a `:` stands the name of a custom field, which may hold any letter of its line.
    public init(_ text: String) {
        var parts: [Part] = []
        // Where the ordinary text begins that is being read.
        var plain = text.startIndex
        var rest = text[...]
        func add(_ macro: String?, _ from: String.Index, _ to: String.Index) {
            guard from < to else { return }
            let start = text.utf8.distance(from: text.startIndex, to: from)
            parts.append(Part(macro: macro, place: start..<start + text.utf8.distance(from: from, to: to)))
        }
        while let open = rest.firstIndex(of: "<") {
            let inner = rest[rest.index(after: open)...]
            rest = inner
            guard let close = Template.end(of: inner), inner[close] == ">", close > inner.startIndex else { continue }
            let end = inner.index(after: close)
            add(nil, plain, open)
            add(inner[..<close].lowercased(), open, end)
            plain = end
            rest = inner[end...]
        }
        add(nil, plain, text.endIndex)
        self.parts = parts
        written = Array(text.utf8)
        room = parts.reduce(0) { $0 + ($1.macro == nil ? $1.place.count : 24) }
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
        written.withUnsafeBufferPointer { written in
            for part in parts {
                if let macro = part.macro, let value = value(macro) {
                    out.append(value)
                } else {
                    out.append(contentsOf: UnsafeBufferPointer(rebasing: written[part.place]))
                }
            }
        }
    }

    /// The names of all macros, in small letters, in the order of the text.
    public var macros: [String] {
        parts.compactMap(\.macro)
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
