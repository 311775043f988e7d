import Events
import Formats
import Testing

struct ScheduleTests {
    private func minutes(_ text: Substring) throws -> Int {
        let parts = text.split(separator: ":").compactMap { Int($0) }
        try #require(parts.count == 2)
        return parts[0] * 60 + parts[1]
    }

    /// The moments after `from` and before `limit` at which a schedule opens or closes.
    private func changes(_ schedule: Schedule, from: Instant, before limit: Instant) -> [Instant] {
        var found: [Instant] = []
        while let next = schedule.nextChange(after: found.last ?? from, before: limit) {
            found.append(next)
            if found.count > 1000 { break }
        }
        return found
    }

    @Test("hours around every change of the clocks open and close when Python's zoneinfo says so")
    func acrossChanges() throws {
        var zones: [Substring: TimeZoneTable] = [:]
        for line in try ZoneFixtures.lines("hours") {
            let zone = try zones[line[1]] ?? ZoneFixtures.zone(String(line[1]))
            zones[line[1]] = zone
            let hours = DailyHours(start: try minutes(line[2]), end: try minutes(line[3]))
            let schedule = Schedule(zone: zone, weekday: hours, weekend: hours, holiday: hours)
            let expected = line[6...].compactMap { Instant(seconds: $0) }
            let from = try #require(Instant(seconds: line[4]))
            let limit = try #require(Instant(seconds: line[5]))
            #expect(changes(schedule, from: from, before: limit) == expected, "\(line)")
            for change in expected {
                let before = change - Instant.Span(milliseconds: 1)
                #expect(schedule.isOpen(at: change) != schedule.isOpen(at: before), "\(line) \(change)")
            }
        }
    }

    private func days(_ written: [(String, String)]) throws -> Holidays {
        var days = Holidays()
        for (day, name) in written {
            let isAdded = days.add(day, name: name)
            try #require(isAdded)
        }
        return days
    }

    /// 08:00 to 16:59 on weekdays, 10:00 to 11:59 on weekends, closed on the holidays given.
    private func desk(_ rule: String = "UTC0", holidays: [String] = []) throws -> Schedule {
        Schedule(
            zone: try zone(rule), holidays: try days(holidays.map { ($0, "A day off") }),
            weekday: DailyHours(start: 480, end: 1019),
            weekend: DailyHours(start: 600, end: 719), holiday: .closed)
    }

    @Test(
        "the first minute is open from its first instant, the last to its last",
        arguments: [
            ("2026-11-20T07:59:59.999Z", false), ("2026-11-20T08:00:00Z", true), ("2026-11-20T16:59:59.999Z", true),
            ("2026-11-20T17:00:00Z", false), ("2026-11-21T09:59:59Z", false), ("2026-11-21T10:00:00Z", true),
            ("2026-11-22T11:59:59Z", true), ("2026-11-22T12:00:00Z", false), ("2026-12-25T09:00:00Z", false),
            ("2028-02-29T09:00:00Z", false), ("2027-02-28T10:30:00Z", true), ("2027-11-25T09:00:00Z", true),
            ("2026-11-26T09:00:00Z", false), ("1969-12-31T09:00:00Z", true),
        ])
    func edges(text: String, isOpen: Bool) throws {
        let schedule = try desk(holidays: ["1225", "0229", "20261126"])
        #expect(schedule.isOpen(at: try at(text)) == isOpen)
    }

    @Test("the day is that of the schedule's own zone")
    func ownZone() throws {
        let schedule = try desk("<+14>-14", holidays: ["0101"])
        #expect(schedule.state(at: try at("2026-12-31T09:59:59Z")).kind == .weekday)
        #expect(schedule.state(at: try at("2026-12-31T10:00:00Z")).kind == .holiday)
        #expect(schedule.state(at: try at("2027-01-01T10:00:00Z")).kind == .weekend)
    }

