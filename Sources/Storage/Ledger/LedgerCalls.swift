public import Events

/// What lanes have called in the last hour, so that a start does not forget it.
extension Ledger {
    static let callsMigration = """
        -- Calls that a PSA counts by the hour, by the minute in which they were sent.
        CREATE TABLE calls(
            lane TEXT NOT NULL, meter TEXT NOT NULL, minute INTEGER NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY(lane, meter, minute)) WITHOUT ROWID;
        CREATE INDEX calls_by_minute ON calls(minute);
        """
    private static let minute: Int64 = 60_000

    /// A call is being sent.
    public func countCall(lane: String, meter: String, at time: Instant) throws {
        try database.run(
            """
            INSERT INTO calls(lane, meter, minute, count) VALUES(?,?,?,1)
            ON CONFLICT(lane, meter, minute) DO UPDATE SET count=count+1
            """, .text(lane), .text(meter), .integer(time.milliseconds / Ledger.minute))
    }

    /// The calls of each lane since a time, the oldest first. They count as sent at the end of their minute.
    public func calls(since time: Instant, now: Instant) throws -> [(lane: String, calls: [CallCount])] {
        let rows = try database.all(
            "SELECT lane, meter, minute, count FROM calls WHERE minute>=? ORDER BY lane, minute",
            .integer(time.milliseconds / Ledger.minute)
        ) { row in
            let end = Instant(milliseconds: (row.integer(2) + 1) * Ledger.minute)
            return (row.text(0), CallCount(meter: row.text(1), at: min(end, now), count: Int(row.integer(3))))
        }
        var lanes: [(lane: String, calls: [CallCount])] = []
        for (lane, count) in rows {
            if lanes.last?.lane != lane { lanes.append((lane, [])) }
            lanes[lanes.count - 1].calls.append(count)
        }
        return lanes
    }

    /// Forgets the calls of all minutes that were over at a time.
    public func removeCalls(before time: Instant) throws {
        try database.run("DELETE FROM calls WHERE minute<?", .integer(time.milliseconds / Ledger.minute))
    }
}
