public import Events
import Formats

/// What the pipeline must remember, in SQLite: one connection writes, owned by the decider.
///
/// Every change belongs to a transaction that its owner begins and commits; `synchronous=FULL` makes a commit that has
/// returned durable. An I/O error is final: the owner stops the service.
public final class Ledger {
    let database: SQLiteConnection

    /// Opens the ledger, makes its tables or brings them to the present version. `:memory:` lives with the object.
    public init(path: String) throws {
        database = try SQLiteConnection(path: path, .readWrite)
        try database.script(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;
            PRAGMA cache_size=-65536;
            """)
        try migrate()
    }

    private func migrate() throws {
        let version = try database.first("PRAGMA user_version") { Int($0.integer(0)) } ?? 0
        let newest = LedgerSchema.migrations.count
        guard version <= newest else { throw LedgerError.newerSchema(found: version, known: newest) }
        for next in version..<newest {
            try database.script("BEGIN IMMEDIATE")
            try database.script(LedgerSchema.migrations[next])
            try database.script("PRAGMA user_version=\(next + 1)")
            try database.script("COMMIT")
        }
    }

    /// The history, read on the owner's own connection: for whoever owns a ledger that has no file.
    public var history: LedgerHistory { LedgerHistory(database) }

    /// Begins a transaction.
    public func begin() throws { try database.script("BEGIN IMMEDIATE") }

    /// Makes the transaction durable.
    public func commit() throws { try database.script("COMMIT") }

    /// Takes the transaction back.
    public func rollback() throws { try database.script("ROLLBACK") }

    /// Every journal record up to this sequence is settled: the only cursor there is.
    public var watermark: UInt64 {
        get throws { UInt64(try mark("watermark") ?? 0) }
    }

    /// Moves the watermark, within the transaction that settles the records.
    public func setWatermark(_ sequence: UInt64) throws { try setMark("watermark", Int64(sequence)) }

    /// After a backup was put back: what the journal's records up to this sequence led to may have been done already by the
    /// ledger that is gone. 0 where no backup was put back.
    public var restoredUpTo: UInt64 {
        get throws { UInt64(try mark("restored") ?? 0) }
    }

    /// A backup was put back: everything in the outbox, and everything that records up to `sequence` will lead to, is looked
    /// up at the PSA before it is done.
    public func markRestored(upTo sequence: UInt64, now: Instant) throws {
        try setMark("restored", Int64(sequence))
        try database.run("UPDATE outbox SET state='ambiguous', ambiguous_since=?", now.value)
    }

    func mark(_ name: String) throws -> Int64? {
        try database.first("SELECT value FROM marks WHERE name=?", .text(name)) { $0.integer(0) }
    }

    func setMark(_ name: String, _ value: Int64) throws {
        try database.run("INSERT OR REPLACE INTO marks VALUES(?,?)", .text(name), .integer(value))
    }
}

/// Why a ledger cannot be used.
public enum LedgerError: Error, Sendable, Equatable, CustomStringConvertible {
    /// It was written by a later version of the program.
    case newerSchema(found: Int, known: Int)
    /// A row holds what this version cannot read.
    case unreadable(table: String, row: String)

    /// The sentence.
    public var description: String {
        switch self {
        case .newerSchema(let found, let known):
            "the ledger has version \(found), this program knows \(known): start the newer program, or restore a backup"
        case .unreadable(let table, let row):
            "the ledger's table \(table) holds a row that cannot be read: \(row)"
        }
    }
}

extension Identifier {
    var value: SQLiteValue { .blob(bytes) }
}

extension Instant {
    var value: SQLiteValue { .integer(milliseconds) }
}

extension SQLiteRow {
    func identifier(_ column: Int32) -> Identifier { Identifier(bytes: blob(column)) ?? Identifier(high: 0, low: 0) }

    func instant(_ column: Int32) -> Instant { Instant(milliseconds: integer(column)) }
}

extension SQLiteValue {
    static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
}
