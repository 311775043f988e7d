/// A file of sections and `key=value` lines, each with the line on which it stands.
public struct INIDocument: Sendable, Equatable {
    /// The file's name as it is shown in messages, for instance `ITPConfig.ini`.
    public var file: String
    /// The sections in the order of the file; one written twice is here twice.
    public var sections: [Section] = []
    /// The lines that could not be read.
    public var faults: [Fault] = []

    /// One section.
    public struct Section: Sendable, Equatable {
        /// The name as it was written, without brackets.
        public var name: String
        /// The line of its `[NAME]`, from 1.
        public var line: Int
        /// The lines of the section in their order.
        public var entries: [Entry] = []
        /// The comments behind its name and below it; their keys are empty.
        public var comments: [Entry] = []

        /// The name by which sections are compared: capitals, and a blank for each `_`.
        public var canonicalName: String { INIDocument.canonical(name) }
    }

    /// One `key=value`.
    public struct Entry: Sendable, Equatable {
        /// The key as it was written, without quotes.
        public var key: String
        /// The value, without one pair of quotes around the whole.
        public var value: String
        /// The line, from 1.
        public var line: Int

        /// Makes an entry.
        public init(key: String, value: String, line: Int) {
            self.key = key
            self.value = value
            self.line = line
        }
    }

    /// A line that could not be read, and why.
    public struct Fault: Sendable, Equatable {
        /// The line, from 1.
        public var line: Int
        /// What is wrong and what to write instead.
        public var what: String
    }

    /// How some sections are read differently, by their canonical names.
    public struct Dialect: Sendable {
        /// Sections whose keys are patterns: there `#` begins no comment.
        public var keysArePatterns: @Sendable (String) -> Bool
        /// Sections in which the last `=` of a line ends the key, not the first.
        public var lastEqualsEndsKey: @Sendable (String) -> Bool

        /// Makes a dialect from its two questions.
        public init(
            keysArePatterns: @escaping @Sendable (String) -> Bool,
            lastEqualsEndsKey: @escaping @Sendable (String) -> Bool
        ) {
            self.keysArePatterns = keysArePatterns
            self.lastEqualsEndsKey = lastEqualsEndsKey
        }
    }

    /// The form in which section names are compared.
    public static func canonical(_ name: String) -> String {
        String(name.trimmed.uppercased().map { $0 == "_" ? " " : $0 })
    }

    /// Reads a file. What cannot be read becomes a fault; nothing is thrown, so that all faults show in one run.
    public init(file: String, bytes: [UInt8], dialect: Dialect) {
        self.file = file
        let text = INIDocument.decode(bytes)
        var number = 0
        // "\r\n" is one Character in Swift: splitting on whether it is a newline takes LF and CRLF alike.
        for raw in text.split(omittingEmptySubsequences: false, whereSeparator: { $0 == "\n" || $0 == "\r\n" }) {
            number += 1
            read(raw.trimmed, number, dialect)
        }
    }

    private mutating func read(_ line: String, _ number: Int, _ dialect: Dialect) {
        guard let first = line.first else { return }
        if first == ";" { return comment(line, number) }
        if first == "[" {
            readSection(line, number)
            return
        }
        let section = sections.last?.canonicalName
        if first == "#", !(section.map(dialect.keysArePatterns) ?? false) { return comment(line, number) }
        guard let section else {
            faults.append(Fault(line: number, what: "a line before the first [section]; put it into a section"))
            return
        }
        guard let (key, value) = INIDocument.split(line, lastEquals: dialect.lastEqualsEndsKey(section)) else {
            faults.append(Fault(line: number, what: "no '=' in this line; write key=value, or ';' before a comment"))
            return
        }
        guard !key.isEmpty else {
            faults.append(Fault(line: number, what: "nothing stands before the '='; write key=value"))
            return
        }
        sections[sections.count - 1].entries.append(Entry(key: key, value: value, line: number))
    }

    private mutating func comment(_ line: String, _ number: Int) {
        guard !sections.isEmpty else { return }
        sections[sections.count - 1].comments.append(Entry(key: "", value: line, line: number))
    }

    private mutating func readSection(_ line: String, _ number: Int) {
        guard let close = line.firstIndex(of: "]") else {
            faults.append(Fault(line: number, what: "a section's name is not closed; write [NAME]"))
            // The lines that follow belong to what was meant here, not to the section before.
            sections.append(Section(name: line.dropFirst().trimmed, line: number))
            return
        }
        let name = line[line.index(after: line.startIndex)..<close].trimmed
        let rest = line[line.index(after: close)...].trimmed
        if name.isEmpty { faults.append(Fault(line: number, what: "a section without a name; write [NAME]")) }
        if !rest.isEmpty, !rest.hasPrefix(";"), !rest.hasPrefix("#") {
            faults.append(Fault(line: number, what: "text after the section's name; put it on a line of its own"))
        }
        sections.append(Section(name: name, line: number))
        if rest.hasPrefix(";") || rest.hasPrefix("#") { comment(rest, number) }
    }

    private static func split(_ line: String, lastEquals: Bool) -> (key: String, value: String)? {
        if line.hasPrefix("\"") {
            let inner = line.dropFirst()
            if let close = inner.firstIndex(of: "\"") {
                let after = inner[inner.index(after: close)...].trimmed
                if after.hasPrefix("=") { return (String(inner[..<close]), unquoted(after.dropFirst().trimmed)) }
            }
        }
        guard let equals = lastEquals ? line.lastIndex(of: "=") : line.firstIndex(of: "=") else { return nil }
        return (line[..<equals].trimmed, unquoted(line[line.index(after: equals)...].trimmed))
    }

    private static func unquoted(_ value: String) -> String {
        guard value.count >= 2, value.first == "\"", value.last == "\"" else { return value }
        return String(value.dropFirst().dropLast())
    }

    /// UTF-8, with or without byte-order mark, else Windows-1252, which has a character for every byte.
    static func decode(_ bytes: [UInt8]) -> String {
        let body = bytes.starts(with: [0xEF, 0xBB, 0xBF]) ? bytes.dropFirst(3) : bytes[...]
        return String(validating: body, as: UTF8.self) ?? decode1252(body)
    }

    static func decode1252(_ body: ArraySlice<UInt8>) -> String {
        var text = String.UnicodeScalarView()
        for byte in body {
            text.append(byte >= 0x80 && byte < 0xA0 ? windows1252[Int(byte - 0x80)] : Unicode.Scalar(byte))
        }
        return String(text)
    }

    /// The characters of Windows-1252 at 0x80…0x9F; the five unassigned bytes stand for themselves, as WHATWG has it.
    private static let windows1252: [Unicode.Scalar] = [
        "€", "\u{81}", "‚", "ƒ", "„", "…", "†", "‡", "ˆ", "‰", "Š", "‹", "Œ", "\u{8D}", "Ž", "\u{8F}",
        "\u{90}", "‘", "’", "“", "”", "•", "–", "—", "˜", "™", "š", "›", "œ", "\u{9D}", "ž", "Ÿ",
    ]
}
