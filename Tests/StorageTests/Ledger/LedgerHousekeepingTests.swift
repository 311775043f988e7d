import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

@Suite struct LedgerHousekeepingTests {
    private let ledger: Ledger

    init() throws { ledger = try Ledger.inMemory() }

    private func count(_ table: String) throws -> Int64? {
        try ledger.database.first("SELECT count(*) FROM \(table)") { $0.integer(0) }
    }

    @Test("events older than the history are removed with all that belongs to them, in small batches")
    func history() throws {
        for number in 1...10 {
            try ledger.save(verdict(.logged), origin(number))
            try ledger.ask(id(number), "q")
        }
        let before = start + .seconds(8)
        var turns = 0
        while try ledger.removeOutdated(
            history: before, deliveries: start, duplicates: start, triggers: start, limit: 3)
        { turns += 1 }
        #expect(turns == 2)
        let left = try ledger.history.events(HistoryFilter()).events.map(\.origin.id)
        #expect(left == [id(10), id(9), id(8)])
        #expect(try count("traces") == 3)
        #expect(try count("inputs") == 3)
        #expect(try ledger.history.dispositionCounts().map(\.count) == [10], "what has happened is counted still")
    }

    @Test("past its bytes the ledger lets the oldest of its history go, whatever its age, until there is room again")
    func historyBytes() throws {
        let reason = String(repeating: "a long reason ", count: 400)
        func holds(_ number: Int) throws -> Bool { try ledger.history.event(id(number)) != nil }
        for number in 1...60 {
            var long = verdict(.logged)
            long.reason = reason
            try ledger.save(long, origin(number))
        }
        func remove(_ bytes: Int) throws -> Bool {
            try ledger.removeOutdated(
                history: start, historyBytes: bytes, deliveries: start, duplicates: start, triggers: start, limit: 5)
        }
        #expect(try !remove(1 << 30))
        #expect(try holds(1), "there is room")
        var turns = 0
        while try remove(600_000), turns < 20 { turns += 1 }
        #expect(try !holds(1) && holds(60), "the oldest go, and no more than must")
        #expect(turns > 0 && turns < 11)
    }

    @Test("an event that is parked or has yet to be delivered stays, however old it is")
    func pending() throws {
        try ledger.park(origin(1), facts(), record: alert(1))
        try ledger.save(verdict(delivery: delivery("p", 2)), origin(2))
        try ledger.save(verdict(.logged), origin(3))
        let later = start + .hours(1000)
        #expect(
            try !ledger.removeOutdated(history: later, deliveries: start, duplicates: start, triggers: start, limit: 9))
        #expect(try ledger.history.event(id(1)) != nil)
        #expect(try ledger.history.event(id(2)) != nil)
        #expect(try ledger.history.event(id(3)) == nil)
    }

    @Test("delivery IDs and duplicate keys go when they are too old, the oldest first")
    func memory() throws {
        for number in 0..<6 {
            let at = start + .seconds(number)
            try ledger.apply(.rememberDelivery(id: "d\(number)", receipt: id(number), at: at))
            try ledger.apply(.openDuplicates(key: "k\(number)", event: id(number), at: at))
        }
        let before = start + .seconds(4)
        #expect(
            try ledger.removeOutdated(history: start, deliveries: before, duplicates: start, triggers: start, limit: 3))
        #expect(try ledger.delivery("d2") == nil)
        #expect(try ledger.delivery("d3") != nil)
        #expect(
            try !ledger.removeOutdated(
                history: start, deliveries: before, duplicates: before, triggers: start, limit: 5))
        #expect(try ledger.delivery("d3") == nil)
        #expect(try ledger.delivery("d4") != nil)
        #expect(try count("duplicates") == 2)
    }
}
