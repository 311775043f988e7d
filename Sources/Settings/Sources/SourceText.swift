public import Events
public import Formats

/// A text with values in braces, `{/hostname // "?"} is down`, read once when the configuration is loaded.
public struct SourceText: Sendable {
    /// A piece of it.
    public enum Part: Sendable {
        /// Stands for itself.
        case text(String)
        /// A value of the request.
        case value(SourceValue)
    }

    /// Its pieces in their order.
    public var parts: [Part]
}

/// What stands between two braces: the first alternative that is there, and what is done to it.
public struct SourceValue: Sendable {
    /// Tried in their order.
    public var alternatives: [SourceOperand]
    /// Applied in their order.
    public var functions: [ValueFunction]

    /// Whether it says what stands in its place where it is absent.
    public var hasDefault: Bool { functions.contains { if case .fallback = $0 { true } else { false } } }
}

/// One place from which a value may come.
public indirect enum SourceOperand: Sendable {
    /// A value in round brackets, with functions of its own.
    case nested(SourceValue)
    /// `/a/b` in the item; `^/a/b` in the whole document.
    case pointer(JSONPath, ofDocument: Bool)
    /// `header:Name`.
    case header(String)
    /// `query:name`.
    case query(String)
    /// `"text"`.
    case constant(String)
    /// A named group of a `Match.` line.
    case group(String)
    /// A `Let.` line, by its place.
    case variable(Int)
    /// Another key of the section, for instance `priority`.
    case field(SourceField)
    /// `body`: the whole body as text.
    case body
    /// `item`: the item as text, of one that is an object its JSON.
    case item
    /// `source`: the source's name.
    case source
}

/// What can be done to a value.
public enum ValueFunction: Sendable {
    case trim
    case lower
    case upper
    /// HTML as text.
    case html
    case urldecode
    case base64
    /// A short fingerprint.
    case hash
    /// Fit for a MonSetID's name: capitals, digits and hyphens.
    case word
    /// Without digits: what changes from one alert to the next.
    case noDigits
    case replace(String, with: String)
    /// The part at a place of what stands between separators; negative from the end.
    case split(String, Int)
    case substring(Int, length: Int?)
    /// Put before what is not empty.
    case prefix(String)
    /// Put behind what is not empty.
    case suffix(String)
    /// Taken away from the beginning.
    case strip(String)
    case fallback(String)
    /// The first named group of an expression.
    case find(any PatternMatcher)
    /// What stands behind a name in lines `name: value`.
    case keyed(String)
    /// A `Map.` line, by its place.
    case map(Int)
    /// A time, written anew by RFC 3339.
    case date(DatePattern?)
}

/// The keys of a source that are texts and become parts of the event.
public enum SourceField: String, Sendable, CaseIterable {
    case subject = "Subject"
    case body = "Body"
    case agent = "Agent"
    case agentID = "AgentId"
    case group = "Group"
    case system = "OS"
    case hostClass = "HostClass"
    case organisation = "Org"
    case organisationID = "OrgId"
    case tenant = "Msp"
    case serviceLevel = "ServiceLevel"
    case severity = "Severity"
    case priority = "Priority"
    case category = "Category"
    case key = "Key"
    case deliveryID = "DeliveryId"
    case occurredAt = "OccurredAt"
    case eventType = "EventType"
    case eventCode = "EventCode"
    case lastCheckIn = "LastCheckIn"
    case link = "Link"
    /// The ID of a record that is read from Netwrix Auditor.
    case lookUp = "LookUp"

    /// Fields that name what an alert is about: where all of their values are placeholders, it is a test.
    public static let identifying: [SourceField] = [.agent, .agentID, .organisation, .organisationID, .key]
}

/// A question about a request, for instance `/status = "resolved" and not /muted exists`.
public indirect enum SourceCondition: Sendable {
    case all([SourceCondition])
    case any([SourceCondition])
    case not(SourceCondition)
    case compare(SourceValue, Comparison)

    /// What is asked of a value.
    public enum Comparison: Sendable {
        /// One of these words, in any case.
        case equals([String])
        case matches(any PatternMatcher)
        case exists
        /// As numbers.
        case less(Double, orEqual: Bool)
        case greater(Double, orEqual: Bool)
    }
}

/// A `Map.` line: words, ranges and expressions to values.
public struct ValueMap: Sendable {
    /// Its name.
    public var name: String
    /// Tried in their order.
    public var entries: [Entry]

    /// One of its entries.
    public struct Entry: Sendable {
        /// What the value has to be.
        public var test: Test
        /// What it becomes.
        public var result: String
    }

    /// What an entry asks.
    public enum Test: Sendable {
        /// One of these words, in any case.
        case words([String])
        case range(ClosedRange<Double>)
        case matches(any PatternMatcher)
        case anything
    }
}
