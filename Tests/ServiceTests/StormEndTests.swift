import Decisions
import Events
import Formats
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// What still fires when a storm is over is decided anew.
@Suite struct StormEndTests {
    private static let flow = "[TICKET FLOW]\nTicketFloodLimit=2\nTicketFloodInterval=600\nConsolidationInterval=0"

    private func desk(service: String = "", on ledger: Ledger? = nil) throws -> Desk {
        try Desk(settings(duplicateMinutes: 60, service: service, rules: StormEndTests.flow), on: ledger)
    }

    private func disk(_ number: Int, state: String? = "firing") -> String {
        let state = state.map { ",\"state\":\"\($0)\"" } ?? ""
        return "{\"subject\":\"EVT|Disk|D\(number)|a|b|MB-DISK.EVT.S.P2.Alm\",\"agent\":\"fs01.servers.acme\"\(state)}"
    }

    private func outcomes(_ desk: Desk, _ events: [Identifier]) throws -> [String] {
        try events.map { try desk.event($0).disposition ?? "" }
    }

    /// Two tickets, then a storm of the others; the first that is given back is the one that begins it.
    private func storm(_ desk: inout Desk, of others: ClosedRange<Int>) throws -> [Identifier] {
        for number in 1...2 { try desk.take(disk(number)) }
        return try others.map { try desk.take(disk($0)) }
    }

    @Test("each has a ticket of its own, but not what was resolved nor what began it, also where the service was down")
    func ownTickets() throws {
        var before = try desk()
        let events = try storm(&before, of: 3...6)
        try before.pass(10)
        try before.deliver()
        #expect(try outcomes(before, [before.take(disk(5, state: "resolved"))]) == ["noted"])
        try before.pass(60)
        try before.deliver()
        var desk = try desk(on: before.ledger)
        desk.now = before.now + .hours(2)
        try desk.pass(0)
        let summary = try #require(desk.handed.first { $0.action.kind == .note })
        #expect(summary.action.draft.description.contains("2 problems still firing"))
        #expect(try outcomes(desk, events) == ["flooded", "ticketed", "flooded", "ticketed"])
        let made = desk.handed.filter { $0.action.kind == .create }
        #expect(made.map(\.action.reference) == [events[1], events[3]])
        let sentence = "First seen \(start), held by a storm of alerts."
        #expect(made.allSatisfy { $0.action.draft.description == sentence })
        try desk.deliver()
        #expect(try events.map { try desk.event($0).ticket?.number } == ["3", "6", "3", "7"])
        #expect(try desk.ledger.history.timerCount() == 0 && desk.ledger.withheld(events[1]) == nil)
        // They are tickets like any other.
        #expect(try outcomes(desk, [desk.take(disk(6, state: "resolved"))]) == ["noted"])
        #expect(desk.handed.map(\.ticket?.number) == ["7"])
    }

    @Test("more than there are to be tickets are named once more, in one update, and stay the storm's")
    func tooMany() throws {
        var desk = try desk()
        let events = try storm(&desk, of: 3...6) + [try desk.take(disk(7, state: nil))]
        try desk.pass(10)
        try desk.deliver()
        try desk.pass(600)
        #expect(desk.handed.first?.action.draft.description.contains("3 still fire: they follow.") == true)
        try desk.deliver()
        try desk.pass(10)
        let again = try #require(desk.handed.first)
        #expect(desk.handed.count == 1 && again.action.kind == .update)
        #expect(again.action.draft.description.contains("Still firing after the storm:"))
        let named = events.map { again.action.draft.description.contains("(event \($0)") }
        #expect(named == [false, true, true, true, false])
        // The storm's ticket was closed: another is made in its place.
        try desk.report(.created(ticket, remarks: []))
        #expect(try events.map { try desk.event($0).ticket?.number } == ["3", "12", "12", "12", "3"])
        #expect(try outcomes(desk, [desk.take(disk(5, state: "resolved"))]) == ["noted"])
        #expect(try outcomes(desk, [desk.take(disk(5, state: "resolved"))]) == ["cancelled"])
        #expect(try desk.ledger.withheld(events[2]) == nil)
        // One that came late out of a backlog is named again an interval later.
        let late = PreparedRecord(alert(90, disk(9), at: start + .seconds(30)), desk.$settings)
        try desk.handle(.record(sequence: 90, late))
        let event = try #require(late.events.first).id
        try desk.pass(60)
        try desk.deliver()
        try desk.pass(539)
        #expect(desk.handed.isEmpty)
        try desk.pass(1)
        try desk.pass(10)
        #expect(desk.handed.map { $0.action.draft.description.contains("(event \(event)") } == [true])
        try desk.deliver()
        #expect(try outcomes(desk, [event]) == ["flooded"] && desk.ledger.history.timerCount() == 0)
    }

