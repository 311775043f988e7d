import Events
import Testing

@testable import Settings

/// Holidays that fall on another date each year. The tests' day is 2026-11-21.
struct FloatingHolidayTests {
    private func found(_ set: String) -> [String] {
        findings(adding: "[HOLIDAYSET_0]" + set).map { $0.replacing("ITPConfig.ini:", with: "") }
    }

    @Test(
        "a well-known name on a wrong date is a warning with the right one",
        arguments: [
            (
                "1127=Thanksgiving",
                "'Thanksgiving' is not on 2026-11-27 but on 2026-11-26 or 2026-10-12; "
                    + "write 20261126 or 20261012=Thanksgiving"
            ),
            ("0525=Memorial Day", "'Memorial Day' is not on 2027-05-25 but on 2027-05-31; write 20270531=Memorial Day"),
            (
                "20270906=Easter Monday",
                "'Easter Monday' is not on 2027-09-06 but on 2027-03-29; write 20270329=Easter Monday"
            ),
            ("0102=MLK Day", "'MLK Day' is not on 2027-01-02 but on 2027-01-18; write 20270118=MLK Day"),
            ("20270907=Labor Day", "'Labor Day' is not on 2027-09-07 but on 2027-09-06; write 20270906=Labor Day"),
            (
                "20270517=Victoria Day",
                "'Victoria Day' is not on 2027-05-17 but on 2027-05-24; write 20270524=Victoria Day"
            ),
        ])
    func wrong(line: String, expected: String) {
        #expect(found("\n" + line) == ["11: warning: " + expected])
    }

    @Test(
        "a right date, a past one, and a name that means another day are none",
        arguments: [
            "1126=Thanksgiving", "20271125=THANKSGIVING DAY", "20271011=Thanksgiving",
            "20261127=Day after Thanksgiving",
            "20270326=Good Friday", "20270215=Washington’s Birthday", "0101=New Year", "20270830=Summer Bank Holiday",
            "20251101=Thanksgiving\n20271125=Thanksgiving", "20270506=Christi Himmelfahrt", "20270517=Pfingstmontag",
        ])
    func right(lines: String) {
        #expect(found("\n" + lines).isEmpty)
    }

    @Test(
        "a past year in the section's comment is a warning, unless dates to come stand there",
        arguments: [
            (" ; US holidays 2025\n0101=New Year", [10]), ("\n# 2019, 2024\n0101=x\n", [11]),
            ("\n0704=x\n; of 2024-25\n", [12]), (" ; 2026\n0101=x", []), ("\n; 2024, 2027\n0101=x", []),
            ("\n; 2024\n20270101=x", []), ("\n; room 1204, 20240 places\n0101=x", []),
        ])
    func comments(set: String, lines: [Int]) {
        #expect(
            found(set)
                == lines.map {
                    "\($0): warning: [HOLIDAYSET_0] is of \(set.contains("2025") ? 2025 : 2024), says its comment: holidays "
                        + "that fall on another date each year are past; write those to come as YYYYMMDD"
                })
    }

    @Test("the rules give the days of many years")
    func rules() throws {
        let expected: [(String, Int64, String)] = [
            ("Easter Sunday", 2024, "2024-03-31"), ("Easter Sunday", 2038, "2038-04-25"),
            ("Easter Sunday", 2000, "2000-04-23"), ("Easter Sunday", 2285, "2285-03-22"),
            ("Memorial Day", 2021, "2021-05-31"), ("Memorial Day", 2026, "2026-05-25"),
            ("Columbus Day", 2023, "2023-10-09"), ("Presidents' Day", 2025, "2025-02-17"),
            ("Spring bank holiday", 2022, "2022-05-30"),
        ]
        for (name, year, day) in expected {
            #expect(
                try #require(FloatingHoliday.named(name)).days(in: year).map(\.description) == [day], "\(name) \(year)")
        }
    }
}
