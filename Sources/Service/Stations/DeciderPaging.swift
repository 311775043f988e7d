import Decisions
import Events
import Formats
import Settings
import Storage
import Vendors

/// Pages at the services' own interfaces: from the messages' outbox to a lane for each tenant's pager, by mail where the pager
/// does not take them, and closed there when what they tell of is over.
extension DeciderStation {
    /// How long a pager may fail before the page goes by mail.
    static let pagePatience = Instant.Span.minutes(2)

    /// Hands the lanes of pagers what is due, up to their windows.
    mutating func releasePages(_ now: Instant) throws {
        for lane in try ledger.dueLanesOfPagers(now: now) {
            var held = released[lane] ?? []
            guard held.count < DeciderStation.window else { continue }
            for row in try ledger.duePages(lane: lane, now: now, limit: DeciderStation.window, except: held)
            where held.count < DeciderStation.window {
                guard let pager = pager(of: row.message.tenant), pager.key != nil else {
                    try refusePage(row, lane, "the tenant's pages no longer go to a service's interface", now)
                    continue
                }
                held.insert(row.row)
                effects.append(.page(lane: lane, PageOrder(row: row.row, message: row.message, pager: pager)))
            }
            released[lane] = held
        }
    }

    private func pager(of tenant: String) -> NotificationSettings.Pager? {
        settings.tenant(tenant)?.notifications.pager
    }

    /// The pager's lane has reported.
    mutating func settlePage(_ lane: String, _ row: Int64, _ report: PageReport, _ now: Instant) throws {
        released[lane]?.remove(row)
        // A report on a row that is settled already changes nothing.
        guard let row = try ledger.pendingMessage(row) else { return }
        effects.append(.paged(lane: lane, report, events: row.message.events))
        try ledger.countMessageTry(row.row)
        switch report {
        case .taken:
            try ledger.settleMessage(row.row)
            try tellPage(row.message, "\(service(of: row.message)) has taken it")
            try notePage(row.message, "Paged: \(service(of: row.message)) has taken it at \(now).", now)
            if failing.remove(lane) != nil { try ledger.forgetTrouble(DeciderStation.failingLanes + lane) }
        case .nothingToDo(let reason):
            try ledger.settleMessage(row.row)
            try tellPage(row.message, "nothing to do: \(reason)")
        case .refused(let reason):
            try refusePage(row, lane, reason, now)
        case .retry(let reason, let after):
            let isPage = !row.message.isFollowUp && !row.message.isClosing
            let end = row.created + DeciderStation.pagePatience
            if isPage, now >= end, try goByMail(row, lane, reason, now) { return }
            var due = now + (after ?? Backoff.delay(attempt: row.attempts + 1, seed: UInt64(bitPattern: row.row)))
            // Whatever pause the service asks for: then it is tried a last time.
            if isPage, now < end { due = min(due, end) }
            try ledger.retryMessage(row.row, due: due, reason: reason)
            effects.append(.setTimer(try ledger.setTimer(due: due, kind: .order, subject: lane)))
            if row.attempts == 0 { try tellPage(row.message, "again at \(due): \(reason)") }
        }
    }

    /// The pager will never take it.
    private mutating func refusePage(_ row: MessageRow, _ lane: String, _ reason: String, _ now: Instant) throws {
        if !row.message.isFollowUp, !row.message.isClosing {
            if try goByMail(row, lane, reason, now) { return }
            // It never opened there, so nothing is to be closed either.
            try dropBehind(row, byMailTo: [], now)
        }
        try ledger.settleMessage(row.row, failed: reason)
        try tellPage(row.message, "failed: \(reason)")
        try notePage(row.message, "Nobody was paged: \(reason)", now)
    }

    // MARK: By mail

    /// Who is mailed what the pager does not take: `NotifyOCEmail`, else `NotifyEmail`; none without a mail server.
    private func substitutes(of tenant: String) -> [String] {
        guard settings.service.mail != nil, let notifications = settings.tenant(tenant)?.notifications else {
            return []
        }
        return notifications.onCall.isEmpty ? notifications.pager?.addresses ?? [] : notifications.onCall
    }

