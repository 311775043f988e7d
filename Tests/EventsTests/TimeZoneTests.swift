import Events
import Formats
import Glibc
import Platform
import TestSupport
import Testing

struct TimeZoneTests {
    @Test("offsets before and after every change are those of Python's zoneinfo, also beyond the file's own end")
    func offsets() throws {
        var zones: [Substring: TimeZoneTable] = [:]
        for line in try ZoneFixtures.lines("offset") {
            let zone = try zones[line[1]] ?? ZoneFixtures.zone(String(line[1]))
            zones[line[1]] = zone
            let instant = try #require(Instant(seconds: line[2]))
            #expect(zone.offset(at: instant) == .seconds(try #require(Int(line[3]))), "\(line)")
        }
        #expect(zones.count == 9)
    }

    @Test("wall-clock times around every change become the instants of Python's zoneinfo")
    func wallClock() throws {
        var zones: [Substring: TimeZoneTable] = [:]
        for line in try ZoneFixtures.lines("local") {
            let zone = try zones[line[1]] ?? ZoneFixtures.zone(String(line[1]))
            zones[line[1]] = zone
            let day = CivilDay(instant: try at(line[2] + "T00:00:00Z"))
            let first = try #require(Int(line[3]))
            for (step, seconds) in line[4...].enumerated() {
                let instant = zone.instant(of: day, minute: first + step * 30)
                #expect(instant == Instant(seconds: seconds), "\(line[1]) \(day) \(first + step * 30)")
            }
        }
    }

    @Test(
        "instants agree with a walk through every quarter of an hour, in zones of all sorts",
        arguments: [
            "America/New_York", "Australia/Lord_Howe", "America/Santiago", "Africa/Casablanca", "Asia/Gaza",
        ])
    func walk(name: String) throws {
        let zone = try ZoneFixtures.zone(name)
        var random = SeededRandom(seed: 42)
        for _ in 0..<40 {
            // Weeks from 1990 to 2500: on record, by the rule, and by the rule's repetition.
            let start = Instant(milliseconds: (7305 + Int64.random(in: 0..<186_000, using: &random)) * 86_400_000)
            var firstShown: [Int64: Instant] = [:]
            var latest = Int64.min
            for step in 0..<(7 * 96) {
                let instant = start + .minutes(step * 15)
                let (day, minute) = zone.reading(at: instant)
                let local = day.daysSince1970 * 1440 + Int64(minute)
                // The first instant at which the clock shows this minute, and those that it has skipped to get there.
                var missing = latest == Int64.min ? local : latest + 15
                while missing <= local {
                    firstShown[missing] = instant
                    missing += 15
                }
                latest = max(latest, local)
            }
            for (local, instant) in firstShown {
                let day = CivilDay(daysSince1970: local / 1440)
                #expect(zone.instant(of: day, minute: Int(local % 1440)) == instant, "\(name) \(day) \(local % 1440)")
            }
        }
    }

    @Test("a skipped day is no time at all, and a day that has begun does not begin again")
    func oddDays() throws {
        let apia = try ZoneFixtures.zone("Pacific/Apia")
        let skipped = try #require(CivilDay(year: 2011, month: 12, day: 30))
        #expect(apia.instant(of: skipped, minute: 0) == (try at("2011-12-30T10:00:00Z")))
        #expect(apia.instant(of: skipped, minute: 1440) == (try at("2011-12-30T10:00:00Z")))
        #expect(apia.day(at: try at("2011-12-30T10:00:00Z")).description == "2011-12-31")
        // Clocks that go back from 00:01 to 23:01, as Newfoundland's did.
        let back = try zone("NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01")
        #expect(back.day(at: try at("2026-11-01T02:29:59Z")).description == "2026-10-31")
        #expect(back.day(at: try at("2026-11-01T02:30:00Z")).description == "2026-11-01")
        #expect(back.reading(at: try at("2026-11-01T02:31:00Z")).day.description == "2026-10-31")
        #expect(back.day(at: try at("2026-11-01T02:31:00Z")).description == "2026-11-01")
    }

