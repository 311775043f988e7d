import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// `LookUp`: alerts that hold only the ID of a record of Netwrix Auditor.
@Suite struct LookUpTests {
    private static let idsAlone = #"{"alertId":"a-1","alertName":"Group changed","recordId":"r-77"}"#
    private static let record = """
        {"RID":"r-77","Action":"Added","Who":"EXAMPLE\\\\anna","What":"Domain Admins","Where":"dc1.example",\
        "When":"2026-05-05T05:05:05Z","ObjectType":"Group","DataSource":"Active Directory",\
        "MonitoringPlan":{"ID":"{1}","Name":"AD"},"Item":{"Name":"example.com (Domain)"},\
        "DetailList":[{"PropertyName":"Members","After":"bob"}]}
        """

    private static func service(_ port: UInt16) -> String {
        """
        [NETWRIX]
        URL=http://127.0.0.1:\(port)
        User=EXAMPLE\\itp
        Password=pa55
        [SOURCE netwrix]
        Auth=none
        """
    }

    private func desk(on ledger: Ledger? = nil) throws -> Desk {
        try Desk(settings(service: Self.service(1)), on: ledger)
    }

    private func take(_ desk: inout Desk, _ body: String) throws -> Identifier {
        desk.sequence += 1
        var record = alert(Int(desk.sequence), body, at: desk.now)
        record.source = "netwrix"
        let prepared = PreparedRecord(record, desk.$settings)
        try desk.handle(.record(sequence: desk.sequence, prepared))
        return record.receipt
    }

    @Test("an alert with an ID alone waits for its record, and is mapped with it; its own words stand")
    func found() throws {
        var desk = try desk()
        let id = try take(&desk, Self.idsAlone)
        #expect(try desk.event(id).state == "parked")
        #expect(try desk.event(id).reason == "waits for the record r-77 of Netwrix Auditor")
        #expect(desk.questions.map(\.name) == ["record:r-77"])
        try desk.handle(.answer(event: id, question: "record:r-77", RecordAnswer.found(Self.record).answer))
        let event = try desk.event(id)
        #expect(event.disposition == "ticketed" && event.agent == "dc1.example")
        let subject = #"EVT|Netwrix|Group changed|Active Directory|EXAMPLE\anna|NETWRIX-GROUP-CHANGED.EVT.X.P3.Alm"#
        #expect(event.subject == subject)
        let text = desk.handed.first?.action.draft.description ?? ""
        for part in ["Monitoring plan: AD", "Item: example.com (Domain)", "What: Domain Admins", "\"After\":\"bob\""] {
            #expect(text.contains(part), "\(part)")
        }
    }

    @Test("a start asks again for what is waited for; without a record the event goes on with what the alert said")
    func restart() throws {
        var first = try desk()
        let id = try take(&first, Self.idsAlone)
        var second = try desk(on: first.ledger)
        #expect(second.questions.map(\.name) == ["record:r-77"])
        try second.handle(.answer(event: id, question: "record:r-77", RecordAnswer.missing("there is none").answer))
        #expect(try second.event(id).disposition == "ticketed" && second.event(id).agent.isEmpty)
        #expect(
            try second.ledger.history.trace(second.event(id)).contains {
                $0.decided == "not read: there is none; goes on with what the alert said"
            })
        let other = try take(&second, #"{"alertName":"x","recordId":"r-78"}"#)
        try second.pass(7 * 86_400)
        #expect(try second.event(other).disposition == "ticketed")
    }

    @Test("who sends the whole record, or has no [NETWRIX], is not made to wait")
    func notNeeded() throws {
        var whole = try desk()
        #expect(try whole.event(take(&whole, Self.record)).disposition == "ticketed")
        var without = try Desk(settings(service: "[SOURCE netwrix]\nAuth=none"))
        #expect(try without.event(take(&without, Self.idsAlone)).disposition == "ticketed")
    }

    @Test("the Auditor is asked by its API, with the login that it wants")
    func auditor() async throws {
        let asked = Guarded<[String]>([])
        let server = try LineServer { session in
            var head: [String] = []
            while let line = session.readLine(), !line.isEmpty { head.append(line) }
            asked.with { $0.append(head.joined(separator: "\n")) }
            let isKnown = head.contains("Authorization: Basic \(Base64.encode(Array(#"EXAMPLE\itp:pa55"#.utf8)))")
            let body = isKnown ? "{\"ActivityRecordList\":[\(Self.record)]}" : ""
            session.write(
                "HTTP/1.1 \(isKnown ? "200 OK" : "401 Unauthorized")\r\nWWW-Authenticate: Basic realm=\"a\"\r\n"
                    + "Content-Length: \(body.utf8.count)\r\nConnection: close\r\n\r\n\(body)")
        }
        defer { server.stop() }
        let rules = Scene.connectWise
        try await Scene.with(rules, service: Self.service(server.port)) { scene in
            try scene.serve { running in
                let json = [("Content-Type", "application/json")]
                let answer = try running.ask("POST", "/v1/alerts/netwrix", json, Array(Self.idsAlone.utf8))
                let id = try #require(answer.json["ids"]?.array?.first?.string)
                #expect(try running.event(id)["agent"]?.string == "dc1.example")
            }
        }
        let search = "POST /netwrix/api/v1/activity_records/search?format=json&count=200 HTTP/1.1"
        #expect(asked.with { $0 }.map { $0.split(separator: "\n").first.map(String.init) } == [search, search])
    }
}
