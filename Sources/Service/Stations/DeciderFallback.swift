import Events
import Formats
import Settings
import Storage
import Vendors

/// What becomes of an order that its lane does not take: it goes by mail where there is a mail server, else it waits; but not
/// while it is unclear whether the PSA has carried it out.
extension DeciderStation {
    /// What the names of troubles begin with that a lane's tickets have.
    static let refusedTickets = "tickets are refused by "
    static let failingLanes = "tickets are not taken by "
    /// How often something that was refused is tried again where it cannot go by mail.
    private static let refusalPause = Instant.Span.hours(1)
    /// Refusals that a lane's notices tell apart.
    private static let refusalsTold = 20

    /// Whether an order is carried by mail: of a mail lane, or one that its lane did not take.
    func isMail(_ order: OutboxRow) -> Bool {
        order.mail != nil || order.lane.hasPrefix(TicketDraft.Mail.lanePrefix)
    }

    /// Whether an order that its lane does not take can go by mail.
    func canGoByMail(_ order: OutboxRow) -> Bool {
        !isMail(order) && settings.service.mail != nil && order.action.draft.mail?.to.isEmpty == false
    }

    /// When an order is too old to be tried any longer.
    func end(of order: OutboxRow) -> Instant {
        (order.mail?.since ?? order.created) + .seconds(settings.service.deliveryMaxAgeSeconds)
    }

    /// `DeliveryMaxAge` in words.
    private var maxAge: String {
        let seconds = settings.service.deliveryMaxAgeSeconds
        let (count, unit) =
            seconds % 3600 == 0
            ? (seconds / 3600, "hour") : seconds % 60 == 0 ? (seconds / 60, "minute") : (seconds, "second")
        return "\(count) \(unit)\(count == 1 ? "" : "s")"
    }

