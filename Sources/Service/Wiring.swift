import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import Vendors

/// Who hears of what: carries the decider's effects to lanes, timers and the world outside, and their answers back.
final class Wiring: Sendable {
    let timers: TimerRunner
    let modules: ModuleRunner
    let records: RecordRunner
    private let missing: MissingFiles
    let heartbeat: HeartbeatRunner
    let drills: DrillRunner
    private let lanes = Guarded<[String: LaneRunner]>([:])
    private let mail: MailRunner
    private let pages: PageRunners
    let procedures: RMMRunner
    let agents: AgentRunner
    private let callbackKey: [UInt8]
    private let post: @Sendable (DeciderStation.Message) -> Void
    private let courier: Courier
    private let clock: any Clock
    private let ends: Guarded<Ends>
    private let counters: Counters
    private let troubles: Troubles
    private let hub: StreamHub
    private let log: Log

    /// The two threads that are made after the wiring, because they are handed it.
    private struct Ends: Sendable {
        var decider: DeciderRunner?
        var journal: JournalRunner?
    }

    /// `callbackKey` signs the tokens with which an RMM tells of runs.
    init(
        dataFolder: String, couriers: Couriers, clock: any Clock, callbackKey: [UInt8], counters: Counters,
        troubles: Troubles, hub: StreamHub, log: Log
    ) {
        self.callbackKey = callbackKey
        let ends = Guarded(Ends())
        post = { message in ends.with { $0.decider }?.mailbox.post(message) }
        self.ends = ends
        let courier = couriers.calls
        self.courier = courier
        self.clock = clock
        self.counters = counters
        self.troubles = troubles
        self.hub = hub
        self.log = log
        mail = MailRunner(courier: couriers.mails, clock: clock) { [post] effect in
            switch effect {
            case .declareIntent(let key): post(.mailIntent(key))
            case .report(let key, let report): post(.mailReport(key, report))
            case .send: break
            }
        }
        pages = PageRunners(courier: courier, clock: clock) { [post, counters, troubles, log] lane, effect in
            switch effect {
            case .report(let row, let report): post(.pageReport(lane: lane, row: row, report))
            case .condition(let condition):
                counters.condition(of: lane, condition)
                Wiring.tell(condition, lane, troubles, log)
            case .call: break
            }
        }
        procedures = RMMRunner(courier: courier, clock: clock) { [post, troubles] effect in
            switch effect {
            case .declareIntent(let event, let progress): post(.runIntent(event, progress))
            case .started(let event, let progress): post(.runStarted(event, progress))
            case .report(let event, let report): post(.runReport(event, report))
            case .trouble(let text):
                if let text { troubles.set("RMM", text) } else { troubles.clear("RMM") }
                post(.trouble(name: "RMM", text: text))
            case .call, .wake: break
            }
        }
        agents = AgentRunner(courier: courier, clock: clock) { [post, troubles, log] effect in
            switch effect {
            case .answer(let question, let text):
                let answer = text.map { InputAnswer.value($0) } ?? .unknown
                post(.answer(event: question.event, question: question.name, answer))
            case .trouble(let text): Wiring.note(text, under: "agents", troubles, log)
            case .call: break
            }
        }
        timers = TimerRunner(clock: clock) { [post] in post(.due($0)) }
        records = RecordRunner(
            courier,
            answer: { [post] event, question, record in
                post(.answer(event: event, question: question, record.answer))
            }, trouble: { [post] text in post(.trouble(name: "Netwrix Auditor", text: text)) })
        missing = MissingFiles(dataFolder: dataFolder, log: log) { [post] in post(.missingKept($0)) }
        drills = DrillRunner(clock: clock, log: log)
        heartbeat = HeartbeatRunner(
            courier,
            isWell: {
                guard troubles.fatal == nil, let journal = ends.with({ $0.journal }) else { return false }
                return journal.failed == nil && journal.obstructed == nil
            }, trouble: { text in Wiring.note(text, under: "heartbeat", troubles, log) })
        modules = ModuleRunner { [post] event, question, outcome in
            post(.answer(event: event, question: question, outcome.answer))
        }
    }

    /// Makes lanes for accounts that are new, and tells the others what has changed. A lane whose account is gone stays
    /// and finishes what it holds.
    func take(_ settings: Settings) {
        mail.take(settings.service.mail)
        records.take(settings.service.netwrix)
        procedures.take(settings.service.rmm)
        agents.take(settings.service.rmm)
        heartbeat.take(settings.service.heartbeat)
        drills.take(settings)
        let quietPeriod = Instant.Span.seconds(settings.service.quietPeriodSeconds)
        for account in settings.accounts where LaneStation.serves(account.system) {
            let lane = account.lane
            let known = lanes.with { $0[lane] }
            if let known {
                known.post(.account(account, quietPeriod: quietPeriod))
                continue
            }
            let made = LaneRunner(
                name: lane, LaneStation(account, quietPeriod: quietPeriod), courier: courier, clock: clock
            ) { [post, clock, counters, troubles, log] effect in
                switch effect {
                case .condition(let condition):
                    counters.condition(of: lane, condition)
                    Wiring.tell(condition, lane, troubles, log)
                case .counted(let meter): post(.counted(lane: lane, meter: meter))
                case .declareIntent(let row): post(.intent(lane: lane, row: row))
                case .report(let row, let report):
                    counters.ended(lane, row: row, at: clock.monotonicNanoseconds)
                    post(.report(lane: lane, row: row, report))
                case .credentials(let refused):
                    let text = refused.map {
                        "\(lane) refuses the credentials: \($0)\nTickets wait until they are mended."
                    }
                    post(.trouble(name: DeciderStation.refusedCredentials + lane, text: text))
                case .closedDoubles(let count): counters.closedDoubles(lane, count)
                case .call: break
                }
            }
            lanes.with { $0[lane] = made }
            counters.condition(of: lane, .working)
        }
    }

