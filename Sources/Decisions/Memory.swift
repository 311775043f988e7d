public import Events
public import Formats

/// What the pipeline remembers from one event to the next, as far as a decision asks for it.
///
/// The ledger answers from SQLite, with what the present transaction has already changed; explain and tests answer from
/// dictionaries. An error of the ledger's passes through `decide`.
public protocol Memory {
    /// The first event of a duplicate key that went through.
    func duplicate(_ key: String) throws -> DuplicateMemory?
    /// The receipt under which a delivery was first accepted.
    func delivery(_ id: String) throws -> Identifier?
    /// The ticket that is linked to a problem in a lane.
    func link(lane: String, problem: String) throws -> TicketLink?
    /// When an agent's remediation was triggered for the last times, the latest first; `RemediationTriggers.kept` at most.
    func triggers(_ key: String) throws -> [Instant]
}

/// The loop guard's measure.
public enum RemediationTriggers {
    /// How many are remembered of one action on one agent: one more within the window is a loop.
    public static let kept = 3
    /// The time within which they count.
    public static let window = Instant.Span.hours(4)
}

/// The first event of a duplicate key that went through, and what has been suppressed since.
public struct DuplicateMemory: Sendable, Equatable {
    /// The event that opened the window.
    public var event: Identifier
    /// When it was received.
    public var openedAt: Instant
    /// How many were suppressed since.
    public var suppressed: Int

    /// Makes an entry.
    public init(event: Identifier, openedAt: Instant, suppressed: Int) {
        self.event = event
        self.openedAt = openedAt
        self.suppressed = suppressed
    }
}

/// A problem's ticket, as far as the ledger knows.
public struct TicketLink: Sendable, Equatable {
    /// The event whose GUID the ticket carries.
    public var event: Identifier
    /// What the PSA calls it; nil until it has been made.
    public var number: TicketNumber?

    /// Makes a link.
    public init(event: Identifier, number: TicketNumber?) {
        self.event = event
        self.number = number
    }
}

/// A change of the memory that comes with a verdict; it is durable together with it.
public enum MemoryChange: Sendable, Equatable {
    /// The event opens a duplicate window.
    case openDuplicates(key: String, event: Identifier, at: Instant)
    /// One more was suppressed.
    case countDuplicate(key: String)
    /// The window is closed before its time.
    case closeDuplicates(key: String)
    /// A delivery is known from now on.
    case rememberDelivery(id: String, receipt: Identifier, at: Instant)
    /// A problem gets a ticket; an older link of the problem gives way.
    case openLink(lane: String, problem: String, event: Identifier, at: Instant)
    /// A problem's ticket has one more occurrence.
    case touchLink(lane: String, problem: String, at: Instant)
    /// A remediation has been triggered, whether it is run or not.
    case countTrigger(key: String, at: Instant)
}

/// A memory in dictionaries, for explaining and for tests.
public struct TableMemory: Memory, Sendable {
    private var duplicates: [String: DuplicateMemory] = [:]
    private var deliveries: [String: Identifier] = [:]
    private var links: [String: TicketLink] = [:]
    private var triggers: [String: [Instant]] = [:]

    /// A memory of nothing.
    public init() {}

    /// The first event of a duplicate key that went through.
    public func duplicate(_ key: String) -> DuplicateMemory? { duplicates[key] }

    /// The receipt under which a delivery was first accepted.
    public func delivery(_ id: String) -> Identifier? { deliveries[id] }

    /// The ticket that is linked to a problem in a lane.
    public func link(lane: String, problem: String) -> TicketLink? { links[lane + "\u{1F}" + problem] }

    /// When an agent's remediation was triggered for the last times, the latest first.
    public func triggers(_ key: String) -> [Instant] { triggers[key] ?? [] }

    /// Makes a change that a verdict brought.
    public mutating func apply(_ change: MemoryChange) {
        switch change {
        case .openDuplicates(let key, let event, let at):
            duplicates[key] = DuplicateMemory(event: event, openedAt: at, suppressed: 0)
        case .countDuplicate(let key):
            duplicates[key]?.suppressed += 1
        case .closeDuplicates(let key):
            duplicates[key] = nil
        case .rememberDelivery(let id, let receipt, _):
            deliveries[id] = receipt
        case .openLink(let lane, let problem, let event, _):
            links[lane + "\u{1F}" + problem] = TicketLink(event: event, number: nil)
        case .touchLink:
            break
        case .countTrigger(let key, let at):
            triggers[key] = Array(([at] + (triggers[key] ?? [])).prefix(RemediationTriggers.kept))
        }
    }
}
