import Events
import Formats
import Settings

/// Stage 14: who is told of the ticket, beside the PSA. It comes after the disposition is known and changes nothing of it.
enum NotifyStage {
    /// Dispositions that are told of, beside a storm's opening.
    private static let new: Set<Disposition> = [.ticketed, .reopened, .deliveredByEmail]
    /// Dispositions whose delivery may find the ticket closed, and make a new one or open it again.
    private static let perhapsNew: Set<Disposition> = [.updated, .consolidated, .flooded]

    static func run(_ work: inout Work, _ disposition: Disposition, _ settings: Settings) -> [Notification] {
        guard work.event.state == .firing, !work.event.isDrill, let tenant = work.tenant, !work.deliveries.isEmpty,
            new.contains(disposition) || perhapsNew.contains(disposition), tellsAnybody(work, tenant, settings)
        else { return [] }
        guard work.deliveries.first?.gathering?.joins == nil else {
            work.note(
                .notify, saw: disposition.rawValue, "told with the event whose order it joins, if that is told at all")
            return []
        }
        let saw = "\(disposition.rawValue), P\(work.priority), host class \(work.hostClass.rawValue)"
        guard work.remediation != .pass else {
            work.note(.notify, saw: saw, "nobody is told: remediation has closed it")
            return []
        }
        let channels = channels(work, tenant, settings)
        guard !channels.isEmpty, let delivery = work.delivery else {
            work.note(.notify, saw: saw, "nobody is told: no channel is for this priority and class")
            return []
        }
        let texts = NotifyTexts(work, tenant, settings)
        var notifications: [Notification] = []
        var decided: [String] = []
        for (channel, recipients) in channels {
            let timing = timing(channel, work, disposition, tenant, settings)
            decided.append("\(words(channel)) \(words(timing))")
            guard let timing = timing.asked else { continue }
            notifications.append(
                Notification(
                    message: texts.message(channel, recipients), organisation: work.event.organisation.id,
                    problem: .init(lane: delivery.lane, name: delivery.problem), timing: timing,
                    wait: tenant.notifications.wait(priority: work.priority)))
        }
        work.note(.notify, saw: "\(saw), at \(work.present)", decided.joined(separator: "; "))
        return notifications
    }

    /// The problem that is over with this event.
    static func ended(_ work: Work) -> Notification.Problem? {
        guard work.event.state == .resolved, let account = work.tenant?.account else { return nil }
        return Notification.Problem(lane: account.lane, name: PolicyStage.problem(of: work))
    }

    private static func tellsAnybody(_ work: Work, _ tenant: Shared<TenantSettings>, _ settings: Settings) -> Bool {
        tenant.wrappedValue.notifications.tellsAnybody
            || settings.organisations[work.event.organisation.id]?.priorityStaff.isEmpty == false
            || work.facts?.customer.priorityStaff.isEmpty == false
    }

    /// Who is to be told of this priority and class, whatever the time.
    private static func channels(
        _ work: Work, _ tenant: Shared<TenantSettings>, _ settings: Settings
    ) -> [(MessageOrder.Channel, [String])] {
        let notifications = tenant.notifications
        var channels: [(MessageOrder.Channel, [String])] = []
        let isWorkstation = work.hostClass == .workstation
        if work.priority <= notifications.priority, !isWorkstation {
            let staff = onCall(work, tenant, settings)
            if !staff.isEmpty { channels.append((.onCall, staff)) }
            if let pager = notifications.pager { channels.append((.page, pager.key == nil ? pager.addresses : [])) }
        }
        if let noc = notifications.noc, work.priority <= noc.level, !(noc.excludesWorkstations && isWorkstation) {
            channels.append((.noc, noc.addresses))
        }
        return channels
    }

    private static func onCall(_ work: Work, _ tenant: Shared<TenantSettings>, _ settings: Settings) -> [String] {
        let staff =
            (settings.organisations[work.event.organisation.id]?.priorityStaff ?? [])
            + (work.facts?.customer.priorityStaff ?? [])
        return staff.reduce(into: tenant.notifications.onCall) { all, address in
            if !all.contains(address) { all.append(address) }
        }
    }

    /// What the timing is, and how a trace says it.
    private struct Timed {
        var asked: Notification.Timing?
        var words: String
    }

    private static func timing(
        _ channel: MessageOrder.Channel, _ work: Work, _ disposition: Disposition, _ tenant: Shared<TenantSettings>,
        _ settings: Settings
    ) -> Timed {
        let opensStorm = disposition == .flooded && work.delivery?.action.kind == .create
        guard new.contains(disposition) || opensStorm else {
            return Timed(asked: .ifNew, words: "if its ticket turns out to be closed")
        }
        switch NotifyTiming.of(
            channel, organisation: work.event.organisation.id, tenant, settings, present: work.present)
        {
        case .atOnce(let why): return Timed(asked: .atOnce, words: "at once (\(why))")
        case .together(let time, let why): return Timed(asked: .together(at: time), words: "at \(time) (\(why))")
        case .never(let why): return Timed(asked: nil, words: "not sent (\(why))")
        }
    }

    private static func words(_ timed: Timed) -> String { timed.words }

    private static func words(_ channel: MessageOrder.Channel) -> String {
        switch channel {
        case .onCall: "on-call mail"
        case .page: "page"
        case .noc: "NOC mail"
        case .notice: "notice"
        }
    }
}
