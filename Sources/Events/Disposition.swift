/// What became of an event. Every event ends in exactly one.
public enum Disposition: String, Sendable, CaseIterable {
    case ticketed
    case updated
    case reopened
    case consolidated
    case flooded
    case closed
    case noted
    case deliveredByEmail = "delivered-by-email"
    case requestRun = "request-run"
    case logged
    case cancelled
    case droppedCode = "dropped-code"
    case duplicate
    case redelivery
    case restricted
    case blacklisted
    case silenced
    case expired
    case summarised
    case unparseable
    case failed
}

/// How far an event has come.
public enum EventState: String, Sendable, CaseIterable {
    /// In the journal; not decided.
    case accepted
    /// Waits for a time or an answer.
    case parked
    /// Decided; something has yet to be delivered.
    case decided
    /// The PSA has taken it.
    case delivered
    /// Nothing is left to do, or the PSA has been seen to hold it.
    case confirmed
}
