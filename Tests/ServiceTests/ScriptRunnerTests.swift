import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// `[RMM] Type=generic`, as `docs/rmm.md` shows it, against the sandbox's runner of scripts.
@Suite struct ScriptRunnerTests {
    private static let rules = """
        [REMEDIATION]
        *.SVC=WIN-Remediation-Service;Service,<data1>
        *.DSK=WIN-Disk Cleanup
        *.SLW=WIN-Slow Task
        *.GON=No Such Script

        """

    /// The example of the documentation, its address the desk's.
    private static func example() throws -> String {
        let path = "/" + #filePath.split(separator: "/").dropLast(3).joined(separator: "/") + "/docs/rmm.md"
        let text = String(decoding: try Files.read(path, maxBytes: 1 << 20), as: UTF8.self)
        let blocks = text.split(separator: "```ini\n").dropFirst().map { String($0.split(separator: "```")[0]) }
        let block = try #require(blocks.first { $0.contains("Type=generic") })
        return block.replacing("http://127.0.0.1:9090", with: "http://sandbox")
    }

    private func desk(_ change: (String) -> String = { $0 }, more: String = "") throws -> RMMDesk {
        try RMMDesk(Self.rules, service: change(try Self.example()) + more)
    }

    @Test("a run is started, asked for until it has ended, and its last words are told")
    func runs() throws {
        var desk = try desk()
        let good = try desk.alert("MB-X.SVC.S.P3.Act", data: "Print Spooler")
        let bad = try desk.alert("MB-X.DSK.S.P3.Act")
        let run = try #require(try desk.sandbox("GET", "/sandbox/procedures").array?.first)
        #expect(run["prompts"]?.compact == #"{"Service":"Print Spooler"}"#)
        try desk.pass(60)
        #expect(
            try desk.remediation(good)
                == "Pass: procedure 'WIN-Remediation-Service' with Service='Print Spooler' on fs01.servers.acme: "
                + "completed, Success THEN")
        #expect(
            try desk.remediation(bad)
                == "Fail: procedure 'WIN-Disk Cleanup' on fs01.servers.acme: failed, Failed THEN in step 2")
        #expect(try desk.started().count == 2)
    }

    @Test("what the runner refuses is not started; its token is in no text")
    func refused() throws {
        var desk = try desk()
        for (monitor, agent, status) in [
            ("MB-X.GON.S.P3.Act", "fs01.servers.acme", 404), ("MB-X.DSK.S.P3.Act", "nobody.acme", 404),
        ] {
            let event = try desk.alert(monitor, agent: agent)
            #expect(try desk.remediation(event) == "Fail: the RMM answered \(status)")
        }
        // The alert speaks for acme, the machine is globex's.
        let other = try desk.alert("MB-X.DSK.S.P3.Act", agent: "dc01.branch.servers.globex", org: "acme")
        #expect(try desk.remediation(other) == "Fail: the RMM answered 403")
        var wrong = try self.desk { $0.replacing("Token=sandbox-runner", with: "Token=wr0ng") }
        let event = try wrong.alert("MB-X.DSK.S.P3.Act")
        #expect(try wrong.remediation(event) == "Fail: the RMM answered 401")
        #expect(try desk.started().isEmpty && wrong.started().isEmpty)
    }

    @Test("a service that ends while a run goes on asks for it again, and starts it once")
    func restart() throws {
        var desk = try desk()
        let event = try desk.alert("MB-X.SVC.S.P3.Act")
        try desk.restart()
        try desk.pass(60)
        #expect(try desk.remediation(event)?.hasPrefix("Pass: ") == true)
        #expect(try desk.started().count == 1)
    }

    @Test(
        "a start whose answer is lost is not sent again: without an ID nobody can ask for it",
        arguments: [("reset-after", 1), ("reset-before", 0), ("status:500", 0)])
    func unclear(fault: String, runs: Int) throws {
        var desk = try desk()
        try desk.sandbox(
            "POST", "/sandbox/faults",
            ["vendor": "runner", "fault": .string(fault), "match": "POST /runner", "count": 1])
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.pass(600)
        #expect(try desk.remediation(event)?.hasPrefix("Fail: it is unclear whether") == true)
        #expect(try desk.started().count == runs)
    }

    @Test("the end is told by call-back alone where nothing can be asked")
    func callBack() throws {
        var desk = try desk(
            { text in
                text.split(separator: "\n").filter { !$0.hasPrefix("StatusPath") }.joined(separator: "\n") + "\n"
            }, more: "CallbackURL=http://127.0.0.1:1\n")
        let good = try desk.alert("MB-X.SVC.S.P3.Act")
        let odd = try desk.alert("MB-X.SLW.S.P2.Act")
        try desk.pass(120)
        for body in ["", "nonsense", #"{"run":{"status":"running"}}"#, #"{"status":"completed"}"#] {
            try desk.tell(.told(good, body: Array(body.utf8)))
            #expect(try desk.desk.event(good).state == "parked", "\(body)")
        }
        try desk.tell(.told(good, body: Array(#"{"run":{"status":"completed","output":"done"}}"#.utf8)))
        #expect(try desk.remediation(good)?.hasSuffix(": completed, done") == true)
        // Told of no run, and of one that is over.
        try desk.tell(.told(good, body: Array(#"{"run":{"status":"failed"}}"#.utf8)))
        try desk.pass(600)
        #expect(try desk.remediation(odd) == "Fail: procedure 'WIN-Slow Task' did not end in time")
    }

    @Test("event text cannot leave its string in the body, nor its part of the address")
    func escaping() throws {
        let service = try Self.example()
            .replacing("Start=POST /v1/runs", with: "Start=POST /v1/runs?for=<agent>")
        var desk = try RMMDesk(Self.rules, service: service)
        try desk.alert("MB-X.DSK.S.P3.Act", agent: #"a","script":"x"}&b=/c.acme"#)
        let request = try #require(
            try desk.sandbox("GET", "/sandbox/requests").array?.first { $0["vendor"] == "runner" })
        let body = try JSON(parsing: request["body"]?.string ?? "")
        #expect(body["device"]?.string == #"a","script":"x"}&b=/c.acme"#)
        #expect(body["script"]?.string == "WIN-Disk Cleanup")
        #expect(request["path"]?.string?.hasPrefix("/runner/v1/runs?for=a%22%2C%22script") == true)
    }

    @Test("a source that is limited to customers starts nothing where the RMM is not told the customer")
    func customers() throws {
        let source =
            "\n[SOURCE door]\nAuth=none\nRemediate=Y\nOrgs=acme\nDefault=fire\n"
            + "Subject={/subject}\nAgent={/agent}\nOrg={/org}\n"
        let alert: JSON = [
            "subject": "EVT|Disk|C|||MB-X.DSK.S.P3.Act", "agent": "fs01.servers.acme", "org": "acme",
        ]
        for (change, runs) in [("\"org\":\"<org>\",", 1), ("", 0)] {
            var desk = try desk({ $0.replacing("\"org\":\"<org>\",", with: change) }, more: source)
            let event = try desk.post("door", alert)
            #expect(try desk.started().count == runs)
            if runs == 0 { #expect(try desk.remediation(event)?.contains("the RMM is not told whose agent") == true) }
        }
    }
}
