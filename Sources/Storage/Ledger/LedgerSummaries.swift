public import Decisions
public import Formats

/// What the monthly table will say of events that are on their way.
extension Ledger {
    /// Keeps an event's summary until what becomes of it is known.
    public func keep(_ summary: EventSummary, of event: Identifier) throws {
        let cells = JSON.array(summary.cells.map { .string($0) }).compact
        try database.run("INSERT OR REPLACE INTO summaries VALUES(?,?)", event.value, .text(cells))
    }

    /// Takes it out; nil where none is kept.
    public func takeSummary(of event: Identifier) throws -> EventSummary? {
        let text = try database.first("SELECT cells FROM summaries WHERE event=?", event.value) { $0.text(0) }
        guard let text else { return nil }
        try database.run("DELETE FROM summaries WHERE event=?", event.value)
        return EventSummary(cells: (try JSON(parsing: text).array ?? []).compactMap(\.string))
    }
}
