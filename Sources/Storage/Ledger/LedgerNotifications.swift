public import Decisions
public import Events
public import Formats

/// A notification that waits.
public struct NotificationRow: Sendable, Equatable {
    /// What it waits for.
    public enum State: String, Sendable {
        /// Its time, and the ticket's number.
        case waiting
        /// What the delivery makes of the event.
        case delivery
        /// It has gone out without the ticket's number, which is to follow.
        case number
    }

    /// The row's number.
    public var row: Int64
    /// The event that it tells of.
    public var event: Identifier
    /// What goes out together has the same name here.
    public var batch: String
    /// What it waits for.
    public var state: State
    /// When it goes out.
    public var due: Instant
    /// Until when it waits for the ticket's number.
    public var waitUntil: Instant
    /// What was asked for.
    public var notification: Notification
    /// The event's ticket; nil while it has none.
    public var ticket: TicketNumber?
}

extension Ledger {
    /// Keeps a notification that waits.
    public func keep(
        _ notification: Notification, event: Identifier, batch: String, state: NotificationRow.State, due: Instant,
        waitUntil: Instant, now: Instant
    ) throws {
        try database.run(
            """
            INSERT INTO notifications(
                event, lane, problem, organisation, batch, state, channel, due, wait_until, patience, created, message)
            VALUES(?,?,?,?,?,?,?,?,?,?,?,?)
            """, event.value, .text(notification.problem.lane), .text(notification.problem.name),
            .text(notification.organisation), .text(batch), .text(state.rawValue),
            .text(notification.message.channel.rawValue), due.value, waitUntil.value,
            .integer(notification.wait.milliseconds), now.value, .text(notification.message.json.compact))
    }

    /// Whether anything waits under that name.
    public func hasBatch(_ batch: String) throws -> Bool {
        try database.first(
            "SELECT 1 FROM notifications WHERE batch=? AND state='waiting' LIMIT 1", .text(batch)
        ) { _ in true } ?? false
    }

    private static let columns = """
        SELECT n.row, n.event, n.batch, n.state, n.due, n.wait_until, n.lane, n.problem, n.organisation, n.patience,
            n.message, e.ticket, e.ticket_number, e.ticket_url
        FROM notifications n LEFT JOIN events e ON e.id=n.event
        """

    /// What waits under one name, in the order of deciding.
    public func notifications(batch: String) throws -> [NotificationRow] {
        try rows(Ledger.columns + " WHERE n.batch=? AND n.state='waiting' ORDER BY n.row", .text(batch))
    }

    /// What waits for an event.
    public func notifications(event: Identifier) throws -> [NotificationRow] {
        try rows(Ledger.columns + " WHERE n.event=? ORDER BY n.row", event.value)
    }

    /// Pages about a problem that are not due yet.
    public func heldPages(_ problem: Notification.Problem, after now: Instant) throws -> [NotificationRow] {
        try pages(problem).filter { $0.state == .waiting && $0.due > now }
    }

    /// Pages about a problem, whatever they wait for.
    public func pages(_ problem: Notification.Problem) throws -> [NotificationRow] {
        try rows(
            Ledger.columns + " WHERE n.lane=? AND n.problem=? AND n.channel='page' ORDER BY n.row",
            .text(problem.lane), .text(problem.name))
    }

    private func rows(_ sql: String, _ values: SQLiteValue...) throws -> [NotificationRow] {
        let read = try database.rows(sql, values) { row in
            (
                row.integer(0), row.identifier(1), row.text(2), NotificationRow.State(rawValue: row.text(3)),
                (row.instant(4), row.instant(5)), (row.text(6), row.text(7), row.text(8), row.integer(9)), row.text(10),
                row.ticket(11)
            )
        }
        return try read.map { number, event, batch, state, times, about, text, ticket in
            guard let state else { throw LedgerError.unreadable(table: "notifications", row: "\(number)") }
            return NotificationRow(
                row: number, event: event, batch: batch, state: state, due: times.0, waitUntil: times.1,
                notification: Notification(
                    message: try Ledger.message(text, "notifications", number), organisation: about.2,
                    problem: .init(lane: about.0, name: about.1), timing: .together(at: times.0),
                    wait: .init(milliseconds: about.3)), ticket: ticket)
        }
    }

    /// The notification has gone out; its ticket's number is to follow.
    public func awaitNumber(_ row: Int64) throws {
        try database.run("UPDATE notifications SET state='number' WHERE row=?", .integer(row))
    }

    /// The notification no longer waits for the ticket's number.
    public func stopWaiting(_ row: Int64, at now: Instant) throws {
        try database.run(
            "UPDATE notifications SET wait_until=min(wait_until, ?) WHERE row=?", now.value, .integer(row))
    }

    /// The notification waits for nothing any more.
    public func removeNotification(_ row: Int64) throws {
        try database.run("DELETE FROM notifications WHERE row=?", .integer(row))
    }

    /// Forgets what has waited for a delivery or a number since `before`; what waits for its time stays.
    public func removeOutdatedNotifications(_ before: Instant, limit: Int) throws -> Bool {
        var isFull = false
        for state in [NotificationRow.State.delivery, .number] {
            try database.run(
                """
                DELETE FROM notifications WHERE row IN (
                    SELECT row FROM notifications WHERE state=? AND created<? ORDER BY created LIMIT ?)
                """, .text(state.rawValue), before.value, .integer(Int64(limit)))
            isFull = isFull || database.changes == limit
        }
        return isFull
    }
}
