import Events

/// Counts an account's calls by what its PSA limits together, so that the limit is never met.
struct CallBudget: Sendable {
    private static let hour = Instant.Span.hours(1)
    private var sent: [String: [Instant]] = [:]

    /// Counts a call; where it would be one too many, nothing, and how long to wait.
    mutating func take(_ meter: String, limit: Int, _ now: Instant) -> Instant.Span? {
        var times = sent[meter] ?? []
        if times.count >= limit {
            // Old ones are taken off when there are many, not at each call.
            times.removeAll { $0 <= now - CallBudget.hour }
        }
        guard times.count < limit else {
            sent[meter] = times
            return times.first.map { $0 + CallBudget.hour - now }
        }
        times.append(now)
        sent[meter] = times
        return nil
    }
}
