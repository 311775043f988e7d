import Events
import Formats
import Platform
import Vendors

/// What the service has done since it started; for `/stats`.
final class Counters: Sendable {
    private struct State: Sendable {
        var accepted = 0
        var rejected: [String: Int] = [:]
        var deliveries: [String: [String: Int]] = [:]
        var circuits: [String: LaneCondition] = [:]
        var decided: [Disposition: Int] = [:]
        var acceptTimes = Histogram.quick
        /// When each lane was handed the orders that it holds.
        var handed: [String: [Int64: UInt64]] = [:]
        var deliveryTimes: [String: Histogram] = [:]

        mutating func accepted(_ alerts: Int, since: UInt64, _ now: UInt64) {
            accepted += alerts
            acceptTimes.add(nanoseconds: now > since ? now - since : 0)
        }
    }

    private let state = Guarded(State())

    /// Alerts are on disk, and those who wait for them were answered by now.
    func accepted(_ batch: AlertBatch, at now: UInt64) {
        let requests = batch.requests.span
        state.with { state in
            for index in requests.indices { state.accepted(1, since: requests[index].since, now) }
            for other in batch.others {
                if let (alerts, since) = other.awaited { state.accepted(alerts, since: since, now) }
            }
        }
    }

    func decided(_ disposition: Disposition) { state.with { $0.decided[disposition, default: 0] += 1 } }

    /// A lane was handed an order.
    func handed(_ lane: String, row: Int64, at now: UInt64) { state.with { $0.handed[lane, default: [:]][row] = now } }

    /// A lane has ended its try of an order.
    func ended(_ lane: String, row: Int64, at now: UInt64) {
        state.with { state in
            guard let began = state.handed[lane]?.removeValue(forKey: row), now >= began else { return }
            state.deliveryTimes[lane, default: .slow].add(nanoseconds: now - began)
        }
    }

    func rejected(_ reason: String) { state.with { $0.rejected[reason, default: 0] += 1 } }

    func delivered(_ lane: String, _ report: DeliveryReport) {
        state.with { $0.deliveries[lane, default: [:]][Counters.word(report), default: 0] += 1 }
    }

    /// Second tickets of one event that were closed.
    func closedDoubles(_ lane: String, _ count: Int) {
        state.with { $0.deliveries[lane, default: [:]]["closedDoubles", default: 0] += count }
    }

    func paged(_ lane: String, _ report: PageReport) {
        let word =
            switch report {
            case .taken: "paged"
            case .nothingToDo: "nothingToDo"
            case .retry: "retried"
            case .refused: "failed"
            }
        state.with { $0.deliveries[lane, default: [:]][word, default: 0] += 1 }
    }

    func ran(_ report: RunReport) {
        let word =
            switch report {
            case .passed: "passed"
            case .failed: "failed"
            case .notStarted: "notStarted"
            }
        state.with { $0.deliveries["rmm:", default: [:]][word, default: 0] += 1 }
    }

    func condition(of lane: String, _ condition: LaneCondition) { state.with { $0.circuits[lane] = condition } }

    private static func word(_ report: DeliveryReport) -> String {
        switch report {
        case .created: "created"
        case .mailed: "mailed"
        case .noted, .notedTouched: "noted"
        case .attached: "attached"
        case .looked: "looked"
        case .reopened: "reopened"
        case .closed: "closed"
        case .nothingToDo: "nothingToDo"
        case .retry: "retried"
        case .ambiguous, .stillAmbiguous: "ambiguous"
        case .refused: "failed"
        }
    }

    var acceptedCount: Int { state.with { $0.accepted } }

    var acceptTimes: Histogram { state.with { $0.acceptTimes } }

    /// By lane, in the order of their names.
    var deliveryTimes: [(lane: String, times: Histogram)] {
        state.with { $0.deliveryTimes }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How often something was rejected, by the reason.
    var rejections: [(reason: String, count: Int)] {
        state.with { $0.rejected }.sorted { $0.key < $1.key }.map { ($0.key, $0.value) }
    }

    /// How often events were decided, or what became of them changed, since the start.
    var decisions: [(disposition: Disposition, count: Int)] {
        let counts = state.with { $0.decided }
        return Disposition.allCases.compactMap { disposition in counts[disposition].map { (disposition, $0) } }
    }

    /// What became of tries, by lane and result.
    var deliveries: [(lane: String, result: String, count: Int)] {
        let deliveries = state.with { $0.deliveries }
        return deliveries.sorted { $0.key < $1.key }.flatMap { lane, results in
            results.sorted { $0.key < $1.key }.map { (lane, $0.key, $0.value) }
        }
    }

    /// Whether each lane is tried at present.
    var circuits: [(lane: String, isOpen: Bool)] {
        state.with { $0.circuits }.sorted { $0.key < $1.key }.map { lane, condition in
            guard case .open = condition else { return (lane, false) }
            return (lane, true)
        }
    }

    /// Milliseconds by lane.
    var deliveryTimesJSON: JSON { .members(deliveryTimes.map { ($0.lane, Counters.json($0.times)) }) }

    static func json(_ times: Histogram) -> JSON {
        let value = { (share: Double) in
            times.milliseconds(of: share).map { JSON.number("\(($0 * 1000).rounded() / 1000)") } ?? JSON.null
        }
        return ["count": .integer(times.count), "p50": value(0.5), "p99": value(0.99)]
    }

    var rejectedJSON: JSON { Counters.json(state.with { $0.rejected }) }

    var deliveriesJSON: JSON {
        let deliveries = state.with { $0.deliveries }
        return .members(deliveries.keys.sorted().map { ($0, Counters.json(deliveries[$0] ?? [:])) })
    }

    var circuitsJSON: JSON {
        let circuits = state.with { $0.circuits }
        return .members(
            circuits.keys.sorted().compactMap { lane in
                guard let condition = circuits[lane] else { return nil }
                guard case .open(let until, let reason) = condition else {
                    return (lane, ["state": .string(condition.word)])
                }
                return (
                    lane,
                    [
                        "state": .string(condition.word), "until": .string(until.description),
                        "reason": .string(reason),
                    ]
                )
            })
    }

    private static func json(_ counts: [String: Int]) -> JSON {
        .members(counts.keys.sorted().map { ($0, .integer(counts[$0] ?? 0)) })
    }
}
