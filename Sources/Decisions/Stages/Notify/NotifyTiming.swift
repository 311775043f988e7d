public import Events
public import Settings

/// When a message may go out, by help desk, coverage and notify times. It looks at the present, not at the time of the alert.
public enum NotifyTiming: Sendable, Equatable {
    /// At once; why.
    case atOnce(String)
    /// At a time, together with the tenant's others; why.
    case together(at: Instant, String)
    /// Not at all; why.
    case never(String)

    /// Pages that are collected go out at each fifth minute.
    public static let cycle = Instant.Span.minutes(5)
    /// How far ahead a notify time is looked for: beyond a year there is none.
    static let horizon = Instant.Span.hours(400 * 24)

    /// When a message of a channel about a customer of a tenant may go out.
    public static func of(
        _ channel: MessageOrder.Channel, organisation: String, _ tenant: Shared<TenantSettings>, _ settings: Settings,
        present: Instant
    ) -> NotifyTiming {
        let notifications = tenant.notifications
        let isStaffed = tenant.hours.helpDesk.isOpen(at: present)
        switch channel {
        case .notice: return .atOnce("a notice")
        case .onCall where notifications.onCallAlways: return .atOnce("NotifyOCAlways")
        case .noc where notifications.noc?.isAlways == true: return .atOnce("NOC_Always")
        case .onCall, .noc, .page:
            if isStaffed { return .never("the help desk is staffed") }
            return channel == .page
                ? page(organisation, tenant, settings, present) : .atOnce("the help desk is not staffed")
        }
    }

    private static func page(
        _ organisation: String, _ tenant: Shared<TenantSettings>, _ settings: Settings, _ present: Instant
    ) -> NotifyTiming {
        let coverage = settings.coverage.schedule(of: organisation)
        if coverage?.isOpen(at: present) ?? true {
            guard tenant.notifications.collectsPages else { return .atOnce("the customer is covered") }
            let cycles = present.milliseconds / cycle.milliseconds + 1
            return .together(at: Instant(milliseconds: cycles * cycle.milliseconds), "collected, NotifyControl=1")
        }
        let times = tenant.hours.notifyTimes
        guard times != DailyTimes() else { return .atOnce("the customer is not covered, and there is no notify time") }
        guard let next = tenant.hours.helpDesk.next(of: times, from: present, before: present + horizon) else {
            return .atOnce("the customer is not covered, and no notify time ever comes")
        }
        return next == present
            ? .atOnce("the notify time is now") : .together(at: next, "held, as the customer is not covered")
    }
}
