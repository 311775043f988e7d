public import Events

/// A silence that was made by hand.
public struct SilenceRow: Sendable, Equatable {
    /// Its number; 0 before it is kept.
    public var number: Int64 = 0
    /// The agent, with all of its groups, some, or none.
    public var agent: String?
    /// A machine group.
    public var group: String?
    /// A customer, by ID or name.
    public var organisation: String?
    /// The MonSetID's category.
    public var category: String?
    /// From when on.
    public var start: Instant
    /// Until when; the end is outside.
    public var end: Instant
    /// Who answers for it.
    public var owner: String
    /// Why.
    public var reason: String
    /// When it was made.
    public var created: Instant

    /// Makes one.
    public init(
        agent: String?, group: String?, organisation: String?, category: String?, start: Instant, end: Instant,
        owner: String, reason: String, created: Instant
    ) {
        self.agent = agent
        self.group = group
        self.organisation = organisation
        self.category = category
        self.start = start
        self.end = end
        self.owner = owner
        self.reason = reason
        self.created = created
    }
}

extension Ledger {
    /// Keeps a silence; gives its number, which is never used again.
    public func add(_ silence: SilenceRow) throws -> Int64 {
        try database.run(
            "INSERT INTO silences(agent, machines, org, category, starts, ends, owner, reason, created) VALUES(?,?,?,?,?,?,?,?,?)",
            .optional(silence.agent), .optional(silence.group), .optional(silence.organisation),
            .optional(silence.category), silence.start.value, silence.end.value, .text(silence.owner),
            .text(silence.reason), silence.created.value)
        return database.lastRow
    }

    /// Ends a silence before its time. It stays known, so that what it silenced can be told of, and replayed.
    public func endSilence(_ number: Int64, at now: Instant) throws {
        try database.run("UPDATE silences SET ends=max(starts, ?) WHERE number=?", now.value, .integer(number))
    }

    /// Forgets silences that ended before, at most `limit`; true where there may be more.
    public func removeOutdatedSilences(_ before: Instant, limit: Int) throws -> Bool {
        try database.run(
            "DELETE FROM silences WHERE number IN (SELECT number FROM silences WHERE ends<? ORDER BY ends LIMIT ?)",
            before.value, .integer(Int64(limit)))
        return database.changes == limit
    }
}

extension LedgerHistory {
    private static let silenceColumns =
        "SELECT number, agent, machines, org, category, starts, ends, owner, reason, created FROM silences"

    private static func silence(_ row: SQLiteRow) -> SilenceRow {
        var silence = SilenceRow(
            agent: row.optionalText(1), group: row.optionalText(2), organisation: row.optionalText(3),
            category: row.optionalText(4), start: row.instant(5), end: row.instant(6), owner: row.text(7),
            reason: row.text(8), created: row.instant(9))
        silence.number = row.integer(0)
        return silence
    }

    /// The silences that end after a time, in the order in which they were made.
    public func silences(endingAfter time: Instant) throws -> [SilenceRow] {
        try database.all(
            LedgerHistory.silenceColumns + " WHERE ends>? ORDER BY number", time.value, read: LedgerHistory.silence)
    }

    /// One silence; nil where there is none of that number.
    public func silence(_ number: Int64) throws -> SilenceRow? {
        try database.first(
            LedgerHistory.silenceColumns + " WHERE number=?", .integer(number), read: LedgerHistory.silence)
    }

    /// Events that were received since a time, the newest first, at most `limit` from below a number on: who would have been
    /// silenced.
    public func silenceCandidates(before number: Int64, since time: Instant, limit: Int) throws -> [SilenceCandidate] {
        try database.all(
            """
            SELECT number, id, received, agent, org, subject, disposition FROM events
            WHERE number<? AND received>=? ORDER BY number DESC LIMIT ?
            """, .integer(number), time.value, .integer(Int64(limit))
        ) {
            SilenceCandidate(
                number: $0.integer(0), id: $0.identifier(1), receivedAt: $0.instant(2), agent: $0.text(3),
                organisation: $0.text(4), subject: $0.text(5), disposition: $0.optionalText(6))
        }
    }
}
