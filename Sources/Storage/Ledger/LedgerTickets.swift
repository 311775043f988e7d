public import Decisions
public import Events
public import Formats

/// The tickets that were made, and what the ticket policy remembers beside links.
extension Ledger {
    /// The problem's ticket is known now. Its link may have been forgotten since: when the order before this one failed.
    public func setTicket(
        _ number: TicketNumber, event: Identifier, lane: String, problem: String, summary: String = "", at now: Instant
    ) throws {
        try database.run(
            """
            INSERT INTO links(
                event, ticket, ticket_number, ticket_url, lane, problem, opened, last, written, occurrences, ticket_event)
            VALUES(?1,?2,?3,?4,?5,?6,?7,?7,?7,1,?1)
            ON CONFLICT(lane, problem) DO UPDATE SET
                event=excluded.event, ticket=excluded.ticket, ticket_number=excluded.ticket_number,
                ticket_url=excluded.ticket_url, ticket_event=excluded.ticket_event, touched=0, mailed=0
            """, event.value, .text(number.id), .text(number.number), .text(number.url), .text(lane), .text(problem),
            now.value)
        try database.run(
            """
            INSERT OR IGNORE INTO tickets(lane, problem, created, summary, ticket, ticket_number, ticket_url)
            VALUES(?,?,?,?,?,?,?)
            """, .text(lane), .text(problem), now.value, .text(summary), .text(number.id), .text(number.number),
            .text(number.url))
    }

    /// A ticket was seen closed, or open again.
    public func markTicket(_ number: TicketNumber, lane: String, isClosed: Bool) throws {
        try database.run(
            "UPDATE tickets SET is_closed=? WHERE lane=? AND ticket=?", .integer(isClosed ? 1 : 0), .text(lane),
            .text(number.id))
    }

    /// A technician was seen to have changed the problem's ticket: what ITP writes after that must not hide it.
    public func markTouched(lane: String, problem: String) throws {
        try database.run("UPDATE links SET touched=1 WHERE lane=? AND problem=?", .text(lane), .text(problem))
    }

    /// The tickets that a problem has had since, the latest first.
    public func previousTickets(
        lane: String, problem: String, since: Instant, limit: Int
    ) throws -> [PreviousTicket] {
        try database.all(
            """
            SELECT ticket, ticket_number, ticket_url, summary, is_closed, created FROM tickets
            WHERE lane=? AND problem=? AND created>=? ORDER BY created DESC LIMIT ?
            """, .text(lane), .text(problem), since.value, .integer(Int64(limit))
        ) { row in
            row.ticket(0).map {
                PreviousTicket(
                    number: $0, summary: row.text(3), isClosed: row.integer(4) != 0, createdAt: row.instant(5))
            }
        }.compactMap(\.self)
    }

    /// The order of a problem that still takes in further events.
    public func openOrder(lane: String, problem: String) throws -> OpenOrder? {
        let found = try database.first(
            "SELECT row, size, json_extract(action, '$.kind') FROM outbox WHERE lane=? AND problem=? AND is_open=1",
            .text(lane), .text(problem)
        ) { ($0.integer(0), Int($0.integer(1)), TicketAction.Kind(rawValue: $0.text(2))) }
        guard let found else { return nil }
        guard let kind = found.2 else { throw LedgerError.unreadable(table: "outbox", row: "\(found.0)") }
        return OpenOrder(row: found.0, size: found.1, kind: kind)
    }

    /// When the alert that is so many back, from 1, would have been a new ticket of a scope.
    public func newTicket(scope: String, back: Int) throws -> Instant? {
        try database.first(
            "SELECT at FROM new_tickets WHERE scope=? ORDER BY at DESC LIMIT 1 OFFSET ?", .text(scope),
            .integer(Int64(back - 1))
        ) { $0.instant(0) }
    }

    private static let stormColumns = """
        SELECT event, scope, lane, problem, opened, ended, taken, resolved, notes, most, span FROM storms
        """

    /// The last storm of a scope.
    public func storm(scope: String) throws -> Storm? {
        try database.first(
            Ledger.stormColumns + " WHERE scope=? ORDER BY opened DESC LIMIT 1", .text(scope), read: Ledger.readStorm)
    }

    /// The storm that an event began.
    public func storm(of event: Identifier) throws -> Storm? {
        try database.first(Ledger.stormColumns + " WHERE event=?", event.value, read: Ledger.readStorm)
    }

