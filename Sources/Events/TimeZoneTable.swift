public import Formats

/// A time zone as a value: no look-up in the system, so that a decision of today can be made again on another machine.
public struct TimeZoneTable: Sendable, Equatable {
    /// The name, for instance `America/New_York`.
    public let name: String
    /// When the offset changes, ascending: what is on record, then four hundred years of the rule.
    private let changes: [TZif.Change]
    /// The offset before the first change.
    private let first: Int
    /// From here on everything is as it was four hundred years before, the calendar's own period; nil without a rule.
    private let repeatsFrom: Int64?

    private static let period: Int64 = 146_097 * 86_400
    /// No zone's clock is further from UTC.
    private static let mostOffset: Int64 = 100_000

    /// UTC.
    public static let utc = TimeZoneTable(name: "UTC")

    private init(name: String) {
        self.name = name
        (changes, first, repeatsFrom) = ([], 0, nil)
    }

    /// A zone from its compiled file. Throws where the rule for the future cannot be read.
    public init(name: String, _ file: TZif) throws(TZif.Fault) {
        self.name = name
        guard !file.footer.isEmpty else {
            (changes, first, repeatsFrom) = (TimeZoneTable.distinct(file.changes, file.first), file.first, nil)
            return
        }
        guard let rule = ZoneRule(parsing: file.footer) else {
            throw TZif.Fault(what: "'\(file.footer)' is no rule for a zone's clocks")
        }
        // Without any change on record the rule alone speaks.
        let first = file.changes.isEmpty ? rule.standard : file.first
        let last = file.changes.last?.at ?? Int64.min
        let start = file.changes.last.map { CivilDay(seconds: $0.at).parts.year + 1 } ?? 1900
        guard (-2000...9000).contains(start) else {
            throw TZif.Fault(what: "its last change lies in the year \(start - 1)")
        }
        let future = (start - 1...start + 400).flatMap { rule.changes(in: $0) }.filter { $0.at > last }
        changes = TimeZoneTable.distinct(file.changes + ZoneRule.inOrder(future, summer: rule.summerOffset), first)
        self.first = first
        repeatsFrom = CivilDay(year: start + 400, month: 1, day: 1).map { $0.daysSince1970 * 86_400 }
    }

    /// The changes that change the offset.
    private static func distinct(_ changes: [TZif.Change], _ first: Int) -> [TZif.Change] {
        var offset = first
        return changes.filter { change in
            defer { offset = change.offset }
            return change.offset != offset
        }
    }

    /// What has to be added to UTC at an instant.
    public func offset(at instant: Instant) -> Instant.Span {
        let (seconds, _) = reduced(instant.flooredSeconds)
        return .seconds(offset(segment(seconds)))
    }

    /// What the zone's clocks show at an instant: the day and the minute of the day.
    public func reading(at instant: Instant) -> (day: CivilDay, minute: Int) {
        let local = instant + offset(at: instant)
        let day = CivilDay(instant: local)
        return (day, Int((local.milliseconds - day.daysSince1970 * CivilDay.millisecondsADay) / 60_000))
    }

    /// What the zone's clocks show at an instant, for instance `2026-11-21 09:14 America/New_York`.
    public func shown(at instant: Instant) -> String {
        let (day, minute) = reading(at: instant)
        return digits(capacity: 32 + name.utf8.count) { out in
            day.write(into: &out)
            out.append(" ")
            out.append(Int64(minute / 60), width: 2)
            out.append(":")
            out.append(Int64(minute % 60), width: 2)
            out.append(" ")
            for byte in name.utf8 { out.append(byte) }
        }
    }

    /// The day on which an instant falls. A day that has begun does not begin again: where clocks go back over midnight, the
    /// hour that they show twice belongs to the new day.
    public func day(at instant: Instant) -> CivilDay { day(at: instant, stretch(at: instant)) }

    func day(at instant: Instant, _ stretch: Stretch) -> CivilDay {
        let shown = CivilDay(instant: instant + .seconds(stretch.offset))
        let next = CivilDay(daysSince1970: shown.daysSince1970 + 1)
        return self.instant(of: next, minute: 0, stretch) <= instant ? next : shown
    }

