public import Events
public import Formats

/// `[TICKET FLOW]` or `[TICKET FLOW name]`: what becomes of repeated alerts, floods, and flapping.
public struct TicketFlow: Sendable, Equatable {
    /// Whether a similar alert updates the open ticket.
    public var updates = true
    /// How long after the last occurrence; nil = without end.
    public var updateInterval: Instant.Span?
    /// Whether a closed ticket is reopened.
    public var reopens = false
    /// Statuses that count as closed beside the PSA's own.
    public var closedStates: [String] = []
    /// `NewState`: the status on reopening.
    public var reopenedStatus: String?
    /// How often a ticket is updated at most; 0 = each time.
    public var consolidation = Instant.Span(milliseconds: 0)
    /// When new tickets are a flood; nil = never.
    public var flood: Flood?
    /// How new tickets name earlier ones; nil = not at all.
    public var correlation: Correlation?
    /// When a problem flaps; nil = never.
    public var flap: Flap?
    /// Whether a file that cannot be attached is kept in a folder and no more said; else it is tried again, then reported.
    public var ignoresFileErrors = true
    /// Whether what a repeat says is attached to the ticket as a file, and not noted.
    public var attachesRepeats = false
    /// How many links to tickets are kept.
    public var linkLimit = 300_000
    /// How long a link is kept after its last occurrence; nil = as long as the limit lets it.
    public var linkLifetime: Instant.Span?

    /// What holds where no section is written: repeats update the open ticket, and that is all.
    public static let plain = TicketFlow()

    init() {}

    /// When new tickets are a flood.
    public struct Flood: Sendable, Equatable {
        /// How many new tickets there may be.
        public var limit: Int
        /// In which time.
        public var interval: Instant.Span
        /// Of whom.
        public var scope: Scope
        /// Priorities up to this one are no part of a storm.
        public var exempt: Int

        /// Whose tickets are counted together.
        public enum Scope: String, Sendable {
            case org
            case tenant
            case global
        }
    }

    /// How a new ticket names earlier ones.
    public struct Correlation: Sendable, Equatable {
        /// How far back it looks.
        public var interval: Instant.Span
        /// The line for each, with `%id%`, `%number%`, `%summary%`, `%status%` and `%created%`.
        public var format: String
    }

    /// When a problem flaps.
    public struct Flap: Sendable, Equatable {
        /// More changes than this between firing and resolved.
        public var threshold: Int
        /// In which time; and how long it must be quiet to be over.
        public var interval: Instant.Span
    }
}

/// What a source's section says of its tickets.
public struct SourcePolicy: Sendable, Equatable {
    /// `Flow`: the name of a `[TICKET FLOW name]`.
    public var flow: String?
    /// `Rules`: the name of a `[TICKET RULES name]`.
    public var rules: String?
    /// `AutoClose`: whether a resolved alert closes its ticket.
    public var autoCloses = false
    /// Where the section stands.
    public var reference: RuleReference
}

/// `[TICKET RULES name]`: what is made of events by their severity, type or status.
public struct TicketRules: Sendable {
    /// The rows by their keys.
    public var rows: LookupTable<TicketRule>
    /// Where the section stands.
    public var reference: RuleReference
}

/// One row of `[TICKET RULES name]`.
public struct TicketRule: Sendable, Equatable {
    /// Whether such events become tickets.
    public var isOn: Bool
    /// How old they may be; nil where the row does not say.
    public var lifetime: Instant.Span?
    /// `AutoClose`; nil where the row does not say.
    public var autoCloses: Bool?
    /// The PSA's fields by their names in small letters, for instance `board`.
    public var fields: [String: String]
    /// `Due` in seconds.
    public var dueSeconds: Int?
    /// Where it stands.
    public var reference: RuleReference
}
