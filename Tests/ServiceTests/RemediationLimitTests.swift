import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// The limits of procedures, each tried by somebody who wants to get round it. The agents and procedures are the sandbox's.
@Suite struct RemediationLimitTests {
    private static let rules = """
        [ORG globex]
        Name=Globex Manufacturing
        [REMEDIATION]
        *.SVC=WIN-Remediation-Service
        *.ARG=WIN-Remediation-Service;Service,<data1>

        """
    private static let source = """
        [SOURCE door]
        Auth=none
        Default=fire
        Subject={/subject}
        Agent={/agent}
        Org={/org}

        """

    private func desk(_ keys: String = "", rmm: String = "", rules: String = rules) throws -> RMMDesk {
        try RMMDesk(rules, service: RMMDesk.rmm + rmm + "\n" + Self.source + keys + "\n")
    }

    private func alert(_ agent: String, org: String = "", monitor: String = "MB-X.SVC.S.P3.Act", data: String = "a")
        -> JSON
    {
        ["subject": .string("EVT|Service|\(data)|||\(monitor)"), "agent": .string(agent), "org": .string(org)]
    }

    @Test("a source that is not told to may start nothing, whatever it posts")
    func notTold() throws {
        for keys in ["", "Remediate=N"] {
            var desk = try desk(keys)
            let event = try desk.post("door", alert("fs01.servers.acme"))
            #expect(
                try desk.remediation(event)
                    == "Fail: the source 'door' may not start procedures (Remediate=)")
            let request = try desk.post("door", alert("fs01.servers.acme", monitor: "MB-X.SVC.S.P3.Req"))
            #expect(try desk.desk.event(request).disposition == "failed")
            #expect(try desk.requests().isEmpty)
        }
        var allowed = try desk("Remediate=Y")
        try allowed.post("door", alert("fs01.servers.acme"))
        #expect(try allowed.started().count == 1)
    }

    @Test("naming one customer and another one's machine runs nothing")
    func othersMachine() throws {
        for keys in ["Remediate=Y", "Remediate=Y\nOrgs=acme", "Remediate=Y\nOrgs=acme,globex"] {
            var desk = try desk(keys)
            let event = try desk.post("door", alert("dc01.branch.servers.globex", org: "acme"))
            #expect(
                try desk.remediation(event)
                    == "Fail: the agent 'dc01.branch.servers.globex' belongs to 'globex', and the alert to 'acme'")
            #expect(try desk.started().isEmpty)
        }
    }

    @Test("a source of one customer cannot leave the customer out, nor name another")
    func leavingOut() throws {
        var desk = try desk("Remediate=Y\nOrgs=acme")
        for org in ["", "globex"] {
            let event = try desk.post("door", alert("dc01.branch.servers.globex", org: org))
            #expect(try desk.desk.event(event).disposition == "unparseable")
        }
        var tenants = try self.desk("Remediate=Y\nTenants=primary")
        let event = try tenants.post("door", alert("server7"))
        #expect(
            try tenants.remediation(event)
                == "Fail: the source speaks for some customers only, and the alert names none")
        #expect(try desk.requests().isEmpty && tenants.requests().isEmpty)
    }

    @Test(
        "an agent's name is a name, not a part of a query",
        arguments: ["x' or 1 eq 1", "' or AgentName ne '", "a&$top=1"])
    func query(agent: String) throws {
        var desk = try desk("Remediate=Y")
        let event = try desk.post("door", alert(agent, org: "acme"))
        #expect(try desk.remediation(event) == "Fail: VSA knows no agent '\(agent)'")
        #expect(try desk.started().isEmpty)
    }

    @Test("an agent whose customer the RMM does not tell is left alone")
    func nobodys() throws {
        var desk = try desk("Remediate=Y")
        try desk.fault("status:404", match: "system/orgs")
        let event = try desk.post("door", alert("fs01.servers.acme", org: "acme"))
        #expect(try desk.remediation(event)?.hasPrefix("Fail: VSA answered 404") == true)
        #expect(try desk.started().isEmpty)
    }

    /// The errors in a configuration that is refused.
    private func errors(rmm: String = "", rules: String = rules) -> [String] {
        let files = configurationFiles(service: RMMDesk.rmm + rmm, rules: rules)
        let loaded = Settings.load(files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler) {
            reference throws(SecretFault) in throw SecretFault(reference)
        }
        return loaded.findings.map(\.description).filter { $0.contains(": error: ") }
    }

    @Test("what a sender writes does not choose the procedure: such a line is an error")
    func procedure() {
        let rules = Self.rules + "*.MAC=<data1>\n"
        let errors = errors(rules: rules)
        #expect(errors.count == 1)
        #expect(errors.first?.contains("<data1> in a procedure's name would let senders choose what is run") == true)
    }

    @Test(
        "a value that no argument may hold runs nothing",
        arguments: [
            "Spooler; shutdown /s", "$(reboot)", "a`id`", "a'b", "\"x\"", "a%PATH%", "٣", "<b>",
            "a&b",
            String(repeating: "a", count: 129),
        ])
    func values(value: String) throws {
        var desk = try desk("Remediate=Y")
        let event = try desk.post(
            "door", alert("fs01.servers.acme", monitor: "MB-X.ARG.S.P3.Act", data: value))
        #expect(try desk.remediation(event) == "Fail: the value of Service holds what no argument may hold")
        #expect(try desk.requests().isEmpty)
    }

    @Test(
        "ArgPattern has to fit the whole value",
        arguments: [
            ("Spooler", true), ("Spooler-2", false), ("xSpooler", false), ("W32Time", true), ("", false),
        ])
    func pattern(value: String, runs: Bool) throws {
        var desk = try desk("Remediate=Y", rmm: "ArgPattern=Spooler|W32Time")
        try desk.post("door", alert("fs01.servers.acme", monitor: "MB-X.ARG.S.P3.Act", data: value))
        #expect(try desk.started().count == (runs ? 1 : 0))
    }

    @Test("an ArgPattern that is no regular expression is an error that names it")
    func badPattern() {
        let errors = errors(rmm: "ArgPattern=[a-\n")
        #expect(errors.count == 1)
        #expect(errors.first?.contains("ArgPattern: '[a-' is no regular expression") == true)
    }

    @Test("more triggers, under other priorities and at other times of a second, are still the fourth")
    func loop() throws {
        var desk = try desk("Remediate=Y")
        for priority in [3, 4, 5] {
            try desk.post("door", alert("fs01.servers.acme", monitor: "MB-X.SVC.S.P\(priority).Act"))
            try desk.pass(60)
        }
        let event = try desk.post("door", alert("FS01.servers.ACME", monitor: "MB-X.SVC.S.P3.Act"))
        #expect(try desk.remediation(event)?.hasPrefix("Skip: ") == true)
        #expect(try desk.started().count == 3)
    }

    // MARK: AdvanceWarn

    @Test("AdvanceWarn mails the on-call staff when a P1 or P2 is begun, once, and nobody for less")
    func warning() throws {
        var desk = try RMMDesk(
            "[RMM_SETTINGS]\nAdvanceWarn=Y\nNotifyOCEmail=oncall@msp.example\n" + Self.rules,
            service: RMMDesk.rmm + "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=itp@msp.example\n")
        let mails = { (desk: RMMDesk) in
            try desk.desk.ledger.dueMessages(lane: "mail:", now: desk.desk.now, limit: 100).map(\.message)
        }
        let event = try desk.alert("MB-X.SVC.S.P2.Act")
        try desk.alert("MB-Y.SVC.S.P3.Act", agent: "dhcp01.servers.acme")
        let warning = try #require(try mails(desk).first)
        #expect(try mails(desk).count == 1 && warning.recipients == ["oncall@msp.example"])
        #expect(warning.subject == "Advance Warning: P2 Acme Dental: EVT|Service|Spooler|a|b|MB-X.SVC.S.P2.Act")
        let begun = "It is being mended by procedure 'WIN-Remediation-Service' on fs01.servers.acme."
        #expect(warning.body.hasPrefix(begun) && warning.events == [event])
        try desk.restart()
        try desk.pass(60)
        #expect(try mails(desk).filter { $0.id.hasSuffix(".advance") }.count == 1)
    }
}
