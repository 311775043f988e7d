import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

/// How SQLite goes about the statements, all of those that have really run.
@Suite struct LedgerPlanTests {
    private func plan(_ sql: String, _ ledger: Ledger) throws -> [String] {
        try ledger.database.all("EXPLAIN QUERY PLAN " + sql) { $0.text(3) }
    }

    /// What has run, the looking at plans itself left out.
    private func statements(_ ledger: Ledger) -> [String] {
        ledger.database.statementTexts.filter { !$0.hasPrefix("EXPLAIN") }
    }

    private func scans(_ ledger: Ledger) throws -> [String] {
        try statements(ledger).flatMap { sql in
            try plan(sql, ledger).filter { $0.hasPrefix("SCAN") && !$0.contains("CONSTANT ROW") }.map {
                "\($0): \(sql)"
            }
        }
    }

    @Test("nothing that is done for an alert, an order or a question reads a whole table or sorts one")
    func noScans() throws {
        let ledger = try Ledger.inMemory()
        try ledger.save(
            verdict(
                changes: [
                    .openDuplicates(key: "k", event: id(1), at: start), .countDuplicate(key: "k"),
                    .closeDuplicates(key: "k"), .rememberDelivery(id: "d", receipt: id(1), at: start),
                    .openLink(lane: lane, problem: "p", event: id(1), at: start),
                    .touchLink(lane: lane, problem: "p", at: start),
                ], delivery: delivery("p", 1)), origin(1))
        _ = try ledger.duplicate("k")
        _ = try ledger.delivery("d")
        _ = try ledger.link(lane: lane, problem: "p")
        try ledger.enqueue(delivery("p", 1), event: id(1), now: start)
        let row = try #require(try ledger.dueOrders(lane: lane, now: start, limit: 32).first?.row)
        try ledger.markSending(row)
        try ledger.reschedule(row, due: start, ambiguousSince: nil)
        _ = try ledger.order(row)
        try ledger.settle(row)
        try ledger.setTicket(
            TicketNumber(id: "1", number: "1", url: ""), event: id(1), lane: lane, problem: "p", at: start)
        try ledger.forget(event: id(1), lane: lane, problem: "p")
        try ledger.saveDelivery(
            id(1), state: .delivered, ticket: nil, disposition: nil, reason: nil,
            step: TraceStep(.delivery, saw: "", decided: ""))
        try ledger.park(origin(2), facts(), record: alert(2))
        try ledger.ask(id(2), "q")
        _ = try ledger.answer(id(2), "q", .unknown, at: start)
        _ = try ledger.inputs(id(2))
        _ = try ledger.parkedEvent(id(2))
        try ledger.unpark(id(2))
        try ledger.removeTimer(ledger.setTimer(due: start, kind: .order, subject: lane).number)
        try ledger.setWatermark(1)
        _ = try ledger.watermark
        _ = try ledger.removeOutdated(history: start, deliveries: start, duplicates: start, triggers: start, limit: 500)
        try useMessages(ledger)
        try workWithTickets(ledger)
        try holdBack(ledger)
        _ = try ledger.history.events(receipt: id(1))
        if let event = try ledger.history.event(id(1)) { _ = try ledger.history.trace(event) }
        _ = try ledger.history.lastReceived()
        _ = try ledger.history.events(HistoryFilter())
        var filter = HistoryFilter()
        (filter.since, filter.disposition, filter.organisation, filter.agent) = (start, "ticketed", "acme", "fs01")
        (filter.text, filter.tenants, filter.before) = ("disk", ["", "dirk"], 1000)
        _ = try ledger.history.events(filter)
        _ = try (ledger.history.orderCounts(), ledger.history.messageCounts(), ledger.history.deadLetterCount())
        _ = try (ledger.history.timerCount(), ledger.history.oldestOrder(), ledger.history.chart(since: 0))

        // Links and tickets are counted once in five minutes.
        let limited = [
            "SELECT count(*) FROM links", "SELECT count(*) FROM tickets", "ORDER BY number DESC LIMIT 1",
            "SELECT max(number)", "SELECT min(number)", "PRAGMA", "ORDER BY row LIMIT 1",
        ]
        #expect(try scans(ledger).filter { scan in !limited.contains { scan.contains($0) } } == [])
        for sql in statements(ledger) where sql.contains("ORDER BY") && !sql.contains("BY item") {
            #expect(try !plan(sql, ledger).contains { $0.contains("TEMP B-TREE") }, "\(sql)")
        }
        #expect(statements(ledger).count > 30)
    }

