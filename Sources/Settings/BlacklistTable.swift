public import Events

/// One line of `[BLACKLIST]`.
public struct BlacklistRule: Sendable, Equatable {
    /// An agent's full name, or a run of whole dot-separated parts of it, as it is written.
    public var key: String
    /// Whether what it names is blacklisted; false lifts that.
    public var isListed: Bool
    /// Where it stands.
    public var reference: RuleReference
}

/// `[BLACKLIST]`, the tenant's lines over the common ones.
public struct BlacklistTable: Sendable {
    private let rows: [Substring: BlacklistRule]
    /// How many parts keys have, the most first: runs of other lengths need not be looked up.
    private let lengths: [Int]

    init(_ rules: [BlacklistRule]) {
        rows = Dictionary(rules.map { ($0.key.lowercased()[...], $0) }) { first, _ in first }
        lengths = Set(rows.keys.map { BlacklistTable.parts(String($0)).count }).sorted(by: >)
    }

    /// Whether no line is written.
    public var isEmpty: Bool { rows.isEmpty }

    /// The line that decides about an agent: the one that names the most parts of its name; of two alike one that lists it.
    /// Each run of parts is one look-up, however many lines there are.
    public func rule(for agent: String) -> BlacklistRule? {
        let agent = agent.lowercased()
        let parts = BlacklistTable.parts(agent)
        for length in lengths where length <= parts.count {
            let found = (0...(parts.count - length)).compactMap { start in
                rows[agent[parts[start].startIndex..<parts[start + length - 1].endIndex]]
            }
            if let rule = found.first(where: \.isListed) ?? found.first { return rule }
        }
        return nil
    }

    private static func parts(_ name: String) -> [Substring] {
        name.utf8.split(separator: UInt8(ascii: "."), omittingEmptySubsequences: false).map { Substring($0) }
    }
}