    @Test(
        "while the storm's ticket could not be written to nothing is let go; where it was refused all are dead letters")
    func undelivered() throws {
        for isRefused in [false, true] {
            var desk = try desk(service: "[QUEUE]\nDeliveryMaxAge=2d")
            let events = try storm(&desk, of: 3...4)
            try desk.pass(10)
            let held = try #require(desk.handed.last)
            desk.handed.removeAll { $0.row == held.row }
            try desk.deliver()
            try desk.pass(600)
            try desk.pass(60)
            #expect(try outcomes(desk, events) == ["flooded", "flooded"])
            desk.handed = [held]
            if isRefused { desk.now = desk.now + .hours(72) }
            try desk.report(isRefused ? .refused(reason: "no") : .created(ticket, remarks: []))
            if isRefused { try desk.report(.nothingToDo(reason: "there is no ticket")) } else { try desk.deliver() }
            try desk.pass(60)
            #expect(try outcomes(desk, events) == (isRefused ? ["failed", "failed"] : ["flooded", "ticketed"]))
            #expect(try desk.ledger.withheld(events[1]) == nil && desk.handed.count == (isRefused ? 0 : 1))
            #expect(try isRefused || desk.event(events[1]).ticket == nil, "its own is not made yet")
        }
    }

    @Test("what came with one request is kept once for all that it holds, and goes with the last of them")
    func batch() throws {
        var desk = try desk()
        let alerts = "{\"alerts\":[\((1...6).map { disk($0) }.joined(separator: ","))]}"
        let record = PreparedRecord(alert(1, alerts, at: desk.now), desk.$settings)
        try desk.handle(.record(sequence: 1, record))
        let events = record.events.map(\.id)
        let kept = { (desk: Desk) in try desk.ledger.sharedRecords().map { "\($0.sequence): \($0.uses)" } }
        #expect(try kept(desk) == ["1: 3"])
        try desk.pass(10)
        try desk.deliver()
        for number in [4, 5] { try desk.take(disk(number, state: "resolved")) }
        #expect(try kept(desk) == ["1: 1"])
        try desk.pass(60)
        try desk.deliver()
        try desk.pass(600)
        #expect(try desk.event(events[5]).disposition == "ticketed")
        #expect(try kept(desk).isEmpty && desk.ledger.parkedEvent(events[5]) == nil)
    }

    @Test("a replay decides anew what a storm has let go, twice the same")
    func replay() throws {
        for count in [2, 4] {
            try withTemporaryFolder { folder in
                let files = configurationFiles(rules: StormEndTests.flow)
                var scene = try PastScene(folder, files)
                for number in 1...(3 + count) { try scene.take(disk(number)) }
                for seconds in [10, 600, 10] {
                    try scene.pass(seconds)
                    try scene.deliver()
                }
                try scene.pass(3600)
                try scene.take(disk(1))
                let report = try scene.replay(files)
                #expect(report.tally.fidelity.same == report.tally.fidelity.compared, "\(report.text)")
                #expect(report.tally.old.dispositions["flooded"] == (count == 2 ? 1 : 5), "\(report.text)")
                #expect(try scene.replay(files).text == report.text)
            }
        }
    }
}
