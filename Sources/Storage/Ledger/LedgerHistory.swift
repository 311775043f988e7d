public import Events
public import Formats

/// An event as the history shows it.
public struct HistoryEvent: Sendable, Equatable {
    /// Its place in the order of deciding; a cursor.
    public var number: Int64
    /// Where it comes from.
    public var origin: EventOrigin
    /// The subject, rewritten if a rule did so.
    public var subject: String
    /// The agent's full name.
    public var agent: String
    /// The customer's ID.
    public var organisation: String
    /// From 1 to 9; 0 where none is known.
    public var priority: Int
    /// The tenant; empty for the primary.
    public var tenant: String
    /// The configuration that decided.
    public var settingsHash: String
    /// How far it has come.
    public var state: String
    /// What became of it; nil while it is parked.
    public var disposition: String?
    /// Why.
    public var reason: String?
    /// The PSA, for instance `CWF`.
    public var psa: String?
    /// Its ticket.
    public var ticket: TicketNumber?
}

/// What the history is asked for.
public struct HistoryFilter: Sendable {
    /// Only events received at or after this.
    public var since: Instant?
    /// Only this disposition.
    public var disposition: String?
    /// Only this organisation.
    public var organisation: String?
    /// Only this agent.
    public var agent: String?
    /// Only these tenants.
    public var tenants: Set<String>?
    /// Only subjects that hold this text.
    public var text: String?
    /// Only events before this one; 0 = from the newest.
    public var before: Int64 = 0
    /// At most so many.
    public var limit = 100

    /// Everything, the newest hundred.
    public init() {}
}

/// Reads the ledger beside its owner, on a connection of its own that cannot write. One thread's alone.
public final class LedgerHistory {
    /// Rows that one look through the history may cost.
    public static let scanLimit: Int64 = 100_000

    let database: SQLiteConnection

    /// Opens the ledger's file for reading; it has to exist.
    public init(path: String) throws {
        database = try SQLiteConnection(path: path, .readOnly)
    }

    /// The history on a connection that is open already.
    init(_ database: SQLiteConnection) { self.database = database }

    private static let columns = """
        SELECT number, id, receipt, sequence, item, received, source, subject, agent, org, priority, settings, state,
            disposition, reason, psa, ticket, ticket_number, ticket_url, tenant FROM events
        """

    private static func event(_ row: SQLiteRow) -> HistoryEvent {
        HistoryEvent(
            number: row.integer(0),
            origin: EventOrigin(
                id: row.identifier(1), receipt: row.identifier(2), sequence: UInt64(row.integer(3)),
                item: Int(row.integer(4)), receivedAt: row.instant(5), source: row.text(6)),
            subject: row.text(7), agent: row.text(8), organisation: row.text(9), priority: Int(row.integer(10)),
            tenant: row.text(19), settingsHash: row.text(11), state: row.text(12), disposition: row.optionalText(13),
            reason: row.optionalText(14), psa: row.optionalText(15), ticket: row.ticket(16))
    }

    /// The events that fit, the newest first, and the cursor for the next page; nil where that was all.
    public func events(_ filter: HistoryFilter) throws -> (events: [HistoryEvent], next: Int64?) {
        let newest = try database.first("SELECT max(number) FROM events") { $0.integer(0) } ?? 0
        let top = filter.before > 0 ? filter.before - 1 : newest
        // Below the oldest that is kept there is nothing to look for.
        let oldest = try database.first("SELECT min(number) FROM events") { $0.integer(0) } ?? 1
        let end = max(0, oldest - 1)
        let bottom = max(end, top - LedgerHistory.scanLimit)
        var conditions = ["number<=?", "number>?"]
        var values: [SQLiteValue] = [.integer(top), .integer(bottom)]
        let equal = [
            ("disposition", filter.disposition), ("org", filter.organisation), ("agent", filter.agent),
        ]
        for (column, wanted) in equal {
            guard let wanted else { continue }
            conditions.append("\(column)=? COLLATE NOCASE")
            values.append(.text(wanted))
        }
        if let tenants = filter.tenants {
            let marks = Array(repeating: "?", count: tenants.count).joined(separator: ",")
            conditions.append("tenant COLLATE NOCASE IN (\(marks))")
            values += tenants.sorted().map { .text($0) }
        }
        if let since = filter.since {
            conditions.append("received>=?")
            values.append(since.value)
        }
        if let text = filter.text {
            conditions.append("instr(lower(subject), lower(?))>0")
            values.append(.text(text))
        }
        values.append(.integer(Int64(filter.limit)))
        let events = try database.rows(
            LedgerHistory.columns + " WHERE " + conditions.joined(separator: " AND ")
                + " ORDER BY number DESC LIMIT ?", values, LedgerHistory.event)
        if events.count == filter.limit, let last = events.last, last.number > oldest { return (events, last.number) }
        return (events, bottom > end ? bottom + 1 : nil)
    }

    /// One event; nil where the ledger does not know it.
    public func event(_ id: Identifier) throws -> HistoryEvent? {
        try database.first(LedgerHistory.columns + " WHERE id=?", id.value, read: LedgerHistory.event)
    }

    /// The events of a receipt, in the order of its items.
    public func events(receipt: Identifier) throws -> [HistoryEvent] {
        try database.all(
            LedgerHistory.columns + " WHERE receipt=? ORDER BY item", receipt.value, read: LedgerHistory.event)
    }

    /// What each stage saw and decided.
    public func trace(_ event: HistoryEvent) throws -> [TraceStep] {
        let text = try database.first("SELECT steps FROM traces WHERE event=?", .integer(event.number)) { $0.text(0) }
        guard let text else { return [] }
        return TraceStep.steps(try JSON(parsing: text))
    }

    /// How many events ended in each disposition, since the ledger began.
    public func dispositionCounts() throws -> [(disposition: String, count: Int)] {
        try database.all(
            "SELECT disposition, count FROM tallies WHERE count>0 ORDER BY disposition"
        ) { ($0.text(0), Int($0.integer(1))) }
    }

    /// Every journal record up to this one is settled.
    public func watermark() throws -> UInt64 {
        UInt64(try database.first("SELECT value FROM marks WHERE name='watermark'") { $0.integer(0) } ?? 0)
    }

    /// When the last event was received.
    public func lastReceived() throws -> Instant? {
        try database.first("SELECT received FROM events ORDER BY number DESC LIMIT 1") { $0.instant(0) }
    }
}
