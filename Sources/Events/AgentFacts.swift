public import Formats

/// What the RMM knows of an agent, and of the customer that it belongs to.
public struct AgentFacts: Sendable, Equatable {
    /// The RMM's own identifier.
    public var guid = ""
    /// The operating system as text.
    public var operatingSystem = ""
    /// The machine group.
    public var machineGroup = ""
    /// Whether it is connected; nil where that is not known.
    public var isOnline: Bool?
    /// When the RMM last heard of it.
    public var lastCheckIn: Instant?
    /// Its custom fields.
    public var customFields: [Event.Field] = []
    /// Whose it is.
    public var customer = Customer()

    /// A customer, as the RMM knows it.
    public struct Customer: Sendable, Equatable {
        /// The identifier that alerts use.
        public var id = ""
        /// The RMM's own one.
        public var number = ""
        /// The name.
        public var name = ""
        /// The tenant that serves it (custom field `MSP`); empty for the primary.
        public var tenant = ""
        /// Routes its tickets to boards (custom field `ServiceLevel`).
        public var serviceLevel = ""
        /// The addresses of its staff whose function is `PriNotify`.
        public var priorityStaff: [String] = []

        /// A customer of whom nothing is known.
        public init() {}

        /// Whether a customer that an alert names is this one.
        public func isMeant(by organisation: Event.Organisation) -> Bool {
            let word = organisation.id.isEmpty ? organisation.name : organisation.id
            return !word.isEmpty && [id, number, name].contains { $0.equalsIgnoringCase(word) }
        }
    }

    /// An agent of which nothing is known.
    public init() {}

    /// As it is recorded beside an event; what is not known is left out.
    public var json: JSON {
        var members: [(String, JSON)] = []
        let add = { (name: String, text: String) in if !text.isEmpty { members.append((name, .string(text))) } }
        add("guid", guid)
        add("os", operatingSystem)
        add("group", machineGroup)
        if let isOnline { members.append(("online", .bool(isOnline))) }
        if let lastCheckIn { add("lastCheckIn", lastCheckIn.description) }
        if !customFields.isEmpty {
            members.append(("fields", .members(customFields.map { ($0.name, .string($0.value)) })))
        }
        add("org", customer.id)
        add("orgNumber", customer.number)
        add("orgName", customer.name)
        add("msp", customer.tenant)
        add("serviceLevel", customer.serviceLevel)
        if !customer.priorityStaff.isEmpty {
            members.append(("priNotify", .array(customer.priorityStaff.map { .string($0) })))
        }
        return .members(members)
    }

    /// Reads back what was recorded.
    public init(json: JSON) {
        let text = { (name: String) in json[name]?.string ?? "" }
        guid = text("guid")
        operatingSystem = text("os")
        machineGroup = text("group")
        isOnline = json["online"]?.bool
        lastCheckIn = Instant(rfc3339: text("lastCheckIn"))
        customFields = (json["fields"]?.members ?? []).map { .init(name: $0.name, value: $0.value.string ?? "") }
        customer.id = text("org")
        customer.number = text("orgNumber")
        customer.name = text("orgName")
        customer.tenant = text("msp")
        customer.serviceLevel = text("serviceLevel")
        customer.priorityStaff = json["priNotify"]?.array?.compactMap(\.string) ?? []
    }
}

/// What the RMM has said of an agent, as it is recorded.
public enum AgentAnswer: Sendable, Equatable {
    /// What it knows.
    case found(AgentFacts)
    /// It does not know the agent, or cannot be asked; the reason, as half a sentence.
    case missing(String)

    /// The text that is recorded.
    public var recorded: String {
        switch self {
        case .found(let facts): "found " + facts.json.compact
        case .missing(let reason): "missing " + reason
        }
    }

    /// The answer behind a recorded text; nil = nobody has answered.
    public init(recorded: String?) {
        guard let text = recorded else {
            self = .missing("the RMM has not answered in time")
            return
        }
        if text.hasPrefix("found "), let json = JSON(ifValid: Array(text.utf8.dropFirst(6))) {
            self = .found(AgentFacts(json: json))
        } else {
            self = .missing(text.hasPrefix("missing ") ? String(text.dropFirst(8)) : "what was recorded is no answer")
        }
    }
}
