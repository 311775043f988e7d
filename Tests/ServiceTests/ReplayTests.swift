import Decisions
import Events
import Formats
import Platform
import Settings
import TestSupport
import Testing

@testable import Service
@testable import Storage

@Suite("Replay")
struct ReplayTests {
    private static func disk(_ number: Int, priority: Int = 2) -> String {
        "{\"subject\":\"EVT|Disk|C|a|b|MB-DISK.EVT.S.P\(priority).Alm\",\"agent\":\"fs\(number).servers.acme\","
            + "\"orgId\":\"acme\"}"
    }

    @Test(
        "a rule that drops tickets is named by file and line, with customer, priority and examples; twice the same bytes"
    )
    func rule() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            for number in 0..<20 {
                try scene.take(ReplayTests.disk(number, priority: number % 2 + 2))
                try scene.take(ReplayTests.disk(number, priority: number % 2 + 2))
                try scene.pass(60)
            }
            let new = configurationFiles(rules: "[ALERT REWRITE]\nMB-DISK.EVT.S.P3=CANCEL")
            let report = try scene.replay(new)
            #expect(report.alerts == 40 && report.oldTickets == 20 && report.droppedTickets == 10)
            let text = report.text
            #expect(text.contains("newly dropped: no longer reach the PSA: 10\n"), "\(text)")
            let line =
                try #require(
                    String(decoding: new.files[0].bytes, as: UTF8.self).split(
                        separator: "\n", omittingEmptySubsequences: false
                    ).firstIndex { $0.hasPrefix("MB-DISK") }) + 1
            #expect(text.contains("    10  new ITPConfig.ini:\(line): MB-DISK.EVT.S.P3=CANCEL\n"), "\(text)")
            #expect(text.contains("  by org\n    10  acme\n  by priority\n    10  P3\n"), "\(text)")
            #expect(
                text.contains("40 of 40 events that the old configuration decided (100.0 %) end the same"), "\(text)")
            let again = try scene.replay(new)
            #expect(again.text == text && again.json.pretty == report.json.pretty)
            #expect(try scene.replay(configurationFiles()).text.contains("\nnothing would change"))
        }
    }

    @Test("only alerts of the window count; those before it fill the memory of both")
    func window() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            try scene.take(ReplayTests.disk(1))
            try scene.pass(300)
            try scene.take(ReplayTests.disk(1))
            try scene.take(ReplayTests.disk(2))
            let report = try scene.replay(configurationFiles(), since: .back(.minutes(1)))
            #expect(report.alerts == 2 && report.oldTickets == 1)
            #expect(report.text.contains("  duplicate    1    1"), "\(report.text)")
            #expect(report.warmUp == start)
            #expect(try scene.replay(configurationFiles(), since: .at(start)).alerts == 3)
        }
    }

    @Test("holds, collected updates, storms and flapping are replayed as they happened")
    func fidelity() throws {
        let flow = """
            [TICKET FLOW]
            UpdateInterval=7200
            ConsolidationInterval=600
            TicketFloodLimit=6
            TicketFloodInterval=900
            FlapThreshold=3
            FlapInterval=1200
            """
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles(duplicateMinutes: 1, rules: flow))
            var random = SeededRandom(seed: 7)
            for _ in 0..<400 {
                let data = "D\(random.pick(0...9))"
                switch random.pick(0...9) {
                case 0: try scene.take(body("MB-PATCH.PCH.S.P3.Alm", data: "KB100\(random.pick(0...5))"))
                case 1, 2: try scene.take(body("MB-DISK.EVT.S.P3.Alm", data: data, state: "resolved"))
                case 3: try scene.take(body("MB-OFF.STS.S.P3.Alm", data: data))
                default: try scene.take(body("MB-DISK.EVT.S.P3.Alm", data: data))
                }
                while let question = scene.desk.questions.popLast() {
                    try scene.desk.handle(.answer(event: question.event, question: question.name, .unknown))
                }
                try scene.deliver()
                try scene.pass(random.pick(1...120))
                try scene.deliver()
            }
            try scene.pass(7200)
            let report = try scene.replay(configurationFiles(duplicateMinutes: 1, rules: flow))
            let seen = report.tally.old.dispositions
            for word in ["flooded", "consolidated", "updated", "summarised", "duplicate", "noted"] {
                #expect(seen[word] ?? 0 > 0, "\(seen)")
            }
            #expect(report.tally.fidelity.compared == 400)
            #expect(report.tally.fidelity.same == 400, "\(report.text)")
        }
    }

    @Test("recorded answers are used; what nobody was asked is assumed, and the difference says so")
    func inputs() throws {
        try withTemporaryFolder { folder in
            let module = ConfigurationFiles.ModuleFile(name: "Own", path: "/bin/false")
            let files = configurationFiles(
                rules: "[ALERT REWRITE]\nMB-DISK.EVT=PROCESS;Own\n", modules: [module])
            var scene = try PastScene(folder, files)
            let id = try scene.take(ReplayTests.disk(1))
            let answer = ModuleOutcome.wrote("{\"cancel\":\"known\"}").answer
            try scene.desk.handle(.answer(event: id, question: "module:OWN", answer))
            #expect(try scene.desk.event(id).disposition == "cancelled")
            try scene.take("{\"subject\":\"EVT|Other|C|a|b|MB-OTHER.EVT.S.P2.Alm\",\"agent\":\"fs1.servers.acme\"}")
            let wider = configurationFiles(rules: "[ALERT REWRITE]\n.EVT.S.P2=PROCESS;Own\n", modules: [module])
            let report = try scene.replay(wider)
            #expect(report.tally.old.dispositions == ["cancelled": 1, "ticketed": 1])
            #expect(report.tally.new.dispositions == ["cancelled": 1, "ticketed": 1])
            #expect(
                report.text.contains(
                    "assumed: module:OWN 1 times, never asked then: changes nothing, as modules are not run"),
                "\(report.text)")
        }
    }

    @Test("what the RMM said of an agent is taken from the record; what it was never asked is not known")
    func agents() throws {
        try withTemporaryFolder { folder in
            let rmm = "[RMM]\nType=VSA9\nURL=http://127.0.0.1:1\nUser=user\nToken=token\n"
            let files = configurationFiles(service: rmm)
            var scene = try PastScene(folder, files)
            // Of a tenant that has no sections: what the RMM says decides how it ends.
            var facts = AgentFacts()
            (facts.customer.id, facts.customer.tenant) = ("initech", "TENANT2")
            let monitor = "{\"subject\":\"EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm\",\"agent\":"
            let first = try scene.take(monitor + "\"ups-1.network.initech\"}")
            let second = try scene.take(monitor + "\"fs1.servers.acme\"}")
            let known = InputAnswer.value(AgentAnswer.found(facts).recorded)
            try scene.desk.handle(.answer(event: first, question: "agent:ups-1.network.initech", known))
            try scene.desk.handle(.answer(event: second, question: "agent:fs1.servers.acme", .unknown))
            #expect(try scene.desk.event(first).disposition == "unparseable")
            #expect(try scene.desk.event(second).disposition == "ticketed")
            let same = try scene.replay(files)
            #expect(same.tally.fidelity.same == 2 && same.tally.assumed.isEmpty, "\(same.text)")
            let without = try scene.replay(configurationFiles(service: rmm + "Enrich=N\n"))
            #expect(without.tally.new.dispositions == ["ticketed": 2], "\(without.text)")
        }
        try withTemporaryFolder { folder in
            let rmm = "[RMM]\nType=VSA9\nURL=http://127.0.0.1:1\nUser=user\nToken=token\n"
            var scene = try PastScene(folder, configurationFiles(service: rmm + "Enrich=N\n"))
            try scene.take(ReplayTests.disk(1))
            let report = try scene.replay(configurationFiles(service: rmm))
            #expect(report.tally.new.dispositions == ["ticketed": 1])
            #expect(
                report.text.contains("assumed: agent:fs1.servers.acme 1 times, never asked then: unknown"),
                "\(report.text)")
        }
    }

    @Test("compressed segments are read like the others")
    func compressed() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles(), segmentBytes: 64 << 10)
            for number in 0..<600 {
                try scene.take(ReplayTests.disk(number))
                try scene.pass(5)
            }
            let before = try scene.replay(configurationFiles()).text
            #expect(try scene.compress() > 0)
            #expect(try scene.replay(configurationFiles()).text == before)
            #expect(before.contains("600 alerts, 600 events"))
        }
    }

    @Test("a record that has ended the program again and again is not looked at again")
    func quarantined() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            try scene.take(ReplayTests.disk(1))
            try scene.take(ReplayTests.disk(2))
            let ledger = try Ledger(path: folder + "/ledger.db")
            try ledger.database.script("UPDATE events SET subject='quarantined alert' WHERE sequence=1")
            #expect(try scene.replay(configurationFiles()).alerts == 1)
        }
    }

    @Test("pages, priorities and classifications that change are counted apart")
    func kinds() throws {
        let pager = """
            [RMM_SETTINGS]
            NotifyProcess=PagerDuty
            NotifyKey=key
            NotifySubject=<subject>
            NotifyBody=<agent>
            """
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            for number in 0..<4 { try scene.take(ReplayTests.disk(number)) }
            let new = configurationFiles(
                rules: pager + "\nWD_Start=00:00\nWD_End=00:00\nWE_Start=00:00\nWE_End=00:00\n"
                    + "[ALERT REWRITE]\nEVT|Disk=REWRITE;EVT|Disk|C|a|b|MB-DISK.EVT.S.P1.Alm\n")
            let groups = try scene.replay(new).tally.groups
            #expect(groups[.pagesMore]?.count == 4 && groups[.priority]?.count == 4 && groups[.ticketText]?.count == 4)
            #expect(groups[.dropped] == nil && groups[.disposition] == nil)
        }
    }
}
