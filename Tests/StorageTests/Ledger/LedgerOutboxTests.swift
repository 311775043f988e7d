import Events
import Formats
import TestSupport
import Testing

@testable import Decisions
@testable import Storage

@Suite struct LedgerOutboxTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func enqueue(_ problem: String, _ event: Int, at now: Instant = start) throws {
        try ledger.enqueue(delivery(problem, event), event: id(event), now: now)
    }

    @Test("orders on one problem are due one after the other, on different ones at once")
    func orderPerProblem() throws {
        try enqueue("a", 1)
        try enqueue("a", 2)
        try enqueue("b", 3)
        try enqueue("a", 4)
        #expect(try ledger.due() == [id(1), id(3)])
        try ledger.settle(ledger.row(of: 1))
        #expect(try ledger.due() == [id(2), id(3)].sorted { $0.low < $1.low })
        try ledger.settle(ledger.row(of: 2))
        try ledger.settle(ledger.row(of: 3))
        #expect(try ledger.due() == [id(4)])
        try ledger.settle(ledger.row(of: 4))
        #expect(try ledger.due().isEmpty)
    }

    @Test("a first order that waits for its time holds up its own problem alone")
    func rescheduledHead() throws {
        try enqueue("a", 1)
        try enqueue("a", 2)
        try enqueue("b", 3)
        try ledger.reschedule(ledger.row(of: 1), due: start + .seconds(60), ambiguousSince: nil)
        #expect(try ledger.due(at: start + .seconds(59)) == [id(3)])
        #expect(try ledger.due(at: start + .seconds(60)) == [id(3), id(1)])
        #expect(try ledger.order(ledger.row(of: 1))?.tries == 1)
    }

    @Test("the limit holds, and what has been due longest comes first")
    func limit() throws {
        for event in 1...10 { try enqueue("p\(event)", event, at: start + .seconds(20 - event)) }
        #expect(try ledger.due(at: start + .minutes(5), limit: 3) == [id(10), id(9), id(8)])
        #expect(try ledger.dueOrders(lane: "other", now: start + .minutes(5), limit: 3).isEmpty)
    }

    @Test("an order knows its problem's ticket, its tries and its calls")
    func contents() throws {
        try enqueue("a", 1)
        let row = try ledger.row(of: 1)
        #expect(try ledger.order(row)?.ticket == nil)
        let number = TicketNumber(id: "1", number: "1", url: "")
        try ledger.setTicket(number, event: id(1), lane: lane, problem: "a", at: start)
        try ledger.markSending(row)
        try ledger.reschedule(row, due: start, ambiguousSince: start)
        let order = try #require(try ledger.order(row))
        #expect(order.ticket == number)
        #expect(order.sends == 1)
        #expect(order.tries == 1)
        #expect(order.ambiguousSince == start)
        #expect(order.action == delivery("a", 1).action)
        #expect(order.created == start)
        try ledger.settle(row)
        #expect(try ledger.order(row) == nil)
    }

    @Test("after a start only the calls that were under way are ambiguous")
    func interrupted() throws {
        for event in 1...3 { try enqueue("p\(event)", event) }
        try ledger.markSending(ledger.row(of: 2))
        let now = start + .seconds(30)
        #expect(try ledger.markInterrupted(since: now) == 1)
        #expect(try ledger.order(ledger.row(of: 1))?.ambiguousSince == nil)
        #expect(try ledger.order(ledger.row(of: 2))?.ambiguousSince == now)
        #expect(try ledger.order(ledger.row(of: 3))?.ambiguousSince == nil)
        #expect(try ledger.due(at: now).count == 3)
        #expect(try ledger.markInterrupted(since: now) == 0)
    }

    @Test("a row that cannot be read is named")
    func unreadable() throws {
        try enqueue("a", 1)
        try ledger.database.run("UPDATE outbox SET action='{}'")
        #expect(throws: LedgerError.unreadable(table: "outbox", row: "1")) { try ledger.due() }
    }

    @Test("a timer is there until it is removed")
    func timers() throws {
        let late = try ledger.setTimer(due: start + .seconds(9), kind: .input, subject: "late")
        let early = try ledger.setTimer(due: start, kind: .order, subject: "early")
        #expect(try ledger.timers() == [early, late])
        try ledger.removeTimer(early.number)
        #expect(try ledger.timers() == [late])
    }

    @Test("the outbox behaves as a list of problems' queues does", arguments: 1...20 as ClosedRange<UInt64>)
    func model(_ seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        var model: [(event: Int, problem: Int, due: Int)] = []
        var now = 0
        for event in 1...150 {
            switch random.pick(0...3) {
            case 0, 1:
                let problem = random.pick(0...5)
                try enqueue("p\(problem)", event, at: start + .seconds(now))
                model.append((event, problem, now))
            case 2:
                now += random.pick(0...5)
            default:
                let heads = heads(of: model, now: now)
                guard !heads.isEmpty else { continue }
                let head = heads[random.pick(0...heads.count - 1)]
                let index = try #require(model.firstIndex { $0.event == head })
                if random.oneIn(2) {
                    try ledger.settle(ledger.row(of: head))
                    model.remove(at: index)
                } else {
                    model[index].due = now + 3
                    try ledger.reschedule(
                        ledger.row(of: head), due: start + .seconds(now + 3), ambiguousSince: nil)
                }
            }
            let due = try ledger.due(at: start + .seconds(now))
            #expect(Set(due) == Set(heads(of: model, now: now).map { id($0) }), "seed \(seed), event \(event)")
        }
    }

    private func heads(of model: [(event: Int, problem: Int, due: Int)], now: Int) -> [Int] {
        var seen: Set<Int> = []
        return model.filter { seen.insert($0.problem).inserted && $0.due <= now }.map(\.event)
    }
}
