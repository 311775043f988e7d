import Decisions
import Events
import Testing

/// The pipeline's time is 2026-11-21, a Saturday, 02:14:07 UTC: Friday, 21:14 in New York.
struct ClockTests {
    private let hours = "TimeZone=America/New_York\nWD_Start=08:00\nWD_End=16:59\nWE_End=00:00\n"
    private let backup = "A|B||||N.BKP.S.P3.Alm"

    @Test("the trace says what the clocks of help desk and customer said")
    func trace() throws {
        var bench = try Bench(hours + "[COVERAGE_acme]\nTimeZone=UTC\nWE_Start=02:00\nWE_End=02:14")
        let step = try #require(try bench.send(dhcp).step(.clock))
        #expect(step.saw.hasSuffix(", 2026-11-20 21:14 America/New_York"))
        #expect(
            step.decided == "tenant primary, host class S, weekday, help desk not staffed, customer covered")
        let later = try #require(try bench.send("x", after: 60_000).step(.clock))
        #expect(later.decided.hasSuffix("customer not covered"))
        let other = try #require(try bench.send("y", after: 60_000) { $0.organisation.id = "other" }.step(.clock))
        #expect(other.decided.hasSuffix("customer covered"))
        let saturday = try #require(try bench.send("z", after: 3 * 3_600_000).step(.clock))
        #expect(saturday.decided.contains("weekend, help desk not staffed"))
    }

    @Test("holidays of the tenant's own sets make a day a holiday")
    func holiday() throws {
        var bench = try Bench(
            hours + "HolidaySets=a\nHO_Start=21:00\nHO_End=21:14\n[HOLIDAYSET_a]\n20261120=A day off")
        #expect(try #require(try bench.send(dhcp).step(.clock)).decided.contains("holiday, help desk staffed"))
    }

    @Test("class 2 is let through only while the help desk is staffed")
    func classTwo() throws {
        var bench = try Bench(hours + "[RESTRICTED]\nBKP=2")
        let night = try bench.send(backup)
        #expect(night.disposition == .restricted)
        #expect(
            night.reason
                == "the category BKP is class 2 (only while the help desk is staffed) at ITPConfig.ini:14")
        #expect(night.step(.restricted)?.decided == "not allowed (only while the help desk is staffed)")
        // Monday 08:00 in New York.
        let toMonday = (try #require(Instant(rfc3339: "2026-11-23T13:00:00Z")) - Bench.start).milliseconds
        #expect(try bench.send(backup, after: toMonday - 1).disposition == .restricted)
        let day = try bench.send(backup, after: toMonday)
        #expect(day.disposition == .ticketed)
        #expect(day.step(.restricted)?.decided == "allowed (only while the help desk is staffed)")
    }

    @Test("class 3 is let through only in the customer's coverage hours, around the clock where there are none")
    func classThree() throws {
        var bench = try Bench("[RESTRICTED]\nBKP=3\n[COVERAGE_acme]\nTimeZone=UTC\nWE_Start=02:15\nWE_End=02:15")
        #expect(try bench.send(backup).reason.contains("class 3 (only in the customer's coverage hours)"))
        #expect(try bench.send(backup, after: 60_000).disposition == .ticketed)
        #expect(try bench.send(backup, agent: "s.servers.x") { $0.organisation.id = "x" }.disposition == .ticketed)
    }

    @Test("class 4 is let through only in its own hours, on holidays in those of the weekend")
    func classFour() throws {
        let windows = "Class4_WD_Start=21:15\nClass4_WD_End=21:15\nClass4_WE_Start=21:14\nClass4_WE_End=21:14\n"
        var bench = try Bench(hours + "[GLOBAL]\n" + windows + "[RESTRICTED]\nBKP=4")
        #expect(try bench.send(backup).reason.contains("class 4 (only in the hours of Class4)"))
        #expect(try bench.send(backup, after: 60_000).disposition == .ticketed)
        var holiday = try Bench(
            hours + "HolidaySets=a\n" + windows + "[HOLIDAYSET_a]\n1120=A day off\n[RESTRICTED]\nBKP=4")
        #expect(try holiday.send(backup).disposition == .ticketed)
    }

    @Test("each tenant has its own hours, and lifts a common restriction with class 0")
    func tenants() throws {
        var bench = try Bench(
            hours + "[RMM_SETTINGS_TWO]\nWD_End=21:14\n[RMM_SETTINGS_THREE]\n[RESTRICTED]\nBKP=2\n"
                + "[RESTRICTED_THREE]\nBKP=0\n")
        #expect(try bench.send(backup).disposition == .restricted)
        for tenant in ["two", "three"] {
            let verdict = try bench.send(backup, agent: "\(tenant).servers.x") { $0.organisation.tenant = tenant }
            #expect(verdict.disposition == .ticketed, "\(tenant)")
        }
    }
}
