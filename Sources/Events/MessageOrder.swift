public import Formats

/// A message that is to go out: to on-call staff, a pager, a NOC, or the administrator. Whoever carries it out finds the
/// pager's key, or the mail server, in the configuration: an order holds no secret.
public struct MessageOrder: Sendable, Equatable {
    /// What the message is.
    public enum Channel: String, Sendable, CaseIterable {
        /// Mail to the on-call staff.
        case onCall = "oncall"
        /// A page.
        case page
        /// Mail to the NOC.
        case noc
        /// A notice to the administrator.
        case notice
    }

    /// Names the message: the same at each try, so that a mail's Message-ID is.
    public var id: String
    /// What it is.
    public var channel: Channel
    /// Whose: the tenant's ID; empty for the primary.
    public var tenant: String
    /// Addresses; none where it goes to the pager's API.
    public var recipients: [String]
    /// The sender's address; empty = the mail server's default.
    public var from: String
    /// One line.
    public var subject: String
    /// The text; lines end with a line feed.
    public var body: String
    /// Names the problem to a pager, so that it takes the same page once: the first event's ID.
    public var dedupKey: String
    /// The events that it tells of.
    public var events: [Identifier]
    /// The highest of their priorities: 1 (critical) to 9; 0 where there is none.
    public var priority: Int
    /// Whether it only brings the ticket's number after an earlier message with the same key.
    public var isFollowUp = false
    /// Whether it only tells a pager that what was paged with the same key is over.
    public var isClosing = false

    /// The tickets that it is about: where it is noted what became of a page.
    public var places: [Place] = []

    /// A ticket, named as orders on it are.
    public struct Place: Sendable, Equatable {
        /// The event that is told of.
        public var event: Identifier
        /// The lane of its PSA account.
        public var lane: String
        /// Its problem within the lane.
        public var problem: String

        /// Makes a place.
        public init(event: Identifier, lane: String, problem: String) {
            self.event = event
            self.lane = lane
            self.problem = problem
        }
    }

    /// Makes an order.
    public init(
        id: String, channel: Channel, tenant: String, recipients: [String], from: String, subject: String, body: String,
        dedupKey: String, events: [Identifier], priority: Int
    ) {
        self.id = id
        self.channel = channel
        self.tenant = tenant
        self.recipients = recipients
        self.from = from
        self.subject = subject
        self.body = body
        self.dedupKey = dedupKey
        self.events = events
        self.priority = priority
    }

    /// The lane that carries it out: mail, or the pager of a tenant.
    public var lane: String { isForPager ? MessageOrder.pagerLanes + tenant.lowercased() : "mail:" }

    /// Whether it goes to the interface of a pager.
    public var isForPager: Bool { recipients.isEmpty }

    /// What the names of the lanes to pagers begin with.
    public static let pagerLanes = "page:"
}

extension MessageOrder {
    /// The order as the ledger keeps it.
    public var json: JSON {
        [
            "id": .string(id), "channel": .string(channel.rawValue), "tenant": .string(tenant),
            "recipients": .array(recipients.map { .string($0) }), "from": .string(from), "subject": .string(subject),
            "body": .string(body), "dedupKey": .string(dedupKey),
            "events": .array(events.map { .string($0.description) }), "priority": .integer(priority),
            "followUp": .bool(isFollowUp), "closing": .bool(isClosing),
            "places": .array(
                places.map {
                    [
                        "event": .string($0.event.description), "lane": .string($0.lane),
                        "problem": .string($0.problem),
                    ]
                }),
        ]
    }

    /// Reads an order back; nil where the text is none.
    public init?(json: JSON) {
        guard let id = json["id"]?.string, let channel = json["channel"]?.string.flatMap(Channel.init(rawValue:)) else {
            return nil
        }
        let text = { (name: String) in json[name]?.string ?? "" }
        let list = { (name: String) in (json[name]?.array ?? []).compactMap(\.string) }
        self.init(
            id: id, channel: channel, tenant: text("tenant"), recipients: list("recipients"), from: text("from"),
            subject: text("subject"), body: text("body"), dedupKey: text("dedupKey"),
            events: list("events").compactMap { Identifier($0) },
            priority: json["priority"]?.integer.map { Int($0) } ?? 0)
        isFollowUp = json["followUp"]?.bool ?? false
        isClosing = json["closing"]?.bool ?? false
        places = (json["places"]?.array ?? []).compactMap { place in
            place["event"]?.string.flatMap { Identifier($0) }.map { event in
                Place(event: event, lane: place["lane"]?.string ?? "", problem: place["problem"]?.string ?? "")
            }
        }
    }
}
