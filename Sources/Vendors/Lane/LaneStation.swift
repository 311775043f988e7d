public import Events
public import Settings

/// A lane carries out one PSA account's orders: a station that owns the account's tries, its knowledge of names, and its
/// pauses. It keeps nothing that has to survive: what is durable is the outbox, and whoever owns that hears of each step.
///
/// Orders on one ticket never meet here: the owner of the outbox hands out the next when the last has been settled.
public struct LaneStation: Sendable {
    /// What a lane is told.
    public enum Message: Sendable {
        /// A row of the outbox that may be carried out.
        case deliver(DeliveryOrder)
        /// The row is durably marked as being sent.
        case intentIsDurable(row: Int64)
        /// The call of a row has come to something.
        case outcome(row: Int64, VendorOutcome)
        /// The account's credentials or options have changed. What runs goes on with the former ones.
        case account(PSAAccount, quietPeriod: Instant.Span)
        /// What a service that has ended has called in the last hour.
        case formerCalls([CallCount])
    }

    /// What a lane asks for.
    public enum Effect: Sendable {
        /// Send this and tell what came of it.
        case call(row: Int64, VendorCall)
        /// The call that follows is one of those that the PSA counts by the hour, under this name.
        case counted(meter: String)
        /// Mark the row durably as being sent, then say so.
        case declareIntent(row: Int64)
        /// The try at the row has ended.
        case report(row: Int64, DeliveryReport)
        /// The account's credentials are refused; nil = they are taken again.
        case credentials(refused: String?)
        /// The PSA has stopped working, or works again.
        case condition(LaneCondition)
        /// So many second tickets of one event were closed.
        case closedDoubles(Int)
    }

    /// Whether tickets of such accounts are carried out by lanes of this kind.
    public static func serves(_ system: PSAAccount.System) -> Bool {
        switch system {
        case .connectWise, .autotask, .bms: true
        case .tigerpaw, .email: false
        }
    }

    /// So long does a call count.
    public static let callWindow = CallBudget.hour

    private var system: any TicketSystem
    /// The one before, whose secrets a running try may still meet.
    private var former: (any TicketSystem)?
    private var quietPeriod: Instant.Span
    private var catalogue = Catalogue()
    private var budget = CallBudget()
    private var uploads = UploadBudget()
    private var running: [Int64: TicketJob] = [:]
    private var waiting: [DeliveryOrder] = []
    private var pausedUntil: Instant?
    private var circuit = Circuit()
    private var pace = Pace()
    /// The row of calls that are no order's; the outbox counts from 1.
    private static let noRow: Int64 = 0
    /// Whether the last answer refused the credentials.
    private var isRefused = false

    /// A lane for an account.
    public init(_ account: PSAAccount, quietPeriod: Instant.Span) {
        system = TicketSystems.system(for: account)
        self.quietPeriod = quietPeriod
    }

    /// The orders that a lane holds, running and waiting.
    public var load: Int { running.count + waiting.count }

