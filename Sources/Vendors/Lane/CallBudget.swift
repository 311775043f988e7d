import Events

/// Counts an account's calls by what its PSA limits together, so that the limit is never met.
struct CallBudget: Sendable {
    static let hour = Instant.Span.hours(1)
    private var sent: [String: [Instant]] = [:]

    /// What a service that has ended has sent. A budget that has counted any call knows better.
    mutating func take(_ former: [CallCount]) {
        guard sent.isEmpty else { return }
        for calls in former { sent[calls.meter, default: []] += Array(repeating: calls.at, count: calls.count) }
    }

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

/// Counts the bytes of an account's files, so that its PSA's limit is never met.
struct UploadBudget: Sendable {
    private static let window = Instant.Span.minutes(5)
    private var sent: [(at: Instant, bytes: Int)] = []

    /// Counts a file; false where it would be too much.
    mutating func take(_ bytes: Int, limit: Int, _ now: Instant) -> Bool {
        sent.removeAll { $0.at <= now - UploadBudget.window }
        guard sent.reduce(bytes, { $0 + $1.bytes }) <= limit else { return false }
        sent.append((now, bytes))
        return true
    }
}
