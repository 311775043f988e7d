public import Events
public import Formats

/// An order that was given up, kept for people to look at.
public struct DeadLetter: Sendable, Equatable {
    /// Its number: the outbox row that it had.
    public var row: Int64
    /// The event that asked for it.
    public var event: Identifier
    /// The lane that did not carry it out.
    public var lane: String
    /// The problem whose ticket it is about.
    public var problem: String
    /// What was to be done.
    public var action: TicketAction
    /// How often it was tried.
    public var tries: Int
    /// When it was decided.
    public var created: Instant
    /// When it was given up.
    public var died: Instant
    /// Why.
    public var reason: String
    /// Whether a try may have been carried out.
    public var mayBeDone: Bool
    /// Whether that try was a mail in place of the lane.
    public var wentByMail: Bool
}

extension Ledger {
    /// Gives an order up: it leaves the outbox and is kept with what its events had become.
    public func bury(_ order: OutboxRow, events: [Identifier], reason: String, now: Instant) throws {
        // A mail that was handed over may have arrived; what an interface refused or did not answer was not carried out.
        let mayBeDone = order.ambiguousSince != nil
        try database.run(
            """
            INSERT INTO dead_letters(
                row, event, lane, problem, action, tries, created, died, reason, may_be_done, mail_since, mail_reason)
            SELECT row, event, lane, problem, action, tries, created, ?, ?, ?, mail_since, mail_reason
            FROM outbox WHERE row=?
            """, now.value, .text(reason), .integer(mayBeDone ? 1 : 0), .integer(order.row))
        for event in events {
            try database.run(
                """
                INSERT OR REPLACE INTO dead_events(row, event, disposition, reason)
                SELECT ?1, id, disposition, reason FROM events WHERE id=?2
                """, .integer(order.row), event.value)
        }
        try takeOut(order.row)
    }

    /// Puts a dead letter back into the outbox, behind what waits there for the same problem; gives the events that wait for
    /// it again, with what they had become. Nil where there is no such letter.
    ///
    /// Whatever it has tried before is looked up first: it carries the same reference.
    public func revive(
        _ number: Int64, now: Instant
    ) throws -> [(event: Identifier, disposition: String?, reason: String?)]? {
        guard let letter = try history.deadLetter(number) else { return nil }
        let mustWait = try hasOrder(lane: letter.lane, problem: letter.problem)
        // One that may have arrived by mail goes that way again, marked: the interface would make a second ticket of it.
        let isMailLane = letter.lane.hasPrefix(TicketDraft.Mail.lanePrefix)
        let isMarked = letter.mayBeDone && (letter.wentByMail || isMailLane)
        let isLookedUp = !isMarked && !isMailLane
        try database.run(
            """
            INSERT INTO outbox(
                event, lane, problem, action, state, tries, sends, created, earliest, due, ambiguous_since, is_open,
                mail_since, mail_reason, mail_marked)
            SELECT event, lane, problem, action, ?1, 0, 0, ?2, ?2, ?3, ?4, 0, CASE WHEN ?5 THEN ?2 END,
                CASE WHEN ?5 THEN coalesce(mail_reason, reason) END, ?5 FROM dead_letters WHERE row=?6
            """, .text(isLookedUp ? "ambiguous" : "pending"), now.value,
            mustWait ? .integer(Ledger.notBeforeItsTurn) : now.value, isLookedUp ? letter.died.value : .null,
            .integer(isMarked ? 1 : 0), .integer(number))
        let row = database.lastRow
        try countOrder(lane: letter.lane)
        try database.run("UPDATE collected SET row=? WHERE row=?", .integer(row), .integer(number))
        let events = try database.all(
            "SELECT event, disposition, reason FROM dead_events WHERE row=?", .integer(number)
        ) { ($0.identifier(0), $0.optionalText(1), $0.optionalText(2)) }
        try forgetDeadLetter(number)
        return events
    }

    /// Forgets a dead letter for good; gives the events that it stood for, nil where there is none.
    public func drop(_ number: Int64) throws -> [Identifier]? {
        guard try history.deadLetter(number) != nil else { return nil }
        let events = try database.all(
            "SELECT event FROM dead_events WHERE row=?", .integer(number)
        ) { $0.identifier(0) }
        try forgetDeadLetter(number)
        try database.run("DELETE FROM collected WHERE row=?", .integer(number))
        return events
    }

    private func forgetDeadLetter(_ number: Int64) throws {
        try database.run("DELETE FROM dead_letters WHERE row=?", .integer(number))
        try database.run("DELETE FROM dead_events WHERE row=?", .integer(number))
    }

    /// The dead letters that an event has a part in.
    public func deadLetters(of event: Identifier) throws -> [Int64] {
        try database.all("SELECT row FROM dead_events WHERE event=? ORDER BY row", event.value) { $0.integer(0) }
    }

    /// What waits for a later time to be tried again for an event is due; gives how many orders.
    public func hasten(_ event: Identifier, now: Instant) throws -> [String] {
        let lanes = try database.all(
            "SELECT lane FROM outbox WHERE event=? AND due>? AND due<? AND tries>0", event.value, now.value,
            .integer(Ledger.notBeforeItsTurn)
        ) { $0.text(0) }
        try database.run(
            "UPDATE outbox SET due=?1 WHERE event=?2 AND due>?1 AND due<?3 AND tries>0", now.value, event.value,
            .integer(Ledger.notBeforeItsTurn))
        return lanes
    }

