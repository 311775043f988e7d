import Events
import Formats
import TestSupport
import Testing

@testable import Storage

@Suite struct LedgerSchemaTests {
    private func version(_ database: SQLiteConnection) throws -> Int? {
        try database.first("PRAGMA user_version") { Int($0.integer(0)) }
    }

    @Test("a new ledger has the newest schema, and opening it again changes nothing")
    func newest() throws {
        try withTemporaryFolder { folder in
            for _ in 0..<2 {
                let ledger = try Ledger(path: folder + "/ledger.db")
                #expect(try version(ledger.database) == LedgerSchema.migrations.count)
            }
        }
    }

    @Test("every older schema becomes the newest, with what it holds", arguments: 1..<LedgerSchema.migrations.count)
    func migration(_ old: Int) throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            do {
                let database = try SQLiteConnection(path: path, .readWrite)
                for migration in LedgerSchema.migrations.prefix(old) { try database.script(migration) }
                try database.script("PRAGMA user_version=\(old)")
                for (number, word) in ["ticketed", "ticketed", "duplicate"].enumerated() {
                    try database.run(
                        "INSERT INTO events VALUES(?,?,?,1,0,5,'api','s','a','o','',1,'h','decided',?,'r',NULL,NULL,NULL,NULL)",
                        .integer(Int64(number + 1)), id(number).value, id(number).value, .text(word))
                    try database.run(
                        """
                        INSERT INTO outbox(row, event, lane, problem, action, state, tries, sends, created, due, earliest)
                        VALUES(?,?,?,'p','{}','pending',0,0,5,5,5)
                        """,
                        .integer(Int64(number + 1)),
                        id(number).value, .text(lane))
                }
            }
            let ledger = try Ledger(path: path)
            #expect(try version(ledger.database) == LedgerSchema.migrations.count)
            // From the second version on both are kept as the rows are written.
            guard old < 2 else { return }
            let counts = try ledger.history.dispositionCounts()
            #expect(counts.map(\.disposition) == ["duplicate", "ticketed"])
            #expect(counts.map(\.count) == [1, 2])
            let due = try ledger.database.all("SELECT row FROM outbox WHERE due<=5") { $0.integer(0) }
            #expect(due == [1], "of one problem's orders only the first is due")
        }
    }

    @Test("a ledger of a later version is refused with what to do")
    func newerSchema() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            let newer = LedgerSchema.migrations.count + 1
            do { try Ledger(path: path).database.script("PRAGMA user_version=\(newer)") }
            let refusal = LedgerError.newerSchema(found: newer, known: LedgerSchema.migrations.count)
            #expect(throws: refusal) { try Ledger(path: path) }
            #expect(refusal.description.contains("start the newer program, or restore a backup"))
        }
    }

    @Test("a file that is no database is refused, and left as it is")
    func garbage() throws {
        try withTemporaryFolder { folder in
            let path = folder + "/ledger.db"
            do {
                let database = try SQLiteConnection(path: path, .readWrite)
                try database.script("CREATE TABLE events(x); PRAGMA user_version=0")
            }
            #expect(throws: SQLiteError.self) { try Ledger(path: path) }
            let database = try SQLiteConnection(path: path, .readOnly)
            #expect(try version(database) == 0)
            #expect(try database.first("SELECT count(*) FROM sqlite_master") { $0.integer(0) } == 1)
        }
    }

    @Test("a ledger is written ahead and synced in full")
    func durability() throws {
        try withTemporaryFolder { folder in
            let database = try Ledger(path: folder + "/ledger.db").database
            #expect(try database.first("PRAGMA journal_mode") { $0.text(0) } == "wal")
            #expect(try database.first("PRAGMA synchronous") { $0.integer(0) } == 2)
        }
    }
}