    @Test("hours past midnight belong to the day on which they began")
    func pastMidnight() throws {
        var schedule = try desk(holidays: ["1224"])
        schedule.weekday = DailyHours(start: 1320, end: 359)
        schedule.weekend = .closed
        // Friday's night goes on into Saturday; Sunday's does not exist; the holiday's does not either.
        for (text, isOpen) in [
            ("2026-11-21T05:59:59Z", true), ("2026-11-21T06:00:00Z", false), ("2026-11-21T22:00:00Z", false),
            ("2026-11-23T05:00:00Z", false), ("2026-11-23T22:00:00Z", true), ("2026-12-24T05:00:00Z", true),
            ("2026-12-24T23:00:00Z", false), ("2026-12-25T05:00:00Z", false), ("2026-12-25T22:00:00Z", true),
        ] {
            #expect(schedule.isOpen(at: try at(text)) == isOpen, "\(text)")
        }
        let found = changes(schedule, from: try at("2026-11-20T12:00:00Z"), before: try at("2026-11-24T12:00:00Z"))
        #expect(
            found == [
                try at("2026-11-20T22:00:00Z"), try at("2026-11-21T06:00:00Z"), try at("2026-11-23T22:00:00Z"),
                try at("2026-11-24T06:00:00Z"),
            ])
    }

    @Test("00:00 to 00:00 is closed, 00:00 to 23:59 and a start behind its own end are the whole day")
    func limits() throws {
        var schedule = Schedule(zone: try zone("UTC0"), weekday: .closed, weekend: .closed, holiday: .closed)
        let start = try at("2026-01-01T00:00:00Z")
        let end = try at("2028-01-01T00:00:00Z")
        #expect(!schedule.isOpen(at: start) && schedule.nextChange(after: start, before: end) == nil)
        for hours in [DailyHours.wholeDay, DailyHours(start: 720, end: 719)] {
            schedule.weekday = hours
            schedule.weekend = hours
            #expect(schedule.isOpen(at: start) && schedule.nextChange(after: start, before: end) == nil)
        }
        #expect(DailyHours(start: 480, end: 480).minutes == 480..<481)
        // Open all week but for a holiday.
        schedule = Schedule(
            zone: schedule.zone, holidays: try days([("0704", "Independence Day")]), holiday: .closed)
        #expect(
            changes(schedule, from: start, before: end) == [
                try at("2026-07-04T00:00:00Z"), try at("2026-07-05T00:00:00Z"), try at("2027-07-04T00:00:00Z"),
                try at("2027-07-05T00:00:00Z"),
            ])
    }

    @Test("isOpen and nextChange tell the same story, minute by minute, in any zone and with any hours")
    func sameStory() throws {
        let zones = try ["America/Santiago", "Australia/Lord_Howe", "Europe/London"].map { try ZoneFixtures.zone($0) }
        for (index, zone) in zones.enumerated() {
            let night = DailyHours(start: 1380 - index, end: 120 + index)
            let schedule = Schedule(
                zone: zone, holidays: try days([("0405", "x")]), weekday: night,
                weekend: DailyHours(start: 90, end: 179),
                holiday: DailyHours(start: 0, end: 100))
            let start = try at("2026-03-27T00:00:00Z")
            let limit = start + .hours(24 * 12)
            var expected: [Instant] = []
            var instant = start
            while instant + .minutes(1) < limit {
                let next = instant + .minutes(1)
                if schedule.isOpen(at: next) != schedule.isOpen(at: instant) { expected.append(next) }
                instant = next
            }
            #expect(expected.count > 10 && changes(schedule, from: start, before: limit) == expected)
        }
    }

    @Test("times of day fire once a day: a skipped one at the next instant, a doubled one the first time")
    func times() throws {
        let schedule = try desk("EST5EDT,M3.2.0,M11.1.0", holidays: ["0310"])
        let times = DailyTimes(weekday: 480, weekend: 150)
        var found: [String] = []
        var from = try at("2026-03-07T00:00:00Z")
        let limit = try at("2026-03-12T00:00:00Z")
        while let next = schedule.next(of: times, from: from, before: limit) {
            found.append(next.description)
            from = next + Instant.Span(milliseconds: 1)
        }
        // Saturday 02:30 EST; Sunday 02:30 is skipped; Monday 08:00 EDT; Tuesday is the holiday.
        #expect(
            found == [
                "2026-03-07T07:30:00.000Z", "2026-03-08T07:00:00.000Z", "2026-03-09T12:00:00.000Z",
                "2026-03-11T12:00:00.000Z",
            ])
        let doubled = DailyTimes(weekend: 90)
        let first = try at("2026-11-01T05:30:00Z")
        #expect(schedule.next(of: doubled, from: first, before: limit + .hours(24 * 365)) == first)
        #expect(
            schedule.next(of: doubled, from: first + Instant.Span(milliseconds: 1), before: limit + .hours(24 * 365))
                == (try at("2026-11-07T06:30:00Z")))
        #expect(schedule.next(of: DailyTimes(), from: first, before: limit + .hours(24 * 365)) == nil)
    }

    @Test(
        "what is no date is no holiday",
        arguments: ["0230", "1301", "0100", "20270229", "00000101", "101", "0101x", "2026-1-1", "٠١٠١", ""])
    func noHolidays(text: String) {
        var days = Holidays()
        let isAdded = days.add(text, name: "x")
        #expect(!isAdded && days == Holidays() && Holidays.singleDay(text) == nil)
    }

    @Test("a day of one year has its own name, before that of every year")
    func names() throws {
        let days = try days([("1225", "Christmas"), ("20261225", "Christmas, observed"), ("1225", "again")])
        #expect(days.name(of: try #require(CivilDay(year: 2026, month: 12, day: 25))) == "Christmas, observed")
        #expect(days.name(of: try #require(CivilDay(year: 2027, month: 12, day: 25))) == "Christmas")
        #expect(days.name(of: try #require(CivilDay(year: 2027, month: 12, day: 26))) == nil)
        #expect(Holidays.singleDay("20261225")?.description == "2026-12-25" && Holidays.singleDay("1225") == nil)
    }
}
