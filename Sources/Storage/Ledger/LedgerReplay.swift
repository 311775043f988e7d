public import Decisions
public import Formats

/// What became of an event, as far as a replay is held against it.
public struct EventEnding: Sendable, Equatable {
    /// Nil while it is parked.
    public var disposition: String?
    /// The configuration that decided.
    public var settings: String
}

extension LedgerHistory {
    /// What became of an event; nil where the ledger does not know it.
    public func ending(of event: Identifier) throws -> EventEnding? {
        try database.first("SELECT disposition, settings FROM events WHERE id=?", event.value) {
            EventEnding(disposition: $0.optionalText(0), settings: $0.text(1))
        }
    }

    /// What was answered to a question about an event; nil where it was not asked, or has not been answered yet.
    public func answer(to question: String, of event: Identifier) throws -> InputAnswer? {
        try database.first(
            "SELECT answer FROM inputs WHERE event=? AND name=? AND answered IS NOT NULL", event.value, .text(question)
        ) { $0.optionalText(0).map { InputAnswer.value($0) } ?? .unknown }
    }
}
