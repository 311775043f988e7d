import Events
import Formats
import HTTPServer
import Platform

/// `/health`, `/ready` and the part of `/stats` that needs no ledger.
struct StatusPages: Sendable {
    /// What is wrong, from whoever knows.
    let troubles: Troubles
    let counters: Counters
    let journal: JournalRunner
    let feed: RecordFeed
    let clock: any Clock
    let startedAt: Instant
    let settingsHash: @Sendable () -> String?

    /// 503 only where alerts cannot be taken or decided; else 200, `degraded` with reasons where something is wrong.
    func health() -> HTTPResponse {
        if let fatal = journal.failed ?? troubles.fatal ?? journal.obstructed {
            return .json(503, ["status": "failed", "reasons": [.string(fatal)]])
        }
        let reasons = troubles.degraded
        return .json(
            200,
            [
                "status": reasons.isEmpty ? "ok" : "degraded",
                "reasons": .array(reasons.map { .string($0) }),
            ])
    }

    func ready() -> HTTPResponse {
        guard journal.failed == nil, troubles.fatal == nil else { return .json(503, ["ready": false]) }
        return .json(200, ["ready": true])
    }

    func statistics() -> [(String, JSON)] {
        [
            ("accepted", .integer(counters.acceptedCount)),
            ("rejected", counters.rejectedJSON),
            ("deliveries", counters.deliveriesJSON),
            ("circuits", counters.circuitsJSON),
            ("journal", ["durable": .integer(feed.durable)]),
            ("settings", .text(settingsHash())),
            ("startedAt", .string(startedAt.description)),
            ("uptimeSeconds", .integer((clock.now - startedAt).milliseconds / 1000)),
        ]
    }
}

/// What is wrong at present, kept by whoever notices it and shown by `/health`.
final class Troubles: Sendable {
    private struct State: Sendable {
        var fatal: String?
        var degraded: [String: String] = [:]
    }

    private let state = Guarded(State())

    /// Why the service can no longer do its work; nil while it can.
    var fatal: String? { state.with { $0.fatal } }

    /// What is wrong without stopping it, in the order of its names.
    var degraded: [String] { state.with { state in state.degraded.keys.sorted().compactMap { state.degraded[$0] } } }

    func fail(_ reason: String) { state.with { $0.fatal = $0.fatal ?? reason } }

    /// Something is wrong; the same name again replaces what was said before.
    func set(_ name: String, _ reason: String) { state.with { $0.degraded[name] = reason } }

    /// Replaces all that was said under names with this beginning.
    func replace(_ beginning: String, with reasons: [String]) {
        state.with { state in
            state.degraded = state.degraded.filter { !$0.key.hasPrefix(beginning) }
            for (index, reason) in reasons.enumerated() {
                state.degraded[beginning + String(String(1_000_000 + index).dropFirst())] = reason
            }
        }
    }

    /// It is well again.
    func clear(_ name: String) { state.with { $0.degraded[name] = nil } }
}
