public import Events
public import Formats

/// What the ticket policy remembers beside links.
public protocol TicketMemory {
    /// The order of a problem that still takes in further events.
    func openOrder(lane: String, problem: String) throws -> OpenOrder?
    /// When the alert that is so many back, from 1, would have been a new ticket of a scope.
    func newTicket(scope: String, back: Int) throws -> Instant?
    /// The last storm of a scope.
    func storm(scope: String) throws -> Storm?
    /// Whether a storm has taken in a problem that has not been resolved since.
    func isInStorm(_ storm: Identifier, problem: String) throws -> Bool
    /// The tickets that a problem has had since, the latest first.
    func previousTickets(lane: String, problem: String, since: Instant, limit: Int) throws -> [PreviousTicket]
    /// How a problem has changed of late.
    func flap(lane: String, problem: String) throws -> FlapMemory?
}

/// An order that waits for its time and takes in further events until then.
public struct OpenOrder: Sendable, Equatable {
    /// The order's number.
    public var row: Int64
    /// What it holds, in UTF-16 units of the lines.
    public var size: Int
    /// What it is to do.
    public var kind: TicketAction.Kind

    /// Makes an entry.
    public init(row: Int64, size: Int, kind: TicketAction.Kind) {
        self.row = row
        self.size = size
        self.kind = kind
    }

    /// What the lines of an order may hold: with a head of their own they stay below 8,000, which every PSA takes in a
    /// description (Autotask's is the narrowest).
    public static let limit = 7000

    /// Whether a line can be added.
    func takes(_ line: String) -> Bool { size + line.utf16.count <= OpenOrder.limit }
}

/// Too many new tickets at once, and the one ticket that takes in the alerts beyond.
public struct Storm: Sendable, Equatable {
    /// The event that began it; its ticket is the storm's.
    public var event: Identifier
    /// Whose storm it is.
    public var scope: String
    /// The lane of its ticket.
    public var lane: String
    /// Names its ticket within the lane.
    public var problem: String
    /// When it began.
    public var openedAt: Instant
    /// When it ended; nil while it goes on.
    public var endedAt: Instant?
    /// How many alerts it has taken in.
    public var taken = 1
    /// How many of the problems have been resolved since.
    public var resolved = 0
    /// How many notes name them, beside the description.
    public var notes = 0
    /// New tickets that are no storm.
    public var limit: Int
    /// In which time.
    public var interval: Instant.Span

    /// Makes a storm that begins.
    public init(
        event: Identifier, scope: String, lane: String, problem: String, openedAt: Instant, limit: Int,
        interval: Instant.Span
    ) {
        self.event = event
        self.scope = scope
        self.lane = lane
        self.problem = problem
        self.openedAt = openedAt
        self.limit = limit
        self.interval = interval
    }

    /// What it is called where somebody reads that it held something back.
    public var title: String { "the storm of event \(event)" }

    /// Whether it takes in an event of that time. One that comes late, after the end, is of the storm as well.
    func isOn(at time: Instant) -> Bool { endedAt.map { time < $0 } ?? true }
}

/// A ticket that a problem had before.
public struct PreviousTicket: Sendable, Equatable {
    /// What the PSA calls it.
    public var number: TicketNumber
    /// Its subject.
    public var summary: String
    /// Whether it was seen closed when ITP last looked.
    public var isClosed: Bool
    /// When it was made.
    public var createdAt: Instant

    /// Makes an entry.
    public init(number: TicketNumber, summary: String, isClosed: Bool, createdAt: Instant) {
        self.number = number
        self.summary = summary
        self.isClosed = isClosed
        self.createdAt = createdAt
    }
}

/// How a problem has changed between firing and resolved.
public struct FlapMemory: Sendable, Equatable {
    /// How it was last.
    public var state: AlertState
    /// When it changed of late, the earliest first; no more than decide.
    public var changes: [Instant]
    /// Until when its ticket is held open; nil where it has not flapped.
    public var heldUntil: Instant?

    /// Makes an entry.
    public init(state: AlertState, changes: [Instant], heldUntil: Instant?) {
        self.state = state
        self.changes = changes
        self.heldUntil = heldUntil
    }
}

