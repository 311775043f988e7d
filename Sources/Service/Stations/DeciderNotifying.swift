import Decisions
import Events
import Formats
import Settings
import Storage
import Vendors

/// What a delivery's end means to people.
enum DeliveryNews {
    /// There is no ticket that they do not know of.
    case nothing
    /// The ticket was made that was asked for.
    case made
    /// The ticket that was to be updated was found closed or gone, and another one was made.
    case madeInstead
    /// A closed ticket is open again.
    case reopened
}

/// Messages to people: what waits for its time or its ticket's number is a row with a timer; what is due goes to the messages'
/// outbox, from where lanes take it.
extension DeciderStation {
    /// What a verdict asks to be told.
    mutating func notify(_ verdict: Verdict, _ event: Identifier, _ now: Instant) throws {
        if let problem = verdict.ended {
            try endPages(problem, "the problem is over, by event \(event)", now)
        }
        for notification in verdict.notifications { try wait(notification, event, now) }
        if let disposition = verdict.notice {
            let line = {
                AdminNotice.line(
                    subject: verdict.facts.subject, agent: verdict.facts.agent, event: event, reason: verdict.reason,
                    at: now)
            }
            try addNotice(disposition, event, now, line)
        }
    }

    private mutating func wait(_ notification: Notification, _ event: Identifier, _ now: Instant) throws {
        let message = notification.message
        let (batch, state, due): (String, NotificationRow.State, Instant) =
            switch notification.timing {
            case .atOnce: (message.id, .waiting, now)
            case .together(let time): ("\(message.lane) \(message.tenant.lowercased()) \(time)", .waiting, time)
            case .ifNew: ("", .delivery, now)
            }
        let isNew = try state == .waiting && !ledger.hasBatch(batch)
        try ledger.keep(
            notification, event: event, batch: batch, state: state, due: due, waitUntil: now + notification.wait,
            now: now)
        if isNew { try advance(batch, now) }
    }

    /// Sends what waits under a name if its time has come and every ticket has a number, or need not be waited for any
    /// longer; else it is looked at again when that may be so.
    mutating func advance(_ batch: String, _ now: Instant) throws {
        let rows = try ledger.notifications(batch: batch)
        guard let due = rows.first?.due else { return }
        let patience = rows.filter { $0.ticket == nil }.map(\.waitUntil).max() ?? due
        let next = max(due, patience)
        guard next > now else { return try send(rows, now) }
        // A batch that is not due yet is looked at then: until then more may be added to it.
        let timer = try ledger.setTimer(due: due > now ? due : next, kind: .notify, subject: batch)
        effects.append(.setTimer(timer))
    }

    private mutating func send(_ rows: [NotificationRow], _ now: Instant) throws {
        // A change of the configuration may have left two groups of recipients: none is shown to the other.
        var groups: [[NotificationRow]] = []
        for row in rows {
            let isSame = { (group: [NotificationRow]) in
                group.first?.notification.message.recipients == row.notification.message.recipients
            }
            if let index = groups.firstIndex(where: isSame) { groups[index].append(row) } else { groups.append([row]) }
        }
        for group in groups {
            let parts = group.map { MessageBatch.Part($0.notification.message, $0.ticket) }
            guard var message = MessageBatch.merged(parts) else { continue }
            if message.channel == .page, !message.isFollowUp { message.places = group.map(DeciderStation.place) }
            try ledger.enqueue(message, now: now)
            try openPage(message, group, now)
            for row in group {
                let with = group.count > 1 ? ", one message with \(group.count - 1) more" : ""
                try tell(row, "handed to \(message.lane == "mail:" ? "mail" : "the pager")\(with)")
                let mayFollow = try row.ticket == nil && awaitsDelivery(row.event)
                if mayFollow { try ledger.awaitNumber(row.row) } else { try ledger.removeNotification(row.row) }
            }
        }
    }

    /// Whether an event may still get a ticket: not one that went out by mail, nor one that failed.
    private func awaitsDelivery(_ event: Identifier) throws -> Bool {
        try ledger.history.event(event)?.state == EventState.decided.rawValue
    }

