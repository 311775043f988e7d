public import Formats

/// One thing to be done at a PSA for an event.
public struct TicketAction: Sendable, Equatable {
    /// What is to be done.
    public enum Kind: String, Sendable {
        /// Make a new ticket.
        case create
        /// Note the repeated alert on the open ticket; where it turns out to be closed, reopen it or make a new one, as
        /// the terms say; where it is merged or gone, make a new one.
        case update
        /// Note that the problem is over; where the ticket is closed or gone, nothing.
        case note
        /// Note that the problem is over and close the ticket; one that a technician has touched gets the note alone.
        case close
        /// Attach a file to the ticket, in whatever state it is.
        case attach
    }

    /// What is to be done.
    public var kind: Kind
    /// The event's GUID: a new ticket carries it as its external reference.
    public var reference: Identifier
    /// What a new ticket is to hold.
    public var draft: TicketDraft
    /// What depends on how the ticket is found.
    public var terms: Terms
    /// The number of the file that is attached; the ledger holds it.
    public var file: Int64?

    /// Makes an action.
    public init(kind: Kind, reference: Identifier, draft: TicketDraft, terms: Terms = Terms()) {
        self.kind = kind
        self.reference = reference
        self.draft = draft
        self.terms = terms
    }

    /// What depends on how the ticket is found, in no PSA's own words.
    public struct Terms: Sendable, Equatable {
        /// Whether a closed ticket is reopened rather than followed by a new one.
        public var reopens = false
        /// Statuses that count as closed beside those that the PSA itself calls so.
        public var closedStates: [String] = []
        /// Names for the status on closing, the first that the board has; without any, a status that the PSA calls closed.
        public var closingStatuses: [String] = []
        /// The same for reopening; without any, the board's default.
        public var openStatuses: [String] = []
        /// Whether a ticket that a technician has touched is left open.
        public var sparesTouched = true
        /// What a new ticket says of earlier ones, below its description.
        public var previously = ""
        /// After this nothing is made of it any more; nil = no end.
        public var expires: Instant?
        /// What stands above the events that share this action; nil where it is one event's.
        public var listTitle: String?
        /// Whether a file that cannot be attached is tried again until the order is too old, and reported; else it is kept in a
        /// folder.
        public var insistsOnFiles = false
        /// Whether what an update says of an open ticket's problem is attached to it as a file, and not noted.
        public var attachesText = false
        /// Set for an order that stands beside its event's own: marks its note, and its end leaves the event's as it is.
        public var aside: String?

        /// Terms under which a ticket is never reopened.
        public init() {}
    }

    /// What the note of this action always holds, by which it is found again.
    public var marker: String { terms.aside ?? reference.description }

    /// The action with what stands in its list.
    public func listing(_ lines: [String]) -> TicketAction {
        guard let title = terms.listTitle, !lines.isEmpty else { return self }
        var action = self
        let list = ([title] + lines).joined(separator: "\n")
        action.draft.description = [draft.description, list].filter { !$0.isEmpty }.joined(separator: "\n\n")
        return action
    }
}
