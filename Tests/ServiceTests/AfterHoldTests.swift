import Decisions
import Events
import Formats
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// What a silence or a restriction holds back is decided anew when that is over.
@Suite struct AfterHoldTests {
    /// A silence of an hour from the start on, in which the help desk is not staffed either until a quarter past nine.
    private static let silence = """
        [SILENCE rack]
        Agent=fs01
        Start=2027-01-15T08:00:00Z
        End=2027-01-15T09:00:00Z
        Author=jo
        Reason=moving
        """

    /// An alert of a sender that says when a problem is over, or not.
    private func disk(
        _ data: String = "C", state: String? = "firing", monitor: String = "MB-DISK.EVT.S.P2.Alm"
    ) -> String {
        let state = state.map { ",\"state\":\"\($0)\"" } ?? ""
        return "{\"subject\":\"EVT|Disk|\(data)|a|b|\(monitor)\",\"agent\":\"fs01.servers.acme\"\(state)}"
    }

    private func outcome(_ desk: Desk, _ event: Identifier) throws -> String {
        let event = try desk.event(event)
        return event.disposition ?? event.state
    }

    private func outcomes(_ desk: Desk, _ events: [Identifier]) throws -> [String] {
        try events.map { try outcome(desk, $0) }
    }

    @Test("what still fires when a silence is over becomes a ticket that says since when; what was resolved does not")
    func silence() throws {
        var desk = try Desk(settings(rules: AfterHoldTests.silence))
        let first = try desk.take(disk())
        try desk.pass(600)
        let last = try desk.take(disk())
        let other = try desk.take(disk("D"))
        try desk.pass(600)
        let over = try desk.take(disk("D", state: "resolved"))
        #expect(try outcome(desk, over) == "cancelled")
        let end = start + .hours(1)
        try desk.pass(3600 - 1200 - 1)
        #expect(try outcomes(desk, [first, last, other]) == ["silenced", "silenced", "silenced"])
        #expect(desk.handed.isEmpty)
        try desk.pass(1)
        #expect(try outcomes(desk, [first, last, other]) == ["silenced", "ticketed", "silenced"])
        #expect(desk.handed.count == 1)
        #expect(
            desk.handed.first?.action.draft.description
                == "First seen \(start), held by [SILENCE rack] at ITPConfig.ini:16; 2 alerts until then.")
        let trace = try desk.ledger.history.trace(desk.event(last))
        #expect(trace.first?.saw == "[SILENCE rack] at ITPConfig.ini:16 is over; first seen \(start), 2 in all")
        #expect(try desk.ledger.inputs(last)[Hold.afterName] == Hold.release(at: end))
        #expect(try desk.ledger.history.timerCount() == 0 && desk.ledger.withheld(last) == nil)
    }

    @Test("it survives a restart, and a silence that is ended by hand lets go at once")
    func restart() throws {
        let plain = try settings()
        var desk = try Desk(plain)
        let row = SilenceRow(
            agent: "fs01", group: nil, organisation: nil, category: nil, start: desk.now, end: desk.now + .hours(8),
            owner: "jo", reason: "rack", created: desk.now)
        try desk.handle(.silence(.add(row)) { _ in })
        desk.settings = desk.station.settings
        let event = try desk.take(disk())
        #expect(try outcome(desk, event) == "silenced")
        var again = try Desk(plain, on: desk.ledger, at: desk.now + .seconds(60))
        try again.handle(.silence(.end(1)) { _ in })
        try again.pass(0)
        #expect(try outcome(again, event) == "ticketed")
        #expect(again.handed.first?.action.draft.description.contains("held by the silence 1 of jo") == true)
        // The timer of the silence's own end finds nothing.
        try again.pass(8 * 3600)
        #expect(again.handed.count == 1)
    }

    @Test("a restriction lets go when its hours begin, also after a silence; what is never allowed stays")
    func restriction() throws {
        let rules =
            "[RMM_SETTINGS]\nTimeZone=UTC\nWD_Start=09:15\nWD_End=17:00\n[RESTRICTED]\nEVT=2\nBKP=1\n"
            + AfterHoldTests.silence
        var desk = try Desk(settings(rules: rules))
        let held = try desk.take(disk())
        let never = try desk.take(disk(monitor: "MB-B.BKP.S.P3.Alm").replacing("fs01", with: "fs02"))
        try desk.pass(3600)
        #expect(try outcomes(desk, [held, never]) == ["restricted", "restricted"])
        try desk.pass(15 * 60)
        #expect(try outcomes(desk, [held, never]) == ["ticketed", "restricted"])
        let text = desk.handed.first?.action.draft.description ?? ""
        let beginning = "First seen \(start), held by class 2 of the category EVT at ITPConfig.ini:"
        #expect(text.hasPrefix(beginning), "\(text)")
        #expect(try desk.ledger.history.timerCount() == 0)
    }

    @Test("of a sender that never says when it is over a note goes to its ticket; without one all stays as it was")
    func note() throws {
        var desk = try Desk(settings(duplicateMinutes: 0, rules: AfterHoldTests.silence), at: start - .hours(1))
        let before = try desk.take(disk(state: nil))
        try desk.report(.created(ticket, remarks: []))
        try desk.pass(3600)
        let known = try desk.take(disk(state: nil))
        let unknown = try desk.take(disk("D", state: nil))
        try desk.pass(3600)
        #expect(try outcomes(desk, [before, known, unknown]) == ["ticketed", "noted", "silenced"])
        #expect(try desk.event(unknown).reason?.contains("it may still fire") == true)
        #expect(desk.handed.map(\.action.kind) == [.note])
        #expect(desk.handed.first?.action.draft.description.contains("First seen \(start), held by") == true)
    }

    @Test("with AfterHold=ticket there is one ticket for all that the hold has kept from a customer")
    func summary() throws {
        let rules = "[GLOBAL]\nAfterHold=ticket\n" + AfterHoldTests.silence
        var desk = try Desk(settings(rules: rules))
        let events = try (0..<3).map { try desk.take(disk("D\($0)", state: nil)) }
        try desk.pass(3600)
        #expect(try outcomes(desk, events) == ["ticketed", "consolidated", "consolidated"])
        #expect(desk.handed.isEmpty)
        try desk.pass(30)
        let action = try #require(desk.handed.first?.action)
        #expect(desk.handed.count == 1 && action.kind == .create)
        #expect(action.draft.subject == "What fired while it was held back: Acme Dental")
        let beginning = "Held by [SILENCE rack] at ITPConfig.ini:18. The senders do not say"
        #expect(action.draft.description.hasPrefix(beginning), "\(action.draft.description)")
        #expect((0..<3).allSatisfy { action.draft.description.contains("EVT|Disk|D\($0)|") })
        try desk.report(.created(ticket, remarks: []))
        #expect(try events.map { try desk.event($0).ticket?.number } == ["12", "12", "12"])
    }

    @Test("a replay decides anew what the service has decided anew, twice the same")
    func replay() throws {
        try withTemporaryFolder { folder in
            let rules = AfterHoldTests.silence
            var scene = try PastScene(folder, configurationFiles(rules: rules))
            for data in ["A", "B", "A"] {
                try scene.take(disk(data))
                try scene.pass(60)
            }
            try scene.take(disk("B", state: "resolved"))
            try scene.pass(3600)
            try scene.take(disk("Z").replacing("fs01", with: "fs03"))
            let report = try scene.replay(configurationFiles(rules: rules))
            #expect(report.tally.fidelity.same == report.tally.fidelity.compared, "\(report.text)")
            #expect(report.tally.old.dispositions["silenced"] == 2, "\(report.text)")
            #expect(try scene.replay(configurationFiles(rules: rules)).text == report.text)
        }
    }
}