    @Test(
        "a day begins when its midnight is shown, beside each change of the clocks and centuries ahead",
        arguments: [
            "NST3:30NDT,M3.2.0/0:01,M11.1.0/0:01", "EST5EDT,M3.2.0,M11.1.0", "<+13>-13<+14>,M9.5.0/24,M4.1.0/0:30",
        ])
    func days(rule: String) throws {
        let zone = try zone(rule)
        for year in [1999, 2026, 2299, 2301, 2399, 2426, 2900] as [Int64] {
            let first = try #require(CivilDay(year: year, month: 1, day: 1)).daysSince1970
            let wrong = (0..<366 * 48).map { Instant(milliseconds: first * 86_400_000 + $0 * 1_800_000 + 60_000) }
                .filter { instant in
                    let day = zone.day(at: instant)
                    let next = CivilDay(daysSince1970: day.daysSince1970 + 1)
                    return instant < zone.instant(of: day, minute: 0) || zone.instant(of: next, minute: 0) <= instant
                }
            #expect(wrong.isEmpty, "\(year)")
        }
    }

    @Test("a zone's rule alone is enough, with all its spellings of days")
    func rules() throws {
        #expect(try zone("UTC0").offset(at: try at("2026-07-01T00:00:00Z")) == .seconds(0))
        #expect(try zone("<+0330>-3:30").offset(at: try at("1970-01-01T00:00:00Z")) == .minutes(210))
        #expect(try zone("XXX5:30:15").offset(at: try at("2026-07-01T00:00:00Z")) == .seconds(-19_815))
        // Julian days never count the leap day, ordinal ones do: both are the first of March in 2028.
        for rule in ["EST5EDT,J60/0,J300/0", "EST5EDT,60/0,300/0"] {
            let zone = try zone(rule)
            #expect(zone.offset(at: try at("2028-03-01T04:59:59Z")) == .hours(-5))
            #expect(zone.offset(at: try at("2028-03-01T05:00:00Z")) == .hours(-4))
        }
        let always = try zone("EST5EDT,0/0,J365/25")
        for text in ["2026-01-01T04:59:59Z", "2026-01-01T05:00:00Z", "2026-07-01T00:00:00Z", "2026-12-31T23:00:00Z"] {
            #expect(always.offset(at: try at(text)) == .hours(-4), "\(text)")
        }
        let irish = try zone("IST-1GMT0,M10.5.0,M3.5.0/1")
        #expect(irish.offset(at: try at("2026-07-01T00:00:00Z")) == .hours(1))
        #expect(irish.offset(at: try at("2026-12-01T00:00:00Z")) == .hours(0))
        #expect(irish.changes(from: try at("2026-01-01T00:00:00Z"), before: try at("2027-01-01T00:00:00Z")).count == 2)
    }

    @Test(
        "what is no rule is refused",
        arguments: [
            "E5", "EST", "EST25", "EST5EDT", "EST5EDT,", "EST5EDT,M3.2.0", "EST5EDT,M13.2.0,M11.1.0",
            "EST5EDT,M3.6.0,M11.1.0", "EST5EDT,M3.2.7,M11.1.0", "EST5EDT,J0,J1", "EST5EDT,1,366", "<EST5",
            "EST5EDT,M3.2.0,M11.1.0x", "EST5EDT,M3.2.0/168,M11.1.0", "EST5:60", "é5", "EST5EDT,M3.2.0/,M11.1.0",
        ])
    func noRules(text: String) {
        #expect(throws: TZif.Fault(what: "'\(text)' is no rule for a zone's clocks")) { _ = try zone(text) }
    }

    private static let root = "/usr/share/zoneinfo"

    @Test(
        "every zone file of this machine can be used",
        .enabled(if: access(root + "/tzdata.zi", R_OK) == 0, "there is no /usr/share/zoneinfo/tzdata.zi here"))
    func everyFile() throws {
        let root = Self.root
        let summer = try at("2026-07-01T00:00:00Z")
        var count = 0
        for line in String(decoding: try Files.read(root + "/tzdata.zi", maxBytes: 1 << 20), as: UTF8.self)
            .split(separator: "\n")
        {
            // `Z name …` is a zone, `L target name` another name of one.
            let words = line.split(separator: " ")
            guard let kind = words.first, kind == "Z" || kind == "L", let name = kind == "Z" ? words[1] : words.last
            else { continue }
            let file = try TZif(parsing: try Files.read("\(root)/\(name)", maxBytes: 1 << 20))
            let zone = try TimeZoneTable(name: String(name), file)
            #expect(!file.countsLeapSeconds && zone.offset(at: summer) <= .hours(14), "\(name)")
            count += 1
        }
        #expect(count > 500)
    }
}
