public import Events
public import Formats

/// One line of `[REMEDIATION]`: the procedure that an `Act` or a `Req` of some monitors runs.
public struct RemediationRule: Sendable, Equatable {
    /// `Name.Category`, either of which may hold `*`, as it is written.
    public var key: String
    /// The procedure's name; its macros hold nothing that a sender writes.
    public var procedure: Template
    /// The arguments in their order.
    public var arguments: [Argument]
    /// Why the line cannot be carried out; nil where it can.
    public var fault: String?
    /// Where it stands.
    public var reference: RuleReference

    /// A named value that is handed to the procedure.
    public struct Argument: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value, with macros.
        public var value: Template
    }
}

/// `[REMEDIATION]`, the tenant's lines over the common ones, prepared for looking up: the most specific line decides.
public struct RemediationTable: Sendable {
    /// A line whose key holds `*` elsewhere than for a whole part.
    private struct Pattern: Sendable {
        var rank: Int
        var name: [UInt8]
        var category: [UInt8]
        var rule: RemediationRule
    }

    private var exact: [String: RemediationRule] = [:]
    /// `Name.*`, by the name.
    private var byName: [String: RemediationRule] = [:]
    /// `*.Category`, by the category.
    private var byCategory: [String: RemediationRule] = [:]
    /// Other patterns whose category holds no `*`, by that; the longest key first.
    private var patterns: [String: [Pattern]] = [:]
    /// The patterns that hold one in their category.
    private var openPatterns: [Pattern] = []

    /// Of two rules with one key the first counts.
    init(_ rules: [RemediationRule]) {
        var others: [RemediationRule] = []
        for rule in rules {
            let (name, category) = RemediationTable.parts(rule.key)
            switch (name, category) {
            case ("*", "*"): others.append(rule)
            case (_, "*") where !name.contains("*"): byName[name] = byName[name] ?? rule
            case ("*", _) where !category.contains("*"): byCategory[category] = byCategory[category] ?? rule
            case _ where name.contains("*") || category.contains("*"): others.append(rule)
            default: exact[name + "." + category] = exact[name + "." + category] ?? rule
            }
        }
        // A sort that keeps the order of equals: the tenant's lines come first, then the order of the file.
        let ranked = others.enumerated().sorted {
            (-$0.element.key.count, $0.offset) < (-$1.element.key.count, $1.offset)
        }
        for (rank, element) in ranked.enumerated() {
            let (name, category) = RemediationTable.parts(element.element.key)
            let pattern = Pattern(
                rank: rank, name: Array(name.utf8), category: Array(category.utf8), rule: element.element)
            if category.contains("*") {
                openPatterns.append(pattern)
            } else {
                patterns[category, default: []].append(pattern)
            }
        }
    }

    /// The line for a monitor: exact, then `Name.*`, then `*.Category`, then other patterns, the longest key first.
    public func rule(name: String, category: String) -> RemediationRule? {
        let name = name.lowercased()
        let category = category.lowercased()
        if let rule = exact[name + "." + category] ?? byName[name] ?? byCategory[category] { return rule }
        let (nameBytes, categoryBytes) = (Array(name.utf8), Array(category.utf8))
        let named = patterns[category]?.first { RemediationTable.matches(nameBytes, $0.name) }
        let open = openPatterns.first {
            RemediationTable.matches(nameBytes, $0.name) && RemediationTable.matches(categoryBytes, $0.category)
        }
        guard let named, let open else { return named?.rule ?? open?.rule }
        return named.rank < open.rank ? named.rule : open.rule
    }

    /// Name and category of a key, in small letters.
    private static func parts(_ key: String) -> (name: String, category: String) {
        let parts = key.lowercased().split(separator: ".", maxSplits: 1, omittingEmptySubsequences: false)
        return (parts.first.map { $0.trimmed } ?? "", parts.count > 1 ? parts[1].trimmed : "")
    }

    /// Whether a pattern, in which `*` stands for any run of letters, fits the whole text.
    private static func matches(_ text: [UInt8], _ pattern: [UInt8]) -> Bool {
        let star = UInt8(ascii: "*")
        var (at, next) = (0, 0)
        // Where the last `*` stands, and up to where the text is taken by it.
        var open: (pattern: Int, text: Int)?
        while at < text.count {
            if next < pattern.count, pattern[next] == star {
                open = (next, at)
                next += 1
            } else if next < pattern.count, pattern[next] == text[at] {
                at += 1
                next += 1
            } else if let last = open {
                open = (last.pattern, last.text + 1)
                at = last.text + 1
                next = last.pattern + 1
            } else {
                return false
            }
        }
        return pattern[next...].allSatisfy { $0 == star }
    }
}
