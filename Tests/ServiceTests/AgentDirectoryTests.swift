import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// What the RMM knows of agents completes alerts, in virtual time against the sandbox's VSA.
@Suite struct AgentDirectoryTests {
    private static let rules = """
        [RMM_SETTINGS]
        PSA_Subject=<agent> <hostclass> <hostos> <CF:Location> <CF:Owner>
        NotifyOCEmail=oncall@msp.example
        NotifyOCAlways=Y
        PageWait=0

        """
    private static let mail = "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=itp@msp.example\n"

    private func desk(_ rules: String = rules, enrich: String = "") throws -> RMMDesk {
        try RMMDesk(rules, service: RMMDesk.rmm.replacing("Enrich=N\n", with: enrich) + Self.mail)
    }

    private let monitor = "MB-DISK.EVT.S.P2.Alm"
    private let branch = "dc01.branch.servers.globex"

    /// What the event's trace says of its agent and customer.
    private func clock(_ desk: RMMDesk, _ event: Identifier) throws -> [String] {
        try desk.desk.ledger.history.trace(desk.desk.event(event)).filter { $0.stage == .clock }.map(\.decided)
    }

    @Test("what the alert does not carry is taken from the RMM, and the trace says what")
    func completed() throws {
        var desk = try desk()
        let event = try desk.alert(monitor, agent: branch)
        let draft = try #require(desk.orders().first?.action.draft)
        #expect(draft.subject == "\(branch) S 2022 Branch M. Major")
        #expect(draft.company.name == "Globex Manufacturing")
        let steps = try clock(desk, event)
        #expect(
            steps.prefix(2) == [
                "completed: OS 'Windows Server 2022 Standard', group branch.servers.globex, custom fields Location, Owner, "
                    + "org 'globex'",
                "completed: service level Priority",
            ])
        let mails = try desk.desk.ledger.dueMessages(lane: "mail:", now: desk.desk.now, limit: 10)
        #expect(mails.first?.message.recipients == ["oncall@msp.example", "duty@globex.example"])
    }

    @Test("what the alert says goes before what the RMM knows, and so does [ORG id]")
    func precedence() throws {
        var desk = try desk()
        let body: JSON = [
            "subject": .string("EVT|Disk|C|a|b|\(monitor)"), "agent": "fs01.servers.acme", "os": "Windows Server 2016",
            "customFields": ["Owner": "Somebody"],
        ]
        let event = try desk.desk.take(body.compact)
        try desk.carryOut()
        let draft = try #require(desk.orders().first?.action.draft)
        #expect(draft.subject == "fs01.servers.acme S 2016 Main Office Somebody")
        #expect(draft.company.name == "Acme Dental")
        #expect(try clock(desk, event).first == "completed: group servers.acme, custom fields Location")
    }

    @Test("of a machine that is another customer's nothing is taken from its customer")
    func othersMachine() throws {
        var desk = try desk()
        let event = try desk.alert(monitor, agent: branch, org: "acme")
        #expect(desk.orders().first?.action.draft.company.name == "Acme Dental")
        #expect(try clock(desk, event).contains("nothing is taken from its customer"))
        let mails = try desk.desk.ledger.dueMessages(lane: "mail:", now: desk.desk.now, limit: 10)
        #expect(mails.first?.message.recipients == ["oncall@msp.example"])
    }

    @Test("the custom field MSP names the tenant; one without sections is nobody else's")
    func tenant() throws {
        let tenant = "[RMM_SETTINGS_TENANT2]\nName=Second\n"
        for (rules, disposition) in [(Self.rules + tenant, "ticketed"), (Self.rules, "unparseable")] {
            var desk = try desk(rules)
            let event = try desk.alert("MB-UPS.EVT.X.P3.Alm", agent: "ups-1.network.initech")
            #expect(try desk.desk.event(event).disposition == disposition)
            #expect(try desk.desk.event(event).tenant == "TENANT2")
        }
    }

    @Test("an answer is remembered for a quarter of an hour, a customer's for all of his machines")
    func remembered() throws {
        var desk = try desk()
        let asked = { (desk: inout RMMDesk) in
            try desk.requests().map { $0.replacing(/\d{15,26}/, with: "ID") }
        }
        try desk.alert(monitor, agent: branch)
        let first = [
            "GET /auth", "GET /assetmgmt/agents", "GET /system/orgs/ID", "GET /system/orgs/ID/staff",
            "GET /assetmgmt/assets/ID/customfields",
        ]
        #expect(try asked(&desk) == first)
        try desk.alert("MB-OTHER.EVT.S.P2.Alm", agent: branch.uppercased())
        #expect(try asked(&desk).count == 5)
        try desk.alert(monitor, agent: "pc-201.wkstns.globex")
        #expect(try asked(&desk).dropFirst(5) == ["GET /assetmgmt/agents", "GET /assetmgmt/assets/ID/customfields"])
        try desk.pass(15 * 60)
        try desk.alert(monitor, agent: branch)
        #expect(try asked(&desk).dropFirst(7) == first.dropFirst())
        // What VSA does not know is remembered, too.
        for _ in 0..<2 { try desk.alert(monitor, agent: "nobody.acme") }
        #expect(try asked(&desk).count == 12)
    }

    @Test("Enrich=N asks nothing")
    func off() throws {
        var desk = try desk(enrich: "Enrich=N\n")
        let event = try desk.alert(monitor, agent: branch)
        #expect(try desk.requests().isEmpty && desk.desk.event(event).disposition == "ticketed")
    }

    @Test("an RMM that does not answer in time holds nothing up for longer than ten seconds, and the order stays")
    func silent() throws {
        var desk = try desk()
        desk.isSilent = true
        let events = try ["C", "D"].map { try desk.alert(monitor, data: $0, agent: branch) }
        try desk.pass(9)
        #expect(try desk.desk.event(events[0]).state == "parked")
        try desk.pass(1)
        #expect(try events.map { try desk.desk.event($0).disposition } == ["ticketed", "ticketed"])
        #expect(try clock(desk, events[0]).first == "not completed: the RMM has not answered in time")
        #expect(desk.orders().map(\.action.reference) == events)
    }

    @Test(
        "an RMM that fails is left alone for a minute and told of once; alerts go on without it",
        arguments: ["status:500", "status:503", "status:429:5", "reset-before", "garbage", "status:401"])
    func failing(fault: String) throws {
        var desk = try desk()
        try desk.fault(fault, match: "", count: 1000)
        for drive in ["C", "D", "E"] {
            let event = try desk.alert(monitor, data: drive, agent: branch)
            #expect(try desk.desk.event(event).disposition == "ticketed")
            #expect(try clock(desk, event).first?.hasPrefix("not completed: ") == true)
        }
        #expect(desk.agentTroubles.count == 1)
        #expect(desk.agentTroubles.first??.hasPrefix("VSA does not tell of agents: ") == true)
        try desk.sandbox("DELETE", "/sandbox/faults")
        try desk.pass(60)
        let event = try desk.alert(monitor, data: "F", agent: branch)
        #expect(try clock(desk, event).first?.hasPrefix("completed: OS") == true)
        #expect(desk.agentTroubles.count == 2 && desk.agentTroubles.last == .some(nil))
    }

    @Test("a session that the server ends early is renewed; what it does not let one see is left out")
    func refused() throws {
        var desk = try desk()
        try desk.alert(monitor, agent: "fs01.servers.acme")
        try desk.fault("status:401", match: "assetmgmt/agents")
        try desk.fault("status:403", match: "staff")
        try desk.fault("status:404", match: "customfields")
        let event = try desk.alert(monitor, agent: branch)
        #expect(
            try clock(desk, event).first
                == "completed: OS 'Windows Server 2022 Standard', group branch.servers.globex, org 'globex'")
        #expect(try desk.requests().filter { $0 == "GET /auth" }.count == 2 && desk.agentTroubles.isEmpty)
    }

    @Test("a restart while the RMM is asked asks again")
    func restart() throws {
        var desk = try desk()
        desk.isSilent = true
        let event = try desk.alert(monitor, agent: branch)
        desk.isSilent = false
        try desk.restart()
        #expect(try clock(desk, event).first?.hasPrefix("completed: OS") == true)
    }

    @Test("a module that names another agent has that one asked for")
    func otherAgent() throws {
        var desk = try desk(
            Self.rules + "[ALERT REWRITE]\nService=PROCESS;OTHER\n[ISR OTHER]\nMatch=Service\nAgent=\(branch)\n")
        let event = try desk.alert(monitor, agent: "fs01.servers.acme")
        #expect(desk.orders().first?.action.draft.subject == "\(branch) S 2022 Branch M. Major")
        #expect(try desk.desk.event(event).agent == branch)
    }

    @Test(
        "STS asks the RMM: a server that checked in within two minutes is no alert; what is remembered does not count")
    func agentStatus() throws {
        for enrich in ["", "Enrich=N\n"] {
            var desk = try desk(enrich: enrich)
            let online = try desk.alert("MB-OFF.STS.S.P3.Alm", agent: "fs01.servers.acme")
            #expect(try desk.desk.event(online).disposition == "cancelled")
            try desk.sandbox("POST", "/sandbox/agents", ["name": "fs01.servers.acme", "online": 0])
            let offline = try desk.alert("MB-OFF.STS.S.P3.Alm", agent: "fs01.servers.acme")
            #expect(try desk.desk.event(offline).disposition == "ticketed")
        }
    }
}
