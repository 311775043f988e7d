import Decisions
import Events
import Settings
import Testing

/// `FlapThreshold` and `FlapInterval`.
struct FlapTests {
    private func bench(_ flow: String = "FlapThreshold=2", service: String = "[SOURCE api]\nAutoClose=Y\n") throws
        -> Bench
    {
        try Bench(
            """
            [GLOBAL]
            DeDupPeriod=0
            [TICKET FLOW]
            \(flow)
            FlapInterval=100
            ConsolidationInterval=0
            """, service: service)
    }

    /// Sends firing and resolved in turn, one a second, beginning with firing.
    private func turns(_ bench: inout Bench, _ count: Int, step: Int64 = 1000) throws -> [Verdict] {
        try (0..<count).map { number in
            try bench.send(dhcp, after: Int64(number) * step) { $0.state = number % 2 == 0 ? .firing : .resolved }
        }
    }

    @Test("off by default; more changes than the threshold in the interval hold the ticket open with one note")
    func trips() throws {
        var off = try bench("FlapThreshold=0")
        #expect(
            try turns(&off, 6).map(\.disposition) == [.ticketed, .closed, .updated, .closed, .updated, .closed])
        var bench = try bench()
        let verdicts = try turns(&bench, 6)
        #expect(
            verdicts.map(\.disposition) == [.ticketed, .closed, .updated, .noted, .consolidated, .noted])
        let trip = verdicts[3]
        #expect(trip.delivery?.action.kind == .note && trip.delivery?.gathering == nil)
        #expect(trip.draft.description.contains("The problem flaps: more than 2 changes within 100 seconds."))
        #expect(verdicts[4...].allSatisfy { $0.delivery?.gathering?.replaces == true })
    }

    @Test("slow changes are no flapping")
    func slow() throws {
        var bench = try bench()
        let dispositions = try turns(&bench, 6, step: 60_000).map(\.disposition)
        #expect(dispositions == [.ticketed, .closed, .updated, .closed, .updated, .closed])
    }

    @Test("it ends with the true final state, an interval after the last change")
    func ends() throws {
        var bench = try bench()
        let verdicts = try turns(&bench, 6)
        let afterTrip = try #require(verdicts[3].followUp)
        #expect(afterTrip.action.kind == .close && afterTrip.action.terms.aside != nil)
        #expect(afterTrip.gathering?.until == Bench.start + .seconds(103))
        #expect(verdicts[4].delivery?.action.kind == .update)
        #expect(verdicts[5].delivery?.action.kind == .close)
        #expect(verdicts[5].delivery?.gathering?.until == Bench.start + .seconds(105))
        #expect(verdicts[5].draft.description.contains("it is resolved"))
        let quiet = try bench.send(dhcp, after: 205_001)
        #expect(quiet.disposition == .updated && quiet.delivery?.gathering == nil, "it is over")
        var open = try self.bench(service: "")
        #expect(try turns(&open, 6)[5].delivery?.action.kind == .note, "without AutoClose")
    }
}
