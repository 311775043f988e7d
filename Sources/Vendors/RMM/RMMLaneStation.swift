public import Events
public import Formats
public import Settings

/// The lane to the RMM: a station that starts procedures and watches them. It keeps nothing that has to survive: what is
/// durable is the ledger's list of runs, whose owner hears of each step.
public struct RMMLaneStation: Sendable {
    /// What the lane is told.
    public enum Message: Sendable {
        /// A procedure that may be run.
        case run(RunOrder)
        /// The start of a run is durably declared.
        case intentIsDurable(Identifier)
        /// The event no longer waits: the run is none of anybody's concern.
        case isOver(Identifier)
        /// What came of a run's call.
        case outcome(Identifier, VendorOutcome)
        /// The RMM says that there is news of a run.
        case told(Identifier, body: [UInt8])
        /// The RMM that is used from now on.
        case settings(RMMSettings?)
        /// It is time to look again.
        case wake
    }

    /// What the lane asks for.
    public enum Effect: Sendable, Equatable {
        /// Send this and tell what came of it.
        case call(Identifier, VendorCall)
        /// Declare durably that the run is about to be started, then say so.
        case declareIntent(Identifier, RunProgress)
        /// Keep what is known of a run that was started.
        case started(Identifier, RunProgress)
        /// The run has come to something.
        case report(Identifier, RunReport)
        /// Wake the lane then.
        case wake(at: Instant)
        /// What is wrong with the RMM as a whole; nil = it is well.
        case trouble(String?)
    }

    /// Runs that the lane holds; more cannot be started.
    public static let limit = 2000
    /// Failures in a row after which the RMM is told of as a whole.
    private static let troubleAfter = 5

    private var system: (any RMMSystem)?
    private var poll = Instant.Span.seconds(15)
    private var session: RMMSession?
    /// Who signs in at present.
    private var signing: Identifier?
    private var jobs: [Identifier: RunJob] = [:]
    /// Jobs with nothing under way, and the time before which nothing is done for them.
    private var idle: [Identifier: Instant] = [:]
    /// A run of a procedure on an agent holds the same one of others up: they could not be told apart.
    private var turns: [String: [Identifier]] = [:]
    private var failures = 0
    private var isInTrouble = false

    /// A lane without an RMM.
    public init() {}

    /// The runs that the lane holds.
    public var load: Int { jobs.count }

