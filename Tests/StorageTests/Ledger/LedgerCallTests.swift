import Events
import TestSupport
import Testing

@testable import Storage

@Suite struct LedgerCallTests {
    @Test(
        "calls are known after a restart, by lane and meter, as sent at the end of their minute; then they are forgotten"
    )
    func calls() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let noon = try #require(Instant(rfc3339: "2027-01-15T12:00:10Z"))
            let minute = Instant.Span.minutes(1)
            do {
                let ledger = try Ledger(path: path)
                for (lane, meter, at) in [
                    ("BMS:a", "x", noon), ("BMS:a", "x", noon + .seconds(49)), ("BMS:a", "y", noon),
                    ("ATK:b", "", noon + minute), ("BMS:a", "x", noon + minute),
                ] {
                    try ledger.countCall(lane: lane, meter: meter, at: at)
                }
            }
            let ledger = try Ledger(path: path)
            let now = noon + minute + .seconds(20)
            let end = try #require(Instant(rfc3339: "2027-01-15T12:01:00Z"))
            var found = try ledger.calls(since: noon - .minutes(59), now: now)
            #expect(found.map(\.lane) == ["ATK:b", "BMS:a"])
            #expect(found.first?.calls == [CallCount(meter: "", at: now, count: 1)], "never in the future")
            #expect(
                found.last?.calls == [
                    CallCount(meter: "x", at: end, count: 2), CallCount(meter: "y", at: end, count: 1),
                    CallCount(meter: "x", at: now, count: 1),
                ])
            #expect(try ledger.calls(since: noon + minute, now: now).map(\.calls.count) == [1, 1])
            try ledger.removeCalls(before: noon + minute)
            found = try ledger.calls(since: noon - .minutes(59), now: now)
            #expect(found.flatMap(\.calls).map(\.count) == [1, 1])
        }
    }
}
