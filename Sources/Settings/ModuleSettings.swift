public import Events
public import Formats

/// The modules that `PROCESS;module` can name, by their names in capitals.
public struct ModuleTable: Sendable {
    /// `[ISR name]` sections, and those that are built in.
    public var declarative: [String: DeclarativeModule] = [:]
    /// The programs of `modules/` that may be run.
    public var executable: [String: ExecutableModule] = [:]
    /// How long a program may take.
    public var timeoutSeconds = 5
}

/// `[ISR name]`: the first of its rules that matches decides.
public struct DeclarativeModule: Sendable {
    /// The name as it is written.
    public var name: String
    /// In the order of the file.
    public var rules: [Rule]

    /// One rule: one or two `Match` lines and what follows them.
    public struct Rule: Sendable {
        /// `Match=`, over the subject.
        public var subjectPattern: (any PatternMatcher)?
        /// `MatchBody=`, over the body.
        public var bodyPattern: (any PatternMatcher)?
        /// `Subject=`.
        public var subject: GroupText?
        /// `Agent=`.
        public var agent: GroupText?
        /// `Priority=`, from 1 to 9.
        public var priority: Int?
        /// `Cancel=`: the reason.
        public var cancel: GroupText?
        /// Its first line.
        public var reference: RuleReference
    }
}

/// A program in `modules/`.
public struct ExecutableModule: Sendable, Equatable {
    /// The name as it is written.
    public var name: String
    /// Where it stands on disk.
    public var path: String
    /// The lines of its own section of the configuration.
    public var settings: [Event.Field]
}

/// A text with references to groups of a regular expression, `${name}`.
public struct GroupText: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case text(String)
        case group(String)
    }

    private let parts: [Part]

    /// Reads a text; what is no reference stays as it is.
    public init(_ written: String) {
        var parts: [Part] = []
        var plain = ""
        var rest = written[...]
        while let open = rest.firstRange(of: "${") {
            guard let close = rest[open.upperBound...].firstIndex(of: "}") else { break }
            plain += rest[..<open.lowerBound]
            if !plain.isEmpty { parts.append(.text(plain)) }
            plain = ""
            parts.append(.group(String(rest[open.upperBound..<close])))
            rest = rest[rest.index(after: close)...]
        }
        plain += rest
        if !plain.isEmpty { parts.append(.text(plain)) }
        self.parts = parts
    }

    /// The names of the groups that it refers to.
    public var groups: [String] {
        parts.compactMap { part in
            if case .group(let name) = part { name } else { nil }
        }
    }

    /// The text with the groups' values in their places; one that took no part is empty.
    ///
    /// What a sender wrote must not shift the fields of a subject: in a text that has a `|` of its own, those of the
    /// values become `/`. Line ends and other control characters become blanks.
    public func filled(_ values: [String: String]) -> String {
        let hasFields = parts.contains { part in
            if case .text(let text) = part { text.contains("|") } else { false }
        }
        return parts.map { part in
            switch part {
            case .text(let text): text
            case .group(let name): inOneLine((values[name] ?? "").trimmed).replacing("|", with: hasFields ? "/" : "|")
            }
        }.joined()
    }
}

/// A text without line ends and other control characters: blanks stand in their places.
public func inOneLine(_ text: String) -> String {
    String(text.map { $0.unicodeScalars.contains { $0.properties.generalCategory == .control } ? " " : $0 })
}
