import Decisions
import Events
import Formats
import Storage
import Testing

struct LedgerHoldTests {
    @Test("the ledger remembers what is held as the table does")
    func holds() throws {
        let ledger = try Ledger(path: ":memory:")
        var table = TableMemory()
        let events = (1...2).map { Identifier(high: 0, low: UInt64($0)) }
        let changes: [MemoryChange] = [
            .openHold(
                key: "agent:fs1",
                PatchHold(
                    event: events[0], problem: "p", until: Instant(milliseconds: 9), patches: ["KB1 \"é\""], taken: 0)),
            .addToHold(key: "agent:fs1", patch: "[a\\b]\n"), .addToHold(key: "agent:fs1", patch: nil),
            .addToHold(key: "nothing", patch: "KB2"),
            .openHold(
                key: "agent:fs2",
                PatchHold(event: events[1], problem: "q", until: Instant(milliseconds: 8), patches: ["x"], taken: 0)),
            .closeHold(event: events[0]), .cancelHold(event: events[1], name: "hold:PFS", reason: "resolved"),
        ]
        try ledger.begin()
        for change in changes {
            try ledger.apply(change)
            table.apply(change)
            for key in ["agent:fs1", "agent:fs2", "nothing"] {
                #expect(try ledger.hold(key) == table.hold(key), "\(change)")
            }
            if case .addToHold(_, nil) = change { #expect(table.hold("agent:fs1")?.patches.count == 2) }
        }
        #expect(table.hold("agent:fs1") == nil && table.hold("agent:fs2") == nil)
        try ledger.commit()
    }
}
