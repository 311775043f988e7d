public import Decisions
public import Events
public import Formats

/// A page that a pager was handed, as far as one event is concerned.
public struct OpenPage: Sendable, Equatable {
    /// What the pager knows it by: the first of its events.
    public var alias: String
    /// Whose pager: the tenant's ID.
    public var tenant: String
    /// Whether the pager did not take it, and it went out by mail.
    public var isMailed: Bool
}

/// Pages at the services' interfaces: what is due there, in the order of each page, and which are still open.
extension Ledger {
    /// The lanes to pagers for which something is due.
    public func dueLanesOfPagers(now: Instant) throws -> [String] {
        // The first name after all that begin so: the colon's successor in ASCII.
        try database.all(
            "SELECT DISTINCT lane FROM messages WHERE state='pending' AND lane>=? AND lane<? AND due<=?",
            .text(MessageOrder.pagerLanes), .text("page;"), now.value
        ) { $0.text(0) }
    }

    /// The messages of a pager's lane that are due. What follows a page waits until the page itself is settled.
    /// Rows of `held` count for the limit, but are not read.
    public func duePages(
        lane: String, now: Instant, limit: Int, except held: Set<Int64> = []
    ) throws -> [MessageRow] {
        try messages(
            """
            SELECT row, message, attempts, created FROM messages m WHERE state='pending' AND lane=? AND due<=?
                AND NOT EXISTS(
                    SELECT 1 FROM messages p WHERE p.alias=m.alias AND p.lane=m.lane AND p.row<m.row
                        AND p.state='pending')
            ORDER BY due, row LIMIT ?
            """, [.text(lane), now.value, .integer(Int64(limit))], except: held)
    }

    /// A message that still waits in a lane; nil where it is settled.
    public func pendingMessage(_ row: Int64) throws -> MessageRow? {
        try messages(
            "SELECT row, message, attempts, created FROM messages WHERE row=? AND state='pending'", [.integer(row)]
        ).first
    }

    /// What waits behind a message about the same page.
    public func messages(behind row: MessageRow) throws -> [MessageRow] {
        try messages(
            """
            SELECT row, message, attempts, created FROM messages WHERE alias=? AND lane=? AND row>? AND state='pending'
            ORDER BY row
            """, [.text(row.message.dedupKey), .text(row.message.lane), .integer(row.row)])
    }

    /// One more try at a message has ended.
    public func countMessageTry(_ row: Int64) throws {
        try database.run("UPDATE messages SET attempts=attempts+1 WHERE row=?", .integer(row))
    }

    /// A pager is handed a page that tells of an event.
    public func openPage(
        _ alias: String, event: Identifier, tenant: String, problem: Notification.Problem, now: Instant
    ) throws {
        try database.run(
            "INSERT OR REPLACE INTO open_pages(event, alias, tenant, lane, problem, sent) VALUES(?,?,?,?,?,?)",
            event.value, .text(alias), .text(tenant), .text(problem.lane), .text(problem.name), now.value)
    }

    /// The page that tells of an event and is not over; nil where there is none.
    public func openPage(of event: Identifier) throws -> OpenPage? {
        try database.first("SELECT alias, tenant, is_mailed FROM open_pages WHERE event=?", event.value) {
            OpenPage(alias: $0.text(0), tenant: $0.text(1), isMailed: $0.integer(2) != 0)
        }
    }

    /// The page went out by mail: the pager does not know it.
    public func markPageMailed(_ alias: String) throws {
        try database.run("UPDATE open_pages SET is_mailed=1 WHERE alias=?", .text(alias))
    }

    /// A problem is over, but for `event`. Gives the pages that tell of nothing else that is open.
    public func closePages(_ problem: Notification.Problem, except event: Identifier? = nil) throws -> [OpenPage] {
        let found = try database.all(
            "SELECT event, alias, tenant, is_mailed FROM open_pages WHERE lane=? AND problem=? ORDER BY event",
            .text(problem.lane), .text(problem.name)
        ) { ($0.identifier(0), OpenPage(alias: $0.text(1), tenant: $0.text(2), isMailed: $0.integer(3) != 0)) }
        var closed: [OpenPage] = []
        for (told, page) in found where told != event {
            try database.run("DELETE FROM open_pages WHERE event=?", told.value)
            let isOpen = try database.first("SELECT 1 FROM open_pages WHERE alias=? LIMIT 1", .text(page.alias)) { _ in
                true
            }
            if isOpen == nil { closed.append(page) }
        }
        return closed
    }

    /// Forgets pages that were sent before `before`, at most `limit`; true where there may be more.
    public func removeOutdatedPages(_ before: Instant, limit: Int) throws -> Bool {
        try database.run(
            """
            DELETE FROM open_pages WHERE event IN (SELECT event FROM open_pages WHERE sent<? ORDER BY sent LIMIT ?)
            """, before.value, .integer(Int64(limit)))
        return database.changes == limit
    }
}
