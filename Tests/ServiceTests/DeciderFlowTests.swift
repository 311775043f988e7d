import Events
import Formats
import Storage
import Testing
import Vendors

@testable import Service

/// The ticket policy on a real ledger: orders that wait and take in others, storms, what expires.
@Suite struct DeciderFlowTests {
    private func desk(_ flow: String, service: String = "", on ledger: Ledger? = nil) throws -> Desk {
        try Desk(
            settings(duplicateMinutes: 0, service: service, rules: "[TICKET FLOW]\n" + flow), on: ledger)
    }

    @Test("repeats within the interval go out as one update that names them, also over a restart")
    func consolidation() throws {
        var desk = try desk("ConsolidationInterval=900")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        var events: [Identifier] = []
        for _ in 1...5 {
            try desk.pass(60)
            events.append(try desk.take(body()))
        }
        #expect(desk.handed.isEmpty)
        for event in events { #expect(try desk.event(event).disposition == "consolidated") }
        var again = try self.desk("ConsolidationInterval=900", on: desk.ledger)
        again.now = desk.now
        try again.pass(599)
        #expect(again.handed.isEmpty)
        try again.pass(1)
        let order = try #require(again.handed.first)
        #expect(order.action.kind == .update && order.ticket == ticket)
        for event in events { #expect(order.action.draft.description.contains("(event \(event))")) }
        try again.report(.noted(ticket, remarks: []))
        for event in events {
            #expect(try again.event(event).state == "delivered")
            #expect(try again.event(event).ticket == ticket)
            #expect(try again.event(event).disposition == "consolidated")
        }
        #expect(try again.ledger.history.orderCounts().isEmpty)
    }

    @Test("what has been handed to the lane takes in nothing more; what comes then waits for the next")
    func handedOut() throws {
        var desk = try desk("ConsolidationInterval=900")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        try desk.take(body())
        try desk.pass(900)
        #expect(desk.handed.count == 1)
        let late = try desk.take(body())
        try desk.report(.noted(ticket, remarks: []))
        #expect(desk.handed.isEmpty)
        try desk.pass(900)
        #expect(desk.handed.first?.action.reference == late)
    }

    @Test("a resolved alert sends what was collected at once, and goes after it")
    func resolvedFlushes() throws {
        var desk = try desk("ConsolidationInterval=900", service: "[SOURCE api]\nAutoClose=Y")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let repeated = try desk.take(body())
        let resolved = try desk.take(body(state: "resolved"))
        #expect(desk.handed.map(\.action.reference) == [repeated])
        try desk.report(.noted(ticket, remarks: []))
        #expect(desk.handed.map(\.action.reference) == [resolved])
        #expect(desk.handed.map(\.action.kind) == [.close])
        try desk.report(.closed(ticket, remarks: []))
        #expect(try desk.event(resolved).disposition == "closed")
    }

    @Test("what becomes of an order that is shared becomes of all its events")
    func sharedFailure() throws {
        var desk = try desk("ConsolidationInterval=900", service: "[QUEUE]\nDeliveryMaxAge=901s")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let events = [try desk.take(body()), try desk.take(body())]
        try desk.pass(900)
        try desk.refuse("no")
        for event in events { #expect(try desk.event(event).disposition == "failed") }
    }

    @Test("a reopened ticket, and one that was left open, are told by the disposition; a technician is remembered")
    func reports() throws {
        var desk = try desk("ConsolidationInterval=0", service: "[SOURCE api]\nAutoClose=Y")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let back = try desk.take(body())
        try desk.report(.reopened(ticket, remarks: []))
        #expect(try desk.event(back).disposition == "reopened")
        let update = try desk.take(body())
        #expect(desk.handed.map(\.wasTouched) == [false])
        try desk.report(.notedTouched(ticket, remarks: []))
        #expect(try desk.event(update).disposition == "updated")
        let resolved = try desk.take(body(state: "resolved"))
        #expect(desk.handed.map(\.wasTouched) == [true])
        try desk.report(.notedTouched(ticket, remarks: ["left open: a technician has changed the ticket"]))
        #expect(try desk.event(resolved).disposition == "noted")
        #expect(try desk.event(resolved).reason == "left open: a technician has changed the ticket")
    }

    @Test("a new ticket names the earlier ones of its problem, in the words of the template")
    func correlation() throws {
        for (line, expected) in [
            ("", "Previous incident for the same alert type: Id: 12"),
            (
                "CorrelationTicketFormat=%number% (%status%): %summary%",
                "12 (open): EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm"
            ),
            ("EnableTicketCorrelation=N", ""), ("CorrelationInterval=50", ""),
        ] {
            var desk = try desk("UpdateInterval=100\nTicketFloodLimit=0\n\(line)")
            try desk.take(body())
            #expect(desk.handed.first?.action.terms.previously == "")
            try desk.report(.created(ticket, remarks: []))
            try desk.pass(100)
            try desk.take(body())
            #expect(desk.handed.first?.action.kind == .create)
            #expect(desk.handed.first?.action.terms.previously == expected, "\(line)")
        }
    }

    @Test(
        "a storm's ticket gathers, is made with what it names, and gets a summary when it is over, also over a restart")
    func storm() throws {
        let flow = "TicketFloodLimit=2\nTicketFloodInterval=600\nConsolidationInterval=60"
        var desk = try desk(flow)
        for number in 1...2 {
            try desk.take(body(data: "D\(number)"))
            try desk.report(.created(TicketNumber(id: "\(number)", number: "\(number)", url: ""), remarks: []))
        }
        var flooded = [try desk.take(body(data: "D3")), try desk.take(body(data: "D4"))]
        #expect(desk.handed.isEmpty)
        try desk.pass(10)
        let made = try #require(desk.handed.first)
        #expect(made.action.kind == .create && made.action.reference == flooded[0])
        for event in flooded { #expect(made.action.draft.description.contains("(event \(event))")) }
        try desk.report(.created(ticket, remarks: []))
        #expect(try desk.event(flooded[1]).ticket == ticket && desk.event(flooded[1]).disposition == "flooded")

        flooded.append(try desk.take(body(data: "D5")))
        try desk.pass(60)
        let part = try #require(desk.handed.first)
        #expect(part.ticket == ticket && part.action.draft.subject == "Storm, part 2")
        try desk.report(.noted(ticket, remarks: []))
        desk = try restarted(desk, flow)
        try desk.pass(600)
        try desk.pass(600)
        let summary = try #require(desk.handed.first)
        #expect(summary.action.draft.description.contains("took in 3 alerts"))
        try desk.report(.noted(ticket, remarks: []))
        #expect(try flooded.map { try desk.event($0).disposition } == ["flooded", "ticketed", "ticketed"])
        try desk.deliver()
        #expect(try desk.ledger.history.timerCount() == 0)
        let next = try desk.take(body(data: "D6"))
        #expect(try desk.event(next).disposition == "ticketed")
    }

    private func restarted(_ desk: Desk, _ flow: String) throws -> Desk {
        var again = try self.desk(flow, on: desk.ledger)
        again.now = desk.now
        again.sequence = desk.sequence
        return again
    }

    @Test("where a storm's ticket is refused, its alerts fail and the next ones begin another")
    func refusedStorm() throws {
        var desk = try desk("TicketFloodLimit=1", service: "[QUEUE]\nDeliveryMaxAge=11s")
        try desk.take(body(data: "D1"))
        try desk.report(.created(ticket, remarks: []))
        let events = [try desk.take(body(data: "D2")), try desk.take(body(data: "D3"))]
        try desk.pass(10)
        try desk.refuse("no")
        for event in events { #expect(try desk.event(event).disposition == "failed") }
        let next = try desk.take(body(data: "D4"))
        #expect(try desk.event(next).disposition == "flooded")
        try desk.pass(10)
        #expect(desk.handed.first?.action.reference == next && desk.handed.first?.action.kind == .create)
    }

    @Test("flapping ends with one order for all that came, which does what the last one says")
    func flapping() throws {
        var desk = try desk(
            "FlapThreshold=1\nFlapInterval=100\nConsolidationInterval=0", service: "[SOURCE api]\nAutoClose=Y")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        try desk.take(body(state: "resolved"))
        try desk.report(.closed(ticket, remarks: []))
        try desk.take(body())
        try desk.report(.reopened(ticket, remarks: []))
        let held = [
            try desk.take(body(state: "resolved")), try desk.take(body()), try desk.take(body(state: "resolved")),
        ]
        #expect(desk.handed.isEmpty)
        try desk.pass(50)
        let last = try desk.take(body())
        try desk.pass(99)
        #expect(desk.handed.isEmpty)
        try desk.pass(1)
        let order = try #require(desk.handed.first)
        #expect(order.action.kind == .update && order.action.reference == held[0])
        for event in held + [last] { #expect(order.action.draft.description.contains("(event \(event)")) }
        try desk.report(.noted(ticket, remarks: []))
        #expect(try desk.event(last).disposition == "consolidated" && desk.event(last).state == "delivered")
        #expect(try desk.event(held[0]).disposition == "noted")
    }

    @Test("where flapping begins with a resolved alert and nothing follows, the ticket is closed when it is quiet")
    func flapThenQuiet() throws {
        var desk = try desk(
            "FlapThreshold=2\nFlapInterval=100\nConsolidationInterval=0", service: "[SOURCE api]\nAutoClose=Y")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        try desk.take(body(state: "resolved"))
        try desk.report(.closed(ticket, remarks: []))
        try desk.take(body())
        try desk.report(.reopened(ticket, remarks: []))
        let trip = try desk.take(body(state: "resolved"))
        #expect(desk.handed.map(\.action.kind) == [.note])
        try desk.report(.noted(ticket, remarks: []))
        try desk.pass(99)
        #expect(desk.handed.isEmpty)
        try desk.pass(1)
        #expect(desk.handed.map(\.action.kind) == [.close])
        try desk.report(.closed(ticket, remarks: []))
        #expect(try desk.event(trip).disposition == "noted", "its own order was the note")
    }

    @Test("an order that its rule's Lifetime has overtaken is not begun, and its event ends as expired")
    func expiry() throws {
        let rules = "[TICKET RULES k]\ndisk=On;Lifetime=1h"
        let settings = try settings(duplicateMinutes: 10, service: "[SOURCE api]\nRules=k", rules: rules)
        var desk = try Desk(settings)
        let alert =
            "{\"subject\":\"EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm\",\"agent\":\"fs01.servers.acme\",\"eventType\":\"disk\"}"
        let id = try desk.take(alert)
        #expect(desk.handed.count == 1)
        try desk.report(.retry(reason: "down", after: .hours(2)), intent: false)
        try desk.pass(7200)
        #expect(desk.handed.isEmpty)
        #expect(try desk.event(id).disposition == "expired")
        let next = try desk.take(alert)
        #expect(try desk.event(next).disposition == "ticketed", "it left no duplicate window and no link")
    }

    @Test("a link that a later alert has replaced still leads what waits for the former ticket to it")
    func replacedLink() throws {
        var desk = try desk("UpdateInterval=100\nConsolidationInterval=0\nTicketFloodLimit=0")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        try desk.take(body())
        try desk.report(.retry(reason: "down", after: .seconds(300)), intent: false)
        try desk.pass(200)
        let second = try desk.take(body())
        try desk.pass(100)
        #expect(desk.handed.map(\.ticket) == [ticket], "the update of the first ticket")
        try desk.report(.noted(ticket, remarks: []))
        #expect(desk.handed.map(\.action.kind) == [.create])
        let other = TicketNumber(id: "13", number: "13", url: "")
        try desk.report(.created(other, remarks: []))
        #expect(try desk.event(second).ticket == other)
        try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [other])
    }
}
