import Decisions
import Events
import Testing

struct RemediationTests {
    private func act(_ name: String, _ category: String, data: String = "", priority: Int = 3) -> String {
        "A|B|\(data)|||\(name).\(category).S.P\(priority).Act"
    }

    private static let table = """
        [REMEDIATION]
        *.*=everything
        MB-*.SVC=prefix
        *-DHCP.SVC=longer suffix
        *.SVC=category
        MB-DHCP.*=name
        MB-DHCP.SVC=exact
        *.D*=open category
        A*C*E.DSK=inner
        """

    @Test(
        "the most specific line decides: exact, Name.*, *.Category, other patterns by length",
        arguments: [
            ("mb-dhcp", "svc", "exact", 15), ("MB-DHCP", "EVT", "name", 14), ("X-DHCP", "SVC", "category", 13),
            ("MB-X", "EVT", "everything", 10), ("abcde", "DSK", "inner", 17), ("abcd", "DSK", "open category", 16),
            ("ACE", "DSK", "inner", 17), ("X", "EVT", "everything", 10),
        ])
    func specificity(name: String, category: String, procedure: String, line: Int) throws {
        var bench = try Bench(Self.table)
        let step = try bench.send(act(name, category)).step(.remediation)
        #expect(step?.saw == "action Act of \(name).\(category): procedure '\(procedure)'")
        #expect(step?.rule?.place == "ITPConfig.ini:\(line)")
        #expect(step?.decided == "Fail: no RMM is configured")
    }

    @Test("without a line for the category alone the longer pattern decides, whichever comes first")
    func patterns() throws {
        var bench = try Bench("[REMEDIATION]\nMB-*.SVC=short\nMB-DH*.SVC=long\nMB-DHC*.S*C=longest")
        #expect(try bench.send(act("MB-DHCP", "SVC")).step(.remediation)?.rule?.line == 12)
        #expect(try bench.send(act("MB-DHX", "SVC")).step(.remediation)?.rule?.line == 11)
        #expect(try bench.send(act("MB-X", "SVC")).step(.remediation)?.rule?.line == 10)
        let none = try bench.send(act("XMB-X", "SVC"))
        #expect(none.step(.remediation)?.decided == "Fail: no line of [REMEDIATION] fits XMB-X.SVC")
        #expect(
            none.draft.description.contains(
                "Remediation: Fail. The procedure could not start: no line of [REMEDIATION] fits XMB-X.SVC."))
    }

    @Test("a tenant's line replaces the common one of the same key, and no other")
    func tenant() throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\n[REMEDIATION]\nN.SVC=common\n[REMEDIATION_TWO]\nn.svc=own\n*.SVC=wide\n"
                + "[ORG globex]\nMSP=two")
        let toGlobex = { (event: inout Event) in
            event.agent.name = "web1.servers.globex"
            event.organisation.id = "globex"
        }
        #expect(try bench.send(act("N", "SVC")).step(.remediation)?.rule?.line == 11)
        #expect(try bench.send(act("N", "SVC"), toGlobex).step(.remediation)?.rule?.line == 13)
        #expect(try bench.send(act("M", "SVC"), toGlobex).step(.remediation)?.rule?.line == 14)
    }

    @Test("arguments are filled with macros; the first comma splits; empty trailing fields do not count")
    func arguments() throws {
        var bench = try Bench("[REMEDIATION]\n*.SVC=Restart <hostclass>; Name , <data1>;List,a,b;Empty,;;;")
        let step = try bench.send(act("N", "SVC", data: "Spooler")).step(.remediation)
        #expect(
            step?.saw == "action Act of N.SVC: procedure 'Restart S' with Name='Spooler', List='a,b', Empty=''")
        #expect(step?.rule?.text == "*.SVC=Restart <hostclass>; Name , <data1>;List,a,b;Empty,;;;")
        // A comma is none of the letters that an argument may hold.
        #expect(step?.decided == "Fail: the value of List holds what no argument may hold")
    }

    @Test(
        "a value from an event that could be anything but a value is not handed on",
        arguments: [
            ("Print Spooler", true), ("C:\\Temp/x_1.2-3", true), ("", true), ("a'b", false), ("$(reboot)", false),
            ("a\u{0}", false), ("é", false), (String(repeating: "x", count: 128), true),
            (String(repeating: "x", count: 129), false),
        ])
    func pattern(value: String, isAllowed: Bool) throws {
        var bench = try Bench("[REMEDIATION]\n*.SVC=Restart;Name,<data1>")
        let step = try bench.send(act("N", "SVC", data: value)).step(.remediation)
        #expect(
            step?.decided
                == (isAllowed
                    ? "Fail: no RMM is configured" : "Fail: the value of Name holds what no argument may hold"))
    }

    @Test("what a sender writes never chooses the procedure")
    func procedureName() throws {
        var bench = try Bench("[REMEDIATION]\n*.SVC=Run <data1>")
        let step = try bench.send(act("N", "SVC", data: "Format disk")).step(.remediation)
        #expect(step?.decided.hasPrefix("Fail: <data1> in a procedure's name would let senders choose") == true)
    }

    @Test("a Req that cannot start ends as failed and never becomes a ticket")
    func request() throws {
        var bench = try Bench("[REMEDIATION]\n*.SVC=Restart")
        let verdict = try bench.send("A|B||||N.SVC.S.P3.Req")
        #expect(verdict.disposition == .failed && verdict.delivery == nil)
        #expect(verdict.reason == "the procedure cannot start: no RMM is configured")
        #expect(verdict.step(.remediation)?.rule?.place == "ITPConfig.ini:10")
        let other = try bench.send("A|B||||N.EVT.S.P3.Req")
        #expect(other.reason == "the procedure cannot start: no line of [REMEDIATION] fits N.EVT")
        let nobody = try bench.send("A|B||||N.SVC.S.P3.Req", agent: "")
        #expect(nobody.reason == "the procedure cannot start: the alert names no agent")
    }
}

