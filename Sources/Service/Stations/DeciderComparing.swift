import Events
import Formats
import Settings
import Storage
import Vendors

/// The hourly comparison of the tickets that count as open with their PSA: what people have done there in between is known
/// before the next alert comes. A few tickets at a time, so that neither the PSA's hour nor a ticket that waits is used up.
///
/// A look is handed to the lane like an order, with the link's number, negative, in place of a row of the outbox. It changes
/// nothing at the PSA and is kept nowhere: what gets lost is looked at again an hour later.
extension DeciderStation {
    /// How far the comparison of one lane's tickets has come.
    struct Comparison {
        /// The last link that was looked at.
        var cursor: Int64 = 0
        /// When this round began.
        var began: Instant
        /// When its next page is due.
        var due: Instant
    }

    private static let roundInterval = Instant.Span.hours(1)
    private static let pageInterval = Instant.Span.minutes(5)
    /// Twelve pages an hour: 240 calls of the 1,450 that BMS leaves for one kind.
    private static let pageSize = 20

    /// Hands each lane its next page, where one is due. Called by each turn of housekeeping.
    mutating func compareTickets(_ now: Instant) throws {
        for account in settings.accounts where LaneStation.serves(account.system) && !settings.service.debug {
            // The first round begins an hour after the start: until then there is enough to do.
            var comparison =
                comparisons[account.lane]
                ?? Comparison(began: now, due: now + DeciderStation.roundInterval)
            if now >= comparison.due {
                if comparison.cursor == 0 { comparison.began = now }
                let page = try ledger.openTickets(
                    lane: account.lane, after: comparison.cursor, limit: DeciderStation.pageSize)
                for ticket in page { effects.append(.deliver(lane: account.lane, look(at: ticket))) }
                let isLast = page.count < DeciderStation.pageSize
                comparison.cursor = isLast ? 0 : page.last?.link ?? 0
                let next = now + DeciderStation.pageInterval
                comparison.due = isLast ? max(next, comparison.began + DeciderStation.roundInterval) : next
            }
            comparisons[account.lane] = comparison
        }
    }

    private func look(at ticket: OpenTicket) -> DeliveryOrder {
        let action = TicketAction(kind: .note, reference: ticket.event, draft: TicketDraft())
        var order = DeliveryOrder(row: -ticket.link, action: action, ticket: ticket.ticket, ambiguousSince: nil)
        order.isLook = true
        return order
    }

    /// What a look has shown.
    mutating func settleLook(_ lane: String, _ link: Int64, _ report: DeliveryReport) throws {
        guard case .looked(let ticket, let seen) = report, let known = try ledger.openTicket(link: link),
            // It may have become another one's meanwhile.
            known.ticket.id == ticket.id
        else { return }
        if seen.isTouched { try ledger.markTouched(lane: lane, problem: known.problem) }
        guard !isOpen(seen, lane) else { return }
        try ledger.markTicket(ticket, lane: lane, isClosed: true)
        try ledger.appendStep(
            TraceStep(
                .delivery, saw: "the hourly comparison with the PSA",
                decided: "ticket \(ticket.number) is \(seen.condition) there"), to: known.event)
    }

    private func isOpen(_ seen: LookedTicket, _ lane: String) -> Bool {
        guard seen.isOpen else { return false }
        // Statuses that count as closed may not be the PSA's.
        let tenants = [settings.$primary] + settings.tenants.values
        let closed = tenants.filter { $0.account?.lane == lane }.flatMap { tenant in
            [tenant.closedStatus].compactMap(\.self) + tenant.flow.closedStates
        }
        return !closed.contains { $0.equalsIgnoringCase(seen.status) }
    }
}
