import Decisions
import Events
import Formats
import Mapping
import Platform
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

@Suite("Fire drills", .timeLimit(.minutes(1)))
struct DrillTests {
    private static let rules = """
        [GLOBAL]
        VsaEmail=itp@msp.example
        VsaAdminEmail=admin@msp.example
        [RMM_SETTINGS]
        NotifyProcess=Email
        NotifyEmail=pager@msp.example
        NotifyOCEmail=oncall@msp.example
        NotifyPriority=9
        WD_Start=00:00
        WD_End=00:00
        [TICKET FLOW]
        TicketFloodLimit=0
        [RESTRICTED]
        EVT=1
        [ALERT REWRITE]
        ITP=CANCEL
        [SILENCE all]
        Category=EVT
        Start=2020-01-01T00:00:00Z
        End=2090-01-01T00:00:00Z
        Author=a
        Reason=r
        """

    private static let drill = FireDrill(
        tenant: "", firing: Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0001),
        closing: Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0002))

    /// A desk that has decided a drill.
    private func desk() throws -> Desk {
        var desk = try Desk(settings(rules: DrillTests.rules))
        for record in DrillTests.drill.records(at: desk.now) {
            desk.sequence += 1
            try desk.handle(.record(sequence: desk.sequence, PreparedRecord(record, desk.$settings)))
        }
        return desk
    }

    private func messages(_ desk: Desk) throws -> [MessageOrder] {
        try desk.ledger.dueMessages(lane: "mail:", now: desk.now, limit: 100).map(\.message)
    }

    @Test("nothing keeps it from its ticket, which is made and closed; nobody is told, and nothing is counted")
    func succeeds() throws {
        var desk = try desk()
        try desk.report(.created(ticket, remarks: []))
        #expect(desk.handed.map(\.action.kind) == [.close])
        try desk.report(.closed(ticket, remarks: []))
        #expect(try desk.event(DrillTests.drill.firing).disposition == "ticketed")
        #expect(try desk.event(DrillTests.drill.closing).disposition == "closed")
        #expect(try desk.ledger.history.dispositionCounts().isEmpty)
        try desk.pass(300)
        #expect(desk.conditions == ["drill ": nil])
        #expect(try messages(desk).isEmpty)
    }

    @Test("one that has not ended well in time is paged, mailed, and told in health until the next succeeds")
    func fails() throws {
        var desk = try desk()
        try desk.report(.retry(reason: "the PSA is down", after: .minutes(60)), intent: false)
        try desk.pass(299)
        #expect(try messages(desk).isEmpty && desk.conditions.isEmpty)
        try desk.pass(1)
        let text = try #require(desk.conditions["drill "] ?? nil)
        #expect(
            text.hasPrefix("the fire drill of the primary failed: its ticket is not made: ticketed, decided"), "\(text)"
        )
        #expect(text.contains("the PSA is down"))
        let told = try messages(desk)
        #expect(Set(told.flatMap(\.recipients)) == ["pager@msp.example", "oncall@msp.example", "admin@msp.example"])
        #expect(told.allSatisfy { $0.body.contains("the PSA is down") })
    }

    @Test("the day's drill comes at its time by the primary's clocks, and never twice")
    func schedule() throws {
        let zone = try settings(rules: "[RMM_SETTINGS]\nTimeZone=Europe/Berlin\n").primary.hours.helpDesk.zone
        let next = { (time: String) -> String? in
            Instant(rfc3339: time).map { DrillRunner.next(after: $0, minute: 9 * 60, zone).description }
        }
        #expect(next("2026-11-21T07:59:59Z") == "2026-11-21T08:00:00.000Z")
        #expect(next("2026-11-21T08:00:00Z") == "2026-11-22T08:00:00.000Z")
        #expect(next("2026-03-28T12:00:00Z") == "2026-03-29T07:00:00.000Z")
    }

    @Test("Drill takes daily HH:MM alone", arguments: [("daily 09:00", 540), ("Daily 7:30", 450), ("", nil)])
    func key(value: String, minute: Int?) throws {
        #expect(try settings(rules: "[GLOBAL]\nDrill=\(value)\n").global.drillMinute == minute)
    }

    @Test("a drill that is asked for is journaled for every account of its own; an unknown tenant is refused")
    func asked() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                let begun = try running.ask("POST", "/v1/drill")
                #expect(begun.status == 202, "\(begun)")
                let drills = begun.json["drills"]?.array ?? []
                #expect(drills.map { $0["tenant"] } == [""])
                let firing = try running.event(drills.first?["firing"]?.string ?? "")
                #expect(firing["source"] == "itp:drill" && firing["disposition"] == "ticketed")
                let closing = try running.event(drills.first?["closing"]?.string ?? "")
                #expect(closing["disposition"] == "closed")
                #expect(try running.ask("GET", "/stats").json["dispositions"]?.members?.isEmpty == true)
                #expect(try running.ask("POST", "/v1/drill?tenant=nobody").status == 404)
            }
        }
    }
}
