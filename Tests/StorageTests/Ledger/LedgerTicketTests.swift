import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

/// Everything that the ticket policy asks of a ledger, once.
func workWithTickets(_ ledger: Ledger) throws {
    let number = TicketNumber(id: "9", number: "9", url: "")
    let storm = Storm(
        event: id(50), scope: "s", lane: lane, problem: "storm", openedAt: start, limit: 10, interval: .hours(1))
    let flap = FlapMemory(state: .firing, changes: [start], heldUntil: start)
    let changes: [TicketChange] = [
        .writeLink(lane: lane, problem: "t", at: start), .countNewTicket(scope: "s", at: start),
        .openStorm(storm, firstProblem: "a"), .addToStorm(id(50), problem: "b", beginsNote: true),
        .resolveInStorm(id(50), problem: "b", beginsNote: false), .endStorm(id(50), at: start),
        .keepFlap(lane: lane, problem: "t", flap, at: start),
    ]
    for change in changes { try ledger.apply(.ticket(change)) }
    _ = try ledger.storm(scope: "s")
    _ = try ledger.storm(of: id(50))
    _ = try ledger.isInStorm(id(50), problem: "b")
    _ = try ledger.newTicket(scope: "s", back: 10)
    _ = try ledger.flap(lane: lane, problem: "t")
    try ledger.setTicket(number, event: id(51), lane: lane, problem: "t", summary: "x", at: start)
    try ledger.markTicket(number, lane: lane, isClosed: true)
    try ledger.markTouched(lane: lane, problem: "t")
    _ = try ledger.previousTickets(lane: lane, problem: "t", since: start, limit: 10)
    var shared = delivery("t", 52, .update)
    shared.gathering = Verdict.Gathering(line: "one", joins: nil, until: start + .hours(1))
    try ledger.enqueue(shared, event: id(52), now: start)
    let open = try ledger.openOrder(lane: lane, problem: "t")
    shared.gathering = Verdict.Gathering(line: "two", joins: open?.row, until: start, replaces: true)
    try ledger.enqueue(shared, event: id(53), now: start)
    _ = try ledger.collected(open?.row ?? 0)
    try ledger.close(open?.row ?? 0)
    try ledger.abandonStorm(of: id(50))
    let ages = TicketAges(links: start, linkLimit: 0, floods: start, storms: start + .hours(1))
    _ = try ledger.removeOutdatedTickets(ages, limit: 10)
}