    /// Takes a message; what has to be done follows as effects, in order.
    public mutating func handle(_ message: Message, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .run(let order): begin(order, now, &effects)
        case .intentIsDurable(let event):
            jobs[event]?.intentIsDurable()
            advance(event, now, &effects)
        case .isOver(let event): end(event, now, &effects)
        case .outcome(let event, let outcome): take(outcome, event, now, &effects)
        case .told(let event, let body): hear(event, body, now, &effects)
        case .settings(let settings): take(settings, now, &effects)
        case .wake: break
        }
        for event in inOrder(idle.compactMap({ $0.value <= now ? $0.key : nil })) { advance(event, now, &effects) }
        if let next = idle.values.min() { effects.append(.wake(at: next)) }
        return effects
    }

    /// The oldest first: the same messages always give the same effects.
    private func inOrder(_ events: some Sequence<Identifier>) -> [Identifier] {
        events.sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }

    private mutating func take(_ settings: RMMSettings?, _ now: Instant, _ effects: inout [Effect]) {
        system = settings.map(RMMSystems.system)
        poll = .seconds(settings?.pollSeconds ?? 15)
        session = nil
        signing = nil
        failures = 0
        if isInTrouble { effects.append(.trouble(nil)) }
        isInTrouble = false
        for event in idle.keys { idle[event] = now }
    }

    private mutating func begin(_ order: RunOrder, _ now: Instant, _ effects: inout [Effect]) {
        guard jobs[order.event] == nil else { return }
        guard system != nil || order.progress != nil else {
            return effects.append(.report(order.event, .notStarted("no RMM is configured")))
        }
        if order.progress == nil, let reason = system?.refusal(order.run) {
            return effects.append(.report(order.event, .notStarted(reason)))
        }
        guard jobs.count < RMMLaneStation.limit else {
            return effects.append(
                .report(order.event, .notStarted("\(RMMLaneStation.limit) runs are under way already")))
        }
        jobs[order.event] = RunJob(order, now: now)
        turns[RMMLaneStation.turn(order.run), default: []].append(order.event)
        if let body = order.told { hear(order.event, body, now, &effects) }
        advance(order.event, now, &effects)
    }

    private static func turn(_ run: ProcedureRun) -> String { (run.agent + "\u{1F}" + run.procedure).lowercased() }

    /// Takes a job out of the lane; who waited for it goes on.
    private mutating func end(_ event: Identifier, _ now: Instant, _ effects: inout [Effect]) {
        guard let job = jobs.removeValue(forKey: event) else { return }
        idle[event] = nil
        if signing == event { signing = nil }
        let turn = RMMLaneStation.turn(job.order.run)
        let isFirst = turns[turn]?.first == event
        turns[turn]?.removeAll { $0 == event }
        guard let next = turns[turn]?.first else {
            turns[turn] = nil
            return
        }
        if isFirst { advance(next, now, &effects) }
    }

    private mutating func advance(_ event: Identifier, _ now: Instant, _ effects: inout [Effect]) {
        guard let system, var job = jobs[event] else { return }
        // Those that were started before are looked for at once, whoever else waits.
        guard turns[RMMLaneStation.turn(job.order.run)]?.first == event || job.order.progress != nil else { return }
        idle[event] = nil
        let live = system.hasSessions ? session.flatMap { now < $0.until ? $0 : nil } : RMMSession.none
        let step = job.next(system, live, poll: poll, now)
        jobs[event] = job
        carryOut(step, event, now, &effects)
    }

    private mutating func carryOut(
        _ step: RunJob.Step, _ event: Identifier, _ now: Instant, _ effects: inout [Effect]
    ) {
        switch step {
        case .call(let call): effects.append(.call(event, call))
        case .signIn: signIn(event, now, &effects)
        case .declareIntent(let progress): effects.append(.declareIntent(event, progress))
        case .started(let progress):
            effects.append(.started(event, progress))
            advance(event, now, &effects)
        case .pause(let until): idle[event] = until
        case .finish(let report):
            let secrets = system?.secrets ?? []
            effects.append(
                .report(event, report.changingText { text in secrets.reduce(text) { $0.replacing($1, with: "***") } }))
            end(event, now, &effects)
        }
    }

    private mutating func signIn(_ event: Identifier, _ now: Instant, _ effects: inout [Effect]) {
        guard signing == nil, let call = system?.signIn() else {
            // Somebody does already; then all go on.
            idle[event] = now + .seconds(60)
            return
        }
        signing = event
        effects.append(.call(event, call))
    }

    private mutating func take(
        _ outcome: VendorOutcome, _ event: Identifier, _ now: Instant, _ effects: inout [Effect]
    ) {
        guard let system else { return }
        watch(outcome, now, &effects)
        if signing == event {
            signing = nil
            if case .reply(let reply) = outcome { session = system.session(in: reply, now) }
            // All that waited for the session: with it they go on, without it they try again later.
            for waiting in inOrder(Set(idle.keys).union([event])) {
                if session == nil { jobs[waiting]?.waitForSession(now) }
                advance(waiting, now, &effects)
            }
            return
        }
        guard var job = jobs[event] else { return }
        if case .reply(let reply) = outcome, system.meaning(of: reply) == .unauthenticated { session = nil }
        let step = job.take(outcome, system, poll: poll, now)
        jobs[event] = job
        if let step { carryOut(step, event, now, &effects) } else { advance(event, now, &effects) }
    }

    private mutating func hear(
        _ event: Identifier, _ body: [UInt8], _ now: Instant, _ effects: inout [Effect]
    ) {
        guard let system, var job = jobs[event], job.mayBeTold else { return }
        let sight = system.told(body, job.order.run)
        if case .ended = sight, let step = job.takeSight(sight, poll, now) {
            jobs[event] = job
            return carryOut(step, event, now, &effects)
        }
        job.isTold()
        jobs[event] = job
        if idle[event] != nil { idle[event] = now }
    }

    /// Whether the RMM works at all.
    private mutating func watch(_ outcome: VendorOutcome, _ now: Instant, _ effects: inout [Effect]) {
        let reason: String
        switch outcome {
        case .notSent(let text), .ambiguous(let text): reason = text
        case .reply(let reply):
            switch system?.meaning(of: reply) {
            case .done, .refused, nil:
                failures = 0
                if isInTrouble { effects.append(.trouble(nil)) }
                isInTrouble = false
                return
            case .unauthenticated: reason = "it refuses the user or the token"
            case .busy(let text), .unclear(let text): reason = text
            }
        }
        failures += 1
        guard failures >= RMMLaneStation.troubleAfter, !isInTrouble else { return }
        isInTrouble = true
        let hidden = (system?.secrets ?? []).reduce(reason) { $0.replacing($1, with: "***") }
        effects.append(.trouble("\(system?.name ?? "the RMM") cannot be used: \(hidden)\nProcedures are not run."))
    }
}

/// The interface of each RMM.
enum RMMSystems {
    static func system(_ settings: RMMSettings) -> any RMMSystem {
        switch settings.system {
        case .vsa9: VSA(settings)
        case .generic(let rmm): ScriptRunner(settings, rmm)
        }
    }
}
