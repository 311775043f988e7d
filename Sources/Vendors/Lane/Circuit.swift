public import Events

/// Leaves a PSA alone that does not work. After failures in a row it opens: nothing is sent for a while, ever longer; then one
/// try shows whether it works again.
struct Circuit: Sendable {
    /// Failures in a row after which it opens.
    static let failureLimit = 5
    static let firstPause = Instant.Span.seconds(15)
    static let longestPause = Instant.Span.minutes(5)

    private var failures = 0
    /// How often it has opened since it was last closed.
    private var openings = 0
    private var until: Instant?

    /// Until when nothing is sent; nil where something may be.
    func pause(_ now: Instant) -> Instant? { until.flatMap { now < $0 ? $0 : nil } }

    /// Whether it is not known that the PSA works again: only one try may run.
    var isProbing: Bool { until != nil }

    /// A call has failed; true where that opens it.
    mutating func fail(_ now: Instant) -> Bool {
        failures += 1
        // Those that were under way when it opened say nothing new.
        guard failures >= Circuit.failureLimit, pause(now) == nil else { return false }
        let pause = Circuit.firstPause.milliseconds << Int64(min(openings, 10))
        openings += 1
        until = now + min(Instant.Span(milliseconds: pause), Circuit.longestPause)
        return true
    }

    /// A call was answered as by a PSA that works; true where that closes it.
    mutating func succeed() -> Bool {
        defer { self = Circuit() }
        return until != nil
    }
}

/// How a lane's PSA is, for whoever looks after the service.
public enum LaneCondition: Sendable, Equatable {
    /// It answers.
    case working
    /// It has failed several times in a row and is left alone until then.
    case open(until: Instant, reason: String)
    /// One try shows whether it works again.
    case probing
}

extension LaneCondition {
    /// In a word, as circuits are called.
    public var word: String {
        switch self {
        case .working: "closed"
        case .open: "open"
        case .probing: "half-open"
        }
    }
}
