public import Decisions
public import Events
public import Formats

extension Ledger: Memory {
    /// The first event of a duplicate key that went through, the present transaction included.
    public func duplicate(_ key: String) throws -> DuplicateMemory? {
        try database.first("SELECT event, opened, suppressed FROM duplicates WHERE key=?", .text(key)) {
            DuplicateMemory(event: $0.identifier(0), openedAt: $0.instant(1), suppressed: Int($0.integer(2)))
        }
    }

    /// The receipt under which a delivery was first accepted.
    public func delivery(_ id: String) throws -> Identifier? {
        try database.first("SELECT receipt FROM deliveries WHERE id=?", .text(id)) { $0.identifier(0) }
    }

    /// The ticket that is linked to a problem in a lane.
    public func link(lane: String, problem: String) throws -> TicketLink? {
        try database.first(
            """
            SELECT event, CASE WHEN ticket_event=event THEN ticket END, ticket_number, ticket_url, last, written
            FROM links WHERE lane=? AND problem=?
            """, .text(lane), .text(problem)
        ) {
            TicketLink(
                event: $0.identifier(0), number: $0.ticket(1), lastAt: $0.instant(4), writtenAt: $0.instant(5))
        }
    }

    /// When an agent's remediation was triggered for the last times, the latest first.
    public func triggers(_ key: String) throws -> [Instant] {
        try database.first("SELECT latest, second, third FROM triggers WHERE key=?", .text(key)) { row in
            (0..<3).compactMap { row.isNull($0) ? nil : row.instant($0) }
        } ?? []
    }

    /// Makes a change that came with a verdict.
    public func apply(_ change: MemoryChange) throws {
        switch change {
        case .openDuplicates(let key, let event, let at):
            try database.run("INSERT OR REPLACE INTO duplicates VALUES(?,?,?,0)", .text(key), event.value, at.value)
        case .countDuplicate(let key):
            try database.run("UPDATE duplicates SET suppressed=suppressed+1 WHERE key=?", .text(key))
        case .closeDuplicates(let key):
            try database.run("DELETE FROM duplicates WHERE key=?", .text(key))
        case .rememberDelivery(let id, let receipt, let at):
            try database.run("INSERT OR IGNORE INTO deliveries VALUES(?,?,?)", .text(id), receipt.value, at.value)
        case .openLink(let lane, let problem, let event, let at):
            try database.run(
                """
                INSERT INTO links(lane, problem, event, opened, last, written, occurrences) VALUES(?1,?2,?3,?4,?4,?4,1)
                ON CONFLICT(lane, problem) DO UPDATE SET
                    event=excluded.event, opened=excluded.opened, last=excluded.last, written=excluded.written,
                    occurrences=1
                """, .text(lane), .text(problem), event.value, at.value)
        case .touchLink(let lane, let problem, let at):
            try database.run(
                "UPDATE links SET last=?, occurrences=occurrences+1 WHERE lane=? AND problem=?", at.value, .text(lane),
                .text(problem))
        case .countTrigger(let key, let at):
            try database.run(
                """
                INSERT INTO triggers VALUES(?,?,NULL,NULL)
                ON CONFLICT(key) DO UPDATE SET third=second, second=latest, latest=excluded.latest
                """, .text(key), at.value)
        case .openHold, .addToHold, .closeHold, .cancelHold:
            try applyHold(change)
        case .withhold(let entry): try withhold(entry)
        case .forgetWithheld(let event): try forgetWithheld(event)
        case .resolveWithheld(let lane, let problem): try resolveWithheld(lane: lane, problem: problem)
        case .ticket(let change):
            try apply(change)
        }
    }

    /// Forgets what an event that failed had opened: its duplicate windows, and its problem if that has no ticket.
    public func forget(event: Identifier, lane: String, problem: String) throws {
        try database.run("DELETE FROM duplicates WHERE event=?", event.value)
        try database.run(
            "DELETE FROM links WHERE lane=?1 AND problem=?2 AND event=?3 AND ticket_event IS NOT ?3", .text(lane),
            .text(problem), event.value)
    }
}

extension SQLiteRow {
    /// A ticket in three columns; nil where the first is NULL.
    func ticket(_ column: Int32) -> TicketNumber? {
        optionalText(column).map { TicketNumber(id: $0, number: text(column + 1), url: text(column + 2)) }
    }
}
