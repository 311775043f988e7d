public import Events
public import Formats

/// A row of the outbox.
public struct OutboxRow: Sendable, Equatable {
    /// The row's number; orders on one problem are carried out in its order.
    public var row: Int64
    /// The event that asked for it.
    public var event: Identifier
    /// The lane that carries it out.
    public var lane: String
    /// The problem whose ticket it is about.
    public var problem: String
    /// What is to be done.
    public var action: TicketAction
    /// How often it has been tried.
    public var tries: Int
    /// How often a call that makes something was sent for it.
    public var sends: Int
    /// When it was decided.
    public var created: Instant
    /// Since when an earlier try has been ambiguous.
    public var ambiguousSince: Instant?
    /// The problem's ticket, where it has one.
    public var ticket: TicketNumber?
    /// Whether a technician was seen to have changed the ticket.
    public var isTouched: Bool
    /// Whether it takes in further events.
    public var isOpen: Bool
    /// Since when its lane has not taken it; nil where it has not been tried, or was taken.
    public var failingSince: Instant?
    /// Set where it goes by mail, as its lane did not take it.
    public var mail: Fallback?
    /// Whether the problem's ticket went out by mail, so that it has no number.
    public var isProblemMailed: Bool

    /// How an order came to go by mail.
    public struct Fallback: Sendable, Equatable {
        /// Since when.
        public var since: Instant
        /// What its lane said.
        public var reason: String
        /// Whether its lane may have carried it out all the same, which the mail has to say.
        public var isMarked: Bool

        /// Makes one.
        public init(since: Instant, reason: String, isMarked: Bool) {
            self.since = since
            self.reason = reason
            self.isMarked = isMarked
        }
    }
}

/// A row that waits for a time.
public struct TimerRow: Sendable, Equatable {
    /// What is to happen.
    public enum Kind: String, Sendable {
        /// An order of the outbox is due again. Subject: its lane.
        case order
        /// The patience for an answer has run out. Subject: event, blank, question.
        case input
        /// Messages may go out. Subject: the name under which they wait.
        case notify
        /// What was collected for the administrator goes out.
        case notice
        /// It is time to see whether a storm is over. Subject: the event that began it.
        case storm
        /// A source may have been silent for too long. Subject: its name.
        case expect
        /// A silence is about to end. Subject: its number.
        case silence
        /// A hold is over. Subject: the number of what it has kept back.
        case afterHold
        /// A fire drill has had its time. Subject: its two events and its tenant.
        case drill
    }

    /// The row's number.
    public var number: Int64
    /// When it is due.
    public var due: Instant
    /// What is to happen.
    public var kind: Kind
    /// To what.
    public var subject: String

    /// Makes a row.
    public init(number: Int64, due: Instant, kind: Kind, subject: String) {
        self.number = number
        self.due = due
        self.kind = kind
        self.subject = subject
    }
}

extension Ledger {
    private static let columns = """
        SELECT o.row, o.event, o.lane, o.problem, o.action, o.tries, o.sends, o.created,
            o.ambiguous_since,
            l.ticket, l.ticket_number, l.ticket_url, l.touched, o.is_open, o.failing_since, o.mail_since,
            o.mail_reason, o.mail_marked, l.mailed
        FROM outbox o LEFT JOIN links l ON l.lane=o.lane AND l.problem=o.problem
        """

    /// The rows of a lane that are due and the first of their problem, at most `limit`, those due longest first.
    /// Rows of `held` count for the limit, but are not read.
    public func dueOrders(
        lane: String, now: Instant, limit: Int, except held: Set<Int64> = []
    ) throws -> [OutboxRow] {
        let rows = try database.all(
            Ledger.columns
                + """
                 WHERE o.lane=? AND o.due<=?
                ORDER BY o.due, o.row LIMIT ?
                """, .text(lane), now.value, .integer(Int64(limit)),
            read: { held.contains($0.integer(0)) ? nil : Ledger.readRow($0) })
        return try rows.compactMap(\.self).map(Ledger.checked)
    }

    /// Every lane that has an order.
    public func lanes() throws -> [String] {
        try database.all("SELECT DISTINCT lane FROM outbox ORDER BY lane") { $0.text(0) }
    }

    /// Whether anything is still to be done to a problem's ticket.
    public func hasOrder(lane: String, problem: String) throws -> Bool {
        try database.first(
            "SELECT 1 FROM outbox WHERE lane=? AND problem=? LIMIT 1", .text(lane), .text(problem)
        ) { _ in true } ?? false
    }

    /// One row; nil where it is settled.
    public func order(_ row: Int64) throws -> OutboxRow? {
        try database.first(Ledger.columns + " WHERE o.row=?", .integer(row), read: Ledger.readRow).map(Ledger.checked)
    }

