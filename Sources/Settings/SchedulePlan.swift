public import Events
import Formats

/// Everything that the clocks will do to a configuration for some months: when help desks and coverages open and close, when
/// held pages go out, which days are holidays, when the clocks change; and the gaps in which nobody can be told.
public struct SchedulePlan: Sendable, Equatable {
    /// Something that happens at a time.
    public struct Row: Sendable, Equatable {
        /// When.
        public var at: Instant
        /// What the clocks of its zone show then: `2026-11-23 Mon 08:00 -05:00`.
        public var shown: String
        /// What happens.
        public var what: String
    }

    /// One tenant, or one coverage.
    public struct Part: Sendable, Equatable {
        /// What it is of.
        public var title: String
        /// What happens, in order.
        public var rows: [Row]
    }

    /// The tenants, the primary first, each with its customers' coverages behind it; the common coverage is the first part.
    public var parts: [Part] = []
    /// Where nobody can ever be told, a sentence each.
    public var gaps: [String] = []

    /// The plan as it is printed.
    public var lines: [String] {
        parts.flatMap { part in [part.title] + part.rows.map { "  \($0.shown)  \($0.what)" } }
    }
}

extension Settings {
    /// What the clocks do from the beginning of the day on which `now` falls, for so many months.
    public func schedule(from now: Instant, months: Int) -> SchedulePlan {
        var plan = SchedulePlan()
        if let common = coverage.common {
            plan.parts.append(SchedulePlanner(common.zone, now, months).coverage("coverage [COVERAGE]", common))
        }
        var owners: [String: [String]] = [:]
        for organisation in coverage.byOrganisation.keys.sorted() {
            let tenant = organisations[organisation]?.tenant.lowercased() ?? ""
            owners[tenants[tenant] == nil ? "" : tenant, default: []].append(organisation)
        }
        for tenant in [primary] + tenants.values.map(\.wrappedValue).sorted(by: { $0.id < $1.id }) {
            let planner = SchedulePlanner(tenant.hours.helpDesk.zone, now, months)
            plan.parts.append(planner.part(tenant))
            let own = (owners[tenant.id.lowercased()] ?? []).compactMap { id in
                coverage.byOrganisation[id].map { (id, $0) }
            }
            for (id, schedule) in own {
                plan.parts.append(
                    SchedulePlanner(schedule.zone, now, months).coverage("coverage [COVERAGE_\(id)]", schedule))
            }
            let staff = organisations.values.contains {
                $0.tenant.equalsIgnoringCase(tenant.id) && !$0.priorityStaff.isEmpty
            }
            plan.gaps += planner.gaps(tenant, [coverage.common].compactMap(\.self) + own.map(\.1), hasStaff: staff)
        }
        return plan
    }
}

/// Makes the rows of one zone.
struct SchedulePlanner {
    private let zone: TimeZoneTable
    private let start: Instant
    private let end: Instant
    private let days: Range<Int64>