    /// Takes a message; what has to be done follows as effects, in order.
    public mutating func handle(_ message: Message, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .deliver(let order):
            waiting.append(order)
        case .intentIsDurable(let row):
            if let step = running[row]?.intentIsDurable(catalogue, now) { carryOut(step, row, now, &effects) }
        case .outcome(let row, let outcome):
            // Whatever the call was for, a pause is asked of the whole account.
            if case .reply(let reply) = outcome, let pause = TicketReplies.pause(after: reply, now) {
                pausedUntil = max(pausedUntil ?? now, now + pause)
            }
            if row == LaneStation.noRow {
                pace.isAsking = false
                // That it could not be told changes nothing.
                if case .reply(let reply) = outcome, let usage = system.usage(in: reply) { pace.usage = usage }
            } else {
                take(outcome, row, now, &effects)
            }
        case .account(let account, let quiet):
            former = system
            system = TicketSystems.system(for: account)
            catalogue.session = nil
            quietPeriod = quiet
            // What was wrong may have been mended.
            if circuit.succeed() { effects.append(.condition(.working)) }
        case .formerCalls(let calls): budget.take(calls)
        }
        startWaiting(now, &effects)
        return effects
    }

    /// `isOwn`: the call was not sent because of the lane's own bounds, which says nothing of the PSA.
    private mutating func take(
        _ outcome: VendorOutcome, _ row: Int64, _ now: Instant, _ effects: inout [Effect], isOwn: Bool = false
    ) {
        // The job is taken out and put back, so that it can use the catalogue that the lane owns.
        guard var job = running.removeValue(forKey: row) else { return }
        let wasConnecting = job.isConnecting
        let step = job.take(outcome, &catalogue, now)
        running[row] = job
        if !isOwn {
            watch(outcome, goesOn: step.map { if case .call = $0 { true } else { false } } ?? false, now, &effects)
        }
        if let step { carryOut(step, row, now, &effects) }
        guard case .reply(let reply) = outcome else { return }
        // A try that goes on has an answer to a refusal: its session had ended. And a session alone shows nothing: a zone is
        // told to anybody.
        if case .call = step, wasConnecting || system.refusesCredentials(reply) == true { return }
        note(reply, &effects)
    }

    /// What a call says of the PSA as a whole.
    private mutating func watch(
        _ outcome: VendorOutcome, goesOn: Bool, _ now: Instant, _ effects: inout [Effect]
    ) {
        let reason: String
        switch outcome {
        case .notSent(let text), .ambiguous(let text): reason = text
        case .reply(let reply):
            switch system.meaning(of: reply) {
            case .done, .gone, .refused:
                if circuit.succeed() { effects.append(.condition(.working)) }
                return
            // It asks for a pause itself.
            case .busy: return
            // A session that has ended is got anew.
            case .unauthenticated where goesOn: return
            case .unauthenticated, .forbidden, .misdirected, .unclear: reason = system.sentence(reply)
            }
        }
        guard circuit.fail(now), let until = circuit.pause(now) else { return }
        effects.append(.condition(.open(until: until, reason: system.hidingSecrets(in: reason))))
    }

    /// Whoever has to mend credentials is told once, and once more when they are good.
    private mutating func note(_ reply: VendorReply, _ effects: inout [Effect]) {
        guard let refuses = system.refusesCredentials(reply), refuses != isRefused else { return }
        isRefused = refuses
        let reason = refuses ? system.hidingSecrets(in: system.sentence(reply)) : nil
        effects.append(.credentials(refused: reason))
    }

    private mutating func startWaiting(_ now: Instant, _ effects: inout [Effect]) {
        while !waiting.isEmpty {
            let isPaused = pausedUntil.map { now < $0 } ?? false || circuit.pause(now) != nil
            let limit = circuit.isProbing || pace.isSlow ? 1 : system.concurrencyLimit
            guard isPaused || running.count < limit else { return }
            let order = waiting.removeFirst()
            if let pause = pause(now) {
                effects.append(.report(row: order.row, pause))
                continue
            }
            if circuit.isProbing { effects.append(.condition(.probing)) }
            var job = TicketJob(order, system, quietPeriod: quietPeriod)
            let step = job.start(catalogue, now)
            running[order.row] = job
            if let gap = pace.gap { pausedUntil = max(pausedUntil ?? now, now + gap) }
            watchUsage(now, &effects)
            carryOut(step, order.row, now, &effects)
        }
    }

    /// Others may use up what is allowed: now and then the PSA is asked how much is left.
    private mutating func watchUsage(_ now: Instant, _ effects: inout [Effect]) {
        guard !pace.isAsking, pace.mayAsk(now), let call = system.asksUsage(catalogue.session) else { return }
        pace.isAsking = true
        let meter = system.meter(call)
        _ = budget.take(meter, limit: system.hourlyLimit ?? .max, now)
        effects += [.counted(meter: meter), .call(row: LaneStation.noRow, call)]
    }

    /// Why nothing is begun at present.
    private func pause(_ now: Instant) -> DeliveryReport? {
        if let until = circuit.pause(now) {
            return .retry(
                reason: "\(system.name) does not work: it is left alone until \(until)", after: until - now)
        }
        guard let until = pausedUntil, now < until else { return nil }
        return .retry(reason: "the PSA asked for a pause", after: until - now)
    }

    private mutating func carryOut(
        _ step: DeliveryStep, _ row: Int64, _ now: Instant, _ effects: inout [Effect]
    ) {
        switch step {
        case .call(let call):
            if let limit = system.uploadLimit, let bytes = running[row]?.upload, !uploads.take(bytes, limit: limit, now)
            {
                return take(
                    .notSent(reason: "\(limit) bytes of files went out in five minutes"), row, now, &effects,
                    isOwn: true)
            }
            guard let limit = system.hourlyLimit else { return effects.append(.call(row: row, call)) }
            let meter = system.meter(call)
            guard let wait = budget.take(meter, limit: limit, now) else {
                effects += [.counted(meter: meter), .call(row: row, call)]
                return
            }
            pausedUntil = max(pausedUntil ?? now, now + wait)
            take(
                .notSent(reason: "the hour's \(limit) calls of this kind are used up"), row, now, &effects, isOwn: true)
        case .declareIntent: effects.append(.declareIntent(row: row))
        case .finish(let report):
            if let closed = running[row]?.closedDoubles, closed > 0 { effects.append(.closedDoubles(closed)) }
            running[row] = nil
            // A PSA may quote in an error what it was sent; reasons are kept and shown.
            effects.append(
                .report(
                    row: row,
                    report.changingReason { [system, former] reason in
                        let hidden = system.hidingSecrets(in: reason)
                        return former?.hidingSecrets(in: hidden) ?? hidden
                    }))
        }
    }
}
