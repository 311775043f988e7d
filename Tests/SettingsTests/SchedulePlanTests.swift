import Events
import Settings
import Testing

/// `itp check --schedule`: every transition, and the gaps in which nobody can be told. The tests' day is 2026-11-21, a Saturday.
struct SchedulePlanTests {
    private let now = Instant(milliseconds: 1_795_227_247_250)

    private func plan(_ more: String, months: Int = 1) throws -> SchedulePlan {
        let loaded = load(soundRules + "TimeZone=America/New_York\n" + more)
        return try #require(loaded.settings, "\(loaded.findings.map(\.description))").schedule(
            from: now, months: months)
    }

    private func rows(_ plan: SchedulePlan, _ title: String) throws -> [String] {
        try #require(plan.parts.first { $0.title.hasPrefix(title) }).rows.map { "\($0.shown) \($0.what)" }
    }

    @Test("what is open around the clock is said once")
    func always() throws {
        let plan = try plan("")
        #expect(
            plan.lines == [
                "tenant (primary), America/New_York",
                "  2026-11-20 Fri 00:00 -05:00  help desk is open all the time",
                "  2026-11-20 Fri 00:00 -05:00  class 4 is open all the time",
            ])
        #expect(plan.gaps.isEmpty)
    }

    @Test("help desk, class 4, notify times and holidays stand in the order of time, from the beginning of the day")
    func transitions() throws {
        let plan = try plan(
            """
            WD_Start=08:00
            WD_End=16:59
            WE_Start=00:00
            WE_End=00:00
            HO_Start=00:00
            HO_End=00:00
            HolidaySets=0
            WD_NotifyTime=06:00
            HO_NotifyTime=09:00
            Class4_WE_Start=10:00
            Class4_WE_End=11:59
            NotifyOCEmail=a@b.example
            [HOLIDAYSET_0]
            20261126=Thanksgiving
            """)
        let rows = try rows(plan, "tenant (primary)")
        #expect(
            rows.prefix(7) == [
                "2026-11-20 Fri 00:00 -05:00 help desk is closed", "2026-11-20 Fri 00:00 -05:00 class 4 is open",
                "2026-11-20 Fri 06:00 -05:00 held pages go out", "2026-11-20 Fri 08:00 -05:00 help desk opens",
                "2026-11-20 Fri 17:00 -05:00 help desk closes", "2026-11-21 Sat 00:00 -05:00 class 4 closes",
                "2026-11-21 Sat 10:00 -05:00 class 4 opens",
            ])
        let holiday = rows.filter { $0.hasPrefix("2026-11-26") || $0.hasPrefix("2026-11-27 Fri 0") }
        #expect(
            holiday == [
                "2026-11-26 Thu 00:00 -05:00 holiday: Thanksgiving", "2026-11-26 Thu 00:00 -05:00 class 4 closes",
                "2026-11-26 Thu 09:00 -05:00 held pages go out", "2026-11-26 Thu 10:00 -05:00 class 4 opens",
                "2026-11-26 Thu 12:00 -05:00 class 4 closes", "2026-11-27 Fri 00:00 -05:00 class 4 opens",
                "2026-11-27 Fri 06:00 -05:00 held pages go out", "2026-11-27 Fri 08:00 -05:00 help desk opens",
            ])
        #expect(rows.last?.hasPrefix("2026-12-19 Sat") == true)
    }

    @Test("a day on which clocks change has their change, and what it skips at the next moment")
    func clocks() throws {
        let plan = try plan("WE_Start=02:30\nWE_End=11:59\nNotifyOCEmail=a@b.example", months: 12)
        let rows = try rows(plan, "tenant (primary)")
        #expect(
            rows.filter { $0.hasPrefix("2027-03-14") } == [
                "2027-03-14 Sun 03:00 -04:00 the clocks go from 02:00 to 03:00",
                "2027-03-14 Sun 03:00 -04:00 help desk opens", "2027-03-14 Sun 12:00 -04:00 help desk closes",
            ])
        #expect(rows.contains("2027-11-07 Sun 01:00 -05:00 the clocks go from 02:00 to 01:00"))
        #expect(rows.contains("2026-11-22 Sun 00:00 -05:00 help desk closes") == false)
    }

    @Test("each tenant has its part, its customers' coverages behind it, the common coverage first")
    func parts() throws {
        let plan = try plan(
            """
            Name=Example MSP
            [RMM_SETTINGS_B]
            TimeZone=UTC
            [RMM_SETTINGS_A]
            Name=Alpha
            [ORG globex]
            MSP=A
            [COVERAGE]
            TimeZone=UTC
            WD_Start=08:00
            [COVERAGE_globex]
            WD_End=17:59
            [COVERAGE_other]
            WE_End=11:59
            """)
        #expect(
            plan.parts.map(\.title) == [
                "coverage [COVERAGE], UTC", "tenant (primary) Example MSP, America/New_York",
                "coverage [COVERAGE_other], UTC", "tenant A Alpha, America/New_York", "coverage [COVERAGE_globex], UTC",
                "tenant B Example MSP, UTC",
            ])
        #expect(
            try rows(plan, "coverage [COVERAGE_globex]").dropFirst(2).first
                == "2026-11-23 Mon 08:00 +00:00 coverage opens")
    }

    private let hours = "WD_Start=08:00\nWD_End=16:59\n"

    @Test(
        "gaps in which nobody can ever be told",
        arguments: [
            (
                "",
                [
                    "the primary tells nobody while the help desk is not staffed, first at 2026-11-20 Fri 00:00 -05:00; "
                        + "write NotifyProcess, NotifyOCEmail or NOC-Notify"
                ]
            ),
            ("NotifyOCEmail=a@b.example", []), ("NOC-Notify=Y\nNOC_Email=a@b.example", []),
            ("NotifyProcess=Email\nNotifyEmail=a@b.example", []), ("[ORG acme]\nPriNotify=a@b.example", []),
            (
                "NotifyOCEmail=a@b.example\nNotifyPriority=0",
                [
                    "the primary tells nobody while the help desk is not staffed, first at 2026-11-20 Fri 00:00 -05:00, "
                        + "as NotifyPriority is 0; write 1 or more"
                ]
            ),
            (
                "NotifyOCEmail=a@b.example\n[RMM_SETTINGS_TWO]\nNotifyPriority=1",
                [
                    "the tenant 'TWO' tells nobody while the help desk is not staffed, first at 2026-11-20 Fri 00:00 -05:00; "
                        + "write NotifyProcess, NotifyOCEmail or NOC-Notify"
                ]
            ),
        ])
    func gaps(more: String, expected: [String]) throws {
        #expect(try plan(hours + more).gaps == expected)
    }

    @Test("held pages whose time never comes, or comes too late, are gaps; where nothing is held they are none")
    func held() throws {
        let pager = hours + "NotifyProcess=Email\nNotifyEmail=a@b.example\n"
        let coverage = "[COVERAGE]\nTimeZone=UTC\nWD_Start=08:00"
        #expect(
            try plan(pager + "HO_NotifyTime=09:00\n" + coverage).gaps == [
                "the primary: no notify time comes until 2026-12-20 Sun 00:00 -05:00: nothing can be held; write WD_NotifyTime"
            ])
        #expect(try plan(pager + "HO_NotifyTime=09:00").gaps.isEmpty)
        let late = try plan(pager + "HolidaySets=0\nHO_NotifyTime=09:00\n[HOLIDAYSET_0]\n20261201=x\n" + coverage).gaps
        #expect(
            late.count == 2
                && late[0].hasPrefix("the primary: pages are held from 2026-11-20 Fri 00:00 -05:00 to 2026-12-01"))
        #expect(try plan(pager + "WD_NotifyTime=06:00\n" + coverage).gaps.isEmpty)
    }

    @Test("the same configuration and day give the same lines; a month's end is kept within the calendar")
    func deterministic() throws {
        #expect(try plan(hours, months: 12) == plan(hours, months: 12))
        let settings = try #require(load(soundRules + hours).settings)
        let late = Instant(milliseconds: now.milliseconds + 20 * 3_600_000)
        #expect(settings.schedule(from: now, months: 2) == settings.schedule(from: late, months: 2))
        let january = try #require(Instant(rfc3339: "2027-01-31T12:00:00Z"))
        #expect(settings.schedule(from: january, months: 1).parts[0].rows.last?.shown == "2027-02-27 Sat 00:00 +00:00")
    }
}
