public import Events
public import Formats

/// A procedure that is run for an event that waits for its end.
public struct RunRow: Sendable, Equatable {
    /// The event.
    public var event: Identifier
    /// What is run.
    public var run: ProcedureRun
    /// When nobody waits for it any longer.
    public var due: Instant
    /// What was known when its start was declared; nil before that.
    public var progress: JSON?
    /// What the RMM last told of it by itself; nil = nothing.
    public var told: [UInt8]?
}

/// The runs: what makes sure that an event's procedure is started once at most.
extension Ledger {
    /// Keeps a run that may be started.
    public func addRun(_ event: Identifier, _ run: ProcedureRun, due: Instant) throws {
        try database.run(
            "INSERT OR IGNORE INTO runs(event, run, due) VALUES(?,?,?)", event.value, .text(run.json.compact), due.value
        )
    }

    /// The run of an event; nil where it has none, or no longer.
    public func run(of event: Identifier) throws -> RunRow? {
        try runs("SELECT event, run, due, progress, told FROM runs WHERE event=?", event.value).first
    }

    /// Every run that an event waits for; first those that may have been started.
    public func runs() throws -> [RunRow] {
        try runs("SELECT event, run, due, progress, told FROM runs ORDER BY progress IS NULL, due, event")
    }

    /// The run is about to be started, or more is known of it.
    public func keepProgress(_ progress: JSON, of event: Identifier) throws {
        try database.run("UPDATE runs SET progress=? WHERE event=?", .text(progress.compact), event.value)
    }

    /// The RMM has told something of the run.
    public func keepTold(_ body: [UInt8], of event: Identifier) throws {
        try database.run("UPDATE runs SET told=? WHERE event=?", .blob(body), event.value)
    }

    /// Nobody waits for the run any longer.
    public func removeRun(_ event: Identifier) throws {
        try database.run("DELETE FROM runs WHERE event=?", event.value)
    }

    private func runs(_ query: String, _ values: SQLiteValue...) throws -> [RunRow] {
        try database.rows(query, values) { row in
            (row.identifier(0), row.text(1), row.instant(2), row.optionalText(3), row.optionalBlob(4))
        }.map { event, text, due, progress, told in
            guard let json = JSON(ifValid: Array(text.utf8)), let run = ProcedureRun(json: json) else {
                throw LedgerError.unreadable(table: "runs", row: "\(event)")
            }
            return RunRow(
                event: event, run: run, due: due, progress: progress.flatMap { JSON(ifValid: Array($0.utf8)) },
                told: told)
        }
    }

    /// A key that is made once and then stays the same, also over restarts.
    public func ownKey(_ name: String, orMake key: [UInt8]) throws -> [UInt8] {
        try database.run("INSERT OR IGNORE INTO own_keys VALUES(?,?)", .text(name), .blob(key))
        let kept = try database.first("SELECT key FROM own_keys WHERE name=?", .text(name)) { $0.blob(0) }
        guard let kept else { throw LedgerError.unreadable(table: "own_keys", row: name) }
        return kept
    }
}
