public import Decisions
public import Events
public import Formats
public import Settings
public import Storage
public import Vendors

/// The decider: decides every event in the order of the journal and owns the ledger.
///
/// Its owner begins a transaction, hands it messages, calls `release`, commits, and only then carries out the effects:
/// so nothing is done that is not durable. It is one thread's alone; the simulation runs the same struct.
public struct DeciderStation {
    /// What the decider is told.
    public enum Message: Sendable {
        /// A journal record, the next in sequence, with what workers have made of it.
        case record(sequence: UInt64, PreparedRecord)
        /// A lane is about to send a call that may change something.
        case intent(lane: String, row: Int64)
        /// A lane sends a call that its PSA counts by the hour.
        case counted(lane: String, meter: String)
        /// A lane's try has ended.
        case report(lane: String, row: Int64, DeliveryReport)
        /// The mail lane is about to hand a mail over.
        case mailIntent(MailLaneStation.Key)
        /// The mail lane's try has ended.
        case mailReport(MailLaneStation.Key, DeliveryReport)
        /// A pager's lane has ended a try.
        case pageReport(lane: String, row: Int64, PageReport)
        /// The RMM's lane is about to start an event's procedure.
        case runIntent(Identifier, RunProgress)
        /// The RMM has said that it started it.
        case runStarted(Identifier, RunProgress)
        /// An event's procedure has come to something.
        case runReport(Identifier, RunReport)
        /// The RMM has told something of an event's procedure by itself; it is answered once that is durable.
        case runTold(Identifier, body: [UInt8], answer: @Sendable () -> Void)
        /// Somebody outside has answered a question.
        case answer(event: Identifier, question: String, InputAnswer)
        /// A timer is due.
        case due(TimerRow)
        /// The configuration has changed.
        case settings(Settings)
        /// This configuration was accepted, and is what a start with broken files comes back to.
        case keep(StoredConfiguration)
        /// Events of tenants that were held may be decided.
        case releaseHeld
        /// Something that the administrator has to know; nil = it is well again.
        case trouble(name: String, text: String?)
        /// It is time to remove what need not be kept any longer.
        case housekeep
        /// Somebody has decided what is to become of what was given up; the answer is given once it is durable.
        case deadLetter(DeadLetterRequest, answer: @Sendable (DeadLetterAnswer) -> Void)
        /// A file that could not be attached is in its folder now.
        case missingKept(Int64)
        /// Somebody makes or ends a silence; the answer is given once it is durable.
        case silence(SilenceRequest, answer: @Sendable (SilenceAnswer) -> Void)

        /// Whether events are prepared otherwise after it.
        var changesSettings: Bool {
            switch self {
            case .settings, .silence: true
            default: false
            }
        }
    }

    /// What is to be done once the transaction is durable.
    public enum Effect: Sendable {
        /// The lane may carry this out.
        case deliver(lane: String, DeliveryOrder)
        /// What the lane called in the last hour, before this start.
        case formerCalls(lane: String, [CallCount])
        /// The row is durably marked: the lane may send its call.
        case intentIsDurable(lane: String, row: Int64)
        /// The mail lane may carry this out.
        case mail(MailLaneStation.Order)
        /// The order is durably marked: the mail lane may hand it over.
        case mailIntentIsDurable(MailLaneStation.Key)
        /// The pager's lane may send this.
        case page(lane: String, PageOrder)
        /// A page has come to something.
        case paged(lane: String, PageReport, events: [Identifier])
        /// The RMM's lane may run this.
        case run(RunOrder)
        /// The start is durably declared: it may be sent.
        case runIntentIsDurable(Identifier)
        /// Nobody waits for the event's procedure any longer.
        case runIsOver(Identifier)
        /// This was told of the event's procedure.
        case runTold(Identifier, [UInt8])
        /// An event's procedure has come to something.
        case ran(RunReport, event: Identifier)
        /// Ask somebody outside.
        case ask(event: Identifier, InputRequest)
        /// Call back at the timer's time.
        case setTimer(TimerRow)
        /// An event has been decided, or a delivery has changed what became of it.
        case decided(event: Identifier, Disposition, reason: String)
        /// A delivery has come to something; of which event, where it was a ticket's.
        case delivered(lane: String, DeliveryReport, event: Identifier?)
        /// A record of the monthly table, and the time that it belongs to.
        case summary([UInt8], at: Instant)
        /// A file could not be attached: keep it in its folder, then say so.
        case keepMissing(MissingFile)
        /// There are so many dead letters now.
        case deadLetters(Int)
        /// Tell whoever has asked.
        case answer(DeadLetterAnswer, to: @Sendable (DeadLetterAnswer) -> Void)
        /// Tell whoever waits for it.
        case then(@Sendable () -> Void)
        /// Something is wrong that `/health` tells of under a name, or well again.
        case condition(String, String?)
    }

