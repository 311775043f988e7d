import Decisions
import Events
import Formats
import Settings
import Storage
import Vendors

/// The decider's part in what becomes of tickets over time: orders that wait, storms, and what may be forgotten.
extension DeciderStation {
    /// Puts what a verdict asks for into the outbox, and sets the timers for what waits.
    mutating func enqueue(_ verdict: Verdict, _ origin: EventOrigin, _ now: Instant) throws {
        for delivery in [verdict.delivery, verdict.followUp].compactMap(\.self) {
            try enqueue(delivery, of: origin.id, now, mayBeDone: origin.sequence <= restoredUpTo)
        }
        for case .ticket(.openStorm(let storm, _)) in verdict.changes {
            try setTimer(.storm, storm.event.description, due: storm.openedAt + storm.interval)
        }
    }

    mutating func enqueue(
        _ delivery: Verdict.Delivery, of event: Identifier, _ now: Instant, mayBeDone: Bool = false
    ) throws {
        if let due = try ledger.enqueue(delivery, event: event, now: now, mayBeDone: mayBeDone) {
            try setTimer(.order, delivery.lane, due: due)
        }
        stirred.insert(delivery.lane)
    }

    private mutating func setTimer(_ kind: TimerRow.Kind, _ subject: String, due: Instant) throws {
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: kind, subject: subject)))
    }

    /// A storm's time may be up: it goes on, or its ticket gets the summary.
    mutating func watchStorm(_ subject: String, _ now: Instant) throws {
        guard let event = Identifier(subject), let storm = try ledger.storm(of: event) else { return }
        // Where its ticket could not be made, what it took in are dead letters.
        guard storm.endedAt == nil else { return try ledger.forgetSettled(by: storm) }
        let held = try ledger.countWithheld(by: .storm, storm.title)
        switch try StormWatch.look(at: storm, ledger, held: held, now: now) {
        case .on(let until):
            try setTimer(.storm, subject, due: until)
        case .over(let end, let summary):
            try ledger.apply(.ticket(.endStorm(event, at: end)))
            try release(storm, now)
            try enqueue(summary, of: event, now)
        }
    }

    /// What a lane is handed for an order: with all that has been collected for it, which ends here.
    func handedOut(_ order: OutboxRow) throws -> DeliveryOrder {
        if order.isOpen { try ledger.close(order.row) }
        let lines = order.action.terms.listTitle == nil ? [] : try ledger.collected(order.row).map(\.line)
        var handed = DeliveryOrder(
            row: order.row, action: order.action.listing(lines), ticket: order.ticket,
            ambiguousSince: order.ambiguousSince, wasTouched: order.isTouched)
        if let number = order.action.file { handed.file = try ledger.file(number) }
        return handed
    }

    /// Whether an order has become too old to be begun, by its rule; then its event ends so.
    mutating func expire(_ order: OutboxRow, _ now: Instant) throws -> Bool {
        guard let expires = order.action.terms.expires, now > expires, order.sends == 0, order.ambiguousSince == nil
        else { return false }
        let reason = "older at delivery than its rule allows"
        try ledger.settle(order.row)
        try ledger.saveDelivery(
            order.event, state: .confirmed, ticket: nil, disposition: .expired, reason: reason,
            step: TraceStep(.delivery, saw: "valid until \(expires)", decided: "too old"))
        try summarise(order.event, now)
        try ledger.removeFiles(of: order.event)
        try ledger.forget(event: order.event, lane: order.lane, problem: order.problem)
        effects.append(.decided(event: order.event, .expired, reason: reason))
        try notifyDelivery(order, of: [order.event], .nothing, now)
        return true
    }

    /// Removes what need not be kept any longer; true where there may be more.
    func removeOutdated(_ now: Instant) throws -> Bool {
        let windows = [settings.global.duplicateWindow, settings.global.actDuplicateWindow]
        let mayBeMore = try ledger.removeOutdated(
            history: now - .hours(24 * settings.service.historyDays),
            historyBytes: settings.service.historyMaxBytes, deliveries: now - DeciderStation.memoryKept,
            duplicates: now - max(DeciderStation.memoryKept, windows.max() ?? DeciderStation.memoryKept),
            triggers: now - RemediationTriggers.window, limit: DeciderStation.housekeepingBatch)
        let mayBeMoreTickets = try ledger.removeOutdatedTickets(
            ticketAges(now), limit: DeciderStation.housekeepingBatch)
        let mayBeMoreLetters = try ledger.removeOutdatedDeadLetters(
            now - .hours(24 * settings.service.historyDays), limit: DeciderStation.housekeepingBatch)
        let mayBeMoreSilences = try ledger.removeOutdatedSilences(
            now - .hours(24 * settings.service.historyDays), limit: DeciderStation.housekeepingBatch)
        try ledger.removeCalls(before: now - LaneStation.callWindow)
        return mayBeMore || mayBeMoreTickets || mayBeMoreLetters || mayBeMoreSilences
    }

    /// The longest that any flow asks for, as one ledger serves them all.
    private func ticketAges(_ now: Instant) -> TicketAges {
        let tenants = [settings.$primary] + settings.tenants.values
        let flows = tenants.flatMap { [$0.flow] + $0.namedFlows.values }
        let lifetimes = flows.map(\.linkLifetime)
        let floods = flows.compactMap { $0.flood?.interval } + flows.compactMap { $0.flap?.interval }
        let longest = max(DeciderStation.memoryKept, floods.max() ?? DeciderStation.memoryKept)
        return TicketAges(
            links: lifetimes.contains(nil) ? nil : lifetimes.compactMap(\.self).max().map { now - $0 },
            linkLimit: flows.map(\.linkLimit).max() ?? TicketFlow.plain.linkLimit,
            floods: now - longest, storms: now - longest)
    }
}
