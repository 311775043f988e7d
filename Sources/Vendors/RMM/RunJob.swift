import Events
import Settings

/// One run on its way: what is asked before it, the declared start, and the watching. A state machine without I/O.
///
/// A start whose outcome is unclear is never sent again: it is looked for, and counts as failed where it is not found.
struct RunJob: Sendable {
    /// How long a run whose start is unclear is looked for.
    private static let search = Instant.Span.seconds(60)
    /// The longest pause between two tries, and between two looks.
    private static let longestPause = Instant.Span.seconds(60)

    private enum Phase: Sendable {
        case asking
        case declaring
        case starting
        case watching
    }

    /// What is to be done next.
    enum Step: Sendable {
        case call(VendorCall)
        /// A session is needed first.
        case signIn
        case declareIntent(RunProgress)
        /// The RMM has said that it started it.
        case started(RunProgress)
        /// Nothing before then.
        case pause(until: Instant)
        case finish(RunReport)
    }

    let order: RunOrder
    private(set) var progress: RunProgress
    private var phase: Phase
    /// Until when a run that may have been started is looked for; nil where it was surely started.
    private var searchEnd: Instant?
    private var looks = 0
    private var failures = 0
    /// Whether the session was renewed for the call that is tried.
    private var hasRenewed = false
    private var wasTold = false
    /// Before that it is not looked again.
    private var notBefore: Instant?

    init(_ order: RunOrder, now: Instant) {
        self.order = order
        progress = order.progress ?? RunProgress()
        phase = order.progress == nil ? .asking : .watching
        if order.progress != nil, !progress.isStarted { searchEnd = now + RunJob.search }
    }

    /// The next step of a job that has nothing under way.
    mutating func next(_ system: any RMMSystem, _ session: RMMSession?, poll: Instant.Span, _ now: Instant) -> Step {
        if let notBefore, now < notBefore { return .pause(until: notBefore) }
        notBefore = nil
        guard let session else { return .signIn }
        switch phase {
        case .asking:
            if let call = system.question(progress, order.run, session) { return .call(call) }
            phase = .declaring
            return .declareIntent(progress)
        case .declaring: return .pause(until: order.deadline)
        case .starting: return .call(system.start(progress, order, session))
        case .watching:
            if let call = system.look(progress, order.run, session, turn: looks) { return .call(call) }
            return searchEnd.map { now >= $0 } ?? false ? .finish(lost) : .pause(until: searchEnd ?? order.deadline)
        }
    }

    /// The start is on record: it may be sent.
    mutating func intentIsDurable() { if case .declaring = phase { phase = .starting } }

    /// Whether the RMM can have anything to say of it.
    var mayBeTold: Bool {
        switch phase {
        case .asking, .declaring: false
        case .starting, .watching: true
        }
    }

    /// The RMM says that there is news.
    mutating func isTold() {
        if case .watching = phase { notBefore = nil }
        // It may be over before the start is answered.
        wasTold = true
    }

    /// What came of the call.
    mutating func take(
        _ outcome: VendorOutcome, _ system: any RMMSystem, poll: Instant.Span, _ now: Instant
    ) -> Step? {
        switch phase {
        case .asking: return takeAnswer(outcome, system, now)
        case .declaring: return nil
        case .starting: return takeStart(outcome, system, poll, now)
        case .watching: return takeLook(outcome, system, poll, now)
        }
    }

    /// A session could not be had.
    mutating func waitForSession(_ now: Instant) { tryLater(nil, now) }

    /// The session was refused; true where a new one is worth a try.
    private mutating func mayRenew() -> Bool {
        defer { hasRenewed = true }
        return !hasRenewed
    }

    private mutating func tryLater(_ reply: VendorReply?, _ now: Instant) {
        failures += 1
        let asked = reply.flatMap { $0.retryAfter == nil ? nil : TicketReplies.pause(after: $0, now) }
        let grown = Instant.Span.seconds(2 << min(failures, 5))
        notBefore = now + min(asked ?? grown, RunJob.longestPause)
    }

    private mutating func takeAnswer(_ outcome: VendorOutcome, _ system: any RMMSystem, _ now: Instant) -> Step? {
        guard case .reply(let reply) = outcome else {
            tryLater(nil, now)
            return nil
        }
        switch system.meaning(of: reply) {
        case .done:
            failures = 0
            hasRenewed = false
            if case .refused(let reason) = system.learn(reply, &progress, order.run) {
                return .finish(.notStarted(reason))
            }
        case .unauthenticated: if !mayRenew() { tryLater(reply, now) }
        case .refused(let reason): return .finish(.notStarted(reason))
        case .busy, .unclear: tryLater(reply, now)
        }
        return nil
    }

    private mutating func takeStart(
        _ outcome: VendorOutcome, _ system: any RMMSystem, _ poll: Instant.Span, _ now: Instant
    ) -> Step? {
        switch outcome {
        case .notSent: tryLater(nil, now)
        case .ambiguous: search(poll, now)
        case .reply(let reply):
            switch system.meaning(of: reply) {
            case .done:
                progress.isStarted = true
                progress.runID = system.runID(in: reply)
                phase = .watching
                failures = 0
                notBefore = wasTold ? nil : now + poll
                return .started(progress)
            case .unauthenticated: if !mayRenew() { tryLater(reply, now) }
            case .refused(let reason): return .finish(.notStarted(reason))
            case .busy: tryLater(reply, now)
            case .unclear: search(poll, now)
            }
        }
        return nil
    }

    /// It may have been started: from now on it is only looked for.
    private mutating func search(_ poll: Instant.Span, _ now: Instant) {
        phase = .watching
        searchEnd = now + RunJob.search
        failures = 0
        notBefore = now + poll
    }

    private mutating func takeLook(
        _ outcome: VendorOutcome, _ system: any RMMSystem, _ poll: Instant.Span, _ now: Instant
    ) -> Step? {
        guard case .reply(let reply) = outcome else {
            tryLater(nil, now)
            return nil
        }
        switch system.meaning(of: reply) {
        case .done: return takeSight(system.seen(reply, progress, order.run, turn: looks), poll, now)
        case .unauthenticated: if !mayRenew() { tryLater(reply, now) }
        case .refused, .busy, .unclear: tryLater(reply, now)
        }
        return nil
    }

    /// What is seen of the run, or told.
    mutating func takeSight(_ sight: RunSight, _ poll: Instant.Span, _ now: Instant) -> Step? {
        looks += 1
        failures = 0
        hasRenewed = false
        notBefore = now + poll
        switch sight {
        case .unseen:
            if let searchEnd, now >= searchEnd, looks > 1 { return .finish(lost) }
        case .running: searchEnd = nil
        case .ended(let isGood, let words):
            let text = "\(order.run.description) on \(order.run.agent): \(words)"
            return .finish(isGood ? .passed(text) : .failed(text))
        }
        return nil
    }

    private var lost: RunReport {
        .failed("it is unclear whether \(order.run.description) was started, and it is not started again")
    }
}
