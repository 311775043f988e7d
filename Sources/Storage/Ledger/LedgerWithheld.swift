public import Decisions
public import Events
public import Formats

/// Problems whose last alert is decided anew when what holds it back is over. Until then the alert stands among the parked ones,
/// though its event has ended.
extension Ledger {
    private static let columns =
        "SELECT lane, problem, event, first, count, hold, held_by, until, many FROM withheld WHERE "

    private static func entry(_ row: SQLiteRow) -> Withheld {
        Withheld(
            lane: row.text(0), problem: row.text(1), event: row.identifier(2), firstAt: row.instant(3),
            count: Int(row.integer(4)), hold: Withheld.Hold(rawValue: row.text(5)) ?? .silence, by: row.text(6),
            until: row.isNull(7) ? nil : row.instant(7), isOneOfMany: row.integer(8) != 0)
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

    /// How many problems it holds back.
    public func countWithheld(by hold: Withheld.Hold, _ name: String) throws -> Int {
        try database.first(
            "SELECT count(*) FROM withheld WHERE hold=? AND held_by=?", .text(hold.rawValue), .text(name)
        ) { Int($0.integer(0)) } ?? 0
    }

    /// A hold has ended: what it keeps back may go on; the numbers of the entries.
    public func endWithholding(
        by hold: Withheld.Hold, _ name: String, at time: Instant, areMany: Bool = false
    ) throws -> [Int64] {
        let numbers = try database.all(
            "SELECT number FROM withheld WHERE hold=? AND held_by=?", .text(hold.rawValue), .text(name)
        ) { $0.integer(0) }
        try database.run(
            "UPDATE withheld SET until=?1, timed=?1, many=?2 WHERE hold=?3 AND held_by=?4", time.value,
            .integer(areMany ? 1 : 0), .text(hold.rawValue), .text(name))
        return numbers.sorted()
    }

    /// Of what a storm holds back, whatever is no longer merely named in its ticket is let go as it is: an update that became a
    /// ticket of its own, and what failed, which is a dead letter.
    public func forgetSettled(by storm: Storm) throws {
        let settled = try database.all(
            """
            SELECT w.event FROM withheld w LEFT JOIN events e ON e.id=w.event
            WHERE w.hold='storm' AND w.held_by=? AND e.disposition IS NOT 'flooded'
            """, .text(storm.title)
        ) { $0.identifier(0) }
        for event in settled { try releaseWithheld(event) }
    }

    func withhold(_ entry: Withheld) throws {
        isWithholding = true
        // Decided by another configuration, the same event may be another problem's.
        try database.run(
            "DELETE FROM withheld WHERE event=? AND NOT (lane=? AND problem=?)", entry.event.value, .text(entry.lane),
            .text(entry.problem))
        if let former = try withheldEvent(entry.lane, entry.problem), former != entry.event { try drop(former) }
        try database.run(
            """
            INSERT INTO withheld(lane, problem, event, first, count, hold, held_by, until, many)
            VALUES(?,?,?,?,1,?,?,?,?) ON CONFLICT(lane, problem) DO UPDATE SET
                count=count+(event IS NOT excluded.event), event=excluded.event, hold=excluded.hold,
                held_by=excluded.held_by, until=excluded.until, many=excluded.many
            """, .text(entry.lane), .text(entry.problem), entry.event.value, entry.firstAt.value,
            .text(entry.hold.rawValue), .text(entry.by), entry.until.map(\.value) ?? .null,
            .integer(entry.isOneOfMany ? 1 : 0))
    }

    /// The event is held back no longer.
    public func forgetWithheld(_ event: Identifier) throws {
        try database.run("DELETE FROM withheld WHERE event=?", event.value)
        isWithholding = nil
    }

    func resolveWithheld(lane: String, problem: String) throws {
        // Most of the time nothing is held back, and whatever is resolved would ask.
        if isWithholding == nil {
            isWithholding = try database.first("SELECT 1 FROM withheld LIMIT 1") { _ in true } ?? false
        }
        guard isWithholding == true, let event = try withheldEvent(lane, problem) else { return }
        try releaseWithheld(event)
    }

    /// The event is held back no longer and stays what it has ended as.
    public func releaseWithheld(_ event: Identifier) throws {
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