    /// When the zone's clocks show a minute of a day, which may lie beyond the day's end (1440 = the next day's midnight). A
    /// minute that is skipped is the next instant that there is; of one that is shown twice it is the first.
    public func instant(of day: CivilDay, minute: Int) -> Instant {
        let (local, shift) = reduced(day.daysSince1970 * 86_400 + Int64(minute) * 60)
        var index = segment(local - TimeZoneTable.mostOffset)
        while true {
            let begins = index == 0 ? Int64.min : changes[index - 1].at
            let candidate = max(local - Int64(offset(index)), begins)
            if index == changes.count || candidate < changes[index].at {
                return Instant(milliseconds: (candidate + shift) * 1000)
            }
            index += 1
        }
    }

    /// What the clocks are between two changes. Who asks for several times around an instant searches the changes once.
    struct Stretch {
        /// The seconds in which it begins and ends, as far as they need no reducing.
        fileprivate var from: Int64
        fileprivate var to: Int64
        /// What has to be added to UTC.
        fileprivate var offset: Int
    }

    /// The stretch in which an instant lies.
    func stretch(at instant: Instant) -> Stretch {
        let (seconds, shift) = reduced(instant.flooredSeconds)
        let index = segment(seconds)
        // Where times have to be reduced none is at hand.
        guard shift == 0 else { return Stretch(from: .max, to: .min, offset: offset(index)) }
        let end = index < changes.count ? changes[index].at : .max
        return Stretch(
            from: index == 0 ? .min : changes[index - 1].at,
            to: repeatsFrom.map { min(end, $0 - TimeZoneTable.mostOffset) } ?? end, offset: offset(index))
    }

    /// The same as `instant(of:minute:)`, of a time that probably lies in a stretch.
    func instant(of day: CivilDay, minute: Int, _ stretch: Stretch) -> Instant {
        let local = day.daysSince1970 * 86_400 + Int64(minute) * 60
        guard local - TimeZoneTable.mostOffset >= stretch.from, local - Int64(stretch.offset) < stretch.to else {
            return instant(of: day, minute: minute)
        }
        return Instant(milliseconds: (local - Int64(stretch.offset)) * 1000)
    }

    /// The moments at which clocks are put forward or back, from an instant on and before another.
    public func changes(from: Instant, before: Instant) -> [Instant] {
        changes.map { Instant(milliseconds: min(max($0.at, -1 << 50), 1 << 50) * 1000) }
            .filter { $0 >= from && $0 < before }
    }

    /// The moment, in seconds, within the time that the table covers, and how much later the real one is.
    private func reduced(_ seconds: Int64) -> (seconds: Int64, shift: Int64) {
        guard let repeatsFrom, seconds >= repeatsFrom else { return (seconds, 0) }
        let shift = ((seconds - repeatsFrom) / TimeZoneTable.period + 1) * TimeZoneTable.period
        return (seconds - shift, shift)
    }

    /// How many changes have happened by a moment.
    private func segment(_ seconds: Int64) -> Int {
        var (low, high) = (0, changes.count)
        while low < high {
            let middle = (low + high) / 2
            if changes[middle].at <= seconds { low = middle + 1 } else { high = middle }
        }
        return low
    }

    /// The offset after so many changes.
    private func offset(_ segment: Int) -> Int { segment == 0 ? first : changes[segment - 1].offset }
}

extension Instant {
    /// Whole seconds since 1970, rounded down.
    var flooredSeconds: Int64 {
        let (quotient, remainder) = milliseconds.quotientAndRemainder(dividingBy: 1000)
        return remainder < 0 ? quotient - 1 : quotient
    }
}

extension CivilDay {
    /// The day in UTC of a moment in seconds since 1970.
    init(seconds: Int64) {
        let (quotient, remainder) = seconds.quotientAndRemainder(dividingBy: 86_400)
        self.init(daysSince1970: remainder < 0 ? quotient - 1 : quotient)
    }

    /// The day of the week: 0 = Sunday … 6 = Saturday.
    public var weekday: Int { Int((daysSince1970 % 7 + 11) % 7) }
}
