import Decisions
import Events
import Formats
import Settings

/// What one configuration makes of an event of the past.
struct ReplayOutcome: Sendable {
    var event: Identifier
    var receivedAt: Instant
    /// Nil where it waits for a tenant's sections to be mended.
    var disposition: Disposition?
    var reason: String
    var facts: Verdict.Facts
    var action: TicketAction?
    /// Pages that the event asks for.
    var pages = 0
    var trace = Trace()
    /// The questions whose answers nobody had recorded.
    var assumed: [String] = []
    /// Whether the mapping makes no such event at all.
    var isAbsent = false

    /// What became of it, in a word.
    var word: String { isAbsent ? "absent" : disposition?.rawValue ?? "waiting" }

    /// Whether a ticket of its own is made.
    var makesTicket: Bool { action?.kind == .create }
}

/// Decides alerts of the past under one configuration, in the order of the journal, with a memory of its own. Nothing is asked
/// and nothing is run: what was recorded is used, the rest is assumed.
struct ReplayLane {
    /// An event that waits for its time.
    private struct Held {
        var record: AlertRecord
        var item: Int
        var inputs: [String: InputAnswer]
        var assumed: [String]
        var name: String
        /// Nil where nobody knows yet.
        var until: Instant?
    }

    /// What is due at a time.
    private struct Due {
        enum What {
            case release
            case storm(scope: String)
            case letGo(Storm)
        }

        var at: Instant
        var event: Identifier
        var what: What

        /// Times first; what is due at one time goes by the events' IDs.
        static func comesBefore(_ left: Due, _ right: Due) -> Bool {
            (left.at, left.event.high, left.event.low) < (right.at, right.event.high, right.event.low)
        }
    }

    /// A stage that asks again and again for something else would never end.
    private static let questionsLimit = 32

    @Shared var settings: Settings
    private let recorded: (Identifier, String) throws -> InputAnswer?
    private var memory = TableMemory()
    private var held: [Identifier: Held] = [:]
    /// What events have ended as that are perhaps decided anew when a hold is over.
    private var withheld: [Identifier: ReplayOutcome] = [:]
    /// In the order of time, the next one last.
    private var agenda: [Due] = []
    private var finished: [ReplayOutcome] = []

    /// `recorded` gives what was answered to a question about an event; nil where it was never asked.
    init(_ settings: Settings, recorded: @escaping (Identifier, String) throws -> InputAnswer?) {
        _settings = Shared(wrappedValue: settings)
        self.recorded = recorded
        memory.time = Instant(milliseconds: .min)
    }

    /// Decides the events of a record, after all that was due before it came.
    mutating func take(_ record: PreparedRecord) throws {
        try advance(to: record.alert.receivedAt)
        for (item, prepared) in record.events.enumerated() {
            let event = prepared.id
            try settle(
                try Pipeline.decide(prepared, $settings, memory: memory), record.alert, item, event, [:], assumed: [])
        }
    }

    /// Whether an event waits for its time.
    func isHolding(_ event: Identifier) -> Bool { held[event] != nil || withheld[event] != nil }

    /// The events that have ended since the last call.
    mutating func takeFinished() -> [ReplayOutcome] {
        defer { finished.removeAll(keepingCapacity: true) }
        return finished
    }

