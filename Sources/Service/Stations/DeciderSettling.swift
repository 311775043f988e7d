import Events
import Formats
import Settings
import Storage
import Vendors

/// What a lane's report does to the ledger.
extension DeciderStation {
    mutating func settle(_ row: Int64, _ report: DeliveryReport, _ now: Instant) throws {
        // A report on a row that is settled already changes nothing.
        guard let order = try ledger.order(row) else { return }
        switch report {
        case .created(let number, let remarks):
            try ledger.setTicket(number, event: order.event, lane: order.lane, problem: order.problem, at: now)
            // An update that found its ticket closed has become a ticket of its own.
            let becomes: Disposition? = order.action.kind == .create ? nil : .ticketed
            try finish(
                order, .delivered, number, becomes, reason: becomes == nil ? nil : remarks.first,
                "ticket \(number.number) made", remarks)
        case .noted(let number, let remarks):
            try finish(order, .delivered, number, nil, reason: nil, "noted on ticket \(number.number)", remarks)
        case .mailed(let remarks):
            try finish(
                order, .delivered, nil, order.action.kind == .create ? .deliveredByEmail : nil,
                reason: "the ticket went out by mail", "mailed", remarks)
        case .nothingToDo(let reason):
            try finish(order, .confirmed, order.ticket, nil, reason: nil, "nothing to do: \(reason)", [])
        case .refused(let reason):
            try fail(order, reason)
        case .retry(let reason, let after):
            try tryAgain(order, reason, now + (after ?? backoff(order)), order.ambiguousSince, now)
        case .ambiguous(let reason) where isMail(order), .stillAmbiguous(let reason) where isMail(order):
            try awaitLastResort(order, reason, now)
        case .ambiguous(let reason):
            try tryAgain(order, "unclear whether it was done: \(reason)", now, now, now)
        case .stillAmbiguous(let reason):
            let since = order.ambiguousSince ?? now
            let quiet = since + .seconds(settings.service.quietPeriodSeconds)
            try tryAgain(order, "still unclear: \(reason)", max(quiet, now + backoff(order)), since, now)
        }
        try notifyDelivery(order, now)
    }

    func backoff(_ order: OutboxRow) -> Instant.Span {
        Backoff.delay(attempt: order.tries + 1, seed: order.event.low)
    }

    private mutating func tryAgain(
        _ order: OutboxRow, _ reason: String, _ due: Instant, _ ambiguousSince: Instant?, _ now: Instant
    ) throws {
        let service = settings.service
        if now - order.created >= .seconds(service.deliveryMaxAgeSeconds) {
            return try fail(order, "given up after \(service.deliveryMaxAgeSeconds / 3600) hours: \(reason)")
        }
        if order.sends >= service.deliveryAttempts, ambiguousSince == nil {
            return try fail(order, "given up after \(order.sends) calls: \(reason)")
        }
        try ledger.reschedule(order.row, due: due, ambiguousSince: ambiguousSince)
        // The first try that comes to nothing and each doubling are in the trace: enough to explain, and bounded.
        if (order.tries + 1).nonzeroBitCount == 1 {
            try ledger.appendStep(
                TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: "again at \(due): \(reason)"),
                to: order.event)
        }
        if due > now { effects.append(.setTimer(try ledger.setTimer(due: due, kind: .order, subject: order.lane))) }
    }

    private mutating func finish(
        _ order: OutboxRow, _ state: EventState, _ number: TicketNumber?, _ disposition: Disposition?,
        reason: String?, _ what: String, _ remarks: [String]
    ) throws {
        try ledger.settle(order.row)
        let decided = ([what] + remarks).joined(separator: "; ")
        try ledger.saveDelivery(
            order.event, state: state, ticket: number, disposition: disposition, reason: reason,
            step: TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: decided))
        if let disposition { effects.append(.decided(event: order.event, disposition, reason: reason ?? "")) }
    }

    /// The order is a dead letter: the event says so, and what it had opened is forgotten, so that the next alert of the
    /// same problem is none's duplicate.
    mutating func fail(_ order: OutboxRow, _ reason: String) throws {
        try ledger.settle(order.row)
        try ledger.saveDelivery(
            order.event, state: .confirmed, ticket: nil, disposition: .failed, reason: reason,
            step: TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: "failed: \(reason)"))
        try ledger.forget(event: order.event, lane: order.lane, problem: order.problem)
        effects.append(.decided(event: order.event, .failed, reason: reason))
    }
}