struct LoopGuardTests {
    private let hour: Int64 = 3_600_000
    private let configuration = "[GLOBAL]\nActDeDupPeriod=0\n[REMEDIATION]\n*.SVC=Restart;Name,<data1>;At,<time>"

    private func act(_ data: String = "x", priority: Int = 3) -> String {
        "A|B|\(data)|||N.SVC.S.P\(priority).Act"
    }

    @Test("the fourth trigger within four hours is skipped, its priority rises, the ticket says Repeating")
    func fourth() throws {
        var bench = try Bench(
            configuration + "\n[TICKET NOTES]\nCommon=<estatus> <estatus1> <rstatus> <rstatus1>\nN.S.x.Skip=looped")
        for number in 0..<3 {
            let verdict = try bench.send(act(), after: Int64(number) * hour)
            #expect(verdict.step(.remediation)?.decided == "Fail: no RMM is configured")
            #expect(verdict.facts.priority == 3)
        }
        let verdict = try bench.send(act(), after: 4 * hour - 1)
        #expect(
            verdict.step(.remediation)?.decided
                == "Skip: trigger number 4 or more within four hours: a loop, not run; P3 becomes P2")
        #expect(verdict.facts.priority == 2 && verdict.draft.priority == 2)
        #expect(
            verdict.draft.description.contains("Repeating R Skip S") && verdict.draft.description.contains("looped"))
        #expect(verdict.draft.description.contains("It was triggered more than 3 times within four hours."))
        // Triggers count, not runs: the fifth is a loop too, until the window has slid on.
        #expect(try bench.send(act(), after: 5 * hour - 1).facts.priority == 2)
        #expect(try bench.send(act(), after: 8 * hour - 1).facts.priority == 3)
    }

    @Test("four hours to the millisecond after the first the fourth is none too many")
    func edge() throws {
        var bench = try Bench(configuration)
        for at in [0, 1, 2, 4 * hour] as [Int64] { #expect(try bench.send(act(), after: at).facts.priority == 3) }
        #expect(try bench.send(act(), after: 4 * hour).facts.priority == 2)
    }

    @Test("P1 stays, a workstation stays P3 and rises from P4 to it")
    func levels() throws {
        var bench = try Bench(configuration)
        let fourth = { (bench: inout Bench, priority: Int, agent: String) in
            for _ in 0..<3 { _ = try bench.send(act("\(priority)", priority: priority), agent: agent) }
            return try bench.send(act("\(priority)", priority: priority), agent: agent).facts.priority
        }
        #expect(try fourth(&bench, 1, "fs1.servers") == 1)
        #expect(try fourth(&bench, 2, "fs1.servers") == 1)
        #expect(try fourth(&bench, 9, "fs1.servers") == 8)
        #expect(try fourth(&bench, 1, "pc1.wkstns") == 3)
        #expect(try fourth(&bench, 3, "pc1.wkstns") == 3)
        #expect(try fourth(&bench, 4, "pc1.wkstns") == 3)
        #expect(try fourth(&bench, 5, "pc1.wkstns") == 4)
    }

    @Test("another agent, another argument or no line is another action")
    func others() throws {
        var bench = try Bench(configuration)
        for _ in 0..<3 { _ = try bench.send(act()) }
        #expect(try bench.send(act(), agent: "fs2.servers").facts.priority == 3)
        #expect(try bench.send(act("y")).facts.priority == 3)
        for _ in 0..<5 { #expect(try bench.send("A|B||||N.EVT.S.P3.Act").facts.priority == 3) }
        #expect(try bench.send(act(), agent: "FS1.BRANCH.servers.acme").facts.priority == 2)
    }

    @Test("a Req that loops is not run either")
    func request() throws {
        var bench = try Bench(configuration)
        for _ in 0..<3 { _ = try bench.send("A|B|x|||N.SVC.S.P3.Req", after: 0) }
        let verdict = try bench.send("A|B|x|||N.SVC.S.P3.Req", after: 0)
        #expect(verdict.disposition == .failed && verdict.reason.hasSuffix("a loop, not run"))
    }

    @Test("of each action on each agent no more than three triggers are remembered")
    func bounded() throws {
        var memory = TableMemory()
        for at in 1...10 as ClosedRange<Int64> {
            memory.apply(.countTrigger(key: "k", at: Instant(milliseconds: at)))
        }
        #expect(memory.triggers("k").map(\.milliseconds) == [10, 9, 8])
    }
}