    /// Lets all go that is still held: the journal ends here.
    mutating func finish() throws {
        // What a silence still holds back then has ended so far.
        for event in withheld.keys.sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) { settleWithheld(event) }
        while let last = agenda.first(where: { if case .release = $0.what { true } else { false } }) {
            try advance(to: last.at)
        }
    }

    /// Forgets what decides nothing any more.
    mutating func forget(before window: Instant.Span) {
        guard let now = memory.time else { return }
        let ages = now - window
        memory.forget(
            MemoryAges(deliveries: now - DeciderStation.memoryKept, duplicates: ages, links: ages, floods: ages))
    }

    // MARK: - Time

    private mutating func advance(to time: Instant) throws {
        while let next = agenda.last, next.at <= time {
            agenda.removeLast()
            memory.time = max(next.at, memory.time ?? next.at)
            switch next.what {
            case .release:
                guard let waiting = held[next.event], waiting.until == next.at else { continue }
                withheld[next.event] = nil
                try release(next.event, Hold.release(at: next.at))
            case .storm(let scope):
                try watchStorm(scope, next)
            case .letGo(let storm): letGo(storm, at: next.at)
            }
        }
        memory.time = max(time, memory.time ?? time)
    }

    private mutating func plan(_ due: Due) {
        let place = agenda.firstIndex { Due.comesBefore($0, due) } ?? agenda.endIndex
        agenda.insert(due, at: place)
    }

    private mutating func release(_ event: Identifier, _ answer: InputAnswer) throws {
        guard var waiting = held.removeValue(forKey: event) else { return }
        waiting.inputs[waiting.name] = answer
        try decideAgain(waiting.record, waiting.item, event, waiting.inputs, assumed: waiting.assumed)
    }

    private mutating func watchStorm(_ scope: String, _ due: Due) throws {
        guard let storm = memory.storm(scope: scope), storm.event == due.event, storm.endedAt == nil else { return }
        let held = memory.withheldEvents(of: storm).count
        switch try StormWatch.look(at: storm, memory, held: held, now: due.at) {
        case .on(let until): plan(Due(at: until, event: storm.event, what: due.what))
        case .over(let end, let summary):
            memory.apply(.ticket(.endStorm(storm.event, at: end)))
            // As the service does, which waits until the storm's ticket is told of all.
            let isWaiting = memory.openOrder(lane: storm.lane, problem: storm.problem) != nil
            memory.keep(summary)
            guard isWaiting else { return letGo(storm, at: due.at) }
            plan(Due(at: due.at + DeciderStation.releasePause, event: storm.event, what: .letGo(storm)))
        }
    }

    // MARK: - Decisions

    private mutating func decideAgain(
        _ record: AlertRecord, _ item: Int, _ event: Identifier, _ inputs: [String: InputAnswer], assumed: [String]
    ) throws {
        guard let prepared = PreparedRecord.event(item, of: record, $settings, inputs) else { return }
        let decision = try Pipeline.decide(prepared, $settings, memory: memory, inputs: inputs)
        try settle(decision, record, item, event, inputs, assumed: assumed)
    }

    private mutating func settle(
        _ decision: Decision, _ record: AlertRecord, _ item: Int, _ event: Identifier, _ inputs: [String: InputAnswer],
        assumed: [String]
    ) throws {
        var outcome = ReplayOutcome(
            event: event, receivedAt: record.receivedAt, reason: "", facts: decision.facts, assumed: assumed)
        switch decision {
        case .verdict(let verdict):
            settleFormer(verdict.changes)
            memory.keep(verdict)
            outcome.disposition = verdict.disposition
            outcome.reason = verdict.reason
            outcome.action = verdict.delivery?.action
            outcome.pages = verdict.notifications.filter { $0.message.channel == .page && $0.timing != .ifNew }.count
            outcome.trace = verdict.trace
            if let entry = verdict.withholds {
                withhold(entry, outcome, record, item, inputs)
            } else {
                finished.append(outcome)
            }
            for change in verdict.changes { try follow(change) }
        case .parked(let hold, _):
            for change in hold.changes { memory.apply(change) }
            held[event] = Held(
                record: record, item: item, inputs: inputs, assumed: assumed, name: hold.name, until: hold.until)
            plan(Due(at: hold.until, event: event, what: .release))
        case .needs(let request, _):
            guard request.kind != .tenantSettings, inputs.count < ReplayLane.questionsLimit else {
                outcome.reason = request.remark ?? "it asks more and more: \(request.name)"
                finished.append(outcome)
                return
            }
            var (inputs, assumed) = (inputs, assumed)
            if let answer = try recorded(event, request.name) {
                inputs[request.name] = answer
            } else {
                inputs[request.name] = ReplayLane.assumption(request)
                assumed.append(request.name)
            }
            try decideAgain(record, item, event, inputs, assumed: assumed)
        }
    }

    private mutating func follow(_ change: MemoryChange) throws {
        switch change {
        case .cancelHold(let event, let name, let reason) where held[event]?.name == name:
            try release(event, .value(reason))
        case .ticket(.openStorm(let storm, _)):
            plan(Due(at: storm.openedAt + storm.interval, event: storm.event, what: .storm(scope: storm.scope)))
        default: break
        }
    }

    // MARK: - After holds

    /// An event ends, and is decided anew when what holds it back is over.
    private mutating func withhold(
        _ entry: Withheld, _ outcome: ReplayOutcome, _ record: AlertRecord, _ item: Int, _ inputs: [String: InputAnswer]
    ) {
        withheld[entry.event] = outcome
        held[entry.event] = Held(
            record: record, item: item, inputs: inputs, assumed: outcome.assumed, name: Hold.afterName,
            until: entry.until)
        if let until = entry.until { plan(Due(at: until, event: entry.event, what: .release)) }
    }

    private mutating func letGo(_ storm: Storm, at time: Instant) {
        let events = memory.withheldEvents(of: storm)
        memory.release(events, at: time, areMany: events.count > storm.limit)
        for event in events where withheld[event] != nil {
            held[event]?.until = time
            plan(Due(at: time, event: event, what: .release))
        }
    }

    /// A later alert of the problem takes the place of the one that is held back, or the problem is resolved.
    private mutating func settleFormer(_ changes: [MemoryChange]) {
        for change in changes {
            switch change {
            case .withhold(let entry):
                let former = memory.withheldEvent(lane: entry.lane, problem: entry.problem)
                if let former, former != entry.event { settleWithheld(former) }
            case .resolveWithheld(let lane, let problem):
                if let former = memory.withheldEvent(lane: lane, problem: problem) { settleWithheld(former) }
            default: break
            }
        }
    }

    /// What the event has ended as is its end; one that is on its way already goes on.
    private mutating func settleWithheld(_ event: Identifier) {
        guard let outcome = withheld.removeValue(forKey: event) else { return }
        held[event] = nil
        finished.append(outcome)
    }

    /// What is taken for the answer to a question that nobody has asked: nobody knows; a program changes nothing.
    private static func assumption(_ request: InputRequest) -> InputAnswer {
        request.kind == .module ? ModuleOutcome.wrote("{}").answer : .unknown
    }
}

extension Decision {
    /// What the history would show of the event.
    fileprivate var facts: Verdict.Facts {
        switch self {
        case .verdict(let verdict): verdict.facts
        case .parked(_, let facts), .needs(_, let facts): facts
        }
    }
}
