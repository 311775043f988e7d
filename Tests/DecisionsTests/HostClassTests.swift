import Decisions
import Events
import Formats
import Testing

struct HostClassTests {
    private func classify(_ agent: String, group: String = "", os: String = "", given: HostClass? = nil) throws
        -> String
    {
        var bench = try Bench("[TICKET NOTES]\nCommon=<hostclass> <hostos>")
        return try bench.send(dhcp, agent: agent) {
            $0.agent.machineGroup = group
            $0.agent.operatingSystem = os
            $0.agent.hostClass = given
        }.draft.description
    }

    @Test(
        "the machine group decides, else the operating system, else it is X",
        arguments: [
            ("fs1.branch.servers.acme", "", "", "S "), ("pc1.wkstns.acme", "", "", "W "),
            ("pc1.front.WKSTNS.acme", "", "Windows Server 2019", "W 2019"), ("ups1.network.acme", "", "", "X "),
            ("servers", "", "", "X "), ("x.myservers.acme", "", "", "X "), ("x.network", "wkstns", "", "W "),
            ("x.network", "branch.servers.acme", "", "S "), ("x", "", "Windows Server 2022 Datacenter", "S 2022"),
            ("x", "", "Ubuntu linux 24.04", "S Linux"), ("x", "", "Windows 11 Pro", "W 11"),
            ("x", "", "Windows 8.1 Enterprise", "W 8.1"), ("x", "", "Windows 8 Enterprise", "W 8"),
            ("x", "", "Mac OS X 10.11", "W MAC OS X"), ("x", "", "macOS Sonoma", "X OSX"),
            ("x", "", "Windows 98", "X Windows 98"), ("x", "", "Release 20190", "X Release 20190"), ("x", "", "", "X "),
            ("x", "", "Windows™10", "W 10"), ("x", "", "Windows ä10", "X Windows ä10"),
            ("x", "", "Windows 10ä", "X Windows 10ä"), ("x", "", "10™", "W 10"), ("x", "", "ä 10", "W 10"),
        ])
    func table(agent: String, group: String, os: String, expected: String) throws {
        #expect(try classify(agent, group: group, os: os) == expected)
    }

    @Test("what the sender says goes before all of that, but for A, which says nothing")
    func given() throws {
        #expect(try classify("pc1.wkstns.acme", given: .server) == "S ")
        #expect(try classify("pc1.wkstns.acme", given: .other) == "X ")
        #expect(try classify("pc1.wkstns.acme", given: .any) == "W ")
    }

    @Test("a workstation never holds P1 or P2, every other class keeps them")
    func priorities() throws {
        var bench = try Bench()
        for (agent, floor) in [("pc1.wkstns.acme", 3), ("fs1.servers.acme", 1), ("ups.acme", 1)] {
            for priority in 1...9 {
                let verdict = try bench.send("A|B|\(priority)|||N.EVT.S.P\(priority).Alm", agent: agent)
                #expect(
                    verdict.facts.priority == max(priority, floor) && verdict.draft.priority == max(priority, floor))
            }
        }
        let step = try bench.send("A|B|x|||N.EVT.S.P1.Alm", agent: "pc2.wkstns.acme").step(.priority)
        #expect(step?.decided == "P3: a workstation never holds P1")
    }
}

struct AgentStatusTests {
    private let offline = "STS|Agent|fs1|||AGENT-OFFLINE.STS.S.P2.Alm"
    private let processing = "[PROCESSING]\nSTS:agent-offline=ITP-PRC-STS.mod"

    @Test("a server's state is asked for, and what is answered decides")
    func server() throws {
        var bench = try Bench(processing)
        let event = bench.event(offline)
        guard case .needs(let request, let facts) = try bench.decision(event) else {
            Issue.record("no question was asked")
            return
        }
        #expect(request.kind == .agentState && request.subject == event.agent.name)
        #expect(request.patience > .seconds(0) && facts.agent == event.agent.name)
        #expect(InputRequest(name: request.name)?.subject == request.subject)
        let answers: [(InputAnswer, Disposition)] = [
            (.unknown, .ticketed), (.value("2026-11-21T02:12:07.250Z"), .cancelled),
            (.value("2026-11-21T02:12:07.249Z"), .ticketed), (.value("never"), .ticketed),
        ]
        for (answer, disposition) in answers {
            let verdict = try bench.verdict(event, inputs: [request.name: answer])
            #expect(verdict.disposition == disposition, "\(answer)")
            #expect(verdict.step(.module)?.rule?.place == "ITPConfig.ini:10")
        }
        #expect(InputAnswer.unknown.recorded == nil && InputAnswer.value("x").recorded == "x")
        #expect(InputRequest(name: "x") == nil && InputRequest(name: "what:x") == nil)
    }

    @Test("a workstation that is offline is no alert; a monitor that is not named is not asked about")
    func others() throws {
        var bench = try Bench(processing)
        let verdict = try bench.send(offline, agent: "pc1.wkstns.acme")
        #expect(verdict.disposition == .cancelled && verdict.reason == "STS: a workstation may be offline")
        #expect(try bench.send("STS|Agent|fs1|||OTHER.STS.S.P2.Alm").disposition == .ticketed)
    }
}
