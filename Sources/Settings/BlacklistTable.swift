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
        lengths = Set(rows.keys.map { BlacklistTable.dots(String($0)).count + 1 }).sorted(by: >)
    }

    /// Whether no line is written.
    public var isEmpty: Bool { rows.isEmpty }

    /// The line that decides about an agent: the one that names the most parts of its name; of two alike one that lists it.
    /// Each run of parts is one look-up, however many lines there are.
    public func rule(for agent: String) -> BlacklistRule? {
        let agent = agent.lowercased()
        let dots = BlacklistTable.dots(agent)
        for length in lengths where length <= dots.count + 1 {
            var lifted: BlacklistRule?
            for first in 0...(dots.count + 1 - length) {
                let start = first == 0 ? agent.startIndex : agent.utf8.index(after: dots[first - 1])
                let last = first + length - 1
                guard let rule = rows[agent[start..<(last < dots.count ? dots[last] : agent.endIndex)]] else {
                    continue
                }
                if rule.isListed { return rule }
                lifted = lifted ?? rule
            }
            if let lifted { return lifted }
        }
        return nil
    }

    /// Where the parts of a name end, but for the last.
    private static func dots(_ name: String) -> [String.Index] {
        name.utf8.indices.filter { name.utf8[$0] == UInt8(ascii: ".") }
    }
}
