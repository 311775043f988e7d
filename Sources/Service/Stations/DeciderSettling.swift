import Decisions
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
        effects.append(.delivered(lane: order.lane, report, event: order.event))
        if order.action.kind == .attach { return try settleFile(order, report, now) }
        let events = try events(of: order)
        switch report {
        case .created(let number, let remarks):
            if let former = order.ticket, order.action.kind != .create {
                try ledger.markTicket(former, lane: order.lane, isClosed: true)
            }
            try ledger.setTicket(
                number, event: order.event, lane: order.lane, problem: order.problem,
                summary: order.action.draft.subject, at: now)
            // An update that found its ticket closed has become a ticket of its own.
            let becomes: Disposition? = order.action.kind == .create ? nil : .ticketed
            try finish(
                order, .delivered, number, becomes, reason: becomes == nil ? nil : remarks.first,
                "ticket \(number.number) made", remarks)
        case .noted(let number, let remarks):
            try noted(order, number, remarks)
        case .mailed(let remarks):
            try mailed(order, remarks)
        case .notedTouched(let number, let remarks):
            try ledger.markTouched(lane: order.lane, problem: order.problem)
            try noted(order, number, remarks)
        case .reopened(let number, let remarks):
            try ledger.markTicket(number, lane: order.lane, isClosed: false)
            let reason = "the problem is back: ticket \(number.number) is reopened"
            try finish(
                order, .delivered, number, isShared(order) ? nil : .reopened, reason: reason,
                "ticket \(number.number) reopened and noted on", remarks)
        case .closed(let number, let remarks):
            try ledger.markTicket(number, lane: order.lane, isClosed: true)
            try finish(
                order, .delivered, number, nil, reason: nil, "ticket \(number.number) noted on and closed", remarks)
        case .nothingToDo(let reason):
            try finish(order, .confirmed, order.ticket, nil, reason: nil, "nothing to do: \(reason)", [])
        // Only an order for a file, or a look, ends so; they are settled elsewhere.
        case .attached, .looked: break
        case .refused(let reason):
            try refused(order, reason, now)
        case .retry(let reason, let after):
            try tryAgain(order, reason, now + (after ?? backoff(order)), order.ambiguousSince, now)
        case .ambiguous(let reason) where isMail(order):
            try awaitLastResort(order, reason, now, wasSent: true)
        case .stillAmbiguous(let reason) where isMail(order):
            try awaitLastResort(order, reason, now, wasSent: false)
        case .ambiguous(let reason):
            try tryAgain(order, "unclear whether it was done: \(reason)", now, now, now)
        case .stillAmbiguous(let reason):
            let since = order.ambiguousSince ?? now
            let quiet = since + .seconds(settings.service.quietPeriodSeconds)
            try tryAgain(order, "still unclear: \(reason)", max(quiet, now + backoff(order)), since, now)
        }
        try summarise(events, of: order, now)
        try notifyDelivery(order, of: events, DeciderStation.news(of: report, order), now)
        if report.isSuccess {
            try noteWorking(order)
            try releaseFiles(of: events, order, report, now)
        }
    }

    /// Whether a report tells of a ticket that people do not know of yet.
    private static func news(of report: DeliveryReport, _ order: OutboxRow) -> DeliveryNews {
        switch report {
        case .created: order.action.kind == .create ? .made : .madeInstead
        case .reopened: .reopened
        case .mailed where order.action.kind == .create: .made
        // In place of a note on a ticket that could not be had.
        case .mailed where order.mail != nil && order.ticket == nil && order.action.kind == .update: .madeInstead
        default: .nothing
        }
    }

    func backoff(_ order: OutboxRow) -> Instant.Span {
        Backoff.delay(attempt: order.tries + 1, seed: order.event.low)
    }

    /// It went out by mail, of which no number is known; an interface that did not take it is why.
    private mutating func mailed(_ order: OutboxRow, _ remarks: [String]) throws {
        if order.mail != nil, order.ticket == nil { try ledger.markMailed(lane: order.lane, problem: order.problem) }
        // A mail is a ticket to whoever takes it: what it names is not decided anew when its storm is over.
        for event in try events(of: order) where try ledger.withheld(event)?.hold == .storm {
            try ledger.releaseWithheld(event)
        }
        let isNew = order.action.kind == .create || order.mail != nil && !isShared(order)
        let why = order.mail.map { "the PSA did not take it: \($0.reason)" }
        try finish(
            order, .delivered, nil, isNew ? .deliveredByEmail : nil,
            reason: why ?? "the ticket went out by mail", "mailed", remarks)
    }

    /// A note was made; where the ticket was to be closed, something has kept it open.
    private mutating func noted(_ order: OutboxRow, _ number: TicketNumber, _ remarks: [String]) throws {
        let becomes: Disposition? = order.action.kind == .close && !isShared(order) ? .noted : nil
        try finish(
            order, .delivered, number, becomes, reason: becomes == nil ? nil : remarks.last,
            "noted on ticket \(number.number)", remarks)
    }

    /// Whether an order is several events' or stands beside its event's own: what became of them was decided before.
    private func isShared(_ order: OutboxRow) -> Bool {
        order.action.terms.listTitle != nil || order.action.terms.aside != nil
    }

    mutating func finish(
        _ order: OutboxRow, _ state: EventState, _ number: TicketNumber?, _ disposition: Disposition?,
        reason: String?, _ what: String, _ remarks: [String]
    ) throws {
        let decided = ([what] + remarks).joined(separator: "; ")
        let step = TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: decided)
        for event in try events(of: order) where event != order.event {
            try ledger.saveDelivery(
                event, state: state, ticket: number, disposition: nil, reason: nil, step: step)
        }
        try ledger.settle(order.row)
        if order.action.terms.aside != nil, disposition == nil { return try ledger.appendStep(step, to: order.event) }
        try ledger.saveDelivery(
            order.event, state: state, ticket: number, disposition: disposition,
            reason: disposition == nil ? nil : reason, step: step)
        if let disposition { effects.append(.decided(event: order.event, disposition, reason: reason ?? "")) }
    }

    /// The events that an order stands for; none but the list's where it stands beside its event's own.
    func events(of order: OutboxRow) throws -> [Identifier] {
        let listed = order.action.terms.listTitle == nil ? [] : try ledger.collected(order.row).map(\.event)
        return order.action.terms.aside == nil && !listed.contains(order.event) ? [order.event] + listed : listed
    }

    /// The order is a dead letter: its events say so, and what they had opened is forgotten, so that the next alert of the
    /// same problem is none's duplicate.
    mutating func fail(_ order: OutboxRow, _ reason: String, _ now: Instant) throws {
        let reason = order.mail.map { "\(reason); by mail because: \($0.reason)" } ?? reason
        let step = TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: "failed: \(reason)")
        let events = try events(of: order)
        try ledger.bury(order, events: events, reason: reason, now: now)
        for event in events {
            try ledger.saveDelivery(
                event, state: .confirmed, ticket: nil, disposition: .failed, reason: reason, step: step)
            try summarise(event, now)
            try ledger.forget(event: event, lane: order.lane, problem: order.problem)
            effects.append(.decided(event: event, .failed, reason: reason))
        }
        if !events.contains(order.event) { try ledger.appendStep(step, to: order.event) }
        if order.action.kind == .create { try ledger.abandonStorm(of: order.event) }
        try tellDeadLetters()
    }
}
