import Formats

/// How many calls a vendor takes; nil where it takes any number.
struct CallLimits: Equatable, Sendable {
    /// At the same time, for each object.
    var concurrent: Int?
    /// In a window of time, for each account or endpoint.
    var perWindow: Int?
    var windowSeconds: Int64
}

/// Counts calls against a vendor's limits: those under way for each object, and those of the last while. The most that
/// were ever seen is kept, so that a test can say that a client stayed below.
struct CallMeter: Sendable {
    /// A call as the limits see it.
    struct Call: Equatable, Sendable {
        /// What is limited in calls at the same time; nil for a call that is exempt.
        var object: String?
        /// What is limited in calls in a window of time.
        var account: String
    }

    /// Which limit a call broke.
    enum Excess: Equatable, Sendable {
        case concurrent(Int)
        case perWindow(Int)
    }

    /// The calls of one account in the window, by the second: a rolling window without an entry for each call.
    private struct Window: Sendable {
        var seconds: [(second: Int64, calls: Int)] = []
        var calls = 0

        mutating func roll(to second: Int64, length: Int64) {
            let gone = seconds.prefix { $0.second <= second - length }
            calls -= gone.reduce(0) { $0 + $1.calls }
            seconds.removeFirst(gone.count)
        }

        mutating func add(_ second: Int64) {
            calls += 1
            if let last = seconds.indices.last, seconds[last].second >= second {
                seconds[last].calls += 1
            } else {
                seconds.append((second, 1))
            }
        }
    }

    static let maximumKeys = 10_000

    var limits: CallLimits
    /// The ends of the calls that are under way.
    private var underWay: [String: [Int64]] = [:]
    private var windows: [String: Window] = [:]
    private var mostConcurrent: [String: Int] = [:]
    private var mostInWindow: [String: Int] = [:]
    private(set) var refused = 0

    init(_ limits: CallLimits) { self.limits = limits }

    /// How many calls of an account are in the window.
    func used(_ account: String, now: Int64) -> Int {
        var window = windows[account] ?? Window()
        window.roll(to: now / 1000, length: limits.windowSeconds)
        return window.calls
    }

    /// Counts a call that lasts until `end`; says which limit it breaks. One that is refused counts in the window too:
    /// no vendor says that it does not.
    mutating func enter(_ call: Call, now: Int64, until end: Int64) -> Excess? {
        var window = windows[call.account] ?? Window()
        window.roll(to: now / 1000, length: limits.windowSeconds)
        window.add(now / 1000)
        mostInWindow[call.account] = max(mostInWindow[call.account] ?? 0, window.calls)
        let isOver = limits.perWindow.map { window.calls > $0 } ?? false
        if windows[call.account] != nil || windows.count < CallMeter.maximumKeys { windows[call.account] = window }
        guard !isOver else {
            refused += 1
            return .perWindow(limits.perWindow ?? 0)
        }
        guard let object = call.object else { return nil }
        var ends = (underWay[object] ?? []).filter { $0 > now }
        mostConcurrent[object] = max(mostConcurrent[object] ?? 0, ends.count + 1)
        if let limit = limits.concurrent, ends.count >= limit {
            underWay[object] = ends
            refused += 1
            return .concurrent(limit)
        }
        if end > now { ends.append(end) }
        underWay[object] = ends
        return nil
    }

    /// The limits and the most that was seen.
    var json: JSON {
        let object: ([String: Int]) -> JSON = { counts in
            .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) })
        }
        return [
            "concurrent": limits.concurrent.map { .integer($0) } ?? .null,
            "perWindow": limits.perWindow.map { .integer($0) } ?? .null,
            "windowSeconds": .integer(limits.windowSeconds), "mostConcurrent": object(mostConcurrent),
            "mostInWindow": object(mostInWindow), "refused": .integer(refused),
        ]
    }
}
