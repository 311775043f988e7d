public import Events
public import Formats

/// What the pipeline remembers from one event to the next, as far as a decision asks for it.
///
/// The ledger answers from SQLite, with what the present transaction has already changed; explain and tests answer from
/// dictionaries. An error of the ledger's passes through `decide`.
public protocol Memory: TicketMemory {
    /// The first event of a duplicate key that went through.
    func duplicate(_ key: String) throws -> DuplicateMemory?
    /// The receipt under which a delivery was first accepted.
    func delivery(_ id: String) throws -> Identifier?
    /// The ticket that is linked to a problem in a lane.
    func link(lane: String, problem: String) throws -> TicketLink?
    /// When an agent's remediation was triggered for the last times, the latest first; `RemediationTriggers.kept` at most.
    func triggers(_ key: String) throws -> [Instant]
    /// The patch failure that is held for a place.
    func hold(_ key: String) throws -> PatchHold?
    /// What has held back an event that is decided anew.
    func withheld(_ event: Identifier) throws -> Withheld?
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
    /// When the problem was last heard of.
    public var lastAt: Instant
    /// When the ticket was last written to, or is to be.
    public var writtenAt: Instant

    /// Makes a link; without a time of its own the last writing was at the last occurrence.
    public init(event: Identifier, number: TicketNumber?, lastAt: Instant, writtenAt: Instant? = nil) {
        self.event = event
        self.number = number
        self.lastAt = lastAt
        self.writtenAt = writtenAt ?? lastAt
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
    /// A place's patch failure is held.
    case openHold(key: String, PatchHold)
    /// Another one has been taken into it; its patch, where the list is to name it.
    case addToHold(key: String, patch: String?)
    /// The event is held no longer.
    case closeHold(event: Identifier)
    /// The hold of that name is ended before its time: the event is decided again with the reason as the hold's answer.
    case cancelHold(event: Identifier, name: String, reason: String)
    /// A problem's alert is held back.
    case withhold(Withheld)
    /// The event is decided anew and held back no longer.
    case forgetWithheld(Identifier)
    /// What was held back of a problem is over.
    case resolveWithheld(lane: String, problem: String)
    /// What the ticket policy remembers beside links.
    case ticket(TicketChange)
}

/// A memory in dictionaries, for explaining and for tests.
public struct TableMemory: Memory, Sendable {
    var duplicates: [String: DuplicateMemory] = [:]
    var deliveries: [String: (receipt: Identifier, at: Instant)] = [:]
    var links: [TicketTable.Place: TicketLink] = [:]
    var triggers: [String: [Instant]] = [:]
    var holds: [String: PatchHold] = [:]
    var heldBack = WithheldTable()
    var tickets = TicketTable()
    /// Orders that wait until then or earlier have been handed over, and take in nothing more; nil = none ever is.
    public var time: Instant?

    /// A memory of nothing.
    public init() {}

    /// The first event of a duplicate key that went through.
    public func duplicate(_ key: String) -> DuplicateMemory? { duplicates[key] }

    /// The receipt under which a delivery was first accepted.
    public func delivery(_ id: String) -> Identifier? { deliveries[id]?.receipt }

    /// The ticket that is linked to a problem in a lane.
    public func link(lane: String, problem: String) -> TicketLink? { links[.init(lane: lane, problem: problem)] }

    /// When an agent's remediation was triggered for the last times, the latest first.
    public func triggers(_ key: String) -> [Instant] { triggers[key] ?? [] }

    /// The patch failure that is held for a place.
    public func hold(_ key: String) -> PatchHold? { holds[key] }

    /// What has held back an event that is decided anew.
    public func withheld(_ event: Identifier) -> Withheld? { heldBack[event] }

    /// The event of a problem that is held back.
    public func withheldEvent(lane: String, problem: String) -> Identifier? {
        heldBack.event(lane: lane, problem: problem)
    }

    /// The events that a storm holds back, in the order of their IDs.
    public func withheldEvents(of storm: Storm) -> [Identifier] { heldBack.events(by: storm.title) }

    /// The storm is over: when it lets them go, and whether they are too many.
    public mutating func release(_ events: [Identifier], at time: Instant, areMany: Bool) {
        heldBack.release(events, at: time, areMany: areMany)
    }

    /// The order of a problem that still takes in further events.
    public func openOrder(lane: String, problem: String) -> OpenOrder? { tickets.openOrder(lane, problem, at: time) }

    /// When the alert that is so many back would have been a new ticket of a scope.
    public func newTicket(scope: String, back: Int) -> Instant? { tickets.newTicket(scope, back: back) }

    /// The last storm of a scope.
    public func storm(scope: String) -> Storm? { tickets.storm(scope) }

    /// Whether a storm has taken in a problem that has not been resolved since.
    public func isInStorm(_ storm: Identifier, problem: String) -> Bool { tickets.isInStorm(storm, problem) }

    /// None: nothing is delivered here.
    public func previousTickets(lane: String, problem: String, since: Instant, limit: Int) -> [PreviousTicket] { [] }

    /// How a problem has changed of late.
    public func flap(lane: String, problem: String) -> FlapMemory? { tickets.flap(lane, problem) }

    /// Keeps all that a verdict brought: its changes, and its orders as far as later events can join them.
    public mutating func keep(_ verdict: Verdict) {
        for change in verdict.changes { apply(change) }
        for delivery in [verdict.delivery, verdict.followUp].compactMap(\.self) { keep(delivery) }
    }

    /// Keeps an order as far as later events can join it.
    public mutating func keep(_ delivery: Verdict.Delivery) { tickets.take(delivery) }

    /// Makes a change that a verdict brought.
    public mutating func apply(_ change: MemoryChange) {
        switch change {
        case .openDuplicates(let key, let event, let at):
            duplicates[key] = DuplicateMemory(event: event, openedAt: at, suppressed: 0)
        case .countDuplicate(let key):
            duplicates[key]?.suppressed += 1
        case .closeDuplicates(let key):
            duplicates[key] = nil
        case .rememberDelivery(let id, let receipt, let at):
            deliveries[id] = (receipt, at)
        case .openLink(let lane, let problem, let event, let at):
            links[.init(lane: lane, problem: problem)] = TicketLink(event: event, number: nil, lastAt: at)
        case .touchLink(let lane, let problem, let at):
            links[.init(lane: lane, problem: problem)]?.lastAt = at
        case .ticket(.writeLink(let lane, let problem, let at)):
            links[.init(lane: lane, problem: problem)]?.writtenAt = at
        case .ticket(let change):
            tickets.apply(change)
        case .countTrigger(let key, let at):
            triggers[key] = Array(([at] + (triggers[key] ?? [])).prefix(RemediationTriggers.kept))
        case .openHold(let key, let hold):
            holds[key] = hold
        case .addToHold(let key, let patch):
            holds[key]?.taken += 1
            if let patch { holds[key]?.patches.append(patch) }
        case .closeHold(let event), .cancelHold(let event, _, _):
            holds = holds.filter { $0.value.event != event }
        case .withhold(let entry): heldBack.keep(entry)
        case .forgetWithheld(let event): heldBack.forget(event)
        case .resolveWithheld(let lane, let problem): heldBack.resolve(lane: lane, problem: problem)
        }
    }
}
