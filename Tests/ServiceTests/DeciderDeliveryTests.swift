import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// What each report of a lane's does.
@Suite struct DeciderDeliveryTests {
    @Test("a ticket that was made is shown with the event, and the order is gone")
    func created() throws {
        var desk = try Desk(settings())
        let id = try desk.take(body())
        #expect(desk.handed.map(\.action.kind) == [.create])
        #expect(try desk.event(id).state == "decided")
        try desk.report(.created(ticket, remarks: ["by default"]))
        let event = try desk.event(id)
        #expect(event.state == "delivered")
        #expect(event.disposition == "ticketed")
        #expect(event.ticket == ticket)
        #expect(try desk.lastStep(id) == "ticket 12 made; by default")
        #expect(try desk.ledger.history.orderCounts().isEmpty)
    }

    @Test(
        "an update notes on the ticket; where that is closed it becomes a ticket of its own, which the next one finds")
    func updates() throws {
        var desk = try Desk(settings())
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        try desk.pass(700)
        let noted = try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [ticket])
        try desk.report(.noted(ticket, remarks: []))
        #expect(try desk.event(noted).disposition == "updated")
        #expect(try desk.event(noted).state == "delivered")
        try desk.pass(700)
        let closed = try desk.take(body())
        let second = TicketNumber(id: "13", number: "13", url: "")
        try desk.report(.created(second, remarks: ["12 is closed"]))
        #expect(try desk.event(closed).disposition == "ticketed")
        #expect(try desk.event(closed).reason == "12 is closed")
        #expect(try desk.event(closed).ticket == second)
        try desk.pass(700)
        try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [second])
    }

    @Test("nothing to do leaves the event confirmed")
    func nothingToDo() throws {
        var desk = try Desk(settings())
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let id = try desk.take(body(state: "resolved"))
        try desk.report(.nothingToDo(reason: "closed"), intent: false)
        #expect(try desk.event(id).state == "confirmed")
        #expect(try desk.event(id).disposition == "noted")
    }

    @Test("an order that stays refused is a dead letter, and the next alert of its problem makes a ticket")
    func refused() throws {
        var desk = try Desk(settings(service: "[QUEUE]\nDeliveryMaxAge=1s"))
        let first = try desk.take(body())
        let duplicate = try desk.take(body())
        #expect(try desk.event(duplicate).disposition == "duplicate")
        try desk.refuse("no such board")
        #expect(try desk.event(first).disposition == "failed")
        #expect(try desk.event(first).reason == "given up after 1 second: no such board")
        #expect(try desk.event(first).state == "confirmed")
        let next = try desk.take(body())
        #expect(try desk.event(next).disposition == "ticketed")
        #expect(desk.handed.map(\.action.kind) == [.create])
    }

    @Test("an update behind a refused create makes the problem's ticket, and that is known to what follows")
    func updateAfterRefusal() throws {
        var desk = try Desk(settings(duplicateMinutes: 0, service: "[QUEUE]\nDeliveryMaxAge=1s"))
        try desk.take(body())
        let update = try desk.take(body())
        try desk.refuse("no")
        #expect(desk.handed.map(\.action.kind) == [.update])
        #expect(desk.handed.map(\.ticket) == [nil])
        try desk.report(.created(ticket, remarks: []))
        #expect(try desk.event(update).disposition == "ticketed")
        try desk.take(body())
        #expect(desk.handed.map(\.action.kind) == [.update])
        #expect(desk.handed.map(\.ticket) == [ticket])
    }

    @Test("a retry waits for what the PSA asked, else for a growing time, and is told by its doublings")
    func retries() throws {
        var desk = try Desk(settings())
        let id = try desk.take(body())
        try desk.report(.retry(reason: "slow down", after: .seconds(90)), intent: false)
        #expect(desk.timers.map(\.due) == [start + .seconds(90)])
        try desk.pass(89)
        #expect(desk.handed.isEmpty)
        try desk.pass(1)
        for _ in 2...9 {
            try desk.report(.retry(reason: "503", after: nil), intent: false)
            try desk.pass(301)
        }
        #expect(desk.handed.count == 1)
        let tries = try desk.ledger.history.trace(desk.event(id)).filter { $0.stage == .delivery }
        #expect(tries.map(\.saw) == ["try 1", "try 2", "try 4", "try 8"])
        #expect(try desk.ledger.history.timerCount() == 0, "a timer that has fired is gone")
    }

    @Test("what may have reached the PSA is looked up at once, and again after the quiet period")
    func ambiguous() throws {
        var desk = try Desk(settings(service: "[QUEUE]\nQuietPeriod=60"))
        try desk.take(body())
        try desk.report(.ambiguous(reason: "time-out"))
        #expect(desk.handed.map(\.ambiguousSince) == [start])
        try desk.report(.stillAmbiguous(reason: "not found"), intent: false)
        #expect(desk.handed.isEmpty)
        try desk.pass(59)
        #expect(desk.handed.isEmpty)
        try desk.pass(2)
        #expect(desk.handed.map(\.ambiguousSince) == [start], "it counts from the try, not from the last look")
        try desk.report(.retry(reason: "503", after: .seconds(1)), intent: false)
        try desk.pass(2)
        #expect(desk.handed.map(\.ambiguousSince) == [start])
    }

    @Test("after DeliveryAttempts calls it is given up, but not while one may have reached the PSA")
    func attempts() throws {
        var desk = try Desk(settings(service: "[QUEUE]\nDeliveryAttempts=2\nDeliveryMaxAge=24h"))
        let id = try desk.take(body())
        try desk.report(.retry(reason: "500", after: .seconds(1)))
        try desk.pass(2)
        try desk.report(.ambiguous(reason: "reset"))
        #expect(try desk.event(id).state == "decided")
        try desk.report(.retry(reason: "look-up failed", after: .seconds(1)), intent: false)
        try desk.pass(2)
        #expect(desk.handed.count == 1)

        var other = try Desk(settings(service: "[QUEUE]\nDeliveryAttempts=2"))
        let given = try other.take(body())
        try other.report(.retry(reason: "500", after: .seconds(1)))
        try other.pass(2)
        try other.report(.retry(reason: "500", after: .seconds(1)))
        #expect(try other.event(given).disposition == "failed")
        #expect(try other.event(given).reason == "given up after 2 calls: 500")
    }

    @Test("at DeliveryMaxAge it is given up, however few calls there were")
    func maxAge() throws {
        var desk = try Desk(settings(service: "[QUEUE]\nDeliveryMaxAge=2h"))
        let id = try desk.take(body())
        try desk.report(.retry(reason: "down", after: .hours(2)), intent: false)
        try desk.pass(7200)
        try desk.report(.retry(reason: "down", after: nil), intent: false)
        #expect(try desk.event(id).disposition == "failed")
        #expect(try desk.event(id).reason == "given up after 2 hours: down")
        #expect(desk.handed.isEmpty)
    }

    @Test("a second report on a settled order changes nothing")
    func secondReport() throws {
        var desk = try Desk(settings())
        let id = try desk.take(body())
        let row = try #require(desk.handed.first).row
        try desk.report(.created(ticket, remarks: []))
        try desk.handle(.report(lane: desk.lane, row: row, .refused(reason: "late")))
        #expect(try desk.event(id).disposition == "ticketed")
    }

    @Test("a lane holds a window of orders and gets the next when it has reported one")
    func window() throws {
        var desk = try Desk(settings())
        for number in 1...50 { try desk.take(body(data: "D\(number)")) }
        #expect(desk.handed.count == DeciderStation.window)
        try desk.report(.created(ticket, remarks: []))
        #expect(desk.handed.count == DeciderStation.window)
        while !desk.handed.isEmpty { try desk.report(.created(ticket, remarks: [])) }
        #expect(try desk.ledger.history.orderCounts().isEmpty)
    }

    @Test("orders on one problem go out one at a time, in their order")
    func orderPerProblem() throws {
        var desk = try Desk(settings(duplicateMinutes: 0))
        var events: [Identifier] = []
        for _ in 1...4 { events.append(try desk.take(body())) }
        var done: [Identifier] = []
        while let order = desk.handed.first {
            #expect(desk.handed.count == 1)
            done.append(order.action.reference)
            try desk.report(done.count == 1 ? .created(ticket, remarks: []) : .noted(ticket, remarks: []))
        }
        #expect(done == events)
    }

    @Test("with Debug=Y events are decided and nothing is handed out")
    func debug() throws {
        var desk = try Desk(settings(service: "[GLOBAL]\nDebug=Y"))
        let id = try desk.take(body())
        #expect(try desk.event(id).disposition == "ticketed")
        #expect(desk.handed.isEmpty)
    }

    @Test("after a start an order whose call was under way is ambiguous, and the others are not")
    func restart() throws {
        let settings = try settings()
        var desk = try Desk(settings)
        try desk.take(body(data: "1"))
        try desk.take(body(data: "2"))
        try desk.handle(.intent(lane: desk.lane, row: desk.handed[0].row))
        let again = try Desk(settings, on: desk.ledger)
        #expect(again.handed.map(\.row) == desk.handed.map(\.row))
        #expect(again.handed.map { $0.ambiguousSince != nil } == [true, false])
    }
}
