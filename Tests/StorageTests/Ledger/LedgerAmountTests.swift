import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

/// What is shown of whole tables is counted as they change, and is true.
@Suite struct LedgerAmountTests {
    private func counted(_ ledger: Ledger) throws -> [String] {
        let orders = try ledger.history.orderCounts().map { "outbox \($0.lane)  \($0.count)" }
        let messages = try ledger.history.messageCounts().map { "messages \($0.lane) \($0.state) \($0.count)" }
        let others = [
            "dead_letters   \(try ledger.history.deadLetterCount())", "timers   \(try ledger.history.timerCount())",
        ]
        return (orders + messages + others).filter { !$0.hasSuffix("  0") }.sorted()
    }

    private func counts(of ledger: Ledger) throws -> [String] {
        let texts = [
            "SELECT 'outbox '||lane||'  '||count(*) FROM outbox GROUP BY lane",
            "SELECT 'messages '||lane||' '||state||' '||count(*) FROM messages GROUP BY lane, state",
            "SELECT 'dead_letters   '||count(*) FROM dead_letters", "SELECT 'timers   '||count(*) FROM timers",
        ]
        return try texts.flatMap { try ledger.database.all($0) { $0.text(0) } }.filter { !$0.hasSuffix("  0") }.sorted()
    }

    @Test(
        "orders, messages, dead letters and timers are counted whatever is done with them, and as often as it is taken back"
    )
    func amounts() throws {
        let ledger = try Ledger.inMemory()
        for event in 1...5 {
            try ledger.save(verdict(delivery: delivery("p\(event)", event)), origin(event))
            try ledger.enqueue(delivery("p\(event)", event), event: id(event), now: start)
            var message = notification(event).message
            message.id += "\(event)"
            try ledger.enqueue(message, now: start)
            // The same once more is not there twice.
            try ledger.enqueue(message, now: start)
            _ = try ledger.setTimer(due: start, kind: .order, subject: lane)
        }
        #expect(try counted(ledger) == counts(of: ledger) && counted(ledger).count == 3)
        let orders = try ledger.dueOrders(lane: lane, now: start, limit: 9)
        try ledger.settle(orders[0].row)
        try ledger.bury(orders[1], events: [id(2)], reason: "no", now: start)
        try ledger.bury(orders[2], events: [id(3)], reason: "no", now: start)
        #expect(try ledger.history.deadLetterCount() == 2)
        _ = try ledger.revive(orders[1].row, now: start)
        let messages = try ledger.dueMessages(lane: "page:", now: start, limit: 9)
        try ledger.markMessageSending(messages[0].row)
        try ledger.markMessageSending(messages[1].row)
        try ledger.settleMessage(messages[1].row)
        try ledger.settleMessage(messages[2].row, failed: "no")
        try ledger.removeTimer(1)
        try ledger.removeTimer(99)
        #expect(try counted(ledger) == counts(of: ledger))
        try ledger.resumeMessages()
        _ = try ledger.removeOutdatedMessages(unsent: start + .seconds(1), settled: start + .seconds(1), limit: 9)
        #expect(try counted(ledger) == counts(of: ledger))
        try ledger.begin()
        _ = try ledger.drop(orders[2].row)
        try ledger.rollback()
        #expect(try counted(ledger) == counts(of: ledger) && ledger.history.deadLetterCount() == 1)
        // New orders are counted at the end of their transaction, also those that it has settled itself.
        for isKept in [true, false] {
            try ledger.begin()
            try ledger.enqueue(delivery("p8", 8), event: id(8), now: start)
            try ledger.enqueue(delivery("p9", 9), event: id(9), now: start)
            _ = try ledger.revive(orders[2].row, now: start)
            try ledger.settle(try #require(try ledger.dueOrders(lane: lane, now: start, limit: 9).last).row)
            try isKept ? ledger.commit() : ledger.rollback()
            #expect(try counted(ledger) == counts(of: ledger))
        }
    }

    @Test("the chart has each event in the ten minutes in which it was received, as what it has become")
    func chart() throws {
        let ledger = try Ledger.inMemory()
        let first = ChartSlot.number(of: start)
        try ledger.begin()
        try ledger.save(verdict(.ticketed), origin(1, at: start))
        try ledger.save(verdict(.ticketed), origin(2, at: start))
        try ledger.save(verdict(.duplicate), origin(3, at: start + .minutes(10)))
        try ledger.park(origin(4, at: start), facts(), record: alert(4))
        try ledger.commit()
        let chart = {
            try ledger.history.chart(since: first).map {
                "\($0.slot - first) \($0.disposition?.rawValue ?? "-") \($0.count)"
            }
        }
        #expect(try chart() == ["0 - 1", "0 ticketed 2", "1 duplicate 1"])
        try ledger.save(verdict(.restricted), origin(4, at: start))
        try ledger.saveDelivery(
            id(1), state: .confirmed, ticket: nil, disposition: .failed, reason: "no",
            step: TraceStep(.delivery, saw: "", decided: ""))
        #expect(try chart() == ["0 failed 1", "0 restricted 1", "0 ticketed 1", "1 duplicate 1"])
        #expect(try ledger.history.chart(since: first + 1).count == 1)
        try ledger.removeOutdatedChart(start + .minutes(10), limit: 100)
        #expect(try ledger.history.chart(since: 0).count == 1)
    }

    @Test("a ledger of the version before is counted when it is opened")
    func migration() throws {
        let ledger = try Ledger.inMemory()
        try ledger.save(verdict(delivery: delivery("p", 1)), origin(1, at: start))
        try ledger.enqueue(delivery("p", 1), event: id(1), now: start)
        let triggers = try ledger.database.all("SELECT name FROM sqlite_master WHERE type='trigger'") { $0.text(0) }
        for trigger in triggers where trigger != "tally_change" {
            try ledger.database.script("DROP TRIGGER \(trigger)")
        }
        try ledger.database.script("DROP TABLE amounts; DROP TABLE chart")
        try ledger.database.script(LedgerAmounts.migration)
        #expect(try counted(ledger) == counts(of: ledger) && counted(ledger).count == 1)
        #expect(try ledger.history.chart(since: 0).map(\.count) == [1])
    }
}