    /// Orders that a lane is handed at once; the others wait in the ledger.
    public static let window = 32

    let ledger: Ledger
    /// Where it is noted which record is in work; nil where nobody will ask.
    public var work: WorkNotes?
    /// The decider's own slot in it; the others are for those who prepare.
    public static let workSlot = 0
    /// What events are decided by: the configuration with the silences that were made by hand.
    @Shared var settings: Settings
    /// The configuration as it was read.
    var configured: Settings
    var effects: [Effect] = []
    /// The rows that each lane holds.
    var released: [String: Set<Int64>] = [:]
    /// Records up to this one were perhaps decided before, by a ledger that is gone.
    var restoredUpTo: UInt64 = 0
    /// The lanes for which something may have become due.
    var stirred: Set<String> = []
    /// The lanes of which it was told that they take no tickets.
    var failing: Set<String> = []

    /// How far the hourly comparison with each PSA has come.
    var comparisons: [String: Comparison] = [:]
    /// How often sources are expected to send, by their names.
    var expected: [String: Instant.Span] = [:]
    /// When something last came of them, since the last commit.
    var heard: [String: Instant] = [:]
    /// When the service started.
    var startedAt = Instant(milliseconds: 0)

    /// What the names of troubles with a lane's credentials begin with.
    static let refusedCredentials = "ticket credentials are refused by "

    /// Rows of a table that one turn of housekeeping removes.
    static let housekeepingBatch = 500
    /// Events of one tenant that one turn lets go on.
    static let heldBatch = 256
    /// How long a delivery ID is known, and a duplicate key remembered after its window.
    static let memoryKept = Instant.Span.hours(7 * 24)
    /// Whether events of held tenants may wait that could be decided now.
    public internal(set) var mayReleaseHeld = false
    /// Whether the last housekeeping has left something for the next turn.
    public private(set) var hasOutdated = false

    /// A decider on a ledger.
    public init(_ ledger: Ledger, _ settings: Settings) {
        self.ledger = ledger
        _settings = Shared(wrappedValue: settings)
        configured = settings
    }

    /// After a start: calls that were under way are ambiguous; timers are set and questions asked again. Gives the
    /// number of interrupted calls.
    public mutating func start(now: Instant) throws -> Int {
        restoredUpTo = try ledger.restoredUpTo
        startedAt = now
        try laySilencesOver(now)
        let interrupted = try ledger.markInterrupted(since: now)
        try ledger.resumeMessages()
        // A lane that starts knows of none; it tells again what it meets.
        for beginning in [
            DeciderStation.refusedCredentials, DeciderStation.refusedTickets, DeciderStation.failingLanes,
        ] {
            try ledger.forgetTroubles(beginning)
        }
        try tellDeadLetters()
        effects += try ledger.timers().map { .setTimer($0) }
        try expectSources(now)
        try keepMissing()
        for question in try ledger.openQuestions() {
            guard let request = InputRequest(name: question.name) else { continue }
            switch request.kind {
            case .agentState, .agent, .record: effects.append(.ask(event: question.event, request))
            case .module: try askAgain(question.event, question.name)
            // The settings answer that one.
            case .tenantSettings: mayReleaseHeld = true
            // The ledger's list of runs says how far it has come.
            case .procedure: break
            }
        }
        try resumeRuns()
        try tellFormerCalls(now)
        try stirAll()
        return interrupted
    }

