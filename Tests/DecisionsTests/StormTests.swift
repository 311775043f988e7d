import Decisions
import Events
import Formats
import Settings
import Testing

/// `TicketFlood…`: too many new tickets at once.
struct StormTests {
    private func bench(_ flow: String = "") throws -> Bench {
        try Bench(
            """
            [GLOBAL]
            DeDupPeriod=0
            [TICKET FLOW]
            \(flow)
            TicketFloodLimit=3
            TicketFloodInterval=600
            [RMM_SETTINGS_nova]
            Name=Nova
            """)
    }

    private func send(
        _ bench: inout Bench, _ number: Int, after: Int64 = 0, org: String = "acme", tenant: String = "",
        priority: Int = 3, _ state: AlertState = .firing
    ) throws -> Verdict {
        try bench.send("EVT|Disk|D\(number)|a|b|MB-DISK.EVT.S.P\(priority).Alm", after: after) {
            $0.organisation.id = org
            $0.organisation.tenant = tenant
            $0.state = state
        }
    }

    @Test("up to the limit there are tickets, then one storm's ticket that takes in the rest")
    func opens() throws {
        var bench = try bench()
        for number in 1...3 { #expect(try send(&bench, number).disposition == .ticketed) }
        let first = try send(&bench, 4, after: 1000)
        #expect(first.disposition == .flooded && first.delivery?.action.kind == .create)
        #expect(first.delivery?.gathering?.until == Bench.start + .seconds(11))
        #expect(first.draft.subject == "Storm of alerts: acme")
        #expect(first.draft.description.contains("More than 3 new tickets within 10 minutes"))
        let second = try send(&bench, 5, after: 2000)
        #expect(second.disposition == .flooded && second.delivery?.problem == first.delivery?.problem)
        #expect(second.delivery?.gathering?.joins != nil, "the ticket has not been made yet")
        #expect(try send(&bench, 1, after: 3000).disposition == .consolidated, "what has a ticket is no part of it")
    }

    @Test("the tickets of the interval count, those before it do not")
    func interval() throws {
        for (after, expected) in [(599_999, Disposition.flooded), (600_000, .ticketed)] as [(Int64, Disposition)] {
            var bench = try bench()
            for number in 1...3 { _ = try send(&bench, number) }
            #expect(try send(&bench, 4, after: after).disposition == expected)
        }
    }

    @Test("priorities up to StormExempt have tickets of their own and are not counted")
    func exempt() throws {
        for (line, priority, expected) in [
            ("", 1, Disposition.ticketed), ("", 2, .flooded), ("StormExempt=2", 2, .ticketed),
            ("StormExempt=0", 1, .flooded),
        ] {
            var bench = try bench(line)
            for number in 1...3 { _ = try send(&bench, number) }
            #expect(try send(&bench, 4, priority: priority).disposition == expected, "\(line) P\(priority)")
        }
        var bench = try bench()
        for number in 1...9 { #expect(try send(&bench, number, priority: 1).disposition == .ticketed) }
        #expect(try send(&bench, 10).disposition == .ticketed)
    }

    @Test("the scope says whose tickets are counted together")
    func scope() throws {
        let others: [(String, String, String, Disposition)] = [
            ("org", "globex", "", .ticketed), ("tenant", "globex", "", .flooded), ("tenant", "x", "nova", .ticketed),
            ("global", "x", "nova", .flooded),
        ]
        for (scope, org, tenant, expected) in others {
            var bench = try bench("TicketFloodScope=\(scope)")
            for number in 1...3 { _ = try send(&bench, number) }
            let verdict = try send(&bench, 4, org: org, tenant: tenant)
            #expect(verdict.disposition == expected, "\(scope) \(org) \(tenant)")
        }
        var bench = try bench("TicketFloodLimit=0")
        for number in 1...9 { #expect(try send(&bench, number).disposition == .ticketed) }
    }

    @Test("a problem in the storm that is resolved is a line in its ticket, once; another is nothing")
    func resolved() throws {
        var bench = try bench()
        for number in 1...5 { _ = try send(&bench, number) }
        let verdict = try send(&bench, 5, after: 1000, .resolved)
        #expect(verdict.disposition == .noted)
        #expect(verdict.delivery?.gathering?.line?.hasSuffix(", resolved)") == true)
        #expect(try send(&bench, 4, after: 1000, .resolved).disposition == .noted, "the first one of the storm as well")
        #expect(try send(&bench, 5, after: 1000, .resolved).disposition == .cancelled)
        #expect(try send(&bench, 9, after: 1000, .resolved).disposition == .cancelled)
    }

    @Test("a storm lasts its interval, and on while more than the limit come; then it is over, with a summary")
    func ending() throws {
        var bench = try bench()
        for number in 1...6 { _ = try send(&bench, number, after: Int64(number) * 1000) }
        let scope = "cwf psa.example/msp\u{1F}org\u{1F}\u{1F}acme"
        let storm = try #require(bench.memory.storm(scope: scope))
        #expect(storm.taken == 3)
        let end = storm.openedAt + .seconds(600)
        #expect(try StormWatch.look(at: storm, bench.memory, held: 0, now: end - .seconds(1)) == .on(until: end))
        guard case .over(end, let summary) = try StormWatch.look(at: storm, bench.memory, held: 0, now: end) else {
            Issue.record("it goes on")
            return
        }
        #expect(summary.action.kind == .note && summary.problem == storm.problem)
        #expect(summary.action.draft.description.contains("took in 3 alerts"))
        #expect(summary.action.marker != storm.event.description)

        for number in 7...10 { _ = try send(&bench, number, after: 500_000) }
        let later = Bench.start + .seconds(1100)
        #expect(try StormWatch.look(at: storm, bench.memory, held: 0, now: end) == .on(until: later))
        bench.memory.apply(.ticket(.endStorm(storm.event, at: later)))
        let late = try send(&bench, 11, after: 1_000_000)
        #expect(late.disposition == .flooded)
        #expect(late.delivery?.gathering?.line?.hasSuffix(", late)") == true, "of the storm, though decided after it")
        #expect(try send(&bench, 12, after: 1_700_000).disposition == .ticketed)
    }

    @Test("a line is one line of bounded length, whatever the sender writes")
    func lines() throws {
        var bench = try bench()
        for number in 1...3 { _ = try send(&bench, number) }
        let verdict = try bench.send(
            "EVT|Disk|X|" + String(repeating: "w\u{7}", count: 5000) + "|b|MB-DISK.EVT.S.P3.Alm"
        ) {
            $0.agent.name = String(repeating: "a", count: 3000)
        }
        let line = try #require(verdict.delivery?.gathering?.line)
        #expect(line.utf16.count < 350 && !line.contains { $0.isNewline })
        #expect(verdict.draft.subject.utf16.count <= 100)
    }
}
