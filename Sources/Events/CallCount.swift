/// How many calls were sent at about a time that a PSA counts together.
public struct CallCount: Sendable, Equatable {
    /// What the PSA counts them under.
    public var meter: String
    /// When the last of them was sent, at the latest.
    public var at: Instant
    /// How many.
    public var count: Int

    /// Makes a count.
    public init(meter: String, at: Instant, count: Int) {
        self.meter = meter
        self.at = at
        self.count = count
    }
}
