import Events
import Formats
import Settings
import Storage
import Vendors

/// What goes by mail: tickets and messages to people, from the ledger's two outboxes to the one lane of the mail server.
extension DeciderStation {
    /// The lane of messages to people, as the ledger names it.
    private static let messageLane = "mail:"

    /// Hands the mail lane a ticket; false where it cannot go by mail and has ended so.
    mutating func handToMail(_ order: OutboxRow, _ now: Instant) throws -> Bool {
        let isLast = order.mail?.isMarked == true || order.ambiguousSince != nil && now >= end(of: order)
        let files = try mailedFiles(of: order).taken.compactMap { try ledger.file($0.number) }
        guard let mail = TicketMail.order(try handedOut(order), lane: order.lane, isLastResort: isLast, files: files)
        else {
            let events = try events(of: order)
            try fail(order, "the ticket has no address for mail; see PSA_Email", now)
            try notifyDelivery(order, of: events, .nothing, now)
            return false
        }
        effects.append(.mail(mail))
        return true
    }

    /// Hands the mail lane the messages to people that are due, up to its window.
    mutating func releaseMessages(_ now: Instant) throws {
        var held = released[DeciderStation.messageLane] ?? []
        guard held.count < DeciderStation.window else { return }
        let from = settings.service.mail?.from ?? ""
        let lane = DeciderStation.messageLane
        for row in try ledger.dueMessages(lane: lane, now: now, limit: DeciderStation.window, except: held)
        where held.count < DeciderStation.window {
            held.insert(row.row)
            effects.append(.mail(TicketMail.order(row.message, row: row.row, from: from)))
        }
        released[DeciderStation.messageLane] = held
    }

    func markSending(_ key: MailLaneStation.Key) throws {
        switch key {
        case .ticket(_, let row): try ledger.markSending(row)
        case .message(let row): try ledger.markMessageSending(row)
        }
    }

    mutating func settle(_ key: MailLaneStation.Key, _ report: DeliveryReport, _ now: Instant) throws {
        switch key {
        case .ticket(let lane, let row):
            released[lane]?.remove(row)
            stirred.insert(lane)
            try settle(row, report, now)
        case .message(let row):
            released[DeciderStation.messageLane]?.remove(row)
            try settleMessage(row, report, now)
            effects.append(.delivered(lane: DeciderStation.messageLane, report, event: nil))
        }
    }

    /// A message goes out at least once: whatever is not surely over is tried again, with the same Message-ID, until it is
    /// too old.
    private mutating func settleMessage(_ row: Int64, _ report: DeliveryReport, _ now: Instant) throws {
        switch report {
        case .created, .noted, .notedTouched, .attached, .looked, .reopened, .closed, .mailed, .nothingToDo:
            try ledger.settleMessage(row)
        case .refused(let reason): try ledger.settleMessage(row, failed: reason)
        case .retry(let reason, let after):
            try sendMessageAgain(row, reason, after, now)
        case .ambiguous(let reason), .stillAmbiguous(let reason): try sendMessageAgain(row, reason, nil, now)
        }
    }

    private mutating func sendMessageAgain(
        _ row: Int64, _ reason: String, _ after: Instant.Span?, _ now: Instant
    ) throws {
        let attempts = try ledger.messageAttempts(row)
        let due = now + (after ?? Backoff.delay(attempt: attempts, seed: UInt64(bitPattern: row)))
        try ledger.retryMessage(row, due: due, reason: reason)
        effects.append(
            .setTimer(try ledger.setTimer(due: due, kind: .order, subject: DeciderStation.messageLane)))
    }

    // MARK: Tickets of which nobody knows whether they have arrived

    /// A mail cannot be looked up: the ticket waits until it is older than it may get, and then goes out once more, marked as
    /// a possible duplicate. If that is unclear again, people have to look. It is not given up before that mail was sent,
    /// however late the report of an earlier try comes.
    mutating func awaitLastResort(_ order: OutboxRow, _ reason: String, _ now: Instant, wasSent: Bool) throws {
        let wasLast = wasSent && (order.ambiguousSince != nil || order.mail?.isMarked == true)
        guard !wasLast else { return try fail(order, "unclear whether its mail has arrived: \(reason)", now) }
        let due = max(now, end(of: order))
        try ledger.reschedule(order.row, due: due, ambiguousSince: order.ambiguousSince ?? now)
        try ledger.appendStep(
            TraceStep(
                .delivery, saw: "try \(order.tries + 1)",
                decided:
                    "unclear whether its mail has arrived: \(reason); again at \(due), marked as a possible duplicate"
            ), to: order.event)
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: .order, subject: order.lane)))
    }
}