    /// An event waits for its delivery again, as what it had become.
    public func reopen(_ event: Identifier, disposition: String?, reason: String?, step: TraceStep) throws {
        try database.run(
            "UPDATE events SET state='decided', disposition=?, reason=? WHERE id=?", .optional(disposition),
            .optional(reason), event.value)
        try appendStep(step, to: event)
    }

    /// Forgets dead letters that died before, with what was collected for them, at most `limit`; true where there may be more.
    public func removeOutdatedDeadLetters(_ before: Instant, limit: Int) throws -> Bool {
        let rows = try database.all(
            "SELECT row FROM dead_letters WHERE died<? ORDER BY died LIMIT ?", before.value, .integer(Int64(limit))
        ) { $0.integer(0) }
        for row in rows { _ = try drop(row) }
        return rows.count == limit
    }
}

/// A place in the list of dead letters.
public struct DeadLetterCursor: Sendable, Equatable {
    var died: Instant
    var row: Int64

    /// As a page's answer gives it; nil where it is none.
    public init?(_ text: String) {
        let parts = text.split(separator: ".", omittingEmptySubsequences: false).map { Int64($0) }
        guard parts.count == 2, let died = parts[0], let row = parts[1] else { return nil }
        self.died = Instant(milliseconds: died)
        self.row = row
    }

    init(_ letter: DeadLetter) {
        died = letter.died
        row = letter.row
    }

    /// The text that gives it back.
    public var text: String { "\(died.milliseconds).\(row)" }
}

extension LedgerHistory {
    private static let deadColumns = """
        SELECT d.row, d.event, d.lane, d.problem, d.action, d.tries, d.created, d.died, d.reason, d.may_be_done,
            d.mail_since FROM dead_letters d
        """

    /// The dead letters, the latest first, at most `limit`, from a cursor on, and the cursor for the next page; nil where that
    /// was all. `tenants`: only theirs.
    public func deadLetters(
        limit: Int, after cursor: DeadLetterCursor? = nil, tenants: Set<String>? = nil
    ) throws -> (letters: [DeadLetter], next: DeadLetterCursor?) {
        var values: [SQLiteValue] = [
            cursor?.died.value ?? .integer(.max), .integer(cursor?.row ?? .max),
        ]
        let theirs = LedgerHistory.condition(tenants, &values)
        values.append(.integer(Int64(limit) + 1))
        var letters = try database.rows(
            LedgerHistory.deadColumns + theirs.join + " WHERE (d.died, d.row)<(?,?)" + theirs.condition
                + " ORDER BY d.died DESC, d.row DESC LIMIT ?", values, LedgerHistory.readDeadLetter
        ).map(LedgerHistory.checked)
        guard letters.count > limit else { return (letters, nil) }
        letters.removeLast()
        return (letters, letters.last.map { DeadLetterCursor($0) })
    }

    /// How many of them are these tenants'.
    public func deadLetterCount(of tenants: Set<String>) throws -> Int {
        var values: [SQLiteValue] = []
        let theirs = LedgerHistory.condition(tenants, &values)
        return try database.rows(
            "SELECT count(*) FROM dead_letters d" + theirs.join + " WHERE true" + theirs.condition, values
        ) { Int($0.integer(0)) }.first ?? 0
    }

    /// What picks the dead letters of tenants out, where not all are wanted.
    private static func condition(
        _ tenants: Set<String>?, _ values: inout [SQLiteValue]
    ) -> (join: String, condition: String) {
        guard let tenants else { return ("", "") }
        values += tenants.sorted().map { .text($0) }
        let marks = Array(repeating: "?", count: tenants.count).joined(separator: ",")
        return (" JOIN events e ON e.id=d.event", " AND e.tenant COLLATE NOCASE IN (\(marks))")
    }

    /// One dead letter; nil where there is none of that number.
    public func deadLetter(_ number: Int64) throws -> DeadLetter? {
        try database.first(
            LedgerHistory.deadColumns + " WHERE d.row=?", .integer(number), read: LedgerHistory.readDeadLetter
        ).map(LedgerHistory.checked)
    }

    private static func readDeadLetter(_ row: SQLiteRow) -> (Int64, DeadLetter?) {
        guard let action = TicketAction(stored: row.text(4)) else { return (row.integer(0), nil) }
        return (
            row.integer(0),
            DeadLetter(
                row: row.integer(0), event: row.identifier(1), lane: row.text(2), problem: row.text(3), action: action,
                tries: Int(row.integer(5)), created: row.instant(6), died: row.instant(7), reason: row.text(8),
                mayBeDone: row.integer(9) != 0, wentByMail: !row.isNull(10))
        )
    }

    private static func checked(_ read: (Int64, DeadLetter?)) throws -> DeadLetter {
        guard let letter = read.1 else { throw LedgerError.unreadable(table: "dead_letters", row: "\(read.0)") }
        return letter
    }
}
