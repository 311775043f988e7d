import Events
import Formats
import Platform
import Settings
import Testing

struct HoursTests {
    @Test("without a word about hours the help desk is staffed and every customer covered around the clock")
    func defaults() throws {
        let settings = try #require(load(soundRules).settings)
        let hours = settings.primary.hours
        #expect(hours.helpDesk.weekday == .wholeDay && hours.helpDesk.holiday == .wholeDay)
        #expect(hours.helpDesk.zone.name == "the host's zone" && hours.notifyTimes == DailyTimes())
        #expect(hours.classFour.weekday == .wholeDay)
        #expect(settings.coverage.common == nil && settings.coverage.schedule(of: "acme") == nil)
    }

    @Test("hours, holidays, notify times and class 4 are read, a tenant's over the primary's and over [GLOBAL]")
    func everything() throws {
        let loaded = load(
            soundRules + """
                TimeZone=America/New_York
                WD_Start=8:00
                WD_End=16:59
                WE_Start=00:00
                WE_End=00:00
                HO_End=11:59
                HolidaySets=0, eve
                WD_NotifyTime=07:30
                HO_NotifyTime=10:00:00
                [RMM_SETTINGS_TWO]
                WD_Start=22:00
                WE_NotifyTime=09:00
                Class4_WD_End=05:59
                [GLOBAL]
                Class4_WD_Start=20:00
                Class4_WD_End=23:59
                Class4_WE_End=11:59
                [HOLIDAYSET_0]
                0101=New Year
                [HOLIDAYSET_EVE]
                20261224=Christmas Eve
                """)
        #expect(loaded.findings.isEmpty, "\(loaded.findings.map(\.description))")
        let settings = try #require(loaded.settings)
        let hours = settings.primary.hours
        #expect(hours.helpDesk.zone.name == "America/New_York")
        #expect(hours.helpDesk.weekday == DailyHours(start: 480, end: 1019) && hours.helpDesk.weekend == .closed)
        #expect(hours.helpDesk.holiday == DailyHours(start: 0, end: 719))
        #expect(hours.notifyTimes == DailyTimes(weekday: 450, weekend: nil, holiday: 600))
        #expect(hours.helpDesk.kind(of: try #require(CivilDay(year: 2030, month: 1, day: 1))) == .holiday)
        #expect(hours.helpDesk.kind(of: try #require(CivilDay(year: 2026, month: 12, day: 24))) == .holiday)
        #expect(hours.helpDesk.kind(of: try #require(CivilDay(year: 2027, month: 12, day: 24))) == .weekday)
        #expect(hours.classFour.weekday == DailyHours(start: 1200, end: 1439))
        #expect(hours.classFour.weekend == DailyHours(start: 0, end: 719))
        #expect(hours.classFour.holiday == hours.classFour.weekend && hours.classFour.zone == hours.helpDesk.zone)
        let two = try #require(settings.tenant("two")?.hours)
        #expect(two.helpDesk.weekday == DailyHours(start: 1320, end: 1019) && two.helpDesk.weekend == .closed)
        #expect(two.notifyTimes == DailyTimes(weekday: 450, weekend: 540, holiday: 600))
        #expect(two.classFour.weekday == DailyHours(start: 1200, end: 359))
    }