    private static let weekdays = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]

    init(_ zone: TimeZoneTable, _ now: Instant, _ months: Int) {
        self.zone = zone
        let first = zone.day(at: now)
        let (year, month, day) = first.parts
        let count = year * 12 + month - 1 + Int64(months)
        // The 31st of a month without one is the day after its last.
        let last =
            CivilDay(year: count / 12, month: count % 12 + 1, day: day)
            ?? CivilDay(year: (count + 1) / 12, month: (count + 1) % 12 + 1, day: 1) ?? first
        days = first.daysSince1970..<max(last.daysSince1970, first.daysSince1970)
        start = zone.instant(of: first, minute: 0)
        end = zone.instant(of: last, minute: 0)
    }

    func part(_ tenant: TenantSettings) -> SchedulePlan.Part {
        let hours = tenant.hours
        var rows = calendar(hours.helpDesk.holidays)
        rows += changes(hours.helpDesk, "help desk")
        rows += changes(hours.classFour, "class 4")
        rows += notifyTimes(tenant).map { row($0, "held pages go out") }
        let name = tenant.id.isEmpty ? "tenant (primary)" : "tenant \(tenant.id)"
        let called = tenant.name.isEmpty || tenant.name == tenant.id ? "" : " \(tenant.name)"
        return SchedulePlan.Part(title: "\(name)\(called), \(zone.name)", rows: sorted(rows))
    }

    func coverage(_ title: String, _ schedule: Schedule) -> SchedulePlan.Part {
        SchedulePlan.Part(
            title: "\(title), \(zone.name)", rows: sorted(calendar(schedule.holidays) + changes(schedule, "coverage")))
    }

    /// Where a tenant's people can never be told.
    func gaps(_ tenant: TenantSettings, _ coverages: [Schedule], hasStaff: Bool) -> [String] {
        let helpDesk = tenant.hours.helpDesk
        let unstaffed = helpDesk.isOpen(at: start) ? helpDesk.nextChange(after: start, before: end) : start
        guard let unstaffed else { return [] }
        let name = tenant.id.isEmpty ? "the primary" : "the tenant '\(tenant.id)'"
        let since = "while the help desk is not staffed, first at \(shown(unstaffed))"
        let notifications = tenant.notifications
        let tellsUrgent = notifications.pager != nil || !notifications.onCall.isEmpty || hasStaff
        if notifications.noc == nil {
            guard tellsUrgent else {
                return ["\(name) tells nobody \(since); write NotifyProcess, NotifyOCEmail or NOC-Notify"]
            }
            guard notifications.priority > 0 else {
                return ["\(name) tells nobody \(since), as NotifyPriority is 0; write 1 or more"]
            }
        }
        guard notifications.pager != nil, notifications.priority > 0 else { return [] }
        return heldTooLong(tenant, coverages).map { "\(name): \($0)" }
    }

    /// Pages that are held and find no notify time, or none for longer than anything may be held.
    private func heldTooLong(_ tenant: TenantSettings, _ coverages: [Schedule]) -> [String] {
        guard tenant.hours.notifyTimes != DailyTimes() else { return [] }
        let times = notifyTimes(tenant)
        let closes = { (from: Instant, to: Instant) in
            coverages.contains { !$0.isOpen(at: from) || $0.nextChange(after: from, before: to) != nil }
        }
        guard !times.isEmpty else {
            return closes(start, end)
                ? ["no notify time comes until \(shown(end)): nothing can be held; write WD_NotifyTime"] : []
        }
        let longest = Instant.Span.seconds(SettingsLoader.longestHoldSeconds)
        return zip([start] + times, times + [end]).filter { $1 - $0 > longest && closes($0, $1) }.prefix(3).map {
            from, to in
            "pages are held from \(shown(from)) to \(shown(to)), longer than 4 days; write WD_NotifyTime, WE_NotifyTime and "
                + "HO_NotifyTime"
        }
    }

    private func notifyTimes(_ tenant: TenantSettings) -> [Instant] {
        var times: [Instant] = []
        var from = start
        while let next = tenant.hours.helpDesk.next(of: tenant.hours.notifyTimes, from: from, before: end) {
            times.append(next)
            from = next + .minutes(1)
        }
        return times
    }

    private func changes(_ schedule: Schedule, _ what: String) -> [SchedulePlan.Row] {
        var isOpen = schedule.isOpen(at: start)
        var rows: [SchedulePlan.Row] = []
        var last = start
        while let next = schedule.nextChange(after: last, before: end) {
            isOpen.toggle()
            rows.append(row(next, "\(what) \(isOpen ? "opens" : "closes")"))
            last = next
        }
        let state = schedule.isOpen(at: start) ? "open" : "closed"
        return [row(start, "\(what) is \(state)\(rows.isEmpty ? " all the time" : "")")] + rows
    }

    /// Holidays, and changes of the clocks.
    private func calendar(_ holidays: Holidays) -> [SchedulePlan.Row] {
        let clocks = zone.changes(from: start, before: end).map { change -> SchedulePlan.Row in
            let before = zone.reading(at: change - .init(milliseconds: 1)).minute + 1
            return row(
                change, "the clocks go from \(clock(before % 1440)) to \(clock(zone.reading(at: change).minute))")
        }
        return clocks
            + days.compactMap { number in
                let day = CivilDay(daysSince1970: number)
                return holidays.name(of: day).map { row(zone.instant(of: day, minute: 0), "holiday: \($0)") }
            }
    }

    /// In the order of time; what happens at one time stays in the order given.
    private func sorted(_ rows: [SchedulePlan.Row]) -> [SchedulePlan.Row] {
        rows.enumerated().sorted { ($0.element.at, $0.offset) < ($1.element.at, $1.offset) }.map(\.element)
    }

    private func row(_ at: Instant, _ what: String) -> SchedulePlan.Row {
        SchedulePlan.Row(at: at, shown: shown(at), what: what)
    }

    private func shown(_ at: Instant) -> String {
        let (day, minute) = zone.reading(at: at)
        let offset = Int(zone.offset(at: at).milliseconds / 60_000)
        return
            "\(day) \(SchedulePlanner.weekdays[day.weekday]) \(clock(minute)) \(offset < 0 ? "-" : "+")\(clock(abs(offset)))"
    }

    private func clock(_ minute: Int) -> String {
        let pad = { (number: Int) in number < 10 ? "0\(number)" : "\(number)" }
        return "\(pad(minute / 60)):\(pad(minute % 60))"
    }
}
