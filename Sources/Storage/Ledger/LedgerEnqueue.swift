public import Decisions
public import Events
public import Formats

/// How orders come into the outbox: one by one, or several events into one that waits for its time.
extension Ledger {
    /// The due time of an order that waits for an earlier one of its problem.
    static let notBeforeItsTurn = Int64.max

    /// Puts an order into the outbox; `mayBeDone` says that an earlier ledger may have carried it out. Gives the time for
    /// which the order waits, where it waits for one.
    @discardableResult
    public func enqueue(
        _ delivery: Verdict.Delivery, event: Identifier, now: Instant, mayBeDone: Bool = false
    ) throws -> Instant? {
        if let gathering = delivery.gathering, let row = gathering.joins {
            return try join(row, delivery, gathering, event)
        }
        let mustWait = try hasOrder(lane: delivery.lane, problem: delivery.problem)
        if mustWait {
            // What waited for more goes first, and at once: orders on one ticket keep their order.
            try database.run(
                """
                UPDATE outbox SET is_open=0, earliest=?1, due=CASE WHEN due=?2 THEN due ELSE ?1 END
                WHERE lane=?3 AND problem=?4 AND is_open=1
                """, now.value, .integer(Ledger.notBeforeItsTurn), .text(delivery.lane), .text(delivery.problem))
        }
        let waits = delivery.gathering.flatMap { $0.until > now ? $0.until : nil }
        let earliest = (waits ?? now).value
        try database.run(
            """
            INSERT INTO outbox(
                event, lane, problem, action, state, tries, sends, created, earliest, due, ambiguous_since, is_open)
            VALUES(?,?,?,?,?,0,0,?,?,?,?,?)
            """, event.value, .text(delivery.lane), .text(delivery.problem), .text(delivery.action.compact),
            .text(mayBeDone ? "ambiguous" : "pending"), now.value, earliest,
            mustWait ? .integer(Ledger.notBeforeItsTurn) : earliest, mayBeDone ? now.value : .null,
            .integer(delivery.gathering == nil ? 0 : 1))
        let row = database.lastRow
        try countOrder(lane: delivery.lane)
        if let line = delivery.gathering?.line { try collect(line, event, row) }
        return waits
    }

    private func join(
        _ row: Int64, _ delivery: Verdict.Delivery, _ gathering: Verdict.Gathering, _ event: Identifier
    ) throws -> Instant? {
        if let line = gathering.line { try collect(line, event, row) }
        guard gathering.replaces, let order = try order(row) else { return nil }
        var action = delivery.action
        // By these it is found again at the PSA.
        action.reference = order.action.reference
        action.terms.aside = order.action.terms.aside
        action.terms.previously = order.action.terms.previously
        try database.run(
            "UPDATE outbox SET action=?1, earliest=?2, due=CASE WHEN due=?3 THEN due ELSE ?2 END WHERE row=?4",
            .text(action.compact), gathering.until.value, .integer(Ledger.notBeforeItsTurn), .integer(row))
        return gathering.until
    }

    private func collect(_ line: String, _ event: Identifier, _ row: Int64) throws {
        try database.run(
            "INSERT INTO collected(row, event, line) VALUES(?,?,?)", .integer(row), event.value, .text(line))
        try database.run("UPDATE outbox SET size=size+? WHERE row=?", .integer(Int64(line.utf16.count)), .integer(row))
    }

    /// What the events of an order say in its list, in their order.
    public func collected(_ row: Int64) throws -> [(event: Identifier, line: String)] {
        try database.all(
            "SELECT event, line FROM collected WHERE row=? ORDER BY number", .integer(row)
        ) { ($0.identifier(0), $0.text(1)) }
    }

    /// The order is handed to its lane and takes in nothing more.
    public func close(_ row: Int64) throws {
        try database.run("UPDATE outbox SET is_open=0 WHERE row=?", .integer(row))
    }
}
