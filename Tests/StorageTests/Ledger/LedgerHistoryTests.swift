import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

@Suite struct LedgerHistoryTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func filter(_ change: (inout HistoryFilter) -> Void) -> HistoryFilter {
        var filter = HistoryFilter()
        change(&filter)
        return filter
    }

    private func fill(_ count: Int) throws {
        for number in 1...count {
            let disposition: Disposition = number.isMultiple(of: 3) ? .duplicate : .ticketed
            try ledger.save(
                verdict(
                    disposition, facts(subject: "Disk \(number)", agent: "FS\(number % 2)", org: "org\(number % 5)")),
                origin(number))
        }
    }

    /// All pages, one after the other.
    private func pages(_ first: HistoryFilter) throws -> [[Int]] {
        var filter = first
        var pages: [[Int]] = []
        while true {
            let (events, next) = try ledger.history.events(filter)
            pages.append(events.map { Int($0.number) })
            guard let next else { return pages }
            #expect(filter.before == 0 || next < filter.before, "the cursor goes on")
            filter.before = next
        }
    }

    @Test("the pages together are all events, each once, the newest first", arguments: [1, 7, 10, 33, 100, 101])
    func paging(_ limit: Int) throws {
        try fill(100)
        let pages = try pages(filter { $0.limit = limit })
        #expect(pages.flatMap(\.self) == Array((1...100).reversed()))
        #expect(pages.allSatisfy { $0.count <= limit })
    }

    @Test("each filter narrows, in capitals or not, and pages hold what fits alone")
    func filters() throws {
        try fill(60)
        #expect(
            try pages(
                filter {
                    $0.disposition = "duplicate"
                    $0.limit = 6
                }
            ).flatMap(\.self).count == 20)
        #expect(try pages(filter { $0.organisation = "ORG1" }).flatMap(\.self).allSatisfy { $0 % 5 == 1 })
        #expect(
            try pages(
                filter {
                    $0.agent = "fs0"
                    $0.limit = 4
                }
            ).flatMap(\.self).count == 30)
        #expect(try pages(filter { $0.text = "dIsK 6" }).flatMap(\.self) == [60, 6])
        #expect(try pages(filter { $0.since = start + .seconds(59) }).flatMap(\.self) == [60, 59])
        #expect(try pages(filter { $0.text = "%" }).flatMap(\.self).isEmpty)
    }

    @Test("events that come between two pages do not shift them")
    func growing() throws {
        try fill(10)
        let (events, next) = try ledger.history.events(filter { $0.limit = 4 })
        try ledger.save(verdict(), origin(99))
        let (more, _) = try ledger.history.events(
            filter {
                $0.limit = 4
                $0.before = next ?? 0
            })
        #expect((events + more).map { Int($0.number) } == [10, 9, 8, 7, 6, 5, 4, 3])
    }

    @Test("one look reads at most 100,000 rows and gives a cursor; below the oldest event it ends")
    func scanLimit() throws {
        let far = LedgerHistory.scanLimit * 3
        try fill(2)
        try ledger.save(verdict(.logged, facts(subject: "needle")), origin(3))
        try ledger.database.run("UPDATE events SET number=? WHERE number=1", .integer(far))
        let pages = try pages(filter { $0.text = "needle" })
        #expect(pages == [[], [], [3]])
        try ledger.database.run("DELETE FROM events WHERE number<?", .integer(far))
        #expect(try self.pages(filter { $0.text = "needle" }) == [[]])
    }

    @Test("a receipt names all of its events, in the order of its items")
    func receipts() throws {
        for item in [2, 0, 1] { try ledger.save(verdict(), origin(10 + item, receipt: 10, item: item)) }
        #expect(try ledger.history.events(receipt: id(10)).map(\.origin.item) == [0, 1, 2])
        #expect(try ledger.history.events(receipt: id(1)).isEmpty)
    }

    @Test("a delivery changes state and ticket, adds a step, and keeps what it does not change")
    func deliveries() throws {
        try ledger.save(verdict(.updated, delivery: delivery("p", 1, .update)), origin(1))
        let number = TicketNumber(id: "5", number: "#5", url: "u")
        try ledger.saveDelivery(
            id(1), state: .delivered, ticket: number, disposition: nil, reason: nil,
            step: TraceStep(.delivery, saw: "try 1", decided: "noted"))
        var event = try #require(try ledger.history.event(id(1)))
        #expect(event.state == "delivered")
        #expect(event.ticket == number)
        #expect(event.disposition == "updated")
        #expect(event.reason == "because")
        #expect(event.psa == "CWF")
        #expect(try ledger.history.trace(event).map(\.decided) == ["taken", "noted"])
        try ledger.saveDelivery(
            id(1), state: .confirmed, ticket: nil, disposition: .failed, reason: "refused",
            step: TraceStep(.delivery, saw: "try 2", decided: "failed"))
        event = try #require(try ledger.history.event(id(1)))
        #expect(event.ticket == number)
        #expect(event.disposition == "failed")
        #expect(try ledger.history.dispositionCounts().map(\.disposition) == ["failed"])
    }

    @Test("a parked event has no disposition, keeps its alert and questions, and is completed in its place")
    func parking() throws {
        try ledger.park(origin(1), facts(), record: alert(1))
        try ledger.ask(id(1), "agentState:fs01")
        try ledger.ask(id(1), "agentState:fs01")
        #expect(try ledger.history.event(id(1))?.disposition == nil)
        #expect(try ledger.history.dispositionCounts().map(\.disposition) == ["parked"])
        #expect(try ledger.openQuestions().map(\.name) == ["agentState:fs01"])
        let parked = try #require(try ledger.parkedEvent(id(1)))
        #expect(parked.origin == origin(1))
        #expect(parked.record == alert(1))
        #expect(try ledger.answer(id(1), "agentState:fs01", .value("now"), at: start))
        #expect(try !ledger.answer(id(1), "agentState:fs01", .unknown, at: start), "the first answer counts")
        #expect(try !ledger.answer(id(1), "agentState:else", .unknown, at: start), "nobody asked")
        #expect(try ledger.inputs(id(1)) == ["agentState:fs01": .value("now")])
        #expect(try ledger.openQuestions().isEmpty)
        try ledger.unpark(id(1))
        try ledger.save(verdict(.cancelled), origin(1))
        #expect(try ledger.parkedEvent(id(1)) == nil)
        let event = try #require(try ledger.history.event(id(1)))
        #expect(event.number == 1)
        #expect(event.disposition == "cancelled")
        #expect(try ledger.history.dispositionCounts().map(\.count) == [1])
    }
}
