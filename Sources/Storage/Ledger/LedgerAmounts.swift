public import Events

/// How much there is of what people look at all the time, counted as it changes: nobody reads a whole table to know.
enum LedgerAmounts {
    /// The tables whose rows are counted, each with the columns by which.
    private static let counted = [
        (table: "outbox", lane: "lane", state: nil), (table: "messages", lane: "lane", state: "state"),
        (table: "dead_letters", lane: nil, state: nil), (table: "timers", lane: nil, state: nil),
    ]

    /// Makes the counts and what keeps them, and counts what is there.
    static let migration =
        """
        -- How many rows a table has, by lane and state where it has such.
        CREATE TABLE amounts(
            what TEXT NOT NULL, lane TEXT NOT NULL, state TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY(what, lane, state)) WITHOUT ROWID;
        -- Events by ten minutes of when they were received.
        CREATE TABLE chart(
            slot INTEGER NOT NULL, disposition TEXT NOT NULL, count INTEGER NOT NULL,
            PRIMARY KEY(slot, disposition)) WITHOUT ROWID;
        INSERT INTO chart SELECT received/\(ChartSlot.milliseconds), coalesce(disposition, 'parked'), count(*)
            FROM events GROUP BY 1, 2;
        CREATE TRIGGER chart_change AFTER UPDATE OF disposition ON events
            WHEN old.disposition IS NOT new.disposition AND new.source<>'\(Event.drillSource)' BEGIN
            INSERT INTO chart VALUES(old.received/\(ChartSlot.milliseconds), coalesce(old.disposition, 'parked'), -1)
                ON CONFLICT(slot, disposition) DO UPDATE SET count=count-1;
            INSERT INTO chart VALUES(old.received/\(ChartSlot.milliseconds), coalesce(new.disposition, 'parked'), 1)
                ON CONFLICT(slot, disposition) DO UPDATE SET count=count+1;
        END;

        """ + counted.map { triggers($0.table, lane: $0.lane, state: $0.state) }.joined()

    /// Orders come by the thousand: a trigger for each makes SQLite copy every page that the row's insert touches.
    static let ordersMigration =
        """
        -- The ledger counts new orders itself, once a transaction.
        DROP TRIGGER outbox_added;
        """

    private static func triggers(_ table: String, lane: String?, state: String?) -> String {
        func add(_ count: Int, _ row: String) -> String {
            let (lane, state) = (lane.map { "\(row).\($0)" } ?? "''", state.map { "\(row).\($0)" } ?? "''")
            return """
                INSERT INTO amounts VALUES('\(table)', \(lane), \(state), \(count))
                    ON CONFLICT(what, lane, state) DO UPDATE SET count=count+excluded.count;
                """
        }
        let change =
            state.map {
                """
                CREATE TRIGGER \(table)_changed AFTER UPDATE OF \($0) ON \(table) WHEN old.\($0) IS NOT new.\($0) BEGIN
                    \(add(-1, "old")) \(add(1, "new"))
                END;

                """
            } ?? ""
        return """
            INSERT INTO amounts SELECT '\(table)', \(lane ?? "''"), \(state ?? "''"), count(*) FROM \(table) GROUP BY 2, 3;
            CREATE TRIGGER \(table)_added AFTER INSERT ON \(table) BEGIN \(add(1, "new")) END;
            CREATE TRIGGER \(table)_removed AFTER DELETE ON \(table) BEGIN \(add(-1, "old")) END;
            \(change)
            """
    }
}

/// The stretches of time by which events are counted for a chart.
public enum ChartSlot {
    /// How long each is.
    public static let milliseconds: Int64 = 600_000

    /// The stretch in which a time lies, counted from 1970.
    public static func number(of time: Instant) -> Int64 { time.milliseconds / milliseconds }
}

/// The events of a stretch of time that came to the same.
struct ChartCell: Hashable {
    var slot: Int64
    /// Nil where they are parked.
    var disposition: Disposition?
}

extension Ledger {
    /// Counts an order that has come into the outbox.
    func countOrder(lane: String) throws {
        if totals == nil { return try addToAmounts("outbox", lane: lane, 1) }
        totals?.orders[lane, default: 0] += 1
    }

    func addToAmounts(_ what: String, lane: String, _ count: Int) throws {
        try database.run(
            """
            INSERT INTO amounts VALUES(?,?,'',?) ON CONFLICT(what, lane, state) DO UPDATE SET count=count+excluded.count
            """, .text(what), .text(lane), .integer(Int64(count)))
    }

    func addToChart(_ cell: ChartCell, _ count: Int) throws {
        try database.run(
            """
            INSERT INTO chart VALUES(?,?,?) ON CONFLICT(slot, disposition) DO UPDATE SET count=count+excluded.count
            """, .integer(cell.slot), .text(cell.disposition?.rawValue ?? "parked"), .integer(Int64(count)))
    }

    /// Forgets what the chart says of events received before, at most `limit` counts.
    func removeOutdatedChart(_ before: Instant, limit: Int) throws {
        try database.run(
            """
            DELETE FROM chart WHERE (slot, disposition) IN (
                SELECT slot, disposition FROM chart WHERE slot<? ORDER BY slot LIMIT ?)
            """, .integer(ChartSlot.number(of: before)), .integer(Int64(limit)))
    }
}

extension LedgerHistory {
    /// How many orders wait in each lane.
    public func orderCounts() throws -> [(lane: String, count: Int)] {
        try amounts("outbox").map { ($0.lane, $0.count) }
    }

    /// How many messages are in which state, by lane.
    public func messageCounts() throws -> [(lane: String, state: String, count: Int)] { try amounts("messages") }

    /// How many dead letters there are.
    public func deadLetterCount() throws -> Int { try amounts("dead_letters").first?.count ?? 0 }

    /// How many timers are set.
    public func timerCount() throws -> Int { try amounts("timers").first?.count ?? 0 }

    /// When the order that has waited longest was decided; nil where none waits.
    public func oldestOrder() throws -> Instant? {
        try database.first("SELECT created FROM outbox ORDER BY row LIMIT 1") { $0.instant(0) }
    }

    /// The bytes of the ledger's file.
    public func fileBytes() throws -> Int64 {
        let pages = try database.first("PRAGMA page_count") { $0.integer(0) } ?? 0
        return pages * (try database.first("PRAGMA page_size") { $0.integer(0) } ?? 0)
    }

    /// The events of each stretch of time since `slot`, by what became of them; parked ones have no disposition.
    public func chart(since slot: Int64) throws -> [(slot: Int64, disposition: Disposition?, count: Int)] {
        try database.all(
            "SELECT slot, disposition, count FROM chart WHERE slot>=? AND count>0 ORDER BY slot, disposition",
            .integer(slot)
        ) { ($0.integer(0), Disposition(rawValue: $0.text(1)), Int($0.integer(2))) }
    }

    private func amounts(_ what: String) throws -> [(lane: String, state: String, count: Int)] {
        try database.all(
            "SELECT lane, state, count FROM amounts WHERE what=? AND count>0 ORDER BY lane, state", .text(what)
        ) { ($0.text(0), $0.text(1), Int($0.integer(2))) }
    }
}
