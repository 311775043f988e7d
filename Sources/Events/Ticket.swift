/// What a ticket is to hold, in the words of the configuration; a lane turns names into the PSA's own IDs.
public struct TicketDraft: Sendable, Equatable {
    /// One line, already cut to the PSA's limit.
    public var subject = ""
    /// The text for customer and technician.
    public var description = ""
    /// The text for the technician alone.
    public var internalNote = ""
    /// From 1 (critical) to 9.
    public var priority = 3
    /// The PSA's name for that priority; nil = the PSA's default.
    public var priorityName: String?
    /// The board or queue.
    public var board = ""
    /// The status for a new ticket; nil = the board's default.
    public var status: String?
    /// Whether the ticket is made as one that is done: what it tells of is over.
    public var isClosed = false
    /// The source that the PSA is to show.
    public var source: String?
    /// Type, subtype and item.
    public var classification = Classification()
    /// The customer's identifier, name, and what `[COMPANY MAP]` says of it.
    public var company = Company()
    /// The agent's full name.
    public var agent = ""
    /// The work type, where the PSA has one.
    public var workType: String?
    /// In how many seconds the ticket is due; nil = the PSA's default.
    public var dueSeconds: Int?
    /// The representative, where the PSA has one.
    public var representative: String?
    /// How it goes by mail; nil where it cannot.
    public var mail: Mail?

    /// An empty draft.
    public init() {}

    /// What the status is called where the configuration names none: the first of these that the PSA has.
    public var statusNames: [String] { status.map { [$0] } ?? (isClosed ? TicketDraft.closedNames : ["New"]) }

    /// What PSAs call a status of tickets that are done.
    public static let closedNames = ["Completed", "Complete"]

    /// The ticket as a mail.
    public struct Mail: Sendable, Equatable {
        /// The sender's address; empty = the mail server's default.
        public var from: String
        /// The PSA's addresses.
        public var to: [String]
        /// The subject in the form that the PSA's reader of mails takes apart.
        public var subject: String
        /// How long the PSA's interface may fail before the ticket goes by mail instead.
        public var after: Instant.Span

        /// Makes a mail.
        public init(from: String, to: [String], subject: String, after: Instant.Span = .minutes(5)) {
            self.from = from
            self.to = to
            self.subject = subject
            self.after = after
        }

        /// The lane that carries mails to these addresses.
        public var lane: String { Mail.lanePrefix + to.joined(separator: ",").lowercased() }

        /// What the names of lanes for tickets by mail begin with.
        public static let lanePrefix = "GEN "
    }

    /// A PSA's classification; empty = not given.
    public struct Classification: Sendable, Equatable {
        /// The type.
        public var type = ""
        /// The subtype.
        public var subtype = ""
        /// The item.
        public var item = ""

        /// A classification from its three levels.
        public init(type: String = "", subtype: String = "", item: String = "") {
            self.type = type
            self.subtype = subtype
            self.item = item
        }
    }

    /// How the customer is found in the PSA.
    public struct Company: Sendable, Equatable {
        /// The customer's ID at the sender.
        public var orgID = ""
        /// The customer's name.
        public var name = ""
        /// What `[COMPANY MAP]` names: a PSA's ID or name.
        public var mapped: String?
        /// The company that takes tickets of unknown customers.
        public var fallback: String?
        /// Whether the org's ID is looked for instead of its name.
        public var matchByID = false

        /// A customer of whom nothing is known.
        public init() {}
    }
}

/// A ticket as a PSA names it.
public struct TicketNumber: Sendable, Equatable {
    /// The PSA's own ID, which its API takes.
    public var id: String
    /// The number that people see.
    public var number: String
    /// Where a person can open it; empty if not known.
    public var url: String

    /// Makes a number.
    public init(id: String, number: String, url: String) {
        self.id = id
        self.number = number
        self.url = url
    }
}