    private func holdBack(_ ledger: Ledger) throws {
        let entry = Withheld(
            lane: lane, problem: "p", event: id(1), firstAt: start, hold: .silence, by: "x", until: start)
        var next = entry
        next.event = id(2)
        for entry in [entry, next] { try ledger.apply(.withhold(entry)) }
        #expect(try ledger.withheld(id(2))?.count == 2)
        try ledger.keepWithheld(id(2), alert(2))
        let number = try #require(try ledger.timeWithheld(id(2), due: start))
        _ = try ledger.withheld(number: number)
        #expect(try ledger.endWithholding(by: .silence, "x", at: start) == [number])
        #expect(try ledger.countWithheld(by: .silence, "x") == 1)
        try ledger.forgetSettled(
            by: Storm(
                event: id(1), scope: "s", lane: lane, problem: "p", openedAt: start, limit: 1, interval: .seconds(1)))
        _ = try ledger.history.deadLetters(limit: 1, after: DeadLetterCursor("1.1"))
        try ledger.apply(.resolveWithheld(lane: lane, problem: "p"))
        try ledger.apply(.forgetWithheld(id(2)))
        let summary = try #require(EventSummary(cells: Array(repeating: "x", count: 10)))
        try ledger.keep(summary, of: id(1))
        #expect(try ledger.takeSummary(of: id(1)) == summary && ledger.takeSummary(of: id(1)) == nil)
        _ = try ledger.history.silenceCandidates(before: 1000, since: start, limit: 10)
        _ = try ledger.history.silence(1)
    }

    private func useMessages(_ ledger: Ledger) throws {
        let held = notification(1)
        try ledger.keep(held, event: id(1), batch: "b", state: .waiting, due: start, waitUntil: start, now: start)
        _ = try ledger.hasBatch("b")
        _ = try ledger.awaitsNumber(batch: "b", now: start)
        _ = try ledger.pages(held.problem)
        _ = try ledger.heldPages(held.problem, after: start)
        _ = try ledger.notifications(event: id(1))
        let row = try #require(try ledger.notifications(batch: "b").first?.row)
        try ledger.stopWaiting(row, at: start)
        try ledger.awaitNumber(row)
        try ledger.removeNotification(row)
        try ledger.enqueue(held.message, now: start)
        let message = try #require(try ledger.dueMessages(lane: "page:", now: start, limit: 1).first?.row)
        try ledger.markMessageSending(message)
        try ledger.retryMessage(message, due: start, reason: "x")
        try ledger.countMessageTry(message)
        _ = try ledger.dueLanesOfPagers(now: start)
        let page = try #require(try ledger.duePages(lane: "page:", now: start, limit: 1).first)
        _ = try ledger.messages(behind: page)
        _ = try ledger.pendingMessage(message)
        try ledger.openPage("a", event: id(1), tenant: "", problem: held.problem, now: start)
        try ledger.markPageMailed("a")
        _ = try ledger.openPage(of: id(1))
        _ = try ledger.closePages(held.problem)
        _ = try ledger.removeOutdatedPages(start, limit: 5)
        try ledger.settleMessage(message)
        try ledger.resumeMessages()
        _ = try ledger.removeOutdatedMessages(unsent: start, settled: start, limit: 5)
        _ = try ledger.removeOutdatedNotifications(start, limit: 5)
        _ = try ledger.tellTrouble("x", "y")
        try ledger.forgetTrouble("x")
        try ledger.forgetTroubles("x")
    }

    @Test("a scan would be seen")
    func aScanIsSeen() throws {
        let ledger = try Ledger.inMemory()
        try ledger.database.run("UPDATE events SET state='x' WHERE reason='y'")
        #expect(try scans(ledger).count == 1)
    }

    @Test("what is due is found without reading the orders that wait for their turn")
    func longQueue() throws {
        let ledger = try Ledger.inMemory()
        try ledger.begin()
        for event in 1...5000 { try ledger.enqueue(delivery("same", event), event: id(event), now: start) }
        try ledger.commit()
        let due = try ledger.database.first(
            "SELECT count(*) FROM outbox WHERE lane=? AND due<=?", .text(lane), start.value
        ) {
            $0.integer(0)
        }
        #expect(due == 1)
        #expect(try ledger.due() == [id(1)])
    }
}
