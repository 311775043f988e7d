import Decisions
import Events
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// `ExpectEvery`: a source that is silent for too long is an event of its own, and so is its return.
@Suite struct ExpectTests {
    private static let service = """
        [SOURCE door]
        Auth=none
        Decode=text
        ExpectEvery=1h
        Subject=EVT|S|1|||S.EVT.X.P3.Log
        Default=fire
        """

    private func desk(_ service: String = ExpectTests.service, on ledger: Ledger? = nil, at now: Instant = start) throws
        -> Desk
    {
        try Desk(settings(service: service), on: ledger, at: now)
    }

    private func silences(_ desk: Desk) throws -> [HistoryEvent] {
        try desk.ledger.history.events(HistoryFilter()).events.filter { $0.origin.source == SourceSettings.silence }
    }

    @Test("silence makes one ticket, and the next request of the source closes it")
    func silence() throws {
        var desk = try desk()
        try desk.pass(3599)
        #expect(try silences(desk).isEmpty)
        try desk.pass(1)
        let told = try #require(silences(desk).first)
        #expect(told.disposition == "ticketed" && told.priority == 2 && told.agent == "door")
        #expect(told.subject == "EVT|ITP|SILENT|door||ITP-SOURCE-SILENT.EVT.X.P2.Alm")
        #expect(desk.handed.map(\.action.kind) == [.create])
        #expect(desk.timers.allSatisfy { $0.kind != .expect })
        try desk.report(.created(ticket, remarks: []))
        try desk.pass(7200)
        #expect(try silences(desk).count == 1)
        try desk.hear("door")
        #expect(try silences(desk).map(\.disposition) == ["closed", "ticketed"])
        #expect(desk.handed.map(\.action.kind) == [.close])
        // From now on it is looked after again.
        #expect(desk.timers.map(\.due) == [desk.now + .seconds(3600)])
    }

    @Test("a source that sends in time is never told of; other sources' requests are not its")
    func sending() throws {
        var desk = try desk()
        for _ in 0..<5 {
            try desk.pass(1800)
            try desk.hear("door")
            try desk.take(body())
        }
        #expect(try silences(desk).isEmpty)
        #expect(desk.timers.filter { $0.kind == .expect }.count == 1)
        try desk.pass(1800)
        try desk.take(body())
        try desk.pass(1800)
        #expect(try silences(desk).count == 1)
    }

    @Test("a restart forgets neither when a source was heard of nor that it is silent")
    func restart() throws {
        var first = try desk()
        try first.pass(1800)
        try first.hear("door")
        var second = try desk(on: first.ledger, at: first.now + .seconds(1800))
        second.sequence = 10
        #expect(second.timers.filter { $0.kind == .expect }.count == 1)
        try second.pass(1799)
        #expect(try silences(second).isEmpty)
        try second.pass(1)
        #expect(try silences(second).count == 1)
        var third = try desk(on: second.ledger, at: second.now + .seconds(86_400))
        third.sequence = 20
        #expect(third.timers.isEmpty)
        try third.hear("door")
        #expect(try silences(third).count == 2)
    }

    @Test("what could not come while the service was down is waited for before silence is told")
    func grace() throws {
        let first = try desk()
        var second = try desk(on: first.ledger, at: start + .seconds(86_400))
        try second.pass(0)
        #expect(try silences(second).isEmpty)
        try second.pass(600)
        #expect(try silences(second).count == 1)
    }

    @Test("a configuration that no longer expects the source, or expects it more often, counts at once")
    func reload() throws {
        var desk = try desk()
        try desk.handle(.settings(settings(service: Self.service.replacing("=1h", with: "=30m"))))
        try desk.pass(1800)
        #expect(try silences(desk).count == 1)
        try desk.handle(.settings(settings()))
        try desk.handle(.settings(settings(service: Self.service)))
        #expect(try desk.ledger.expectations().map(\.due) == [desk.now + .seconds(3600)])
        try desk.handle(.settings(settings()))
        try desk.pass(86_400)
        #expect(try silences(desk).count == 1 && desk.ledger.expectations().isEmpty)
    }
}

extension Desk {
    /// Something comes of a source.
    fileprivate mutating func hear(_ source: String) throws {
        sequence += 1
        var record = alert(Int(sequence), "x", at: now)
        record.source = source
        try handle(.record(sequence: sequence, PreparedRecord(record, $settings)))
    }
}
