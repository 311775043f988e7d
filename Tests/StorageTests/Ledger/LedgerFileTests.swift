import Events
import Formats
import TestSupport
import Testing

@testable import Decisions
@testable import Storage

@Suite struct LedgerFileTests {
    private func everything(_ ledger: Ledger) throws {
        try ledger.save(
            verdict(changes: [
                .openDuplicates(key: "k", event: id(1), at: start),
                .rememberDelivery(id: "d", receipt: id(1), at: start),
                .openLink(lane: lane, problem: "p", event: id(1), at: start),
            ]), origin(1))
        try ledger.enqueue(delivery("p", 1), event: id(1), now: start)
        _ = try ledger.setTimer(due: start, kind: .order, subject: lane)
        try ledger.setWatermark(7)
    }

    @Test("what is committed is there after the ledger is opened again")
    func durable() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            do {
                let ledger = try Ledger(path: path)
                try ledger.begin()
                try everything(ledger)
                try ledger.commit()
            }
            let ledger = try Ledger(path: path)
            #expect(try ledger.watermark == 7)
            #expect(try ledger.duplicate("k")?.event == id(1))
            #expect(try ledger.delivery("d") == id(1))
            #expect(try ledger.link(lane: lane, problem: "p")?.event == id(1))
            #expect(try ledger.due() == [id(1)])
            #expect(try ledger.timers().map(\.subject) == [lane])
            #expect(try ledger.history.event(id(1))?.reason == "because")
        }
    }

    @Test(
        "a transaction that is taken back leaves nothing, and so does one whose owner has gone",
        arguments: [true, false])
    func rollback(_ takesBack: Bool) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            do {
                let ledger = try Ledger(path: path)
                try ledger.begin()
                try everything(ledger)
                if takesBack {
                    try ledger.rollback()
                    #expect(try ledger.watermark == 0)
                }
            }
            let ledger = try Ledger(path: path)
            #expect(try ledger.watermark == 0)
            #expect(try ledger.duplicate("k") == nil)
            #expect(try ledger.delivery("d") == nil)
            #expect(try ledger.link(lane: lane, problem: "p") == nil)
            #expect(try ledger.due().isEmpty)
            #expect(try ledger.timers().isEmpty)
            #expect(try ledger.history.event(id(1)) == nil)
            #expect(try ledger.history.dispositionCounts().isEmpty)
        }
    }

    @Test("readers see what is committed, and nothing of what is under way")
    func readers() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let ledger = try Ledger(path: path)
            let history = try LedgerHistory(path: path)
            try ledger.begin()
            try everything(ledger)
            #expect(try history.watermark() == 0)
            #expect(try history.lastReceived() == nil)
            try ledger.commit()
            #expect(try history.watermark() == 7)
            #expect(try history.lastReceived() == start + .seconds(1))
            #expect(try history.orderCounts().map(\.count) == [1])
            #expect(try history.timerCount() == 1)
        }
    }

    @Test("an error of SQLite's names the statement, and the ledger can be taken back and used on")
    func errors() throws {
        let ledger = try Ledger.inMemory()
        try ledger.begin()
        let error = #expect(throws: SQLiteError.self) { try ledger.database.run("INSERT INTO nowhere VALUES(1)") }
        #expect(error?.description.contains("nowhere") == true)
        #expect(throws: SQLiteError.self) { try ledger.begin() }
        try ledger.rollback()
        try ledger.begin()
        try ledger.commit()
    }

    @Test(
        "what a transaction counts is there for its owner at once, for others after the commit, and gone when it is taken back"
    )
    func counts() throws {
        let ledger = try Ledger(path: ":memory:")
        for round in [1, 2, 2] {
            try ledger.begin()
            try ledger.save(verdict(.duplicate), origin(round))
            try ledger.park(origin(round + 10), facts(), record: alert(round))
            try ledger.setWatermark(UInt64(round))
            #expect(try ledger.watermark == UInt64(round))
            #expect(try ledger.collectNotice(.duplicate) { "line \(round)" } == (round == 1))
            if round == 1 { try ledger.commit() } else { try ledger.rollback() }
        }
        #expect(try ledger.watermark == 1)
        #expect(try ledger.history.dispositionCounts().map(\.disposition) == ["duplicate", "parked"])
        #expect(try ledger.history.dispositionCounts().map(\.count) == [1, 1])
        let notices = try ledger.takeNotices()
        #expect(notices.map(\.count) == [1])
        #expect(notices.flatMap(\.lines) == ["line 1"])
        #expect(try ledger.takeNotices().isEmpty)
        #expect(try ledger.collectNotice(.duplicate) { "again" })
    }

    @Test("a full disk is an error of the statement or the commit, and loses what was not committed alone")
    func fullDisk() throws {
        try withTemporaryFolder { folder in
            let ledger = try Ledger(path: folder + "/ledger.db")
            let pages = try ledger.database.first("PRAGMA page_count") { $0.integer(0) } ?? 0
            try ledger.database.script("PRAGMA max_page_count=\(pages + 4)")
            var kept: UInt64 = 0
            let error = #expect(throws: SQLiteError.self) {
                for number in 1...1000 {
                    try ledger.begin()
                    try ledger.save(
                        verdict(.ticketed, facts(subject: String(repeating: "x", count: 900))), origin(number))
                    try ledger.setWatermark(UInt64(number))
                    try ledger.commit()
                    kept = UInt64(number)
                }
            }
            #expect(error?.code == 13)
            try ledger.rollback()
            #expect(kept > 0)
            #expect(try ledger.watermark == kept)
        }
    }
}