    private static func place(_ row: NotificationRow) -> MessageOrder.Place {
        let problem = row.notification.problem
        return MessageOrder.Place(event: row.event, lane: problem.lane, problem: problem.name)
    }

    private func tell(_ row: NotificationRow, _ decided: String) throws {
        let message = row.notification.message
        let what = message.isFollowUp ? "\(message.channel.rawValue), the ticket's number" : message.channel.rawValue
        try ledger.appendStep(TraceStep(.notify, saw: what, decided: decided), to: row.event)
    }

    /// The problem is over: what is not due yet is not sent, nor what would be if an update turned out to be a new ticket.
    private mutating func endPages(_ problem: Notification.Problem, _ reason: String, _ now: Instant) throws {
        for row in try ledger.pages(problem) where row.state == .delivery || row.state == .waiting && row.due > now {
            try cancel(row, reason)
        }
        try closePages(problem, reason, now)
    }

    private func cancel(_ row: NotificationRow, _ reason: String) throws {
        try tell(row, "cancelled: \(reason)")
        try ledger.removeNotification(row.row)
    }

    // MARK: Delivery

    /// A delivery has come to something: its number is known, or that there will be none; and what was to be an update may
    /// have become a ticket.
    mutating func notifyDelivery(
        _ order: OutboxRow, of events: [Identifier], _ news: DeliveryNews, _ now: Instant
    ) throws {
        for event in events { try noticeFailure(event, now) }
        guard let event = try ledger.history.event(order.event), event.state != EventState.decided.rawValue else {
            return
        }
        let isNew = news != .nothing
        if news == .madeInstead || news == .reopened {
            let problem = Notification.Problem(lane: order.lane, name: order.problem)
            for row in try ledger.heldPages(problem, after: now) where row.event != order.event {
                try cancel(row, "the ticket has been closed")
            }
            try closePages(problem, "the ticket has been closed", except: order.event, now)
        }
        // What is not delivered, or goes by mail, has no ticket whose number could be waited for.
        let isOver = event.disposition.map { DeciderStation.undelivered.contains($0) } ?? false
        for row in try ledger.notifications(event: order.event) {
            switch row.state {
            case .delivery:
                try ledger.removeNotification(row.row)
                if isNew { try startWaiting(row, now) }
            case .waiting:
                if row.ticket == nil, isOver { try ledger.stopWaiting(row.row, at: now) }
                let isReady = try row.due <= now && !ledger.awaitsNumber(batch: row.batch, now: now)
                if isReady { try advance(row.batch, now) }
            case .number:
                guard let ticket = row.ticket else {
                    if isOver { try ledger.removeNotification(row.row) }
                    continue
                }
                try ledger.removeNotification(row.row)
                try follow(row, ticket, now)
            }
        }
        // One that has joined the order may have been told of before a hold let it go.
        for joined in events where joined != order.event {
            for row in try ledger.notifications(event: joined) where row.state == .number {
                try ledger.removeNotification(row.row)
                if let ticket = row.ticket { try follow(row, ticket, now) }
            }
        }
    }

    /// The ticket is not to be had soon: what only waits for its number goes out, and the number follows if there ever is one.
    mutating func stopWaiting(for order: OutboxRow, _ now: Instant) throws {
        for row in try ledger.notifications(event: order.event) where row.state == .waiting && row.ticket == nil {
            try ledger.stopWaiting(row.row, at: now)
            let isReady = try row.due <= now && !ledger.awaitsNumber(batch: row.batch, now: now)
            if isReady { try advance(row.batch, now) }
        }
    }

    private static let undelivered: [String] = [Disposition.failed, .expired, .deliveredByEmail].map(\.rawValue)

    private mutating func noticeFailure(_ id: Identifier, _ now: Instant) throws {
        guard AdminNotice.tells(.failed, settings.global.notices), let event = try ledger.history.event(id),
            event.disposition == Disposition.failed.rawValue
        else { return }
        let line = {
            AdminNotice.line(
                subject: event.subject, agent: event.agent, event: id, reason: event.reason ?? "", at: now)
        }
        try addNotice(.failed, id, now, line)
    }