    private static func readStorm(_ row: SQLiteRow) -> Storm {
        var storm = Storm(
            event: row.identifier(0), scope: row.text(1), lane: row.text(2), problem: row.text(3),
            openedAt: row.instant(4), limit: Int(row.integer(9)),
            interval: Instant.Span(milliseconds: row.integer(10)))
        storm.endedAt = row.isNull(5) ? nil : row.instant(5)
        storm.taken = Int(row.integer(6))
        storm.resolved = Int(row.integer(7))
        storm.notes = Int(row.integer(8))
        return storm
    }

    /// Whether a storm has taken in a problem that has not been resolved since.
    public func isInStorm(_ storm: Identifier, problem: String) throws -> Bool {
        try database.first(
            "SELECT 1 FROM storm_members WHERE storm=? AND problem=?", storm.value, .text(problem)
        ) { _ in true } ?? false
    }

    /// How a problem has changed of late.
    public func flap(lane: String, problem: String) throws -> FlapMemory? {
        let found = try database.first(
            "SELECT state, changes, held FROM flaps WHERE lane=? AND problem=?", .text(lane), .text(problem)
        ) { row in
            (AlertState(rawValue: row.text(0)), row.text(1), row.isNull(2) ? nil : row.instant(2))
        }
        guard let (state, changes, held) = found else { return nil }
        guard let state, let times = JSON(ifValid: Array(changes.utf8))?.array else {
            throw LedgerError.unreadable(table: "flaps", row: problem)
        }
        return FlapMemory(
            state: state, changes: times.compactMap(\.integer).map { Instant(milliseconds: $0) }, heldUntil: held)
    }

    /// Makes a change of what the ticket policy remembers.
    func apply(_ change: TicketChange) throws {
        switch change {
        case .writeLink(let lane, let problem, let at):
            try database.run(
                "UPDATE links SET written=? WHERE lane=? AND problem=?", at.value, .text(lane), .text(problem))
        case .countNewTicket(let scope, let at):
            try database.run("INSERT INTO new_tickets(scope, at) VALUES(?,?)", .text(scope), at.value)
        case .openStorm(let storm, let problem):
            try database.run(
                "INSERT OR REPLACE INTO storms VALUES(?,?,?,?,?,?,?,?,?,?,?)", storm.event.value, .text(storm.scope),
                .text(storm.lane), .text(storm.problem), storm.openedAt.value, storm.endedAt.map(\.value) ?? .null,
                .integer(Int64(storm.taken)), .integer(Int64(storm.resolved)), .integer(Int64(storm.notes)),
                .integer(Int64(storm.limit)), .integer(storm.interval.milliseconds))
            try addMember(storm.event, problem)
        case .addToStorm(let storm, let problem, let beginsNote):
            try database.run(
                "UPDATE storms SET taken=taken+1, notes=notes+? WHERE event=?", .integer(beginsNote ? 1 : 0),
                storm.value)
            try addMember(storm, problem)
        case .resolveInStorm(let storm, let problem, let beginsNote):
            try database.run(
                "UPDATE storms SET resolved=resolved+1, notes=notes+? WHERE event=?", .integer(beginsNote ? 1 : 0),
                storm.value)
            try database.run(
                "DELETE FROM storm_members WHERE storm=? AND problem=?", storm.value, .text(problem))
        case .endStorm(let storm, let at):
            try database.run("UPDATE storms SET ended=? WHERE event=?", at.value, storm.value)
        case .keepFlap(let lane, let problem, let flap, let at):
            let times = JSON.array(flap.changes.map { .integer($0.milliseconds) }).compact
            try database.run(
                "INSERT OR REPLACE INTO flaps VALUES(?,?,?,?,?,?)", .text(lane), .text(problem),
                .text(flap.state.rawValue), .text(times), flap.heldUntil.map(\.value) ?? .null,
                at.value)
        }
    }

    private func addMember(_ storm: Identifier, _ problem: String) throws {
        try database.run("INSERT OR IGNORE INTO storm_members VALUES(?,?)", storm.value, .text(problem))
    }

    /// The storm whose ticket could not be made takes in nothing more; nothing where the event began none.
    public func abandonStorm(of event: Identifier) throws {
        try database.run("UPDATE storms SET ended=opened WHERE event=? AND ended IS NULL", event.value)
    }
}
