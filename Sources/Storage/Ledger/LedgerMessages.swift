public import Events
import Formats

/// A row of the messages' outbox.
public struct MessageRow: Sendable, Equatable {
    /// The row's number.
    public var row: Int64
    /// What is to go out.
    public var message: MessageOrder
    /// How often it has been tried.
    public var attempts: Int
    /// When it was put here.
    public var created: Instant
}

/// How far a message has come.
public enum MessageState: String, Sendable, CaseIterable {
    /// It waits for its lane.
    case pending
    /// Its call may be under way.
    case sending
    /// It has gone out.
    case done
    /// It will not go out.
    case failed
}

extension Ledger {
    /// Puts a message into the outbox; one that is there already is not put there again.
    public func enqueue(_ message: MessageOrder, now: Instant) throws {
        try database.run(
            """
            INSERT OR IGNORE INTO messages(id, lane, message, state, attempts, created, due, alias)
            VALUES(?,?,?,?,0,?,?,?)
            """, .text(message.id), .text(message.lane), .text(message.json.compact),
            .text(MessageState.pending.rawValue), now.value, now.value,
            message.isForPager ? .text(message.dedupKey) : .null)
    }

    /// The messages of a lane that are due, those due longest first.
    /// Rows of `held` count for the limit, but are not read.
    public func dueMessages(
        lane: String, now: Instant, limit: Int, except held: Set<Int64> = []
    ) throws -> [MessageRow] {
        try messages(
            """
            SELECT row, message, attempts, created FROM messages WHERE state='pending' AND lane=? AND due<=?
            ORDER BY due, row LIMIT ?
            """, [.text(lane), now.value, .integer(Int64(limit))], except: held)
    }

    func messages(
        _ sql: String, _ values: [SQLiteValue], except held: Set<Int64> = []
    ) throws -> [MessageRow] {
        let rows = try database.rows(sql, values) { row in
            held.contains(row.integer(0))
                ? nil : (row.integer(0), row.text(1), Int(row.integer(2)), row.instant(3))
        }
        return try rows.compactMap(\.self).map { row, text, attempts, created in
            MessageRow(
                row: row, message: try Ledger.message(text, "messages", row), attempts: attempts, created: created)
        }
    }

    /// An order as a table holds it.
    static func message(_ text: String, _ table: String, _ row: Int64) throws -> MessageOrder {
        // `try?` only turns "is no JSON" into nil, which is reported with the row's number.
        guard let json = try? JSON(parsing: text), let message = MessageOrder(json: json) else {
            throw LedgerError.unreadable(table: table, row: "\(row)")
        }
        return message
    }

    /// How often a message has been tried; 0 where there is none.
    public func messageAttempts(_ row: Int64) throws -> Int {
        try database.first("SELECT attempts FROM messages WHERE row=?", .integer(row)) { Int($0.integer(0)) } ?? 0
    }

    /// The message's call may be under way from now on.
    public func markMessageSending(_ row: Int64) throws {
        try database.run("UPDATE messages SET state='sending', attempts=attempts+1 WHERE row=?", .integer(row))
    }

    /// The message is tried again at `due`.
    public func retryMessage(_ row: Int64, due: Instant, reason: String) throws {
        try database.run(
            "UPDATE messages SET state='pending', due=?, reason=? WHERE row=?", due.value, .text(reason), .integer(row))
    }

    /// The message has gone out, or, with a reason, never will.
    public func settleMessage(_ row: Int64, failed reason: String? = nil) throws {
        try database.run(
            "UPDATE messages SET state=?, reason=? WHERE row=?",
            .text((reason == nil ? MessageState.done : .failed).rawValue), .optional(reason), .integer(row))
    }

    /// After a start: messages whose calls were under way are sent again, with the same ID.
    public func resumeMessages() throws {
        try database.run("UPDATE messages SET state='pending' WHERE state='sending'")
    }

    /// Gives up messages that nobody has taken since `unsent`, and forgets what is settled and older than `settled`, at most
    /// `limit` rows each; true where there may be more.
    public func removeOutdatedMessages(unsent: Instant, settled: Instant, limit: Int) throws -> Bool {
        try database.run(
            """
            UPDATE messages SET state='failed', reason='nobody took it in time' WHERE row IN (
                SELECT row FROM messages WHERE state='pending' AND created<? ORDER BY created LIMIT ?)
            """, unsent.value, .integer(Int64(limit)))
        var isFull = database.changes == limit
        for state in [MessageState.done, .failed] {
            try database.run(
                """
                DELETE FROM messages WHERE row IN (
                    SELECT row FROM messages WHERE state=? AND created<? ORDER BY created LIMIT ?)
                """, .text(state.rawValue), settled.value, .integer(Int64(limit)))
            isFull = isFull || database.changes == limit
        }
        return isFull
    }
}
