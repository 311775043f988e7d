public import Formats

/// The normalised record that ITP makes of an alert, or of one item of it.
///
/// What a sender did not say is nil or empty here; a stage fills in what the configuration knows.
public struct Event: Sendable, Equatable {
    /// The event's GUID: the receipt's for item 0, else derived from the receipt and the item's index.
    public var id: Identifier
    /// The receipt that the sender was given for the alert.
    public var receipt: Identifier
    /// When the alert was accepted. It never goes backwards from one journal record to the next.
    public var receivedAt: Instant
    /// The name of the source, for instance `api`.
    public var source: String
    /// Whether the problem begins (or goes on), or is over.
    public var state: AlertState = .firing
    /// When the sender says that it happened.
    public var occurredAt: Instant?
    /// The address from which it came; empty if not known.
    public var sender = ""
    /// Names the sender's delivery, so that its retry is seen to be one; prefixed with the source's name.
    public var deliveryID: String?
    /// Names the problem, in the sender's words; prefixed with the source's name.
    public var correlationKey: String?

    /// The subject; from the rewrite on, the rewritten one.
    public var subject: String
    /// The text.
    public var body = ""
    /// The sender's word for the kind of event.
    public var eventType = ""
    /// The sender's code of the event.
    public var eventCode = ""
    /// The sender's word for how bad it is.
    public var severity = ""
    /// Where the sender shows the alert.
    public var link = ""

    /// The files that came with it, within the limits of `EventFile`.
    public var files: [EventFile] = []

    /// The ID of a record elsewhere that says more of it, where the alert holds no more than that; nil = it says all.
    public var lookUp: String?

    /// Whether its sender also says when a problem is over.
    public var tellsEnd = false
    /// It adds to an open ticket and never makes one.
    public var isNote = false
    /// How its source has ended it: ignored, or a test. Nil = the stages decide.
    public var ending: Ending?
    /// What mapping it saw and decided; the trace begins with it.
    public var remarks: [TraceStep] = []

    /// The machine it is about.
    public var agent = Agent()
    /// The customer it is about.
    public var organisation = Organisation()

    /// Makes an event that holds only what every event has.
    public init(id: Identifier, receipt: Identifier, receivedAt: Instant, source: String, subject: String) {
        self.id = id
        self.receipt = receipt
        self.receivedAt = receivedAt
        self.source = source
        self.subject = subject
    }

    /// An end before the first stage.
    public struct Ending: Sendable, Equatable {
        /// What it ends as.
        public var disposition: Disposition
        /// Why, in a sentence.
        public var reason: String

        /// Makes an ending.
        public init(_ disposition: Disposition, reason: String) {
            self.disposition = disposition
            self.reason = reason
        }
    }

    /// The machine that an event is about.
    public struct Agent: Sendable, Equatable {
        /// The full name, `agent.group.…`, for instance `fs1.branch.servers.acme`.
        public var name = ""
        /// The RMM's own identifier.
        public var guid = ""
        /// The operating system as text.
        public var operatingSystem = ""
        /// The machine group, where it is given apart from the name.
        public var machineGroup = ""
        /// The class, where the sender says it.
        public var hostClass: HostClass?
        /// When the RMM last heard of the agent.
        public var lastCheckIn: Instant?
        /// Custom fields, in the order given.
        public var customFields: [Field] = []

        /// An agent of which nothing is known.
        public init() {}

        /// The name without its groups, for instance `fs1`.
        public var machine: String { String(Substring(name.utf8.prefix { $0 != UInt8(ascii: ".") })) }

        /// The groups: what is given, else what follows the machine in the name.
        public var groups: [String] { groupParts.map { String(Substring($0)) } }

        /// Whether one of the groups is called so, in any case; the name is given in small letters of ASCII.
        public func isIn(group: String) -> Bool {
            var (groups, wanted) = (machineGroup.isEmpty ? name : machineGroup, group)
            // Before the first dot of a full name stands the machine.
            var isGroup = !machineGroup.isEmpty
            return groups.withUTF8 { groups in
                wanted.withUTF8 { wanted in
                    var start = 0
                    for end in 0...groups.count where end == groups.count || groups[end] == UInt8(ascii: ".") {
                        if isGroup, end - start == wanted.count,
                            wanted.indices.allSatisfy({ lowercased(groups[start + $0]) == wanted[$0] })
                        {
                            return true
                        }
                        isGroup = true
                        start = end + 1
                    }
                    return false
                }
            }
        }

        /// The last of the groups.
        public var rootGroup: String? { groupParts.last.map { String(Substring($0)) } }

        private var groupParts: [Substring.UTF8View] {
            let dot = name.utf8.firstIndex(of: UInt8(ascii: "."))
            let text = machineGroup.isEmpty ? dot.map { name[$0...] } ?? "" : machineGroup[...]
            return text.utf8.split(separator: UInt8(ascii: "."))
        }
    }

    /// The customer that an event is about.
    public struct Organisation: Sendable, Equatable {
        /// The identifier, for instance `acme`.
        public var id = ""
        /// The name, for instance `Acme Dental`.
        public var name = ""
        /// The tenant (MSP) that serves it; empty for the primary.
        public var tenant = ""
        /// Routes its tickets to boards.
        public var serviceLevel = ""

        /// A customer of whom nothing is known.
        public init() {}
    }

    /// A named value.
    public struct Field: Sendable, Equatable {
        /// The name as the sender writes it.
        public var name: String
        /// The value as text.
        public var value: String

        /// Makes a field.
        public init(name: String, value: String) {
            self.name = name
            self.value = value
        }
    }
}

/// Whether a problem begins or goes on, or is over.
public enum AlertState: String, Sendable {
    case firing
    case resolved
}

extension Event {
    /// The source of fire drills; no section of a configuration can be called so.
    public static let drillSource = "itp:drill"

    /// Whether it is part of a fire drill: nobody's alert.
    public var isDrill: Bool { source == Event.drillSource }
}
