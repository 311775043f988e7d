public import Decisions
public import Events
public import Formats

/// Where an event comes from: its place in the journal.
public struct EventOrigin: Sendable, Equatable {
    /// The event's GUID.
    public var id: Identifier
    /// The receipt of its alert.
    public var receipt: Identifier
    /// The journal record.
    public var sequence: UInt64
    /// The item of the record.
    public var item: Int
    /// When the alert was accepted.
    public var receivedAt: Instant
    /// The source's name.
    public var source: String

    /// Makes an origin.
    public init(
        id: Identifier, receipt: Identifier, sequence: UInt64, item: Int, receivedAt: Instant, source: String
    ) {
        self.id = id
        self.receipt = receipt
        self.sequence = sequence
        self.item = item
        self.receivedAt = receivedAt
        self.source = source
    }
}

extension Ledger {
    /// Keeps a verdict: the event, its trace, and what the memory keeps. A parked event's row is completed.
    public func save(_ verdict: Verdict, _ origin: EventOrigin) throws {
        let number = try saveEvent(
            origin, verdict.facts, state: verdict.state, disposition: verdict.disposition, reason: verdict.reason,
            lane: verdict.delivery?.lane)
        try database.run("INSERT OR REPLACE INTO traces VALUES(?,?)", .integer(number), .text(verdict.trace.compact))
        for change in verdict.changes { try apply(change) }
    }

    /// Keeps an event that waits for an answer, with all that it will be decided from again.
    public func park(
        _ origin: EventOrigin, _ facts: Verdict.Facts, record: AlertRecord, reason: String? = nil
    ) throws {
        _ = try saveEvent(origin, facts, state: .parked, disposition: nil, reason: reason, lane: nil)
        try database.run("INSERT OR REPLACE INTO parked VALUES(?,?)", origin.id.value, .blob(record.encoded))
    }

    /// A parked event's origin and alert; nil where it is parked no longer.
    public func parkedEvent(_ id: Identifier) throws -> (origin: EventOrigin, record: AlertRecord)? {
        let row = try database.first(
            """
            SELECT e.receipt, e.sequence, e.item, e.received, e.source, p.record
            FROM parked p JOIN events e ON e.id=p.event WHERE p.event=?
            """, id.value
        ) { row in
            (
                EventOrigin(
                    id: id, receipt: row.identifier(0), sequence: UInt64(row.integer(1)), item: Int(row.integer(2)),
                    receivedAt: row.instant(3), source: row.text(4)), row.blob(5)
            )
        }
        guard let row else { return nil }
        return (row.0, try AlertRecord(decoding: row.1))
    }

    /// The event waits no longer.
    public func unpark(_ id: Identifier) throws {
        try database.run("DELETE FROM parked WHERE event=?", id.value)
    }

