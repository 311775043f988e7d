import Decisions
import Events
import Formats
import Testing

@testable import Storage

/// The messages' outbox, and what waits before it.
@Suite struct LedgerMessageTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func counts() throws -> [String] {
        try ledger.history.messageCounts().map { "\($0.lane) \($0.state) \($0.count)" }
    }

    @Test("an order comes out as it went in, with every field")
    func coding() throws {
        var order = notification(1).message
        order.tenant = "Two"
        order.from = "a@b"
        order.body = "line\n\"quoted\" \u{1F525}"
        order.isFollowUp = true
        try ledger.enqueue(order, now: start)
        #expect(try ledger.dueMessages(lane: "page:two", now: start, limit: 9).map(\.message) == [order])
        order.recipients = ["c@d", "e@f"]
        order.id = "other"
        try ledger.enqueue(order, now: start)
        #expect(try ledger.dueMessages(lane: "mail:", now: start, limit: 9).map(\.message) == [order])
    }

    @Test("the same message is put in once")
    func once() throws {
        for _ in 0..<2 { try ledger.enqueue(notification(1).message, now: start) }
        #expect(try counts() == ["page: pending 1"])
    }

    @Test("from pending over sending to done, or back, or to failed; what was under way at a stop is sent again")
    func states() throws {
        for event in 1...3 { try ledger.enqueue(notification(event).message, now: start) }
        let rows = try ledger.dueMessages(lane: "page:", now: start, limit: 9).map(\.row)
        for row in rows { try ledger.markMessageSending(row) }
        #expect(try ledger.dueMessages(lane: "page:", now: start, limit: 9).isEmpty)
        try ledger.settleMessage(rows[0])
        try ledger.settleMessage(rows[1], failed: "no such key")
        #expect(try counts() == ["page: done 1", "page: failed 1", "page: sending 1"])
        try ledger.resumeMessages()
        let again = try #require(try ledger.dueMessages(lane: "page:", now: start, limit: 9).first)
        #expect(again.row == rows[2] && again.attempts == 1 && again.message == notification(3).message)
        try ledger.retryMessage(rows[2], due: start + .seconds(30), reason: "503")
        #expect(try ledger.dueMessages(lane: "page:", now: start + .seconds(29), limit: 9).isEmpty)
        #expect(try ledger.dueMessages(lane: "page:", now: start + .seconds(30), limit: 9).count == 1)
    }

    @Test("what nobody takes is given up, the oldest first; what is settled goes with the history")
    func outdated() throws {
        for event in 1...3 { try ledger.enqueue(notification(event).message, now: start + .seconds(event)) }
        #expect(try ledger.removeOutdatedMessages(unsent: start + .seconds(3), settled: start, limit: 1))
        #expect(try counts() == ["page: failed 1", "page: pending 2"])
        #expect(
            try ledger.dueMessages(lane: "page:", now: start + .hours(1), limit: 9).first?.created == start
                + .seconds(2))
        #expect(try !ledger.removeOutdatedMessages(unsent: start + .seconds(3), settled: start + .seconds(3), limit: 9))
        #expect(try counts() == ["page: pending 1"])
    }

    @Test("what waits is found by its batch, its event and its problem, with the event's ticket")
    func waiting() throws {
        try ledger.save(verdict(delivery: delivery("p", 1)), origin(1))
        for (event, problem) in [(1, "p"), (2, "q")] {
            try ledger.keep(
                notification(event, problem: problem), event: id(event), batch: "b", state: .waiting,
                due: start + .seconds(9), waitUntil: start + .seconds(60), now: start)
        }
        try ledger.saveDelivery(
            id(1), state: .delivered, ticket: TicketNumber(id: "7", number: "7", url: "u"), disposition: nil,
            reason: nil,
            step: TraceStep(.delivery, saw: "", decided: ""))
        let rows = try ledger.notifications(batch: "b")
        #expect(rows.map(\.event) == [id(1), id(2)] && rows.map { $0.ticket?.number } == ["7", nil])
        #expect(rows.map(\.due) == [start + .seconds(9), start + .seconds(9)])
        #expect(rows[0].notification.message == notification(1).message && rows[0].notification.wait == .seconds(60))
        #expect(try ledger.heldPages(.init(lane: lane, name: "q"), after: start).map(\.event) == [id(2)])
        #expect(try ledger.heldPages(.init(lane: lane, name: "q"), after: start + .seconds(9)).isEmpty)
        #expect(try ledger.hasBatch("b") && !ledger.hasBatch("c"))
        try ledger.awaitNumber(rows[1].row)
        #expect(try ledger.notifications(batch: "b").count == 1)
        #expect(try ledger.notifications(event: id(2)).map(\.state) == [.number])
        // What waits for its time is never forgotten, what waits for others is.
        #expect(try !ledger.removeOutdatedNotifications(start + .hours(1), limit: 9))
        #expect(try ledger.notifications(event: id(2)).isEmpty && ledger.hasBatch("b"))
    }

    @Test("a row that cannot be read is named")
    func unreadable() throws {
        try ledger.enqueue(notification(1).message, now: start)
        try ledger.database.run("UPDATE messages SET message='{}'")
        #expect(throws: LedgerError.unreadable(table: "messages", row: "1")) {
            try ledger.dueMessages(lane: "page:", now: start, limit: 9)
        }
    }
}
