public import Decisions
public import Events
public import Formats

/// Problems whose last alert is decided anew when what holds it back is over. Until then the alert stands among the parked ones,
/// though its event has ended.
extension Ledger {
    private static let columns =
        "SELECT lane, problem, event, first, count, hold, held_by, until FROM withheld WHERE "

    private static func entry(_ row: SQLiteRow) -> Withheld {
        Withheld(
            lane: row.text(0), problem: row.text(1), event: row.identifier(2), firstAt: row.instant(3),
            count: Int(row.integer(4)), hold: Withheld.Hold(rawValue: row.text(5)) ?? .silence, by: row.text(6),
            until: row.instant(7))
    }

    /// What has held back an event that is decided anew.
    public func withheld(_ event: Identifier) throws -> Withheld? {
        try database.first(Ledger.columns + "event=?", event.value, read: Ledger.entry)
    }

    /// What a timer is about.
    public func withheld(number: Int64) throws -> Withheld? {
        try database.first(Ledger.columns + "number=?", .integer(number), read: Ledger.entry)
    }

    /// Keeps the alert of an event that has ended, so that it can be decided anew.
    public func keepWithheld(_ event: Identifier, _ record: AlertRecord) throws {
        try database.run("INSERT OR REPLACE INTO parked VALUES(?,?)", event.value, .blob(record.encoded))
        try ask(event, Hold.afterName)
    }

    /// Notes that a timer is to be set for an entry; gives its number, or nil where one is set for that time.
    public func timeWithheld(_ event: Identifier, due: Instant) throws -> Int64? {
        let number = try database.first(
            "SELECT number FROM withheld WHERE event=? AND timed IS NOT ?", event.value, due.value
        ) { $0.integer(0) }
        if let number { try database.run("UPDATE withheld SET timed=? WHERE number=?", due.value, .integer(number)) }
        return number
    }

    /// A silence was ended: what it holds back may go on; the numbers of the entries.
    public func endWithholding(bySilence name: String, at time: Instant) throws -> [Int64] {
        let numbers = try database.all(
            "SELECT number FROM withheld WHERE hold='silence' AND held_by=?", .text(name)
        ) { $0.integer(0) }
        try database.run(
            "UPDATE withheld SET until=?1, timed=?1 WHERE hold='silence' AND held_by=?2", time.value, .text(name))
        return numbers.sorted()
    }

    func withhold(_ entry: Withheld) throws {
        // Decided by another configuration, the same event may be another problem's.
        try database.run(
            "DELETE FROM withheld WHERE event=? AND NOT (lane=? AND problem=?)", entry.event.value, .text(entry.lane),
            .text(entry.problem))
        if let former = try withheldEvent(entry.lane, entry.problem), former != entry.event { try drop(former) }
        try database.run(
            """
            INSERT INTO withheld(lane, problem, event, first, count, hold, held_by, until)
            VALUES(?,?,?,?,1,?,?,?) ON CONFLICT(lane, problem) DO UPDATE SET
                count=count+(event IS NOT excluded.event), event=excluded.event, hold=excluded.hold,
                held_by=excluded.held_by, until=excluded.until
            """, .text(entry.lane), .text(entry.problem), entry.event.value, entry.firstAt.value,
            .text(entry.hold.rawValue), .text(entry.by), entry.until.value)
    }

    /// The event is held back no longer.
    public func forgetWithheld(_ event: Identifier) throws {
        try database.run("DELETE FROM withheld WHERE event=?", event.value)
    }

    func resolveWithheld(lane: String, problem: String) throws {
        guard let event = try withheldEvent(lane, problem) else { return }
        try drop(event)
        try forgetWithheld(event)
    }

    private func withheldEvent(_ lane: String, _ problem: String) throws -> Identifier? {
        try database.first(
            "SELECT event FROM withheld WHERE lane=? AND problem=?", .text(lane), .text(problem)
        ) { $0.identifier(0) }
    }

    /// The event is not decided anew; one that is on its way already goes on.
    private func drop(_ event: Identifier) throws {
        let isOnItsWay = try database.first(
            "SELECT 1 FROM events WHERE id=? AND disposition IS NULL", event.value
        ) { _ in true }
        guard isOnItsWay == nil else { return }
        try unpark(event)
        try database.run(
            "DELETE FROM inputs WHERE event=? AND name=? AND answered IS NULL", event.value, .text(Hold.afterName))
    }
}
