import Decisions
import Events
import Formats
import Testing

struct SilenceTests {
    private func sent(
        _ section: String, at time: String = "2026-11-21T02:14:07Z", _ change: (inout Event) -> Void = { _ in }
    )
        throws -> Verdict
    {
        var bench = try Bench("[SILENCE patch night]\nAuthor=me\nReason=patches\n" + section)
        let at = try #require(Instant(rfc3339: time))
        return try bench.send(dhcp, after: (at - Bench.start).milliseconds) {
            $0.organisation.name = "Acme Dental"
            change(&$0)
        }
    }

    @Test("an active window ends the event with its place, author and reason")
    func silenced() throws {
        let verdict = try sent("Org=ACME\nStart=2026-11-21 02:00\nEnd=2026-11-21 03:00")
        #expect(verdict.disposition == .silenced && verdict.delivery == nil && verdict.changes.count == 1)
        let held = try #require(verdict.withholds)
        #expect(held.by == "[SILENCE patch night] at ITPConfig.ini:9")
        #expect(held.until == Instant(rfc3339: "2026-11-21T03:00:00Z"))
        #expect(verdict.reason == "silenced by [SILENCE patch night] at ITPConfig.ini:9: patches")
        #expect(verdict.step(.silence)?.decided == "silenced by me: patches")
        #expect(verdict.step(.silence)?.rule?.place == "ITPConfig.ini:9")
        #expect(verdict.trace.steps.map(\.stage) == [.clock, .rewrite, .parse, .silence])
    }

    @Test(
        "a window is from its start until before its end, by the clocks on the wall or with an offset",
        arguments: [
            ("2026-11-21T01:59:59.999Z", false), ("2026-11-21T02:00:00Z", true), ("2026-11-21T02:59:59.999Z", true),
            ("2026-11-21T03:00:00Z", false),
        ])
    func edges(time: String, isSilenced: Bool) throws {
        for window in [
            "Start=2026-11-21 02:00\nEnd=2026-11-21T03:00:00", "Start=2026-11-21T02:00:00Z\nEnd=2026-11-21 03:00",
            "Start=2026-11-20T21:00:00-05:00\nEnd=2026-11-21T04:00:00+01:00",
        ] {
            let verdict = try sent("Agent=fs1\n" + window, at: time)
            #expect((verdict.disposition == .silenced) == isSilenced, "\(window)")
        }
    }

    // 2026-11-21 is a Saturday.
    @Test(
        "a weekly window belongs to the day on which it starts, also past midnight and past the week's end",
        arguments: [
            ("Sat 22:00-04:00", "2026-11-21T22:00:00Z", true), ("Sat 22:00-04:00", "2026-11-22T03:59:59Z", true),
            ("Sat 22:00-04:00", "2026-11-22T04:00:00Z", false), ("Sat 22:00-04:00", "2026-11-21T21:59:59Z", false),
            ("Sat 22:00-04:00", "2026-11-21T02:00:00Z", false), ("Sunday 00:00-01:00", "2026-11-22T00:30:00Z", true),
            ("Mon,Fri 01:00-02:00", "2026-11-20T01:30:00Z", true), ("Mon, Fri 1:00-2:00", "2026-11-23T01:30:00Z", true),
            ("Mon,Fri 01:00-02:00", "2026-11-21T01:30:00Z", false), ("Sat 00:00-00:00", "2026-11-21T23:59:59Z", true),
            ("Sat 00:00-00:00", "2026-11-22T00:00:00Z", false),
        ])
    func weekly(window: String, time: String, isSilenced: Bool) throws {
        #expect((try sent("Agent=fs1\nWeekly=" + window, at: time).disposition == .silenced) == isSilenced)
    }

    // In New York the clocks go from 02:00 to 03:00 at 2026-03-08T07:00Z, and from 02:00 to 01:00 at 2026-11-01T06:00Z.
    @Test(
        "times without an offset, and weekly windows, are by the clocks of the tenant's zone, also when these are changed",
        arguments: [
            ("Start=2026-11-20 21:00\nEnd=2026-11-20 22:00", "2026-11-21T02:00:00Z", true),
            ("Start=2026-11-20 21:00\nEnd=2026-11-20 22:00", "2026-11-21T03:00:00Z", false),
            ("Start=2026-11-20T21:00:00Z\nEnd=2026-11-20T22:00:00Z", "2026-11-20T21:30:00Z", true),
            ("Weekly=Fri 21:00-22:00", "2026-11-21T02:59:59Z", true),
            ("Weekly=Sat 02:00-03:00", "2026-11-21T02:30:00Z", false),
            ("Weekly=Sun 01:00-04:00", "2026-03-08T05:59:00Z", false),
            ("Weekly=Sun 01:00-04:00", "2026-03-08T06:00:00Z", true),
            ("Weekly=Sun 01:00-04:00", "2026-03-08T07:59:59Z", true),
            ("Weekly=Sun 01:00-04:00", "2026-03-08T08:00:00Z", false),
            ("Weekly=Sun 02:00-03:00", "2026-03-08T07:00:00Z", false),
            ("Start=2026-11-01 01:30\nEnd=2026-11-01 03:00", "2026-11-01T05:29:59Z", false),
            ("Start=2026-11-01 01:30\nEnd=2026-11-01 03:00", "2026-11-01T05:30:00Z", true),
            ("Start=2026-11-01 01:30\nEnd=2026-11-01 03:00", "2026-11-01T06:15:00Z", true),
            ("Weekly=Sun 01:00-02:00", "2026-11-01T04:59:59Z", false),
            ("Weekly=Sun 01:00-02:00", "2026-11-01T05:00:00Z", true),
            ("Weekly=Sun 01:00-02:00", "2026-11-01T06:59:59Z", true),
            ("Weekly=Sun 01:00-02:00", "2026-11-01T07:00:00Z", false),
        ])
    func zone(window: String, time: String, isSilenced: Bool) throws {
        var bench = try Bench(
            "[SILENCE x]\nAuthor=me\nReason=r\nAgent=fs1\n" + window,
            primary: Bench.primary + "TimeZone=America/New_York\n")
        let at = try #require(Instant(rfc3339: time))
        let verdict = try bench.send(dhcp, after: (at - Bench.start).milliseconds)
        #expect((verdict.disposition == .silenced) == isSilenced)
    }

