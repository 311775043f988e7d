import Events
import Testing

struct TimeTests {
    @Test("every day from 1600 to 2400 has one date, and the date leads back to the day")
    func everyDay() throws {
        let first = try #require(CivilDay(year: 1600, month: 1, day: 1))
        let last = try #require(CivilDay(year: 2400, month: 12, day: 31))
        #expect(last.daysSince1970 - first.daysSince1970 + 1 == 292_560)
        var (year, month, day): (Int64, Int64, Int64) = (1600, 1, 1)
        var wrong = 0
        for number in first.daysSince1970...last.daysSince1970 {
            let parts = CivilDay(daysSince1970: number).parts
            if parts != (year, month, day) { wrong += 1 }
            if CivilDay(year: year, month: month, day: day)?.daysSince1970 != number { wrong += 1 }
            let leap = year % 4 == 0 && (year % 100 != 0 || year % 400 == 0)
            let length = month == 2 ? (leap ? 29 : 28) : ([4, 6, 9, 11].contains(month) ? 30 : 31)
            day += 1
            if day > length { (month, day) = (month + 1, 1) }
            if month > 12 { (year, month) = (year + 1, 1) }
        }
        #expect(wrong == 0)
    }

    @Test(
        "days that no calendar has are refused",
        arguments: [
            (2023, 2, 29), (1900, 2, 29), (2024, 4, 31), (2024, 13, 1), (2024, 0, 1), (2024, 1, 0), (2024, 1, 32),
        ])
    func noDays(year: Int64, month: Int64, day: Int64) {
        #expect(CivilDay(year: year, month: month, day: day) == nil)
    }

    @Test(
        "instants are written and read as RFC 3339",
        arguments: [
            (0, "1970-01-01T00:00:00.000Z"), (-1, "1969-12-31T23:59:59.999Z"),
            (1_795_227_247_250, "2026-11-21T02:14:07.250Z"), (951_782_400_000, "2000-02-29T00:00:00.000Z"),
            (-62_135_596_800_000, "0001-01-01T00:00:00.000Z"),
        ])
    func written(milliseconds: Int64, text: String) {
        #expect(Instant(milliseconds: milliseconds).description == text)
        #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "other spellings of RFC 3339 are read",
        arguments: [
            ("2026-11-21 03:14:07+01:00", 1_795_227_247_000), ("2026-11-21t02:14:07z", 1_795_227_247_000),
            ("2026-11-20T20:44:07.2-05:30", 1_795_227_247_200), ("2026-11-21T02:14:07.2509999Z", 1_795_227_247_250),
            ("2016-12-31T23:59:60Z", 1_483_228_799_000), ("2026-11-21T02:14:07.25Z", 1_795_227_247_250),
        ])
    func read(text: String, milliseconds: Int64) {
        #expect(Instant(rfc3339: text)?.milliseconds == milliseconds)
    }

    @Test(
        "anything else is no time",
        arguments: [
            "", "2026-11-21", "2026-11-21T02:14:07", "2026-11-21T24:00:00Z", "2026-11-21T02:60:00Z",
            "2026-11-21T02:14:61Z", "2023-02-29T00:00:00Z", "2026-11-21T02:14:07.Z", "2026-11-21T02:14:07+1:00",
            "2026-11-21T02:14:07+24:00", "2026-11-21T02:14:07+01:60", "2026-11-21T02:14:07Zx", "20-6-11-21T02:14:07Z",
            "2026/11/21T02:14:07Z", "2026-11-21T02.14:07Z", "2026-11-21T02:14.07Z", "2026-11-21x02:14:07Z",
            "2026-11-21T02:14:07*01:00", "2026-11-21T02:1é:07Z",
        ])
    func refused(text: String) {
        #expect(Instant(rfc3339: text) == nil)
    }

    @Test("dates of HTTP are read, and nothing like them")
    func http() {
        #expect(Instant(httpDate: "Sun, 06 Nov 1994 08:49:37 GMT")?.milliseconds == 784_111_777_000)
        #expect(Instant(httpDate: "Thu, 01 Jan 1970 00:00:00 GMT")?.milliseconds == 0)
        // The two old forms; two digits of a year are of this century.
        #expect(Instant(httpDate: "Sun Nov  6 08:49:37 1994")?.milliseconds == 784_111_777_000)
        #expect(Instant(httpDate: "Wed Nov 16 08:49:37 1994")?.milliseconds == 784_975_777_000)
        #expect(Instant(httpDate: "Saturday, 21-Nov-26 02:15:37 GMT")?.description == "2026-11-21T02:15:37.000Z")
        let no = [
            "", "Sun, 06 Nov 1994 08:49:37 CET", "Sunday, 06-Nov-1994 08:49:37 GMT", "Sun Nov  6 08:49:37 94",
            "Sunday, 06-Nov 08:49:37 GMT", "Sun, Nov 6 08:49:37 1994",
            "Sun, 06 Nub 1994 08:49:37 GMT", "Sun, 31 Feb 1994 08:49:37 GMT", "Sun, 6 Nov 1994 08:49:37 GMT",
        ]
        for text in no { #expect(Instant(httpDate: text) == nil, "\(text)") }
    }

    @Test("instants and spans reckon in milliseconds")
    func reckoning() {
        let start = Instant(milliseconds: 1000)
        #expect(start + .minutes(1) == Instant(milliseconds: 61_000))
        #expect(start - .seconds(1) == Instant(milliseconds: 0))
        #expect(Instant(milliseconds: 5) - start == Instant.Span(milliseconds: -995))
        #expect(start < start + .hours(1) && Instant.Span.seconds(59) < .minutes(1))
        #expect(CivilDay(instant: Instant(milliseconds: -1)).description == "1969-12-31")
    }
}
