public import Events
public import Formats

/// An event of the past, as far as it is asked whether a silence would have muted it.
public struct SilenceCandidate: Sendable, Equatable {
    /// Its place in the order of deciding.
    public var number: Int64
    /// The event.
    public var id: Identifier
    /// When it was received.
    public var receivedAt: Instant
    /// The agent's full name.
    public var agent: String
    /// The customer's ID.
    public var organisation: String
    /// The subject.
    public var subject: String
    /// What became of it; nil while it is parked.
    public var disposition: String?
}