    private static func tell(_ condition: LaneCondition, _ lane: String, _ troubles: Troubles, _ log: Log) {
        let name = "circuit " + lane
        switch condition {
        case .working:
            troubles.clear(name)
            log.info("it works again", ["lane": lane])
        case .open(let until, let reason):
            troubles.set(name, "\(lane) does not work, it is left alone until \(until): \(reason)")
            log.error(
                "it does not work, it is left alone for a while",
                ["lane": lane, "until": until.description, "reason": reason])
        // What was said of it stays until it is known to work.
        case .probing: break
        }
    }

    func start(decider: DeciderRunner, journal: JournalRunner) throws {
        ends.with {
            $0.decider = decider
            $0.journal = journal
        }
        try modules.start()
        heartbeat.start()
        drills.start(journal)
    }

    /// Something is wrong that stops nothing, or it is well again.
    private static func note(_ text: String?, under name: String, _ troubles: Troubles, _ log: Log) {
        guard let text else { return troubles.clear(name) }
        troubles.set(name, text)
        log.warning(text)
    }

    /// Lets the two go: they hold the wiring as well.
    func disconnect() { ends.with { $0 = Ends() } }

    /// Tells Amazon SNS that a subscription is wanted; its request was signed, and its topic is one of ours.
    func confirmSubscription(_ url: String, _ topic: String) {
        let call = OutgoingCall(url: url, connectTimeoutSeconds: 5, totalTimeoutSeconds: 15, maxReplyBytes: 64 << 10)
        courier.send(call) { [log] outcome in
            if case .reply(let reply) = outcome, reply.status == 200 {
                log.info("the subscription is confirmed", ["topic": topic])
            } else {
                log.error(
                    "the subscription could not be confirmed; let SNS request the confirmation again", ["topic": topic])
            }
        }
    }

    func noteWatermark(_ sequence: UInt64) { ends.with { $0.journal }?.noteWatermark(sequence) }

    /// Carries out an effect whose transaction is durable. Called on the decider's thread.
    func carryOut(_ effect: DeciderStation.Effect) {
        switch effect {
        case .deliver(let lane, let order):
            counters.handed(lane, row: order.row, at: clock.monotonicNanoseconds)
            lanes.with { $0[lane] }?.post(.deliver(order))
        case .formerCalls(let lane, let calls): lanes.with { $0[lane] }?.post(.formerCalls(calls))
        case .intentIsDurable(let lane, let row): lanes.with { $0[lane] }?.post(.intentIsDurable(row: row))
        case .mail(let order): mail.post(.deliver(order))
        case .mailIntentIsDurable(let key): mail.post(.intentIsDurable(key))
        case .page(let lane, let order): pages.post(.deliver(order), to: lane)
        case .paged(let lane, let report, let events):
            counters.paged(lane, report)
            report.tell(log.about(events), lane)
        case .run(let order): procedures.post(.run(withCallback(order)))
        case .runIntentIsDurable(let event): procedures.post(.intentIsDurable(event))
        case .runIsOver(let event): procedures.post(.isOver(event))
        case .runTold(let event, let body): procedures.post(.told(event, body: body))
        case .ran(let report, let event):
            counters.ran(report)
            report.tell(log.about([event]))
        case .setTimer(let timer): timers.set(timer)
        case .ask(let event, let request):
            if let call = request.call { return modules.ask(event, request.name, call) }
            if request.kind == .record { return records.ask(event, request.name, request.subject) }
            agents.ask(
                .init(
                    event: event, name: request.name, agent: request.subject, isCheckIn: request.kind == .agentState))
        case .decided(let event, let disposition, let reason):
            counters.decided(disposition)
            hub.note(event)
            guard log.level <= .info else { return }
            log.info("\(disposition.rawValue)", ["event": event.description, "reason": reason])
        case .delivered(let lane, let report, let event):
            counters.delivered(lane, report)
            hub.noteDelivery()
            report.tell(log.about(event.map { [$0] } ?? []), lane)
        case .summary(let record, let time): log.folder?.keep(summary: record, at: time)
        case .keepMissing(let file): missing.keep(file)
        case .deadLetters(0): troubles.clear("dead letters")
        case .deadLetters(let count):
            troubles.set("dead letters", "\(count) dead letter\(count == 1 ? "" : "s"): itp dead lists them")
        case .answer(let answer, let ask): ask(answer)
        case .then(let tell): tell()
        case .condition(let name, let text): Wiring.note(text, under: name, troubles, log)
        }
    }

    /// Where an RMM tells of runs.
    var callbacks: CallbackDesk {
        CallbackDesk(key: callbackKey) { [post] event, body, answer in
            post(.runTold(event, body: body, answer: answer))
        }
    }

    private func withCallback(_ order: RunOrder) -> RunOrder {
        var order = order
        if let base = procedures.callbackURL, let path = CallbackDesk.path(of: order.event, key: callbackKey) {
            order.callback = base + path
        }
        return order
    }
}