    /// Takes a message, within a transaction.
    public mutating func handle(_ message: Message, now: Instant) throws {
        switch message {
        case .record(let sequence, let record):
            work?.begin(sequence, slot: DeciderStation.workSlot)
            defer { work?.end(slot: DeciderStation.workSlot) }
            try decide(record, sequence, now)
            if !expected.isEmpty { hear(record.alert.source, record.alert.receivedAt) }
            try ledger.setWatermark(sequence)
        case .intent(let lane, let row):
            try ledger.markSending(row)
            effects.append(.intentIsDurable(lane: lane, row: row))
        case .counted(let lane, let meter): try ledger.countCall(lane: lane, meter: meter, at: now)
        case .report(let lane, let row, let report) where row < 0:
            try settleLook(lane, -row, report)
        case .report(let lane, let row, let report):
            released[lane]?.remove(row)
            stirred.insert(lane)
            try settle(row, report, now)
        case .mailIntent(let key):
            try markSending(key)
            effects.append(.mailIntentIsDurable(key))
        case .mailReport(let key, let report):
            try settle(key, report, now)
        case .pageReport(let lane, let row, let report):
            try settlePage(lane, row, report, now)
        case .runIntent(let event, let progress): try declareRun(event, progress, now)
        case .runStarted(let event, let progress): try ledger.keepProgress(progress.json, of: event)
        case .runReport(let event, let report): try settleRun(event, report, now)
        case .runTold(let event, let body, let answer):
            try noteTold(event, body)
            effects.append(.then(answer))
        case .answer(let event, let question, let answer):
            try take(answer, to: question, of: event, now)
        case .due(let timer):
            try ledger.removeTimer(timer.number)
            try fire(timer, now)
        case .settings(let changed):
            configured = changed
            try laySilencesOver(now)
            mayReleaseHeld = true
            // What was refused may be taken by what has been mended.
            try ledger.reviveRefused(now: now)
            try expectSources(now)
            try tellFormerCalls(now)
            try stirAll()
        case .keep(let configuration):
            try ledger.keep(configuration, at: now)
        case .releaseHeld:
            try releaseHeld(now)
        case .trouble(let name, let text):
            try tellTrouble(name, text, now)
        case .housekeep:
            let isFull = try removeOutdated(now)
            hasOutdated = try removeOutdatedMessages(now, limit: DeciderStation.housekeepingBatch) || isFull
            try compareTickets(now)
        case .deadLetter(let request, let answer):
            effects.append(.answer(try tend(request, now), to: answer))
        case .missingKept(let number):
            try ledger.removeFile(number)
        case .silence(let request, let answer):
            let result = try tend(request, now)
            effects.append(.then { answer(result) })
        }
    }

    /// What a program is told is made of the event anew. If the configuration no longer asks it, the
    /// question's timer ends the waiting.
    private mutating func askAgain(_ event: Identifier, _ question: String) throws {
        guard let parked = try ledger.parkedEvent(event), work?.isQuarantined(parked.origin.sequence) != true else {
            return
        }
        work?.begin(parked.origin.sequence, slot: DeciderStation.workSlot)
        defer { work?.end(slot: DeciderStation.workSlot) }
        let inputs = try ledger.inputs(event)
        guard let prepared = PreparedRecord.event(parked.origin.item, of: parked.record, $settings, inputs) else {
            return
        }
        let decision = try Pipeline.decide(prepared, $settings, memory: ledger, inputs: inputs)
        if case .needs(let request, _) = decision, request.name == question {
            effects.append(.ask(event: event, request))
        }
    }

