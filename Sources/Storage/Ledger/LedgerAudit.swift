public import Events
public import Formats

/// An event's row, as far as an audit looks at it.
public struct AuditRow: Sendable, Equatable {
    /// Its place in the order of deciding.
    public var number: Int64
    /// The event.
    public var id: Identifier
    /// The journal record, and the item of it.
    public var sequence: UInt64
    /// The item of the record.
    public var item: Int
    /// How far it has come.
    public var state: String
    /// What became of it; nil while it is parked.
    public var disposition: String?
    /// The configuration that decided.
    public var settings: String
    /// Whether the alert is kept as it came: then it is one event, however many it holds.
    public var isQuarantined: Bool
}

extension LedgerHistory {
    /// Runs `body` on one state of the ledger, whatever its owner does meanwhile.
    public func snapshot<Result>(_ body: () throws -> Result) throws -> Result {
        try database.script("BEGIN")
        do {
            let result = try body()
            try database.script("COMMIT")
            return result
        } catch {
            try database.script("ROLLBACK")
            throw error
        }
    }

    /// The number of the first event that was received then or later; nil where there is none.
    public func firstNumber(since time: Instant) throws -> Int64? {
        try database.first("SELECT min(number) FROM events WHERE received>=?", time.value) { $0.optionalInteger(0) }
            .flatMap(\.self)
    }

    /// Events in the order of deciding, from a number on.
    public func auditRows(from number: Int64, limit: Int) throws -> [AuditRow] {
        try database.all(
            """
            SELECT number, id, sequence, item, state, disposition, settings, subject='quarantined alert' FROM events
            WHERE number>=?
            ORDER BY number LIMIT ?
            """, .integer(number), .integer(Int64(limit))
        ) {
            AuditRow(
                number: $0.integer(0), id: $0.identifier(1), sequence: UInt64($0.integer(2)), item: Int($0.integer(3)),
                state: $0.text(4), disposition: $0.optionalText(5), settings: $0.text(6),
                isQuarantined: $0.integer(7) != 0)
        }
    }

    /// Every event for which something waits: an order, a place in an order's list, an answer, a time.
    public func attended() throws -> Set<Identifier> {
        let rows = try database.all(
            "SELECT event FROM outbox UNION SELECT event FROM collected UNION SELECT event FROM parked"
        ) { $0.identifier(0) }
        return Set(rows)
    }

    /// The history has forgotten events that were received until then; nil where it has forgotten none.
    public func forgottenUntil() throws -> Instant? {
        try database.first("SELECT value FROM marks WHERE name='forgotten'") { $0.instant(0) }
    }

    /// The journal's records that were taken as settled when a backup was put back.
    public func takenAsSettled() throws -> ClosedRange<UInt64>? {
        let marks = try ["settled-from", "settled-to"].map { name in
            try database.first("SELECT value FROM marks WHERE name=?", .text(name)) { UInt64($0.integer(0)) }
        }
        guard let from = marks[0], let to = marks[1], from <= to else { return nil }
        return from...to
    }
}

extension Ledger {
    /// Notes that the history no longer holds all events that were received until then.
    func noteForgotten(_ received: Instant) throws {
        try setMark("forgotten", max(try mark("forgotten") ?? .min, received.milliseconds))
    }

    /// A backup was put back, and the journal's records from its watermark up to this one are taken as settled.
    public func settleRest(upTo sequence: UInt64) throws {
        let watermark = try watermark
        guard sequence > watermark else { return }
        try setMark("settled-from", Int64(watermark + 1))
        try setMark("settled-to", Int64(sequence))
        try setWatermark(sequence)
    }
}