    /// An update has turned out to be a new ticket: when people are told of it, is decided now.
    private mutating func startWaiting(_ row: NotificationRow, _ now: Instant) throws {
        var notification = row.notification
        let message = notification.message
        notification.timing = .atOnce
        if let tenant = settings.tenant(message.tenant) {
            let timing = NotifyTiming.of(
                message.channel, organisation: notification.organisation, tenant, settings, present: now)
            switch timing {
            case .atOnce(let why): try tell(row, "at once (\(why))")
            case .together(let time, let why):
                notification.timing = .together(at: time)
                try tell(row, "at \(time) (\(why))")
            case .never(let why): return try tell(row, "not sent (\(why))")
            }
        }
        try wait(notification, row.event, now)
    }

    /// The number follows, together with others of the same minute.
    private mutating func follow(_ row: NotificationRow, _ ticket: TicketNumber, _ now: Instant) throws {
        guard let message = try followed(row) else { return }
        var notification = row.notification
        notification.message = MessageBatch.followUp(message, ticket)
        let minute = Instant.Span.minutes(1).milliseconds
        let due = Instant(milliseconds: (now.milliseconds / minute + 1) * minute)
        // A pager that knows its pages again is told each of them what belongs to it.
        let isOnPage =
            message.isForPager && settings.tenant(message.tenant)?.notifications.pager?.service.knowsAliases == true
        let batch =
            "number \(message.channel.rawValue) \(message.tenant.lowercased()) \(isOnPage ? message.dedupKey : "") \(due)"
        let isNew = try !ledger.hasBatch(batch)
        // What only brings a number is no page that a resolved problem takes back.
        notification.problem.name = ""
        try ledger.keep(
            notification, event: row.event, batch: batch, state: .waiting, due: due, waitUntil: due, now: now)
        if isNew { try advance(batch, now) }
    }

    // MARK: The administrator

    private mutating func addNotice(
        _ disposition: Disposition, _ event: Identifier, _ now: Instant, _ line: () -> String
    ) throws {
        let notices = settings.global.notices
        guard notices.batch.milliseconds > 0 else {
            let single = [AdminNotice.Collected(disposition, count: 1, lines: [line()])]
            let message = AdminNotice.message(single, id: "\(event).notice.\(disposition.rawValue)", notices)
            if let message { try ledger.enqueue(message, now: now) }
            return
        }
        guard try ledger.collectNotice(disposition, line) else { return }
        let timer = try ledger.setTimer(due: now + notices.batch, kind: .notice, subject: "")
        effects.append(.setTimer(timer))
    }

    mutating func sendNotices(_ now: Instant) throws {
        let collected = try ledger.takeNotices()
        let notices = settings.global.notices
        guard !notices.addresses.isEmpty else { return }
        let message = AdminNotice.message(collected, id: "notice.\(now.milliseconds)", notices)
        if let message { try ledger.enqueue(message, now: now) }
    }

    /// Told once, until it is well again or says something else.
    ///
    /// - Parameters:
    ///   - subject: what stands above the mail, where that is not the name.
    ///   - onlyOnce: whether it is told once whatever it says.
    func tellTrouble(
        _ name: String, _ text: String?, _ now: Instant, subject: String? = nil, onlyOnce: Bool = false
    ) throws {
        guard let text else { return try ledger.forgetTrouble(name) }
        let notices = settings.global.notices
        guard !notices.addresses.isEmpty, try ledger.tellTrouble(name, onlyOnce ? "" : text) else { return }
        let message = AdminNotice.message(
            id: "trouble.\(name).\(now.milliseconds)", subject: "ITP: \(subject ?? name)", body: text, notices)
        try ledger.enqueue(message, now: now)
    }

    func removeOutdatedMessages(_ now: Instant, limit: Int) throws -> Bool {
        let age = Instant.Span.seconds(settings.service.deliveryMaxAgeSeconds)
        let history = Instant.Span.hours(24 * settings.service.historyDays)
        let isFull = try ledger.removeOutdatedMessages(unsent: now - age, settled: now - history, limit: limit)
        let hasPages = try ledger.removeOutdatedPages(now - history, limit: limit)
        return try ledger.removeOutdatedNotifications(now - history, limit: limit) || isFull || hasPages
    }
}