    /// Keeps the event's row and gives its number.
    private func saveEvent(
        _ origin: EventOrigin, _ facts: Verdict.Facts, state: EventState, disposition: Disposition?, reason: String?,
        lane: String?
    ) throws -> Int64 {
        let psa = SQLiteValue.optional(lane.map { String($0.prefix { $0 != " " }) })
        try database.run(
            """
            INSERT INTO events(
                id, receipt, sequence, item, received, source, subject, agent, org, tenant, priority, settings, state,
                disposition, reason, psa)
            VALUES(?,?,?,?,?,?,?,?,?,?,?,?,?,?,?,?) ON CONFLICT(id) DO NOTHING
            """, origin.id.value, origin.receipt.value, .integer(Int64(origin.sequence)), .integer(Int64(origin.item)),
            origin.receivedAt.value, .text(origin.source), .text(facts.subject), .text(facts.agent),
            .text(facts.organisation), .text(facts.tenant), .integer(Int64(facts.priority)), .text(facts.settingsHash),
            .text(state.rawValue), .optional(disposition?.rawValue), .optional(reason), psa)
        if database.changes == 1 {
            let number = database.lastRow
            // A fire drill is nobody's alert.
            if origin.source != Event.drillSource { try tally(disposition, received: origin.receivedAt) }
            return number
        }
        // It was parked, or is decided anew: what it is to be delivered to now is not the ticket that it may have had.
        try database.run(
            """
            UPDATE events SET subject=?1, agent=?2, org=?3, tenant=?4, priority=?5, settings=?6, state=?7, disposition=?8,
                reason=?9, psa=coalesce(?10, psa), ticket=iif(?10 IS NULL, ticket, NULL),
                ticket_number=iif(?10 IS NULL, ticket_number, NULL), ticket_url=iif(?10 IS NULL, ticket_url, NULL)
            WHERE id=?11
            """, .text(facts.subject), .text(facts.agent), .text(facts.organisation), .text(facts.tenant),
            .integer(Int64(facts.priority)), .text(facts.settingsHash), .text(state.rawValue),
            .optional(disposition?.rawValue), .optional(reason), psa, origin.id.value)
        let number = try database.first("SELECT number FROM events WHERE id=?", origin.id.value) { $0.integer(0) }
        guard let number else { throw LedgerError.unreadable(table: "events", row: "\(origin.id)") }
        return number
    }

    /// A delivery has come to something: the event's state, its ticket, perhaps another disposition, and a step more.
    public func saveDelivery(
        _ event: Identifier, state: EventState, ticket: TicketNumber?, disposition: Disposition?, reason: String?,
        step: TraceStep
    ) throws {
        try database.run(
            """
            UPDATE events SET state=?, ticket=coalesce(?, ticket), ticket_number=coalesce(?, ticket_number),
                ticket_url=coalesce(?, ticket_url), disposition=coalesce(?, disposition), reason=coalesce(?, reason)
            WHERE id=?
            """, .text(state.rawValue), .optional(ticket?.id), .optional(ticket?.number), .optional(ticket?.url),
            .optional(disposition?.rawValue), .optional(reason), event.value)
        try appendStep(step, to: event)
    }

    /// Adds a step to an event's trace.
    public func appendStep(_ step: TraceStep, to event: Identifier) throws {
        try database.run(
            """
            UPDATE traces SET steps=json_insert(steps, '$[#]', json(?))
            WHERE event=(SELECT number FROM events WHERE id=?)
            """, .text(step.compactJSON.compact), event.value)
    }

    /// Keeps a question that waits for its answer, also where it was asked and answered before.
    public func ask(_ event: Identifier, _ name: String) throws {
        try database.run("INSERT OR REPLACE INTO inputs VALUES(?,?,NULL,NULL)", event.value, .text(name))
    }

    /// Keeps an answer; false where the question was answered before, or never asked.
    public func answer(_ event: Identifier, _ name: String, _ answer: InputAnswer, at now: Instant) throws -> Bool {
        let open = try database.first(
            "SELECT 1 FROM inputs WHERE event=? AND name=? AND answered IS NULL", event.value, .text(name)
        ) { _ in true }
        guard open == true else { return false }
        try database.run(
            "UPDATE inputs SET answered=?, answer=? WHERE event=? AND name=?", now.value, .optional(answer.recorded),
            event.value, .text(name))
        return true
    }

    /// The answers that are recorded for an event.
    public func inputs(_ event: Identifier) throws -> [String: InputAnswer] {
        let rows = try database.all(
            "SELECT name, answer FROM inputs WHERE event=? AND answered IS NOT NULL", event.value
        ) { ($0.text(0), $0.optionalText(1).map { InputAnswer.value($0) } ?? .unknown) }
        return Dictionary(rows) { first, _ in first }
    }

    /// Every question that waits for its answer: what has to be asked again after a start.
    public func openQuestions() throws -> [(event: Identifier, name: String)] {
        try database.all("SELECT event, name FROM inputs WHERE answered IS NULL") { ($0.identifier(0), $0.text(1)) }
    }
}
