public import Events

extension Ledger {
    /// Removes what is older than it has to be kept, the oldest first and at most `limit` rows a table, within a
    /// transaction; true where there may be more. An event that is parked or has yet to be delivered stays. While the ledger
    /// holds more than `historyBytes`, the oldest events go whatever their age.
    public func removeOutdated(
        history: Instant, historyBytes: Int = .max, deliveries: Instant, duplicates: Instant, triggers: Instant,
        limit: Int
    ) throws -> Bool {
        let oldest = try usedBytes() > historyBytes ? Instant(milliseconds: .max) : history
        let outdated = try database.all(
            """
            SELECT number, id, received FROM events WHERE received<? AND state NOT IN ('parked','decided')
            ORDER BY received LIMIT ?
            """, oldest.value, .integer(Int64(limit))
        ) { ($0.integer(0), $0.identifier(1), $0.instant(2)) }
        if let last = outdated.last { try noteForgotten(last.2) }
        for (number, event, _) in outdated {
            try database.run("DELETE FROM traces WHERE event=?", .integer(number))
            try database.run("DELETE FROM inputs WHERE event=?", event.value)
            try database.run("DELETE FROM files WHERE event=? AND missing IS NULL", event.value)
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
        try removeOutdatedChart(history, limit: limit)
        return outdated.count == limit || forgotten.contains(limit)
    }

    /// The bytes in use: what was removed leaves room in the file that is used again before it grows.
    private func usedBytes() throws -> Int {
        let numbers = try ["page_count", "freelist_count", "page_size"].map { name in
            Int(try database.first("PRAGMA \(name)") { $0.integer(0) } ?? 0)
        }
        return (numbers[0] - numbers[1]) * numbers[2]
    }
}

/// How long what the ticket policy remembers has to be kept.
public struct TicketAges: Sendable, Equatable {
    /// Links and tickets that were last heard of before this are removed; nil keeps them as long as there is room.
    public var links: Instant?
    /// How many links are kept, and tickets.
    public var linkLimit: Int
    /// Alerts are counted no further back than this.
    public var floods: Instant
    /// Storms that ended, and problems that last changed, before this are forgotten.
    public var storms: Instant

    /// Makes ages.
    public init(links: Instant?, linkLimit: Int, floods: Instant, storms: Instant) {
        self.links = links
        self.linkLimit = linkLimit
        self.floods = floods
        self.storms = storms
    }
}

extension Ledger {
    /// Removes what the ticket policy need not remember any longer, the oldest first and at most `limit` rows a table,
    /// within a transaction; true where there may be more. The link of a problem with an order in the outbox stays.
    public func removeOutdatedTickets(_ ages: TicketAges, limit: Int) throws -> Bool {
        var mayBeMore = false
        for (table, time) in [("links", "last"), ("tickets", "created")] {
            let count = try database.first("SELECT count(*) FROM \(table)") { Int($0.integer(0)) } ?? 0
            let surplus = min(limit, max(0, count - ages.linkLimit))
            let old = ages.links ?? Instant(milliseconds: .min)
            let spared =
                table == "links"
                ? "AND NOT EXISTS(SELECT 1 FROM outbox o WHERE o.lane=links.lane AND o.problem=links.problem)" : ""
            for (before, most) in [(old, limit), (Instant(milliseconds: .max), surplus)] where most > 0 {
                try database.run(
                    """
                    DELETE FROM \(table) WHERE number IN (
                        SELECT number FROM \(table) WHERE \(time)<? \(spared) ORDER BY \(time) LIMIT ?)
                    """, before.value, .integer(Int64(most)))
                mayBeMore = mayBeMore || database.changes == limit
            }
        }
        try database.run(
            """
            DELETE FROM new_tickets WHERE number IN (SELECT number FROM new_tickets WHERE at<? ORDER BY at LIMIT ?)
            """, ages.floods.value, .integer(Int64(limit)))
        mayBeMore = mayBeMore || database.changes == limit
        try database.run(
            """
            DELETE FROM flaps WHERE (lane, problem) IN (
                SELECT lane, problem FROM flaps WHERE latest<? ORDER BY latest LIMIT ?)
            """, ages.storms.value, .integer(Int64(limit)))
        mayBeMore = mayBeMore || database.changes == limit
        let ended = try database.first(
            "SELECT event FROM storms WHERE ended<? ORDER BY ended LIMIT 1", ages.storms.value
        ) { $0.identifier(0) }
        guard let storm = ended else { return mayBeMore }
        try database.run(
            """
            DELETE FROM storm_members WHERE storm=?1 AND problem IN (
                SELECT problem FROM storm_members WHERE storm=?1 LIMIT ?2)
            """, storm.value, .integer(Int64(limit)))
        if database.changes < limit { try database.run("DELETE FROM storms WHERE event=?", storm.value) }
        return true
    }
}