    private mutating func fire(_ timer: TimerRow, _ now: Instant) throws {
        switch timer.kind {
        case .order:
            stirred.insert(timer.subject)
        case .input:
            let parts = timer.subject.split(separator: " ", maxSplits: 1)
            guard parts.count == 2, let event = Identifier(String(parts[0])) else { return }
            let question = String(parts[1])
            if question == InputRequest.procedureName { return try giveUpRun(event, now) }
            try take(Hold.isHold(question) ? Hold.release(at: now) : .unknown, to: question, of: event, now)
        case .notify:
            try advance(timer.subject, now)
        case .notice:
            try sendNotices(now)
        case .storm:
            try watchStorm(timer.subject, now)
        case .expect:
            try watchSource(timer, now)
        case .silence:
            try warnOfEnd(of: timer.subject, now)
        case .afterHold:
            try endHold(timer.subject, now)
        case .drill:
            try judgeDrill(timer.subject, now)
        }
    }

    /// The effects of what has been handled, in order; the owner carries them out after the commit.
    public mutating func takeEffects() -> [Effect] {
        defer { effects = [] }
        return effects
    }
}

extension DeciderStation {
    mutating func decide(_ record: PreparedRecord, _ sequence: UInt64, _ now: Instant) throws {
        for item in record.events.indices {
            let origin = EventOrigin(
                id: record.events[item].id, receipt: record.alert.receipt, sequence: sequence, item: item,
                receivedAt: record.alert.receivedAt, source: record.alert.source)
            let decision = try Pipeline.decide(record.events[item], $settings, memory: ledger, present: now)
            try keep(decision, origin, record.alert, now)
        }
    }

    mutating func keep(
        _ decision: Decision, _ origin: EventOrigin, _ alert: AlertRecord, _ now: Instant
    ) throws {
        switch decision {
        case .verdict(let verdict):
            try ledger.save(verdict, origin)
            if !verdict.files.isEmpty { try ledger.keep(verdict.files, of: origin.id) }
            try notify(verdict, origin.id, now)
            try enqueue(verdict, origin, now)
            try summarise(verdict, origin, now)
            try withhold(verdict, alert, sequence: origin.sequence)
            if origin.source == Event.drillSource { try awaitDrill(alert, now) }
            effects.append(.decided(event: origin.id, verdict.disposition, reason: verdict.reason))
            for case .cancelHold(let held, let name, let reason) in verdict.changes {
                try take(.value(reason), to: name, of: held, now)
            }
        case .parked(let hold, let facts):
            try ledger.park(origin, facts, record: alert)
            for change in hold.changes { try ledger.apply(change) }
            try ledger.ask(origin.id, hold.name)
            effects.append(
                .setTimer(try ledger.setTimer(due: hold.until, kind: .input, subject: "\(origin.id) \(hold.name)")))
        case .needs(let request, let facts):
            try ledger.park(origin, facts, record: alert, reason: request.remark)
            try ledger.ask(origin.id, request.name)
            for change in request.changes { try ledger.apply(change) }
            let timer = try ledger.setTimer(
                due: now + request.patience, kind: .input, subject: "\(origin.id) \(request.name)")
            effects.append(.setTimer(timer))
            if let run = request.run {
                return try beginRun(run, origin, warning: request.warning, due: timer.due, now)
            }
            if request.kind != .tenantSettings { effects.append(.ask(event: origin.id, request)) }
        }
    }

    /// Records an answer and decides the parked event again, from the start, with all answers so far.
    mutating func take(
        _ answer: InputAnswer, to question: String, of event: Identifier, _ now: Instant
    ) throws {
        guard try ledger.answer(event, question, answer, at: now), let parked = try ledger.parkedEvent(event) else {
            return
        }
        if let ends = work?.ends[parked.origin.sequence], ends.areTooMany {
            return try quarantine(parked.origin, parked.record, ends.all, now)
        }
        work?.begin(parked.origin.sequence, slot: DeciderStation.workSlot)
        defer { work?.end(slot: DeciderStation.workSlot) }
        let inputs = try ledger.inputs(event)
        guard let prepared = PreparedRecord.event(parked.origin.item, of: parked.record, $settings, inputs) else {
            return
        }
        try ledger.unpark(event)
        let decision = try Pipeline.decide(prepared, $settings, memory: ledger, inputs: inputs, present: now)
        try keep(decision, parked.origin, parked.record, now)
    }
}