    /// The PSA refuses the order, and would refuse it again as long as nothing is mended.
    mutating func refused(_ order: OutboxRow, _ reason: String, _ now: Instant) throws {
        if isMail(order) { return try fail(order, reason, now) }
        try tellRefusal(order, reason, now)
        if canGoByMail(order) { return try goByMail(order, reason, now) }
        guard now < end(of: order) else { return try giveUp(order, reason, nil, now) }
        let due = min(end(of: order), now + DeciderStation.refusalPause)
        try ledger.reschedule(
            order.row, due: due, ambiguousSince: nil, failingSince: order.failingSince ?? now, isRefused: true)
        try stopWaiting(for: order, now)
        try tellTry(order, "refused, and it cannot go by mail; again at \(due): \(reason)")
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: .order, subject: order.lane)))
    }

    /// A try has come to nothing, or to nothing that is known; the next one is at `due`.
    mutating func tryAgain(
        _ order: OutboxRow, _ reason: String, _ due: Instant, _ ambiguousSince: Instant?, _ now: Instant
    ) throws {
        guard now < end(of: order) else { return try giveUp(order, reason, ambiguousSince, now) }
        if order.sends >= settings.service.deliveryAttempts, ambiguousSince == nil, order.mail == nil {
            let reason = "given up after \(order.sends) calls: \(reason)"
            return canGoByMail(order) ? try goByMail(order, reason, now) : try fail(order, reason, now)
        }
        let since = order.failingSince ?? now
        var due = due
        if ambiguousSince == nil, let limit = patience(order, since) {
            guard now < limit else {
                try tellFailing(order, reason, since, now)
                guard canGoByMail(order) else { return try again(order, reason, due, nil, since, now) }
                return try goByMail(order, reason, now)
            }
            // Whatever pause the PSA asks for: then it is tried a last time.
            due = min(due, limit)
        }
        try again(order, reason, due, ambiguousSince, since, now)
    }

    /// Until when the lane may fail; nil where the order has nothing better to wait for: the problem's ticket is there already.
    private func patience(_ order: OutboxRow, _ since: Instant) -> Instant? {
        guard !isMail(order), order.ticket == nil || order.action.kind == .create else { return nil }
        return since + (order.action.draft.mail?.after ?? .minutes(5))
    }

    private mutating func again(
        _ order: OutboxRow, _ reason: String, _ due: Instant, _ ambiguousSince: Instant?, _ since: Instant,
        _ now: Instant
    ) throws {
        let due = min(due, max(now, end(of: order)))
        try ledger.reschedule(order.row, due: due, ambiguousSince: ambiguousSince, failingSince: since)
        try tellTry(order, "again at \(due): \(reason)")
        if due > now { effects.append(.setTimer(try ledger.setTimer(due: due, kind: .order, subject: order.lane))) }
    }

    /// The first try that comes to nothing and each doubling are in the trace: enough to explain, and bounded.
    private func tellTry(_ order: OutboxRow, _ decided: String) throws {
        guard (order.tries + 1).nonzeroBitCount == 1 else { return }
        try ledger.appendStep(TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: decided), to: order.event)
    }

    /// The order is too old. A mail still reaches somebody; where the PSA may have made the ticket, it says so.
    private mutating func giveUp(
        _ order: OutboxRow, _ reason: String, _ ambiguousSince: Instant?, _ now: Instant
    ) throws {
        let reason = "given up after \(maxAge): \(reason)"
        guard canGoByMail(order) else { return try fail(order, reason, now) }
        try goByMail(order, reason, now, isMarked: ambiguousSince != nil)
    }

    /// From now on the order goes by mail; its place in the order of its problem stays.
    mutating func goByMail(
        _ order: OutboxRow, _ reason: String, _ now: Instant, isMarked: Bool = false
    ) throws {
        try ledger.sendByMail(order.row, OutboxRow.Fallback(since: now, reason: reason, isMarked: isMarked))
        let mark = isMarked ? ", marked as a possible duplicate" : ""
        let addresses = order.action.draft.mail?.to.joined(separator: ", ") ?? ""
        try ledger.appendStep(
            TraceStep(.delivery, saw: "try \(order.tries + 1)", decided: "by mail to \(addresses)\(mark): \(reason)"),
            to: order.event)
        stirred.insert(order.lane)
    }

    /// That a problem is over goes the way of its ticket: one that went out by mail has no number to note it on.
    mutating func followsMail(_ order: OutboxRow, _ now: Instant) throws -> Bool {
        guard order.ticket == nil, order.isProblemMailed, [.note, .close].contains(order.action.kind),
            canGoByMail(order)
        else { return false }
        try goByMail(order, "the problem's ticket went out by mail", now)
        return true
    }

    // MARK: The administrator

    /// Each reason is told once; after many of a lane no more.
    private mutating func tellRefusal(_ order: OutboxRow, _ reason: String, _ now: Instant) throws {
        let beginning = DeciderStation.refusedTickets + order.lane
        // Numbers of records make one reason out of many.
        let kind = String(reason.map { $0.isNumber ? "#" : $0 }.prefix(200))
        let told = try ledger.troubleCount(beginning + ": ")
        guard told <= DeciderStation.refusalsTold else { return }
        let more = told == DeciderStation.refusalsTold ? "\nFurther reasons are told by the events alone." : ""
        let way =
            canGoByMail(order)
            ? "Such tickets go by mail."
            : "Such tickets wait for \(maxAge) at most: mend it and reload."
        let body = "\(order.lane) refuses a ticket: \(reason)\n\(way)\nThe first is of event \(order.event).\(more)"
        try tellTrouble("\(beginning): \(kind)", body, now, subject: beginning, onlyOnce: true)
    }

    private mutating func tellFailing(
        _ order: OutboxRow, _ reason: String, _ since: Instant, _ now: Instant
    ) throws {
        guard failing.insert(order.lane).inserted else { return }
        let way =
            canGoByMail(order)
            ? "Tickets go by mail until it takes them again."
            : "Tickets wait until it takes them again, for \(maxAge) at most."
        let name = DeciderStation.failingLanes + order.lane
        try tellTrouble(name, "\(order.lane) has not taken a ticket since \(since): \(reason)\n\(way)", now)
    }

    /// The lane has done something: the next outage is told anew.
    mutating func noteWorking(_ order: OutboxRow) throws {
        guard !isMail(order), failing.remove(order.lane) != nil else { return }
        try ledger.forgetTrouble(DeciderStation.failingLanes + order.lane)
    }
}
