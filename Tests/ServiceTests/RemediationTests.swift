import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Procedures on the RMM, in virtual time against the sandbox's VSA.
@Suite struct RemediationTests {
    private static let rules = """
        [REMEDIATION]
        *.SVC=WIN-Remediation-Service
        *.DSK=WIN-Disk Cleanup
        *.SLW=WIN-Slow Task
        *.GON=No Such Procedure
        *.ARG=WIN-Remediation-Service;Service,<data1>;Name,fixed
        """

    private func desk(_ rules: String = rules, service: String = RMMDesk.rmm) throws -> RMMDesk {
        try RMMDesk(rules, service: service)
    }

    @Test("pass: the event waits for the procedure, then its ticket is closed from the start")
    func pass() throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        #expect(try desk.desk.event(event).state == "parked")
        #expect(try desk.desk.event(event).reason == "waits for procedure 'WIN-Remediation-Service'")
        #expect(try desk.started() == ["WIN-Remediation-Service fs01.servers.acme running"])
        try desk.pass(60)
        #expect(try desk.desk.event(event).disposition == "ticketed")
        let order = try #require(desk.orders().first)
        #expect(order.action.draft.isClosed)
        #expect(
            try desk.remediation(event)
                == "Pass: procedure 'WIN-Remediation-Service' on fs01.servers.acme: Success THEN")
        #expect(try desk.started().count == 1)
        #expect(try desk.desk.ledger.runs().isEmpty)
        let asked = try desk.requests().map { $0.replacing(/\d{20,}/, with: "ID") }
        #expect(
            asked.prefix(7) == [
                "GET /auth", "GET /assetmgmt/agents", "GET /system/orgs/ID", "GET /automation/agentprocs",
                "GET /automation/agentprocs/ID/history", "PUT /automation/agentprocs/ID/ID/runnow",
                "GET /automation/agentprocs/ID/history",
            ])
    }

    @Test("fail: a new ticket says what the RMM said")
    func fail() throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.DSK.S.P3.Act")
        try desk.pass(60)
        let order = try #require(desk.orders().first)
        #expect(!order.action.draft.isClosed)
        let said = "Procedure 'WIN-Disk Cleanup' on fs01.servers.acme: Failed THEN in step 2."
        #expect(order.action.draft.description.contains("Remediation: Fail. \(said)"))
        #expect(try desk.desk.event(event).disposition == "ticketed")
    }

    @Test(
        "what does not end is given up after 10 minutes for P1 and P2, after 20 for all else",
        arguments: [
            (1, 600), (2, 600), (3, 1200), (5, 1200),
        ])
    func timeOut(priority: Int, seconds: Int) throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.SLW.S.P\(priority).Act")
        try desk.pass(seconds - 1)
        #expect(try desk.desk.event(event).state == "parked")
        try desk.pass(1)
        #expect(try desk.remediation(event) == "Fail: procedure 'WIN-Slow Task' did not end in time")
        #expect(desk.orders().first?.action.draft.isClosed == false)
        // Nobody looks after it any more.
        let asked = try desk.requests().count
        try desk.pass(3600)
        #expect(try desk.requests().count == asked)
        #expect(try desk.started().count == 1)
    }

    @Test("what cannot be started is said, and nothing is run")
    func notStarted() throws {
        var desk = try desk()
        try desk.sandbox("POST", "/sandbox/agents", ["name": "dhcp01.servers.acme", "online": 0])
        try desk.sandbox("POST", "/sandbox/agents", ["name": "pc-014.wkstns.acme", "online": 198])
        try desk.sandbox("POST", "/sandbox/procedures", ["name": "WIN-Slow Task", "path": "Private\\other"])
        let cases = [
            ("MB-X.GON.S.P3.Act", "fs01.servers.acme", "VSA knows no procedure 'No Such Procedure'"),
            ("MB-X.SVC.S.P3.Act", "dhcp01.servers.acme", "the agent 'dhcp01.servers.acme' is offline"),
            ("MB-X.SVC.S.P3.Act", "pc-014.wkstns.acme", "the agent 'pc-014.wkstns.acme' is suspended"),
            ("MB-X.SVC.S.P3.Act", "o'neil.servers.acme", "VSA knows no agent 'o'neil.servers.acme'"),
            (
                "MB-X.SLW.S.P3.Act", "fs01.servers.acme",
                "VSA knows 2 procedures 'WIN-Slow Task' (Shared\\ITP, Private\\other); give them names of their own"
            ),
        ]
        for (monitor, agent, reason) in cases {
            let event = try desk.alert(monitor, agent: agent)
            #expect(try desk.remediation(event) == "Fail: \(reason)")
            let order = try #require(desk.orders().first)
            #expect(order.action.draft.description.contains("The procedure could not start: \(reason)."))
        }
        #expect(try desk.started().isEmpty)
    }

    @Test("the fourth trigger within four hours is not run, also where the earlier ones still run")
    func loop() throws {
        var desk = try desk()
        for _ in 0..<3 {
            try desk.alert("MB-X.SLW.S.P3.Act")
            try desk.pass(60)
        }
        let fourth = try desk.alert("MB-X.SLW.S.P3.Act")
        #expect(try desk.remediation(fourth)?.hasSuffix("a loop, not run; P3 becomes P2") == true)
        #expect(try desk.desk.event(fourth).disposition != nil)
        // The second and the third wait for their turn: two of one procedure on one agent could not be told apart.
        #expect(try desk.started().count == 1)
        try desk.pass(20 * 60)
        #expect(try desk.desk.ledger.runs().isEmpty)
    }

    @Test("arguments are handed over as prompts")
    func arguments() throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.ARG.S.P3.Act", data: "Print Spooler")
        let run = try #require(try desk.sandbox("GET", "/sandbox/procedures").array?.first)
        #expect(run["prompts"]?.compact == #"{"Service":"Print Spooler","Name":"fixed"}"#)
        try desk.pass(60)
        #expect(try desk.remediation(event)?.hasPrefix("Pass: ") == true)
    }

    @Test("a Req never becomes a ticket: it ends with the run, or as failed where it cannot start")
    func request() throws {
        var desk = try desk()
        let good = try desk.alert("MB-X.SVC.S.P3.Req")
        let bad = try desk.alert("MB-X.DSK.S.P3.Req")
        let missing = try desk.alert("MB-X.GON.S.P3.Req")
        try desk.pass(60)
        #expect(try desk.desk.event(good).disposition == "request-run")
        #expect(try desk.desk.event(bad).disposition == "request-run")
        #expect(try desk.desk.event(bad).reason?.hasSuffix("Failed THEN in step 2") == true)
        #expect(try desk.desk.event(missing).disposition == "failed")
        #expect(desk.orders().isEmpty)
    }

    // MARK: Once

    @Test("a service that ends while a procedure runs finds it again and starts it once")
    func restart() throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.restart()
        try desk.pass(60)
        #expect(try desk.remediation(event)?.hasPrefix("Pass: ") == true)
        #expect(try desk.started().count == 1)
        #expect(desk.orders().first?.action.draft.isClosed == true)
    }

    @Test("a service that ends before it hears that the start was taken finds the run, and starts it once")
    func answerLost() throws {
        var desk = try desk("[REMEDIATION]\n*.SVC=Long")
        try desk.sandbox("POST", "/sandbox/procedures", ["name": "Long", "seconds": 300])
        desk.losesAnswers = true
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        #expect(try desk.started().count == 1)
        try desk.restart()
        // Longer than the search for what may never have been started.
        try desk.pass(200)
        #expect(try desk.desk.event(event).state == "parked")
        try desk.pass(150)
        #expect(try desk.remediation(event)?.hasPrefix("Pass: ") == true)
        #expect(try desk.started().count == 1)
    }

    @Test("a service that ends before the start goes out never sends it: it counts as failed")
    func neverSent() throws {
        var desk = try desk()
        desk.stopsBeforeStart = true
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.restart()
        try desk.pass(100)
        #expect(
            try desk.remediation(event)
                == "Fail: it is unclear whether procedure 'WIN-Remediation-Service' was started, and it is not started again"
        )
        #expect(try desk.started().isEmpty)
    }

    @Test(
        "a start whose answer is lost is looked for and never sent again",
        arguments: [("reset-after", 1), ("truncate", 1), ("reset-before", 0), ("status:500", 0)])
    func unclear(fault: String, runs: Int) throws {
        var desk = try desk()
        try desk.fault(fault, match: "runnow")
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.pass(300)
        #expect(try desk.started().count == runs)
        #expect(try desk.remediation(event)?.hasPrefix(runs == 1 ? "Pass: " : "Fail: it is unclear") == true)
    }

    @Test("what surely did not start is started later", arguments: ["status:429:5", "status:503", "status:401"])
    func later(fault: String) throws {
        var desk = try desk()
        try desk.fault(fault, match: "runnow")
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.pass(300)
        #expect(try desk.started().count == 1)
        #expect(try desk.remediation(event)?.hasPrefix("Pass: ") == true)
    }

    @Test("what could not be started within its window is not started after it")
    func tooLate() throws {
        var desk = try desk()
        try desk.fault("status:503", match: "assetmgmt", count: 1000)
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.pass(600)
        #expect(
            try desk.remediation(event) == "Fail: procedure 'WIN-Remediation-Service' could not be started in time")
        #expect(desk.troubles.count == 1)
        try desk.sandbox("DELETE", "/sandbox/faults")
        try desk.pass(3600)
        #expect(try desk.started().isEmpty)
    }

    // MARK: The session

    @Test("a session is renewed before it ends, and when the server ends it early")
    func session() throws {
        var desk = try desk()
        for _ in 0..<2 {
            try desk.alert("MB-X.SVC.S.P2.Act")
            try desk.pass(60)
        }
        #expect(try desk.requests().filter { $0 == "GET /auth" }.count == 1)
        try desk.pass(29 * 60)
        try desk.alert("MB-X.DSK.S.P2.Act")
        try desk.pass(60)
        #expect(try desk.requests().filter { $0 == "GET /auth" }.count == 2)
        try desk.fault("status:401", match: "agentprocs")
        let event = try desk.alert("MB-Y.DSK.S.P2.Act")
        try desk.pass(60)
        #expect(try desk.requests().filter { $0 == "GET /auth" }.count == 3)
        #expect(try desk.remediation(event)?.hasPrefix("Fail: procedure 'WIN-Disk Cleanup' on") == true)
    }

    @Test("a wrong token is told of as a whole, and is in no text")
    func wrongToken() throws {
        var desk = try desk(service: RMMDesk.rmm.replacing("Token=sandbox-token", with: "Token=wr0ng"))
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.pass(600)
        #expect(try desk.remediation(event)?.hasSuffix("could not be started in time") == true)
        let said = desk.troubles.compactMap(\.self).joined()
        #expect(said.contains("VSA cannot be used: it refuses the user or the token") && !said.contains("wr0ng"))
    }

    @Test("Debug runs nothing")
    func debug() throws {
        var desk = try desk(service: RMMDesk.rmm + "[GLOBAL]\nDebug=Y\n")
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        #expect(try desk.remediation(event) == "Fail: nothing is delivered (Debug)")
        #expect(try desk.requests().isEmpty)
    }
}