    private static func readRow(_ row: SQLiteRow) -> (Int64, OutboxRow?) {
        guard let action = TicketAction(stored: row.text(4)) else { return (row.integer(0), nil) }
        return (
            row.integer(0),
            OutboxRow(
                row: row.integer(0), event: row.identifier(1), lane: row.text(2), problem: row.text(3), action: action,
                tries: Int(row.integer(5)), sends: Int(row.integer(6)), created: row.instant(7),
                ambiguousSince: row.optionalInteger(8).map { Instant(milliseconds: $0) }, ticket: row.ticket(9),
                isTouched: row.integer(12) != 0, isOpen: row.integer(13) != 0,
                failingSince: row.optionalInteger(14).map { Instant(milliseconds: $0) },
                mail: row.optionalInteger(15).map {
                    OutboxRow.Fallback(
                        since: Instant(milliseconds: $0), reason: row.text(16), isMarked: row.integer(17) != 0)
                }, isProblemMailed: row.integer(18) != 0)
        )
    }

    private static func checked(_ read: (Int64, OutboxRow?)) throws -> OutboxRow {
        guard let row = read.1 else { throw LedgerError.unreadable(table: "outbox", row: "\(read.0)") }
        return row
    }

    /// The row's call may be under way from now on.
    public func markSending(_ row: Int64) throws {
        try database.run("UPDATE outbox SET state='sending', sends=sends+1 WHERE row=?", .integer(row))
    }

    /// The row is tried again at `due`; nil for `ambiguousSince` says that surely no try has reached the PSA.
    ///
    /// `failingSince`: since when its lane has not taken it; `isRefused`: it has refused it, and may take it once something
    /// has been mended.
    public func reschedule(
        _ row: Int64, due: Instant, ambiguousSince: Instant?, failingSince: Instant? = nil, isRefused: Bool = false
    ) throws {
        try database.run(
            """
            UPDATE outbox SET state=?, due=?, ambiguous_since=?, tries=tries+1, failing_since=?, is_refused=?
            WHERE row=?
            """, .text(ambiguousSince == nil ? "pending" : "ambiguous"), due.value,
            ambiguousSince.map(\.value) ?? .null, failingSince.map(\.value) ?? .null, .integer(isRefused ? 1 : 0),
            .integer(row))
    }

    /// Something may have been mended: what was refused is due.
    public func reviveRefused(now: Instant) throws {
        try database.run("UPDATE outbox SET due=? WHERE is_refused=1 AND due>?", now.value, now.value)
    }

    /// The row goes by mail from now on, as its lane does not take it; nothing of the mail has been sent yet.
    public func sendByMail(_ row: Int64, _ fallback: OutboxRow.Fallback) throws {
        try database.run(
            """
            UPDATE outbox SET state='pending', due=?1, ambiguous_since=NULL, tries=tries+1, is_refused=0, mail_since=?1,
                mail_reason=?2, mail_marked=?3 WHERE row=?4
            """, fallback.since.value, .text(fallback.reason), .integer(fallback.isMarked ? 1 : 0), .integer(row))
    }

    /// The problem's ticket has gone out by mail.
    public func markMailed(lane: String, problem: String) throws {
        try database.run(
            """
            UPDATE links SET mailed=1, ticket=NULL, ticket_number=NULL, ticket_url=NULL, ticket_event=NULL
            WHERE lane=? AND problem=?
            """, .text(lane), .text(problem))
    }

    /// The row is settled; the next one of its problem is due.
    public func settle(_ row: Int64) throws {
        try takeOut(row)
        try database.run("DELETE FROM collected WHERE row=?", .integer(row))
    }

    /// Takes a row out of the outbox, but not what was collected for it.
    func takeOut(_ row: Int64) throws {
        try database.run(
            """
            UPDATE outbox SET due=earliest WHERE row=(
                SELECT min(n.row) FROM outbox s JOIN outbox n ON n.lane=s.lane AND n.problem=s.problem AND n.row>s.row
                WHERE s.row=?)
            """, .integer(row))
        try database.run("DELETE FROM outbox WHERE row=?", .integer(row))
    }

    /// After a start: a call that was under way may have reached the PSA. Gives the number of such rows.
    public func markInterrupted(since: Instant) throws -> Int {
        let count = try database.first("SELECT count(*) FROM outbox WHERE state='sending'") { Int($0.integer(0)) } ?? 0
        try database.run(
            """
            UPDATE outbox SET state='ambiguous', due=?, ambiguous_since=? WHERE state='sending'
            """, since.value, since.value)
        return count
    }

    /// Keeps a timer and gives it its number.
    public func setTimer(due: Instant, kind: TimerRow.Kind, subject: String) throws -> TimerRow {
        try database.run(
            "INSERT INTO timers(due, kind, subject) VALUES(?,?,?)", due.value, .text(kind.rawValue), .text(subject))
        return TimerRow(number: database.lastRow, due: due, kind: kind, subject: subject)
    }

    /// The timer has done its work.
    public func removeTimer(_ number: Int64) throws {
        try database.run("DELETE FROM timers WHERE number=?", .integer(number))
    }

    /// Every timer that is set.
    public func timers() throws -> [TimerRow] {
        try database.all("SELECT number, due, kind, subject FROM timers ORDER BY due") { row in
            TimerRow.Kind(rawValue: row.text(2)).map {
                TimerRow(number: row.integer(0), due: row.instant(1), kind: $0, subject: row.text(3))
            }
        }.compactMap(\.self)
    }
}

extension TicketAction {
    /// As a row holds it; nil where that cannot be read, which `checked` reports with the row's number.
    init?(stored text: String) {
        do {
            self.init(json: try JSON(parsing: text))
        } catch {
            return nil
        }
    }
}
