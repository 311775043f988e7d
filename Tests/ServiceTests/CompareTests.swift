import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// The hourly comparison of open tickets with their PSA.
@Suite struct CompareTests {
    private func number(_ index: Int) -> TicketNumber { TicketNumber(id: "\(index)", number: "\(index)", url: "") }

    private func look(
        _ isOpen: Bool, _ condition: String = "open", status: String = "New", touched: Bool = false
    ) -> LookedTicket {
        LookedTicket(isOpen: isOpen, condition: condition, status: status, isTouched: touched)
    }

    /// A desk with so many open tickets, an hour after its first turn of housekeeping.
    private func desk(_ tickets: Int, rules: String = "") throws -> (Desk, [Identifier]) {
        var desk = try Desk(settings(rules: rules))
        var events: [Identifier] = []
        for index in 1...tickets {
            events.append(try desk.take(body(data: "D\(index)")))
            try desk.report(.created(number(index), remarks: []))
        }
        try desk.handle(.housekeep)
        #expect(desk.handed.isEmpty)
        desk.now = desk.now + .hours(1)
        try desk.handle(.housekeep)
        return (desk, events)
    }

    @Test(
        "a ticket that was closed, merged or deleted by hand counts as closed from then on, and its event says so",
        arguments: ["closed", "merged", "gone"])
    func closed(condition: String) throws {
        var (desk, events) = try desk(1)
        let order = try #require(desk.handed.first)
        #expect(order.isLook && order.row < 0 && order.ticket == number(1))
        try desk.report(.looked(number(1), look(false, condition)), intent: false)
        #expect(try desk.ledger.openTickets(lane: desk.lane, after: 0, limit: 9).isEmpty)
        #expect(try desk.lastStep(events[0]) == "ticket 1 is \(condition) there")
        #expect(try desk.event(events[0]).disposition == "ticketed")
        desk.now = desk.now + .hours(1)
        try desk.handle(.housekeep)
        #expect(desk.handed.isEmpty)
    }

    @Test("a status that the configuration calls closed counts", arguments: ["Resolved", "Erledigt", "In Progress"])
    func status(status: String) throws {
        var (desk, _) = try desk(1, rules: "[TICKET FLOW]\nClosedTicketStates=Resolved,Erledigt\n")
        try desk.report(.looked(number(1), look(true, status: status)), intent: false)
        let isOpen = try !desk.ledger.openTickets(lane: desk.lane, after: 0, limit: 9).isEmpty
        #expect(isOpen == (status == "In Progress"))
    }

    @Test("that a technician has changed a ticket is remembered, as ITP's next note would hide it")
    func touched() throws {
        var (desk, _) = try desk(1)
        try desk.report(.looked(number(1), look(true, touched: true)), intent: false)
        try desk.take(body(data: "D1", state: "resolved"))
        #expect(desk.handed.map(\.wasTouched) == [true])
    }

    @Test("many tickets are looked at in pages of twenty, five minutes apart, and each once an hour")
    func pages() throws {
        var (desk, _) = try desk(45)
        var seen: [Int] = []
        for minute in stride(from: 0, to: 60, by: 5) {
            if minute > 0 {
                desk.now = desk.now + .minutes(5)
                try desk.handle(.housekeep)
                // A turn that comes early brings nothing.
                try desk.handle(.housekeep)
            }
            seen.append(desk.handed.count)
            for _ in desk.handed {
                let ticket = try #require(desk.handed.first?.ticket)
                try desk.report(.looked(ticket, look(true)), intent: false)
            }
        }
        #expect(seen == [20, 20, 5] + [Int](repeating: 0, count: 9))
        desk.now = desk.now + .minutes(5)
        try desk.handle(.housekeep)
        #expect(desk.handed.count == 20)
    }

    @Test("what the PSA does not answer is left as it is; it is looked at again an hour later")
    func unanswered() throws {
        var (desk, _) = try desk(1)
        try desk.report(.retry(reason: "no route", after: nil), intent: false)
        #expect(try desk.ledger.openTickets(lane: desk.lane, after: 0, limit: 9).count == 1)
        desk.now = desk.now + .hours(1)
        try desk.handle(.housekeep)
        #expect(desk.handed.count == 1)
    }

    @Test(
        "a ticket for which something is to be done is not looked at, nor is an answer that has been overtaken believed"
    )
    func overtaken() throws {
        var (desk, _) = try desk(1)
        let look = desk.handed.removeFirst()
        try desk.take(body(data: "D1", state: "resolved"))
        try desk.handle(.report(lane: desk.lane, row: look.row, .looked(number(1), self.look(false, "closed"))))
        try desk.report(.noted(number(1), remarks: []))
        #expect(try desk.ledger.openTickets(lane: desk.lane, after: 0, limit: 9).count == 1)
        try desk.take(body(data: "D1", state: "resolved"))
        desk.now = desk.now + .hours(1)
        try desk.handle(.housekeep)
        #expect(desk.handed.map(\.isLook) == [false])
    }
}
