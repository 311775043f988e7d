public import Events
import Formats

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
    private let rows: LookupTable<BlacklistRule>
    /// How many parts keys have, the most first: runs of other lengths need not be looked up.
    private let lengths: [Int]

    init(_ rules: [BlacklistRule]) {
        rows = LookupTable(rules.map { ($0.key, $0) })
        lengths = Set(rules.map { $0.key.utf8.count { $0 == UInt8(ascii: ".") } + 1 }).sorted(by: >)
    }

    /// Whether no line is written.
    public var isEmpty: Bool { rows.isEmpty }

    /// The line that decides about an agent: the one that names the most parts of its name; of two alike one that lists it.
    /// Each run of parts is one look-up, however many lines there are.
    public func rule(for agent: String) -> BlacklistRule? {
        var agent = agent
        return agent.withUTF8 { name in
            let dots = name.indices.filter { name[$0] == UInt8(ascii: ".") }
            for length in lengths where length <= dots.count + 1 {
                var lifted: BlacklistRule?
                for first in 0...(dots.count + 1 - length) {
                    let start = first == 0 ? 0 : dots[first - 1] + 1
                    let last = first + length - 1
                    let end = last < dots.count ? dots[last] : name.count
                    guard let rule = rows[bytes: UnsafeBufferPointer(rebasing: name[start..<end])] else { continue }
                    if rule.isListed { return rule }
                    lifted = lifted ?? rule
                }
                if let lifted { return lifted }
            }
            return nil
        }
    }
}
