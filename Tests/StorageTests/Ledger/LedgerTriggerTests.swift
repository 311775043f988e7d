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
        let forget = { (before: Int64) in
            let never = Instant(milliseconds: 0)
            return try ledger.removeOutdated(
                history: never, deliveries: never, duplicates: never, triggers: Instant(milliseconds: before),
                limit: 10)
        }
        #expect(try forget(20) == false)
        #expect(try ledger.triggers("fs1 restart").count == 3)
        #expect(try forget(21) == false)
        #expect(try ledger.triggers("fs1 restart").isEmpty)
        try ledger.commit()
    }
}
