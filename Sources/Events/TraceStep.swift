import Formats

/// The stages of the pipeline by the names that traces show.
public enum StageName: String, Sendable, CaseIterable {
    case intake
    case clock
    case rewrite
    case parse
    case silence
    case codes
    case duplicate
    case module
    case restricted
    case priority
    case remediation
    case blacklist
    case compose
    case policy
    case notify
    case delivery
}

/// The line of the configuration that decided: one object that all share who name it.
public final class RuleReference: Sendable, Equatable {
    /// The file, for instance `ITPConfig.ini`.
    public let file: String
    /// The line, from 1.
    public let line: Int
    /// The rule as it is written there.
    public let text: String
    /// `file:line`; ready, as each decision names its rules several times.
    public let place: String
    /// `"file",line,"text"` of JSON; ready for the same reason.
    let coded: String

    /// Makes a reference.
    public init(file: String, line: Int, text: String) {
        self.file = file
        self.line = line
        self.text = text
        place = joined(file, ":", String(line))
        var coded: [UInt8] = []
        JSON.quote(file, into: &coded)
        coded.append(contentsOf: ",\(line),".utf8)
        JSON.quote(text, into: &coded)
        self.coded = String(decoding: coded, as: UTF8.self)
    }

    /// Whether it is the same line with the same rule.
    public static func == (left: RuleReference, right: RuleReference) -> Bool {
        left.line == right.line && left.file == right.file && left.text == right.text
    }
}

/// What one stage saw and decided.
public struct TraceStep: Sendable, Equatable {
    /// The stage.
    public var stage: StageName
    /// What it looked at.
    public var saw: String
    /// What it made of that.
    public var decided: String
    /// The line of the configuration that decided, if one did.
    public var rule: RuleReference?

    /// Makes a step.
    public init(_ stage: StageName, saw: String, decided: String, rule: RuleReference? = nil) {
        self.stage = stage
        self.saw = saw
        self.decided = decided
        self.rule = rule
    }
}