/// A change of what the ticket policy remembers.
public enum TicketChange: Sendable, Equatable {
    /// A problem's ticket is written to at this time.
    case writeLink(lane: String, problem: String, at: Instant)
    /// An alert is a new ticket, or would be if there were no storm.
    case countNewTicket(scope: String, at: Instant)
    /// A storm begins with the alert of a problem.
    case openStorm(Storm, firstProblem: String)
    /// It has taken in one more alert of a problem; whether a note is begun for it.
    case addToStorm(Identifier, problem: String, beginsNote: Bool)
    /// A problem in it is resolved; whether a note is begun for that.
    case resolveInStorm(Identifier, problem: String, beginsNote: Bool)
    /// It is over.
    case endStorm(Identifier, at: Instant)
    /// A problem's changes, as of a time.
    case keepFlap(lane: String, problem: String, FlapMemory, at: Instant)
}

/// What `TableMemory` keeps of it. The tickets themselves are made by nobody there, so it knows of no previous ones.
struct TicketTable: Sendable {
    struct Place: Hashable {
        var lane: String
        var problem: String
    }

    /// An order, and until when it takes in further events.
    struct Open {
        var order: OpenOrder
        var until: Instant
    }

    var open: [Place: Open] = [:]
    var times: [String: [Instant]] = [:]
    var storms: [String: Storm] = [:]
    var members: [Identifier: Set<String>] = [:]
    var flaps: [Place: FlapMemory] = [:]
    private var nextRow: Int64 = 1

    func openOrder(_ lane: String, _ problem: String, at time: Instant?) -> OpenOrder? {
        guard let found = open[Place(lane: lane, problem: problem)] else { return nil }
        return time.map { found.until <= $0 } ?? false ? nil : found.order
    }
    func newTicket(_ scope: String, back: Int) -> Instant? {
        guard let times = times[scope], times.count >= back else { return nil }
        return times[times.count - back]
    }
    func storm(_ scope: String) -> Storm? { storms[scope] }
    func isInStorm(_ storm: Identifier, _ problem: String) -> Bool { members[storm]?.contains(problem) ?? false }
    func flap(_ lane: String, _ problem: String) -> FlapMemory? { flaps[Place(lane: lane, problem: problem)] }

    mutating func apply(_ change: TicketChange) {
        switch change {
        case .writeLink: break
        case .countNewTicket(let scope, let at): times[scope, default: []].append(at)
        case .openStorm(let storm, let problem):
            storms[storm.scope] = storm
            members[storm.event] = [problem]
        case .addToStorm(let storm, let problem, let beginsNote):
            members[storm, default: []].insert(problem)
            changeStorm(storm) {
                $0.taken += 1
                $0.notes += beginsNote ? 1 : 0
            }
        case .resolveInStorm(let storm, let problem, let beginsNote):
            members[storm]?.remove(problem)
            changeStorm(storm) {
                $0.resolved += 1
                $0.notes += beginsNote ? 1 : 0
            }
        case .endStorm(let storm, let at): changeStorm(storm) { $0.endedAt = at }
        case .keepFlap(let lane, let problem, let flap, _): flaps[Place(lane: lane, problem: problem)] = flap
        }
    }

    private mutating func changeStorm(_ event: Identifier, _ body: (inout Storm) -> Void) {
        guard let scope = storms.first(where: { $0.value.event == event })?.key, var storm = storms[scope] else {
            return
        }
        body(&storm)
        storms[scope] = storm
    }

    mutating func take(_ delivery: Verdict.Delivery) {
        let place = Place(lane: delivery.lane, problem: delivery.problem)
        guard let gathering = delivery.gathering else {
            open[place] = nil
            return
        }
        if gathering.joins != nil {
            open[place]?.order.size += gathering.line?.utf16.count ?? 0
            guard gathering.replaces else { return }
            open[place]?.order.kind = delivery.action.kind
            open[place]?.until = gathering.until
        } else {
            let order = OpenOrder(row: nextRow, size: gathering.line?.utf16.count ?? 0, kind: delivery.action.kind)
            open[place] = Open(order: order, until: gathering.until)
            nextRow += 1
        }
    }
}
