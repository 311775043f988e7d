public import Events

/// A source that is expected to send.
public struct ExpectationRow: Sendable, Equatable {
    /// Its name.
    public var source: String
    /// When something last came of it, or since when it is expected.
    public var heard: Instant
    /// When its silence is an event; nil once it has been told.
    public var due: Instant?

    /// Makes a row.
    public init(source: String, heard: Instant, due: Instant?) {
        self.source = source
        self.heard = heard
        self.due = due
    }
}

extension Ledger {
    /// Every source that is expected to send.
    public func expectations() throws -> [ExpectationRow] {
        try database.all("SELECT source, heard, due FROM expectations ORDER BY source", read: Ledger.readExpectation)
    }

    /// The one of that name.
    public func expectation(_ source: String) throws -> ExpectationRow? {
        try database.first(
            "SELECT source, heard, due FROM expectations WHERE source=?", .text(source), read: Ledger.readExpectation)
    }

    private static func readExpectation(_ row: SQLiteRow) -> ExpectationRow {
        ExpectationRow(
            source: row.text(0), heard: row.instant(1),
            due: row.optionalInteger(2).map { Instant(milliseconds: $0) })
    }

    /// Keeps what is known of a source.
    public func keep(_ row: ExpectationRow) throws {
        try database.run(
            "INSERT OR REPLACE INTO expectations VALUES(?,?,?)", .text(row.source), row.heard.value,
            row.due.map(\.value) ?? .null)
    }

    /// Nothing is expected of the source any longer.
    public func removeExpectation(_ source: String) throws {
        try database.run("DELETE FROM expectations WHERE source=?", .text(source))
    }
}