    /// A page that the pager does not take goes by mail; false where it cannot.
    private mutating func goByMail(_ row: MessageRow, _ lane: String, _ reason: String, _ now: Instant) throws -> Bool {
        let addresses = substitutes(of: row.message.tenant)
        try tellPagerTrouble(row.message, lane, reason, addresses, now)
        guard !addresses.isEmpty else { return false }
        var mail = row.message
        mail.id += ".mail"
        mail.recipients = addresses
        mail.subject = "Page not delivered: \(mail.subject)"
        mail.body = "The pager did not take this page: \(reason)\n\n\(mail.body)"
        try ledger.enqueue(mail, now: now)
        try ledger.settleMessage(row.row, failed: "by mail: \(reason)")
        try ledger.markPageMailed(row.message.dedupKey)
        let way = "by mail to \(addresses.joined(separator: ", ")): \(reason)"
        try tellPage(row.message, way)
        try notePage(row.message, "The page went \(way)", now)
        try dropBehind(row, byMailTo: addresses, now)
        return true
    }

    /// What was to follow a page that never came: a ticket's number goes the way of the page, a closing is needless.
    private func dropBehind(_ row: MessageRow, byMailTo addresses: [String], _ now: Instant) throws {
        for next in try ledger.messages(behind: row) {
            if next.message.isFollowUp, !addresses.isEmpty {
                var mail = next.message
                mail.recipients = addresses
                mail.id += ".mail"
                try ledger.enqueue(mail, now: now)
            }
            try ledger.settleMessage(next.row, failed: "the pager did not take the page")
        }
    }

    private mutating func tellPagerTrouble(
        _ message: MessageOrder, _ lane: String, _ reason: String, _ addresses: [String], _ now: Instant
    ) throws {
        guard failing.insert(lane).inserted else { return }
        let way =
            addresses.isEmpty
            ? "Nobody is mailed in its place: write NotifyOCEmail, and [MAIL] URL into ITPSvcCfg.ini."
            : "Pages go by mail to \(addresses.joined(separator: ", ")) until it takes them again."
        let tenant = message.tenant.isEmpty ? "" : " of tenant \(message.tenant)"
        try tellTrouble(
            DeciderStation.failingLanes + lane, "\(service(of: message)) does not take pages: \(reason)\n\(way)", now,
            subject: "pages\(tenant) are not taken by \(service(of: message))")
    }

    private func service(of message: MessageOrder) -> String {
        pager(of: message.tenant)?.service.rawValue ?? "the pager"
    }

    /// In the trace of every event that it tells of.
    private func tellPage(_ message: MessageOrder, _ decided: String) throws {
        let what = message.isClosing ? "the page's closing" : message.isFollowUp ? "the ticket's number" : "page"
        for event in message.events {
            try ledger.appendStep(TraceStep(.notify, saw: what, decided: decided), to: event)
        }
    }

    // MARK: What has been paged

    /// A page goes to the pager's lane: it is open there from now on.
    func openPage(_ message: MessageOrder, _ rows: [NotificationRow], _ now: Instant) throws {
        guard message.isForPager, !message.isFollowUp, pager(of: message.tenant)?.service.knowsAliases == true else {
            return
        }
        for row in rows {
            try ledger.openPage(
                message.dedupKey, event: row.event, tenant: message.tenant, problem: row.notification.problem, now: now)
        }
    }

    /// A problem is over, or its ticket was found closed: pages that tell of nothing else are closed at the pager.
    mutating func closePages(
        _ problem: Notification.Problem, _ reason: String, except event: Identifier? = nil, _ now: Instant
    ) throws {
        for page in try ledger.closePages(problem, except: event) where !page.isMailed {
            guard let first = Identifier(page.alias) else { continue }
            var message = MessageOrder(
                id: "\(page.alias).close", channel: .page, tenant: page.tenant, recipients: [], from: "",
                subject: "Closed by ITP", body: reason, dedupKey: page.alias, events: [first], priority: 0)
            message.isClosing = true
            try ledger.enqueue(message, now: now)
        }
    }

    /// How a ticket's number follows its page; nil where it does not.
    func followed(_ row: NotificationRow) throws -> MessageOrder? {
        var message = row.notification.message
        guard message.isForPager, let service = pager(of: message.tenant)?.service else { return message }
        guard service.takesFollowUps else {
            try tellPage(message, "the ticket's number does not follow: \(service.rawValue) takes no notes")
            return nil
        }
        guard service.knowsAliases else { return message }
        // What is over at the pager's needs no number.
        guard let page = try ledger.openPage(of: row.event) else { return nil }
        message.dedupKey = page.alias
        if page.isMailed { message.recipients = substitutes(of: message.tenant) }
        return message
    }
}
