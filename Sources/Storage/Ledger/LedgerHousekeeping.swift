public import Events

extension Ledger {
    /// Removes what is older than it has to be kept, the oldest first and at most `limit` rows a table, within a
    /// transaction; true where there may be more. An event that is parked or has yet to be delivered stays.
    public func removeOutdated(
        history: Instant, deliveries: Instant, duplicates: Instant, triggers: Instant, limit: Int
    ) throws -> Bool {
        let outdated = try database.all(
            """
            SELECT number, id FROM events WHERE received<? AND state NOT IN ('parked','decided')
            ORDER BY received LIMIT ?
            """, history.value, .integer(Int64(limit))
        ) { ($0.integer(0), $0.identifier(1)) }
        for (number, event) in outdated {
            try database.run("DELETE FROM traces WHERE event=?", .integer(number))
            try database.run("DELETE FROM inputs WHERE event=?", event.value)
            try database.run("DELETE FROM events WHERE number=?", .integer(number))
        }
        let forgotten = try [
            ("deliveries", "id", "accepted", deliveries), ("duplicates", "key", "opened", duplicates),
            ("triggers", "key", "latest", triggers),
        ].map { (table, key, time, before) in
            try database.run(
                """
                DELETE FROM \(table) WHERE \(key) IN (
                    SELECT \(key) FROM \(table) WHERE \(time)<? ORDER BY \(time) LIMIT ?)
                """, before.value, .integer(Int64(limit)))
            return database.changes
        }
        return outdated.count == limit || forgotten.contains(limit)
    }
}