/// What the ticket policy remembers.
@Suite struct LedgerTicketTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func number(_ id: Int) -> TicketNumber { TicketNumber(id: "\(id)", number: "#\(id)", url: "u\(id)") }

    @Test("an order that waits takes in lines until it is handed out, and another order sends it first")
    func shared() throws {
        var order = delivery("p", 1, .update)
        let until = start + .seconds(60)
        order.gathering = Verdict.Gathering(line: "one", joins: nil, until: until)
        #expect(try ledger.enqueue(order, event: id(1), now: start) == until)
        let open = try #require(try ledger.openOrder(lane: lane, problem: "p"))
        #expect(open.size == 3 && open.kind == .update)
        order.gathering = Verdict.Gathering(line: "zwei", joins: open.row, until: start)
        #expect(try ledger.enqueue(order, event: id(2), now: start) == nil)
        #expect(try ledger.openOrder(lane: lane, problem: "p")?.size == 7)
        #expect(try ledger.collected(open.row).map(\.line) == ["one", "zwei"])
        #expect(try ledger.due() == [] && ledger.due(at: until) == [id(1)])
        try ledger.enqueue(delivery("p", 3, .note), event: id(3), now: start + .seconds(1))
        #expect(try ledger.due(at: start + .seconds(1)) == [id(1)])
        #expect(try ledger.openOrder(lane: lane, problem: "p") == nil)
        try ledger.settle(open.row)
        #expect(try ledger.due(at: start + .seconds(1)) == [id(3)])
        #expect(try ledger.collected(open.row).isEmpty)
    }

    @Test("a line that replaces changes what the order does and when, not by what it is found again")
    func replacing() throws {
        var order = delivery("p", 1, .close)
        order.gathering = Verdict.Gathering(line: nil, joins: nil, until: start + .seconds(60))
        order.action.terms.aside = "mark"
        try ledger.enqueue(order, event: id(1), now: start)
        let row = try #require(try ledger.openOrder(lane: lane, problem: "p")?.row)
        var second = delivery("p", 2, .update)
        second.gathering = Verdict.Gathering(line: "x", joins: row, until: start + .seconds(90), replaces: true)
        #expect(try ledger.enqueue(second, event: id(2), now: start) == start + .seconds(90))
        #expect(try ledger.due(at: start + .seconds(89)) == [])
        let kept = try #require(try ledger.dueOrders(lane: lane, now: start + .seconds(90), limit: 9).first)
        #expect(kept.action.kind == .update && kept.action.reference == id(1) && kept.action.terms.aside == "mark")
    }

    @Test("earlier tickets of a problem are known with what was last seen of them, the latest first")
    func previous() throws {
        for index in 1...3 {
            try ledger.setTicket(
                number(index), event: id(index), lane: lane, problem: "p", summary: "s\(index)",
                at: start + .seconds(index))
        }
        try ledger.markTicket(number(2), lane: lane, isClosed: true)
        let found = try ledger.previousTickets(lane: lane, problem: "p", since: start + .seconds(2), limit: 9)
        #expect(found.map(\.number) == [number(3), number(2)])
        #expect(found.map(\.isClosed) == [false, true] && found.map(\.summary) == ["s3", "s2"])
        #expect(try ledger.previousTickets(lane: lane, problem: "p", since: start, limit: 1).count == 1)
        #expect(try ledger.previousTickets(lane: lane, problem: "q", since: start, limit: 9).isEmpty)
    }

    @Test("a storm and a problem's changes come back as they were kept")
    func memory() throws {
        var storm = Storm(
            event: id(1), scope: "s", lane: lane, problem: "p", openedAt: start, limit: 3, interval: .hours(1))
        try ledger.apply(.ticket(.openStorm(storm, firstProblem: "a")))
        try ledger.apply(.ticket(.addToStorm(id(1), problem: "b", beginsNote: true)))
        try ledger.apply(.ticket(.resolveInStorm(id(1), problem: "a", beginsNote: false)))
        storm.taken = 2
        storm.resolved = 1
        storm.notes = 1
        #expect(try ledger.storm(scope: "s") == storm && ledger.storm(of: id(1)) == storm)
        #expect(try !ledger.isInStorm(id(1), problem: "a") && ledger.isInStorm(id(1), problem: "b"))
        try ledger.apply(.ticket(.endStorm(id(1), at: start + .hours(2))))
        #expect(try ledger.storm(scope: "s")?.endedAt == start + .hours(2))
        let flap = FlapMemory(state: .resolved, changes: [start, start + .seconds(1)], heldUntil: start + .hours(1))
        try ledger.apply(.ticket(.keepFlap(lane: lane, problem: "p", flap, at: start)))
        #expect(try ledger.flap(lane: lane, problem: "p") == flap)
        for index in 1...5 { try ledger.apply(.ticket(.countNewTicket(scope: "s", at: start + .seconds(index)))) }
        #expect(try ledger.newTicket(scope: "s", back: 2) == start + .seconds(4))
        #expect(try ledger.newTicket(scope: "s", back: 6) == nil)
    }

    @Test("links go when they are old or too many, the oldest first, but not one with an order in the outbox")
    func links() throws {
        for index in 1...6 {
            try ledger.apply(.openLink(lane: lane, problem: "p\(index)", event: id(index), at: start + .seconds(index)))
        }
        try ledger.enqueue(delivery("p1", 1), event: id(1), now: start)
        let present = { try (1...6).filter { try ledger.link(lane: lane, problem: "p\($0)") != nil } }
        var ages = TicketAges(links: nil, linkLimit: 100, floods: start, storms: start)
        #expect(try !ledger.removeOutdatedTickets(ages, limit: 9))
        #expect(try present() == [1, 2, 3, 4, 5, 6])
        ages.links = start + .seconds(4)
        _ = try ledger.removeOutdatedTickets(ages, limit: 9)
        #expect(try present() == [1, 4, 5, 6])
        ages = TicketAges(links: nil, linkLimit: 2, floods: start, storms: start)
        _ = try ledger.removeOutdatedTickets(ages, limit: 9)
        #expect(try present() == [1, 6])
    }

    @Test("a storm that is long over is forgotten with its problems, in small batches")
    func storms() throws {
        let storm = Storm(
            event: id(1), scope: "s", lane: lane, problem: "p", openedAt: start, limit: 3, interval: .hours(1))
        try ledger.apply(.ticket(.openStorm(storm, firstProblem: "q0")))
        for index in 1...9 { try ledger.apply(.ticket(.addToStorm(id(1), problem: "q\(index)", beginsNote: false))) }
        let ages = TicketAges(links: nil, linkLimit: 9, floods: start, storms: start + .hours(9))
        #expect(try !ledger.removeOutdatedTickets(ages, limit: 4), "it goes on")
        try ledger.apply(.ticket(.endStorm(id(1), at: start)))
        var turns = 0
        while try ledger.removeOutdatedTickets(ages, limit: 4) { turns += 1 }
        #expect(turns == 3)
        #expect(try ledger.storm(of: id(1)) == nil && !ledger.isInStorm(id(1), problem: "q9"))
    }
}
