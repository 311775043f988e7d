public import Events
import Formats

/// What a line of `[ALERT REWRITE]` does with a subject in which its fragment occurs.
public enum AlertRewrite: Sendable, Equatable {
    /// The event ends.
    case cancel
    /// The subject becomes this one.
    case rewrite(String)
    /// A module decides; its name without prefix and ending.
    case process(module: String)
}

/// `[ALERT REWRITE]`, prepared for searching: the first rule in the order of the file whose fragment occurs decides.
public final class AlertRewriteTable: Sendable {
    /// One line of the section.
    public struct Rule: Sendable, Equatable {
        /// The fragment of the subject.
        public var fragment: String
        /// What to do.
        public var action: AlertRewrite
        /// Where it stands.
        public var reference: RuleReference
    }

    /// The rules in the order in which they are tried: a tenant's own first.
    public let rules: [Rule]
    private let fragments: PatternSet

    init(_ rules: [Rule]) {
        self.rules = rules
        fragments = PatternSet(rules.map(\.fragment))
    }

    /// The rule that decides about a subject, if one does.
    public func rule(for subject: String) -> Rule? {
        fragments.firstMatch(in: subject).map { rules[$0] }
    }

    /// Which of the first `count` rules can never decide, each with the earlier rule whose fragment is contained in its own.
    func shadowed(among count: Int) -> [(rule: Rule, by: Rule)] {
        rules.prefix(count).enumerated().compactMap { index, rule in
            guard let first = fragments.firstMatch(in: rule.fragment), first < index else { return nil }
            return (rule, rules[first])
        }
    }
}

/// One line of `[PSA REWRITE]`: how the PSA is to name and classify a monitor's tickets.
public final class PSARewrite: Sendable {
    /// The code for e-mail; may be empty.
    public let code: String
    /// The text that people read.
    public let text: String
    /// Type, subtype and item.
    public let classification: TicketDraft.Classification
    /// Where it stands.
    public let reference: RuleReference

    init(code: String, text: String, classification: TicketDraft.Classification, reference: RuleReference) {
        self.code = code
        self.text = text
        self.classification = classification
        self.reference = reference
    }
}
