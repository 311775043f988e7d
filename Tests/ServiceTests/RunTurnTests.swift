import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Runs that wait for their turn, and what the RMM tells by itself, over restarts.
@Suite struct RunTurnTests {
    private static let rules = "[REMEDIATION]\n*.SVC=Mend\n"

    /// A desk whose procedure takes five minutes.
    private func desk(duplicates: Int = 30, status: String = "Success THEN") throws -> RMMDesk {
        var desk = try RMMDesk(Self.rules, duplicates: duplicates)
        try desk.sandbox("POST", "/sandbox/procedures", ["name": "Mend", "seconds": 300, "status": .string(status)])
        return desk
    }

    @Test(
        "the same alert again while its procedure runs starts nothing: it is a duplicate of the first one's ticket",
        arguments: ["Success THEN", "Failed THEN in step 1"], [false, true])
    func sameAlert(status: String, restarts: Bool) throws {
        var desk = try desk(status: status)
        let first = try desk.alert("MB-X.SVC.S.P3.Act")
        try desk.pass(60)
        let second = try desk.alert("MB-X.SVC.S.P3.Act")
        if restarts { try desk.restart() }
        try desk.pass(60)
        #expect(try desk.desk.event(second).state == "parked")
        try desk.pass(3600)
        #expect(try desk.started() == ["Mend fs01.servers.acme \(status)"])
        #expect(try desk.desk.event(first).disposition == "ticketed")
        #expect(try desk.desk.event(second).disposition == "duplicate")
        #expect(desk.orders().count == 1)
        #expect(try desk.desk.ledger.runs().isEmpty)
    }

    @Test("the same alert after the window, and another alert of the same procedure, run it again, one after the other")
    func otherAlert() throws {
        for (duplicates, data) in [(0, "Spooler"), (30, "W32Time")] {
            var desk = try desk(duplicates: duplicates)
            try desk.alert("MB-X.SVC.S.P3.Act")
            let second = try desk.alert("MB-X.SVC.S.P3.Act", data: data)
            try desk.pass(200)
            #expect(try desk.started().count == 1)
            try desk.pass(600)
            #expect(try desk.started().count == 2)
            #expect(try desk.remediation(second)?.hasPrefix("Pass: ") == true)
        }
    }

    @Test("after a restart what runs is looked for first; what waited for it does not overtake it")
    func order() throws {
        var desk = try desk()
        try desk.alert("MB-X.SVC.S.P3.Act")
        // Its window ends earlier.
        let urgent = try desk.alert("MB-Y.SVC.S.P1.Act", data: "urgent")
        try desk.restart()
        try desk.pass(200)
        #expect(try desk.started().count == 1)
        try desk.pass(500)
        #expect(try desk.started().count == 2)
        #expect(try desk.remediation(urgent)?.hasPrefix("Pass: ") == true)
    }

    // MARK: Told

    private static let runner = """
        [RMM]
        Type=generic
        URL=http://sandbox/runner
        Token=sandbox-runner
        Header.Authorization=Bearer <token>
        Start=POST /v1/runs
        StartBody={"device":"<agent>","script":"<procedure>","callback":"<callback>"}
        CallbackURL=http://127.0.0.1:1
        Status=/run/status
        Passed=completed
        Failed=failed

        """
    private static let completed = Array(#"{"run":{"status":"completed"}}"#.utf8)

    @Test("what the RMM has told is durable before it is answered: a service that ends right after it still knows")
    func toldIsDurable() throws {
        var desk = try RMMDesk("[REMEDIATION]\n*.SLW=WIN-Slow Task\n", service: Self.runner)
        let event = try desk.alert("MB-X.SLW.S.P3.Act")
        let isAnswered = Guarded(false)
        try desk.desk.handle(
            .runTold(event, body: Self.completed) { isAnswered.with { $0 = true } })
        #expect(isAnswered.with { $0 })
        #expect(try desk.desk.event(event).state == "parked", "the lane has not heard of it")
        try desk.restart()
        #expect(try desk.remediation(event) == "Pass: procedure 'WIN-Slow Task' on fs01.servers.acme: completed")
        #expect(try desk.started().count == 1)
    }

    @Test("what is told of a run that was never begun, or is over, is answered and changes nothing")
    func toldInVain() throws {
        var desk = try RMMDesk(
            "[REMEDIATION]\n*.SVC=WIN-Remediation-Service\n*.SLW=WIN-Slow Task\n", service: Self.runner)
        try desk.alert("MB-X.SLW.S.P3.Act")
        // It waits for the same procedure on the same machine.
        let waiting = try desk.alert("MB-Y.SLW.S.P3.Act")
        let answers = Guarded(0)
        for event in [waiting, Identifier(high: 1, low: 1)] {
            try desk.desk.handle(.runTold(event, body: Self.completed) { answers.with { $0 += 1 } })
            try desk.carryOut()
        }
        #expect(answers.with { $0 } == 2)
        #expect(try desk.desk.event(waiting).state == "parked")
        #expect(try desk.desk.ledger.run(of: waiting)?.told == nil)
    }
}
