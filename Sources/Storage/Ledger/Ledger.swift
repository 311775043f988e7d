public import Events
import Formats

/// What the pipeline must remember, in SQLite: one connection writes, owned by the decider.
///
/// Every change belongs to a transaction that its owner begins and commits; `synchronous=FULL` makes a commit that has
/// returned durable. An I/O error is final: the owner stops the service.
public final class Ledger {
    /// Pages after which the writer takes what is written ahead into the file: 32 MiB. Most pages change again and again, and
    /// each checkpoint writes and syncs them once.
    private static let checkpointPages = 8192

    let database: SQLiteConnection
    /// What the present transaction counts, written once at its end; nil outside a transaction.
    var totals: Totals?

    struct Totals {
        var watermark: UInt64?
        var tallies: [Disposition?: Int] = [:]
        var notices: [Disposition: Int] = [:]
        var chart: [ChartCell: Int] = [:]
        /// New orders, by their lane.
        var orders: [String: Int] = [:]
    }

    /// How many events of each disposition the administrator's next notice has, the present transaction's included; nil
    /// where that has to be read first.
    private var notices: [Disposition: Int]?

    /// Whether any problem is held back; nil where that has to be read first.
    var isWithholding: Bool?

    /// Opens the ledger, makes its tables or brings them to the present version. `:memory:` lives with the object.
    public init(path: String) throws {
        database = try SQLiteConnection(path: path, .readWrite)
        try database.script(
            """
            PRAGMA journal_mode=WAL; PRAGMA synchronous=FULL; PRAGMA foreign_keys=OFF; PRAGMA temp_store=MEMORY;
            PRAGMA cache_size=-65536; PRAGMA wal_autocheckpoint=\(Ledger.checkpointPages);
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
    public func begin() throws {
        try database.script("BEGIN IMMEDIATE")
        totals = Totals()
    }

    /// Makes the transaction durable.
    public func commit() throws {
        if let totals { try write(totals) }
        try database.script("COMMIT")
        totals = nil
    }

    /// Takes the transaction back.
    public func rollback() throws {
        totals = nil
        notices = nil
        isWithholding = nil
        // A full disk makes SQLite take it back by itself.
        if database.isInTransaction { try database.script("ROLLBACK") }
    }

    private func write(_ totals: Totals) throws {
        if let watermark = totals.watermark { try setMark("watermark", Int64(watermark)) }
        for (disposition, count) in totals.tallies {
            try database.run(
                """
                INSERT INTO tallies VALUES(?,?) ON CONFLICT(disposition) DO UPDATE SET count=count+excluded.count
                """, .text(disposition?.rawValue ?? "parked"), .integer(Int64(count)))
        }
        for (cell, count) in totals.chart { try addToChart(cell, count) }
        for (lane, count) in totals.orders { try addToAmounts("outbox", lane: lane, count) }
        for (disposition, count) in totals.notices {
            try database.run(
                """
                INSERT INTO notice_counts VALUES(?,?) ON CONFLICT(disposition) DO UPDATE SET count=count+excluded.count
                """, .text(disposition.rawValue), .integer(Int64(count)))
        }
    }

    /// Every journal record up to this sequence is settled: the only cursor there is.
    public var watermark: UInt64 {
        get throws { try totals?.watermark ?? UInt64(mark("watermark") ?? 0) }
    }

    /// Moves the watermark, within the transaction that settles the records.
    public func setWatermark(_ sequence: UInt64) throws {
        if totals == nil { return try setMark("watermark", Int64(sequence)) }
        totals?.watermark = sequence
    }

    /// Counts a new event by what became of it, nil where it is parked, and by when it was received.
    func tally(_ disposition: Disposition?, received: Instant) throws {
        let cell = ChartCell(slot: ChartSlot.number(of: received), disposition: disposition)
        if totals == nil { return try write(Totals(tallies: [disposition: 1], chart: [cell: 1])) }
        totals?.tallies[disposition, default: 0] += 1
        totals?.chart[cell, default: 0] += 1
    }

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

    func noticeCounts() throws -> [Disposition: Int] {
        if let notices { return notices }
        let rows = try database.all("SELECT disposition, count FROM notice_counts ORDER BY disposition") {
            (Disposition(rawValue: $0.text(0)), Int($0.integer(1)))
        }
        var counts: [Disposition: Int] = [:]
        for case (let disposition?, let count) in rows { counts[disposition] = count }
        notices = counts
        return counts
    }

    /// One event more for the administrator's next notice.
    func countNotice(_ disposition: Disposition) throws {
        notices?[disposition, default: 0] += 1
        if totals == nil { return try write(Totals(notices: [disposition: 1])) }
        totals?.notices[disposition, default: 0] += 1
    }

    /// The notice has been taken out.
    func forgetNoticeCounts() {
        notices = [:]
        totals?.notices = [:]
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
    var value: SQLiteValue { .identifier(self) }
}

extension Instant {
    var value: SQLiteValue { .integer(milliseconds) }
}

extension SQLiteRow {
    func instant(_ column: Int32) -> Instant { Instant(milliseconds: integer(column)) }
}

extension SQLiteValue {
    static func optional(_ text: String?) -> SQLiteValue { text.map { .text($0) } ?? .null }
}
