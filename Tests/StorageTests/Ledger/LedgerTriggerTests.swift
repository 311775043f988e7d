import Decisions
import Events
import Storage
import Testing

struct LedgerTriggerTests {
    @Test("the ledger remembers triggers as the table does, and forgets them after their window")
    func triggers() throws {
        let ledger = try Ledger(path: ":memory:")
        var table = TableMemory()
        try ledger.begin()
        for at in [5, 6, 9, 9, 20] as [Int64] {
            let change = MemoryChange.countTrigger(key: "fs1 restart", at: Instant(milliseconds: at))
            try ledger.apply(change)
            table.apply(change)
            #expect(try ledger.triggers("fs1 restart") == table.triggers("fs1 restart"))
        }
        #expect(try ledger.triggers("fs1 restart").map(\.milliseconds) == [20, 9, 9])
        #expect(try ledger.triggers("another").isEmpty)
        #expect(try !ledger.removeOutdatedTriggers(before: Instant(milliseconds: 20), limit: 1))
        #expect(try ledger.triggers("fs1 restart").count == 3)
        #expect(try ledger.removeOutdatedTriggers(before: Instant(milliseconds: 21), limit: 1))
        #expect(try ledger.triggers("fs1 restart").isEmpty)
        try ledger.commit()
    }
}
