import Decisions
import Events
import Testing

struct BlacklistTests {
    @Test(
        "a key is the agent's full name or a run of whole parts of it, in any case",
        arguments: [
            ("fs1.branch.servers.acme", true), ("FS1", true), ("branch.SERVERS", true), ("acme", true),
            ("fs1.branch", true), ("fs", false), ("ervers.acme", false), ("fs1.servers", false), ("serv", false),
            ("fs1.branch.servers.acme.x", false), ("servers.branch", false),
        ])
    func runs(key: String, isListed: Bool) throws {
        var bench = try Bench("[BLACKLIST]\n\(key)=Y")
        let verdict = try bench.send(dhcp)
        #expect(verdict.disposition == (isListed ? .blacklisted : .ticketed))
        #expect(verdict.step(.blacklist)?.rule?.place == (isListed ? "ITPConfig.ini:10" : nil))
        if isListed {
            #expect(verdict.reason == "the agent is on the blacklist as '\(key)' at ITPConfig.ini:10")
        }
    }

    @Test("what is blacklisted never reaches the PSA, opens no duplicate window, and everything before has run")
    func everythingBefore() throws {
        var bench = try Bench("[BLACKLIST]\nfs1=1\n[REMEDIATION]\nN.SVC=Restart")
        for _ in 0..<2 {
            let verdict = try bench.send("A|B||||N.SVC.S.P3.Act")
            #expect(verdict.disposition == .blacklisted && verdict.delivery == nil)
            #expect(
                verdict.trace.steps.map(\.stage).suffix(5) == [
                    .duplicate, .restricted, .priority, .remediation, .blacklist,
                ])
        }
    }

    @Test(
        "a false value lifts: a tenant's its common line, a longer key a shorter one; of two alike one that lists counts"
    )
    func lifted() throws {
        var bench = try Bench(
            "[RMM_SETTINGS_TWO]\n[BLACKLIST]\nacme=Y\nfs1.branch=N\nbranch=N\nweb1=Off\n[BLACKLIST_TWO]\nACME=No\n"
                + "[ORG globex]\nMSP=two")
        let lifted = try bench.send(dhcp)
        #expect(lifted.disposition == .ticketed)
        #expect(lifted.step(.blacklist)?.decided == "lifted")
        #expect(lifted.step(.blacklist)?.rule?.place == "ITPConfig.ini:12")
        #expect(try bench.send(dhcp, agent: "fs2.branch.acme").disposition == .blacklisted)
        let toGlobex = { (event: inout Event) in event.organisation.id = "globex" }
        #expect(try bench.send(dhcp, agent: "fs2.branch.acme", toGlobex).disposition == .ticketed)
        #expect(try bench.send(dhcp, agent: "web1.globex").disposition == .ticketed)
    }

    @Test("an event without an agent is on no blacklist, and a resolved one is not held up by it")
    func others() throws {
        var bench = try Bench("[BLACKLIST]\nacme=Y")
        #expect(try bench.send(dhcp, agent: "").disposition == .ticketed)
        #expect(try bench.send(dhcp) { $0.state = .resolved }.reason == "resolved: nothing open")
    }
}
