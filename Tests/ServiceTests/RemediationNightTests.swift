import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// A night of alerts that remediate, in virtual time: exactly who is paged and mailed, and what VSA is asked.
@Suite struct RemediationNightTests {
    private static let rules = """
        [RMM_SETTINGS]
        PageWait=0
        WD_Start=00:00
        WD_End=00:00
        WE_Start=00:00
        WE_End=00:00
        NotifyProcess=OpsGenie
        NotifyKey=key
        NotifySubject=P<priority> <estatus> <rstatus> <data1>
        NotifyOCEmail=oncall@msp.example
        AdvanceWarn=Y
        [REMEDIATION]
        *.SVC=WIN-Remediation-Service
        *.DSK=WIN-Disk Cleanup
        *.SLW=WIN-Slow Task
        *.ARG=WIN-Remediation-Service;Service,<data1>

        """

    private func desk() throws -> RMMDesk {
        try RMMDesk(Self.rules, service: RMMDesk.rmm + "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=itp@msp.example\n")
    }

    /// What has been put out for a lane, with the seconds since the night began.
    private func told(_ desk: RMMDesk, _ lane: String) throws -> [String] {
        try desk.desk.ledger.dueMessages(lane: lane, now: desk.desk.now, limit: 1000).map {
            "\(($0.created - start).milliseconds / 1000) \($0.message.subject)"
        }
    }

    @Test("pass pages nobody, fail and a time-out page, the fourth in four hours is raised and pages")
    func night() throws {
        var desk = try desk()
        try desk.alert("MB-A.SVC.S.P1.Act", data: "passes")
        try desk.alert("MB-B.DSK.S.P2.Act", data: "fails")
        try desk.alert("MB-C.SLW.S.P2.Act", data: "hangs")
        try desk.alert("MB-D.DSK.S.P3.Act", data: "low", agent: "dhcp01.servers.acme")
        try desk.pass(1200)
        for number in 1...3 {
            try desk.alert("MB-E.DSK.S.P3.Act", data: "again \(number)", agent: "pc-014.wkstns.acme")
            try desk.alert("MB-F.DSK.S.P3.Act", data: "loop \(number)", agent: "dhcp01.servers.acme")
            try desk.pass(1200)
        }
        // A workstation is not raised above P3, and never paged.
        try desk.alert("MB-E.DSK.S.P3.Act", data: "again 4", agent: "pc-014.wkstns.acme")
        try desk.pass(60)
        #expect(
            try told(desk, "page:") == [
                "15 P2 New Fail fails", "600 P2 New Fail hangs", "3600 P2 Repeating Skip loop 3",
            ])
        #expect(
            try told(desk, "mail:") == [
                "0 Advance Warning: P1 Acme Dental: EVT|Service|passes|a|b|MB-A.SVC.S.P1.Act",
                "0 Advance Warning: P2 Acme Dental: EVT|Service|fails|a|b|MB-B.DSK.S.P2.Act",
                "0 Advance Warning: P2 Acme Dental: EVT|Service|hangs|a|b|MB-C.SLW.S.P2.Act",
                "15 Priority Alert Notification: P2 Acme Dental: EVT|Service|fails|a|b|MB-B.DSK.S.P2.Act",
                "600 Priority Alert Notification: P2 Acme Dental: EVT|Service|hangs|a|b|MB-C.SLW.S.P2.Act",
                "3600 Priority Alert Notification: P2 Acme Dental: EVT|Service|loop 3|a|b|MB-F.DSK.S.P3.Act",
            ])
        #expect(try desk.started().count == 9)
    }

    /// What is known of VSA's interface from Kaseya's own module: method, path, whether there is a body.
    private static let contract: [(String, String, Bool)] = [
        ("GET", "/auth", false), ("GET", "/assetmgmt/agents", false), ("GET", "/system/orgs/ID", false),
        ("GET", "/automation/agentprocs", false), ("GET", "/automation/agentprocs/ID/history", false),
        ("GET", "/automation/agentprocs/ID/scheduledprocs", false),
        ("PUT", "/automation/agentprocs/ID/ID/runnow", false),
        ("PUT", "/automation/agentprocs/ID/ID/runnowgetid", true),
    ]

    @Test("every request to VSA is one of its interface, signed in for, and is taken by a strict stand-in")
    func contract() throws {
        var desk = try desk()
        // Slow enough to be seen among what waits to be run.
        try desk.sandbox("POST", "/sandbox/procedures", ["name": "WIN-Remediation-Service", "seconds": 40])
        try desk.fault("reset-after", match: "runnowgetid")
        try desk.alert("MB-A.SVC.S.P3.Act")
        try desk.alert("MB-B.ARG.S.P3.Act", data: "Spooler")
        try desk.pass(300)
        let requests = try desk.sandbox("GET", "/sandbox/requests").array?.filter { $0["vendor"] == "vsa" } ?? []
        var seen: Set<String> = []
        for request in requests {
            let parts = (request["path"]?.string ?? "").split(separator: "?", maxSplits: 1).map(String.init)
            let path = parts[0].dropFirst("/vsa/api/v1.0".count).replacing(/\d{15,26}/, with: "ID")
            let method = request["method"]?.string ?? ""
            let known = try #require(Self.contract.first { $0.0 == method && $0.1 == path }, "\(method) \(path)")
            #expect((request["bodyBytes"]?.integer ?? 0 > 0) == known.2, "\(path)")
            seen.insert(known.1)
            let scheme = path == "/auth" ? "Basic ***" : "Bearer ***"
            let headers = request["headers"]?.members ?? []
            #expect(headers.first { $0.name == "Authorization" }?.value.string == scheme)
            // OData is for readings alone, and no condition is one of an ID.
            if parts.count > 1 { #expect(method == "GET" && !parts[1].contains("Id%20eq")) }
            guard known.2, let body = JSON(ifValid: Array((request["body"]?.string ?? "").utf8)) else { continue }
            for prompt in body["ScriptPrompts"]?.array ?? [] {
                #expect((prompt.members ?? []).map(\.name) == ["Caption", "Name", "Value"])
            }
        }
        #expect(seen == Set(Self.contract.map(\.1)))
        #expect(requests.allSatisfy { $0["status"]?.integer ?? 200 < 300 })
    }
}
