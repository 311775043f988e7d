import Events

/// How fast an account may go, by how much of its PSA's allowance is used up: near the end of it everybody else is slowed
/// down as well, and past it all are shut out.
struct Pace: Sendable {
    private static let interval = Instant.Span.minutes(5)

    /// The used part in per cent, as the PSA told it last.
    var usage = 0
    private var asked: Instant?
    /// Whether the answer is awaited: it is asked once at a time.
    var isAsking = false

    /// Whether one try has to be over before the next begins.
    var isSlow: Bool { usage >= 75 }

    /// How long nothing is begun after a try has begun.
    var gap: Instant.Span? { usage >= 90 ? .seconds(10) : usage >= 75 ? .seconds(1) : nil }

    /// Whether it is time to ask, counted from the first work; it counts as asked then.
    mutating func mayAsk(_ now: Instant) -> Bool {
        guard let last = asked else {
            asked = now
            return false
        }
        guard now - last >= Pace.interval else { return false }
        asked = now
        return true
    }
}
