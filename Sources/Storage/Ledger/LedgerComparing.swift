public import Events
public import Formats

/// A ticket that counts as open here.
public struct OpenTicket: Sendable, Equatable {
    /// The link's number: a cursor.
    public var link: Int64
    /// The problem whose ticket it is.
    public var problem: String
    /// The event that made it, or wrote to it last.
    public var event: Identifier
    /// The ticket.
    public var ticket: TicketNumber
}

extension Ledger {
    private static let openTickets = """
        SELECT l.number, l.problem, l.event, l.ticket, l.ticket_number, l.ticket_url FROM links l
            JOIN tickets t ON t.lane=l.lane AND t.ticket=l.ticket
        WHERE t.is_closed=0
            AND NOT EXISTS(SELECT 1 FROM outbox o WHERE o.lane=l.lane AND o.problem=l.problem)
        """

    /// The tickets of problems that count as open and for which nothing is to be done, after a link, at most `limit`.
    public func openTickets(lane: String, after link: Int64, limit: Int) throws -> [OpenTicket] {
        try database.all(
            Ledger.openTickets + " AND l.lane=? AND l.number>? ORDER BY l.number LIMIT ?", .text(lane), .integer(link),
            .integer(Int64(limit)), read: Ledger.readOpen
        ).compactMap(\.self)
    }

    /// The ticket of a link where it still counts as open and nothing is to be done for it.
    public func openTicket(link: Int64) throws -> OpenTicket? {
        try database.first(Ledger.openTickets + " AND l.number=?", .integer(link), read: Ledger.readOpen).flatMap(
            \.self)
    }

    private static func readOpen(_ row: SQLiteRow) -> OpenTicket? {
        row.ticket(3).map {
            OpenTicket(link: row.integer(0), problem: row.text(1), event: row.identifier(2), ticket: $0)
        }
    }
}