    @Test("a customer's coverage is laid over the common one, key by key; who has none has the common one")
    func coverage() throws {
        let settings = try #require(
            load(
                soundRules + "[COVERAGE]\nTimeZone=UTC\nWD_Start=09:00\nWD_End=17:59\n[COVERAGE_Acme]\nWD_Start=10:00\n"
                    + "TimeZone=America/New_York"
            ).settings)
        let common = try #require(settings.coverage.common)
        let acme = try #require(settings.coverage.schedule(of: "ACME"))
        #expect(common.weekday == DailyHours(start: 540, end: 1079) && common.zone.name == "UTC")
        #expect(acme.weekday == DailyHours(start: 600, end: 1079) && acme.zone.name == "America/New_York")
        #expect(settings.coverage.schedule(of: "other") == common)
        let alone = try #require(load(soundRules + "[COVERAGE_x]\nTimeZone=UTC\nWE_End=00:00").settings)
        #expect(alone.coverage.schedule(of: "x")?.weekend == .closed && alone.coverage.schedule(of: "y") == nil)
    }

    @Test(
        "mistakes in hours are named",
        arguments: [
            (
                "[RMM_SETTINGS]\nWD_Start=08:00",
                ":11: warning: WD_Start without a TimeZone is a time of the host's zone; write TimeZone=Area/City"
            ),
            (
                "[COVERAGE]\nHO_End=08:00",
                ":11: warning: HO_End without a TimeZone is a time of the host's zone; write TimeZone=Area/City"
            ),
            (
                "[RMM_SETTINGS]\nTimeZone=UTC\nWD_End=00:00\nWE_End=00:00",
                ":12: error: these hours never open: WD and WE are 00:00 to 00:00; write for instance 08:00 to 16:59"
            ),
            (
                "[COVERAGE]\nTimeZone=UTC\nWE_End=00:00\nWD_End=00:00\nHO_End=12:00",
                ":13: error: these hours never open: WD and WE are 00:00 to 00:00; write for instance 08:00 to 16:59"
            ),
            (
                "[GLOBAL]\nClass4_WD_End=0:00\nClass4_WE_End=0:00",
                ":11: error: these hours never open: Class4_WD and Class4_WE are 00:00 to 00:00; "
                    + "write for instance 08:00 to 16:59"
            ),
            (
                "[RMM_SETTINGS]\nHolidaySets=0,1\n[HOLIDAYSET_1]\n0101=x",
                ":11: error: HolidaySets: there is no set '0'; write [HOLIDAYSET_0], or take 0 out"
            ),
            (
                "[HOLIDAYSET_1]\n1301=x",
                ":11: error: '1301' is no date; write MMDD, or YYYYMMDD for one year alone"
            ),
            (
                "[HOLIDAYSET_1]\n0101=a\n20261120=y\n20251126=x",
                ":12: warning: every dated holiday of [HOLIDAYSET_1] is past, the last was 2026-11-20; "
                    + "write those to come"
            ),
            ("[RMM_SETTINGS]\nTimeZone=Mars/Olympus", ":11: error: TimeZone: there is no zone 'Mars/Olympus'"),
            (
                "[RMM_SETTINGS]\nTimeZone=Broken/File",
                ":11: error: TimeZone: the file of Broken/File cannot be used: it is no compiled time zone"
            ),
            (
                "[RMM_SETTINGS]\nTimeZone=Broken/Rule",
                ":11: error: TimeZone: the file of Broken/Rule cannot be used: "
                    + "'nonsense' is no rule for a zone's clocks"
            ),
        ])
    func mistakes(more: String, expected: String) {
        #expect(findings(adding: more) == ["ITPConfig.ini" + expected])
    }

    @Test("dated holidays that are still to come, today's among them, are no finding")
    func toCome() {
        #expect(findings(adding: "[HOLIDAYSET_1]\n20251126=x\n20261121=y").isEmpty)
        #expect(findings(adding: "[HOLIDAYSET_1]\n0101=x").isEmpty)
    }

    @Test("the configuration's hash changes with a zone's file")
    func hash() throws {
        let files = ConfigurationFiles(files: [.init(name: "ITPConfig.ini", bytes: Array(soundRules.utf8))])
        let hashes = ["UTC0", "UTC0", "CET-1"].map { rule in
            Settings.load(
                files, zones: { _ throws(ZoneFault) in TZif.bytes(rule: rule) }, patterns: RegularExpression.compiler,
                secrets: someSecrets
            ).settings?.hash
        }
        #expect(hashes[0] == hashes[1] && hashes[0] != hashes[2] && hashes[0] != nil)
    }
}