    @Test("a tenant's window is by its own zone, and the primary's by the primary's")
    func tenants() throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\nTimeZone=America/New_York\n[ORG globex]\nMSP=TWO\n"
                + "[SILENCE x]\nAuthor=me\nReason=r\nCategory=EVT\nWeekly=Sat 02:00-03:00",
            primary: Bench.primary + "TimeZone=UTC\n")
        #expect(try bench.send(dhcp).disposition == .silenced)
        let change: (inout Event) -> Void = { $0.organisation.id = "globex" }
        #expect(try bench.send(dhcp, change).disposition == .ticketed)
        #expect(try bench.send(dhcp, after: 5 * 3_600_000, change).disposition == .silenced)
    }

    @Test("a weekly window with start and end is active between these two alone")
    func limited() throws {
        let section = "Agent=fs1\nWeekly=Sat 00:00-06:00\nStart=2026-11-21 02:00\nEnd=2026-12-01 00:00"
        #expect(try sent(section, at: "2026-11-21T02:00:00Z").disposition == .silenced)
        #expect(try sent(section, at: "2026-11-21T01:59:00Z").disposition == .ticketed)
        #expect(try sent(section, at: "2026-11-28T01:00:00Z").disposition == .silenced)
        #expect(try sent(section, at: "2026-12-05T01:00:00Z").disposition == .ticketed)
    }

    @Test(
        "everything that is given has to fit",
        arguments: [
            ("Agent=FS1", true), ("Agent=fs1.branch", true), ("Agent=fs1.branch.servers.acme", true),
            ("Agent=fs", false), ("Agent=branch", false), ("Group=servers", true), ("Group=branch.servers", true),
            ("Group=fs1", false), ("Group=serv", false), ("Org=acme", true), ("Org=acme dental", true),
            ("Org=globex", false), ("Category=evt", true), ("Category=DSK", false),
            ("Org=acme\nCategory=EVT\nGroup=acme\nAgent=fs1", true), ("Org=acme\nCategory=DSK", false),
        ])
    func places(section: String, isSilenced: Bool) throws {
        let verdict = try sent(section + "\nWeekly=Sat 00:00-06:00")
        #expect((verdict.disposition == .silenced) == isSilenced)
    }

    @Test("a resolved event is never silenced")
    func resolved() throws {
        let verdict = try sent("Org=acme\nWeekly=Sat 00:00-06:00") { $0.state = .resolved }
        #expect(verdict.reason == "resolved: nothing open")
    }
}

struct DirectPassTests {
    @Test("what cannot be parsed goes to the PSA unchanged: P3, silences, duplicates, blacklist, compose, policy")
    func passes() throws {
        var bench = try Bench(
            "[GLOBAL]\nDirectPass=Y\n[SILENCE x]\nCategory=EVT\nWeekly=Sun 00:00-00:00\nAuthor=a\nReason=b")
        let verdict = try bench.send("hello")
        #expect(verdict.disposition == .ticketed && verdict.facts.priority == 3)
        #expect(verdict.draft.subject == "hello" && verdict.draft.priority == 3)
        #expect(
            verdict.trace.steps.map(\.stage) == [.clock, .rewrite, .parse, .silence, .duplicate, .compose, .policy])
        #expect(
            verdict.step(.parse)?.decided
                == "DirectPass: goes on unchanged as P3, not parsable: the subject has 1 field where 6 are needed: "
                + "Category|Source|Data1|Data2|Data3|MonSetID")
        #expect(try bench.send("hello").disposition == .duplicate)
        // Another text is another problem, though org and agent are the same.
        #expect(try bench.send("goodbye").disposition == .ticketed)
        #expect(try bench.send("hello") { $0.state = .resolved }.disposition == .noted)
    }

    @Test("a silence for the category * and the blacklist keep it back, a restriction does not")
    func keptBack() throws {
        var silenced = try Bench(
            "[GLOBAL]\nDirectPass=Y\n[SILENCE x]\nCategory=*\nStart=2026-11-01 00:00\nEnd=2026-12-01 00:00\n"
                + "Author=a\nReason=b")
        #expect(try silenced.send("hello").disposition == .silenced)
        #expect(try silenced.send(dhcp).disposition == .ticketed)
        var bench = try Bench("[GLOBAL]\nDirectPass=Y\n[BLACKLIST]\nfs1=Y\n[RESTRICTED]\n*=1")
        #expect(try bench.send("hello").disposition == .blacklisted)
        #expect(try bench.send("hello", agent: "fs2.acme").disposition == .ticketed)
    }
}
