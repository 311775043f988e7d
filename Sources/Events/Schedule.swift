/// Opening hours: of a help desk, of a customer's coverage, of a class of alerts. A value; every question names its instant.
///
/// Hours are wall-clock times of the schedule's zone. Each start and each end happens once: where the clock skips it, at the
/// next instant that there is; where the clock shows it twice, the first time.
public struct Schedule: Sendable, Equatable {
    /// The zone of all its times.
    public var zone: TimeZoneTable
    /// Its holidays.
    public var holidays: Holidays
    /// Hours on weekdays.
    public var weekday: DailyHours
    /// Hours on weekends.
    public var weekend: DailyHours
    /// Hours on holidays.
    public var holiday: DailyHours

    /// Makes a schedule; what is not given is open all day.
    public init(
        zone: TimeZoneTable, holidays: Holidays = Holidays(), weekday: DailyHours = .wholeDay,
        weekend: DailyHours = .wholeDay, holiday: DailyHours = .wholeDay
    ) {
        self.zone = zone
        self.holidays = holidays
        self.weekday = weekday
        self.weekend = weekend
        self.holiday = holiday
    }

    /// What a day is.
    public func kind(of day: CivilDay) -> DayKind {
        if holidays.name(of: day) != nil { return .holiday }
        return [0, 6].contains(day.weekday) ? .weekend : .weekday
    }

    /// The hours of a kind of day.
    public func hours(on kind: DayKind) -> DailyHours {
        switch kind {
        case .weekday: weekday
        case .weekend: weekend
        case .holiday: holiday
        }
    }

    /// What the clocks of its zone show at an instant.
    public func shown(at instant: Instant) -> String { zone.shown(at: instant) }

    /// Whether it is open at an instant.
    public func isOpen(at instant: Instant) -> Bool { state(at: instant).isOpen }

    /// Whether it is open at an instant, and what that day is.
    public func state(at instant: Instant) -> (isOpen: Bool, kind: DayKind) {
        let stretch = zone.stretch(at: instant)
        let today = zone.day(at: instant, stretch)
        let kind = kind(of: today)
        if let window = window(of: today, kind, stretch), window.contains(instant) { return (true, kind) }
        // The hours of the day before matter only where some go on after midnight.
        guard weekday.passMidnight || weekend.passMidnight || holiday.passMidnight else { return (false, kind) }
        let yesterday = CivilDay(daysSince1970: today.daysSince1970 - 1)
        let window = window(of: yesterday, self.kind(of: yesterday), stretch)
        return (window?.contains(instant) ?? false, kind)
    }

    /// The next instant after which it is open where it was closed, or closed where it was open; nil where there is none
    /// before `limit`.
    public func nextChange(after instant: Instant, before limit: Instant) -> Instant? {
        var day = zone.day(at: instant)
        guard var end = end(of: instant) else {
            while zone.instant(of: day, minute: 0) < limit {
                if let window = window(of: day), window.lowerBound > instant {
                    return window.lowerBound < limit ? window.lowerBound : nil
                }
                day.daysSince1970 += 1
            }
            return nil
        }
        // A window that begins where the last one ends, or before, makes it longer.
        while end < limit {
            guard zone.instant(of: day, minute: 0) <= end else { return end }
            if let window = window(of: day), window.lowerBound <= end { end = max(end, window.upperBound) }
            day.daysSince1970 += 1
        }
        return nil
    }

    /// The next of some times of day, at an instant or after; nil where there is none before `limit`.
    public func next(of times: DailyTimes, from instant: Instant, before limit: Instant) -> Instant? {
        var day = zone.day(at: instant)
        while zone.instant(of: day, minute: 0) < limit {
            if let minute = times.minute(on: kind(of: day)) {
                let time = zone.instant(of: day, minute: minute)
                if time >= instant { return time < limit ? time : nil }
            }
            day.daysSince1970 += 1
        }
        return nil
    }

    /// When the windows that are open at an instant end, the last of them; nil where none is.
    private func end(of instant: Instant) -> Instant? {
        let today = zone.day(at: instant)
        let days = [CivilDay(daysSince1970: today.daysSince1970 - 1), today]
        return days.compactMap { window(of: $0) }.filter { $0.contains(instant) }.map(\.upperBound).max()
    }

    /// The time for which it is open by the hours of a day, which may reach into the next.
    private func window(of day: CivilDay) -> Range<Instant>? {
        guard let minutes = hours(on: kind(of: day)).minutes else { return nil }
        return Schedule.range(
            zone.instant(of: day, minute: minutes.lowerBound), zone.instant(of: day, minute: minutes.upperBound))
    }

    /// The same of a day whose kind is known, near a stretch of the zone's clocks.
    private func window(of day: CivilDay, _ kind: DayKind, _ stretch: TimeZoneTable.Stretch) -> Range<Instant>? {
        guard let minutes = hours(on: kind).minutes else { return nil }
        return Schedule.range(
            zone.instant(of: day, minute: minutes.lowerBound, stretch),
            zone.instant(of: day, minute: minutes.upperBound, stretch))
    }

    private static func range(_ start: Instant, _ end: Instant) -> Range<Instant>? { start < end ? start..<end : nil }
}
