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
    }

    private let state = Guarded(State())

    func accepted(_ alerts: Int) { state.with { $0.accepted += alerts } }

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
        case .reopened: "reopened"
        case .closed: "closed"
        case .nothingToDo: "nothingToDo"
        case .retry: "retried"
        case .ambiguous, .stillAmbiguous: "ambiguous"
        case .refused: "failed"
        }
    }

    var acceptedCount: Int { state.with { $0.accepted } }

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
