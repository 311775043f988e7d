import Events
import Formats
import HTTPServer
import Platform
import Storage

/// `/health`, `/ready` and the part of `/stats` that needs no ledger.
struct StatusPages: Sendable {
    /// What is wrong, from whoever knows.
    let troubles: Troubles
    let counters: Counters
    let journal: JournalRunner
    let feed: RecordFeed
    let clock: SteadyClock
    let startedAt: Instant
    let version: String
    let settingsHash: @Sendable () -> String?
    /// What the HTTP server has done.
    let server: @Sendable () -> HTTPStats
    let log: Log

    /// Why alerts cannot be taken or decided; nil while they can.
    var failure: String? { journal.failed ?? troubles.fatal ?? journal.obstructed }

    /// What is wrong without stopping the service.
    var degraded: [String] { troubles.degraded + (clock.trouble.map { [$0] } ?? []) }

    /// 503 only where alerts cannot be taken or decided; else 200, `degraded` with reasons where something is wrong.
    func health() -> HTTPResponse {
        if let fatal = failure {
            return .json(503, ["status": "failed", "reasons": [.string(fatal)]])
        }
        let reasons = degraded
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

    /// What a watcher is told whenever it changes.
    func numbers(_ history: LedgerHistory) throws -> JSON {
        let degraded = degraded
        let dispositions = try history.dispositionCounts().map { ($0.disposition, JSON.integer($0.count)) }
        return [
            "accepted": .integer(counters.acceptedCount),
            "queue": .integer(journal.backlog.records),
            "dispositions": .members(dispositions),
            "outbox": .members(try history.orderCounts().map { ($0.lane, .integer($0.count)) }),
            "circuits": counters.circuitsJSON,
            "deliveries": counters.deliveriesJSON,
            "deadLetters": .integer(try history.deadLetterCount()),
            "settings": .text(settingsHash()),
            "refused": .array(troubles.reasons("config ").map { .string($0) }),
            "health": [
                "status": failure != nil ? "failed" : degraded.isEmpty ? "ok" : "degraded",
                "reasons": .array((failure.map { [$0] } ?? degraded).map { .string($0) }),
            ],
        ]
    }

    func statistics() -> [(String, JSON)] {
        let (journal, backlog) = (self.journal.measures, self.journal.backlog)
        let http = server()
        return [
            ("accepted", .integer(counters.acceptedCount)),
            ("rejected", counters.rejectedJSON),
            ("acceptMilliseconds", Counters.json(counters.acceptTimes)),
            (
                "queue",
                ["records": .integer(backlog.records), "ageSeconds": .integer(backlog.nanoseconds / 1_000_000_000)]
            ),
            ("deliveries", counters.deliveriesJSON),
            ("deliveryMilliseconds", counters.deliveryTimesJSON),
            ("circuits", counters.circuitsJSON),
            (
                "journal",
                [
                    "durable": .integer(feed.durable), "segments": .integer(journal.segments),
                    "bytes": .integer(journal.bytes), "writeMilliseconds": Counters.json(journal.writeTimes),
                ]
            ),
            (
                "http",
                [
                    "connections": .integer(http.openConnections), "requests": .integer(http.requests),
                    "refused": .integer(http.refused + http.notAdmitted + http.badRequests.values.reduce(0, +)),
                ]
            ),
            (
                "logLinesDropped",
                .members(log.droppedLinesByOutput.map { ($0.output, .integer($0.count)) })
            ),
            ("settings", .text(settingsHash())),
            ("version", .string(version)),
            ("startedAt", .string(startedAt.description)),
            ("uptimeSeconds", .integer((clock.now - startedAt).milliseconds / 1000)),
            ("clockJumps", .integer(clock.jumpCount)),
            ("memoryBytes", ProcessUsage.current().map { .integer($0.residentBytes) } ?? .null),
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

    /// What is wrong under names that begin so.
    func reasons(_ beginning: String) -> [String] {
        state.with { state in
            state.degraded.filter { $0.key.hasPrefix(beginning) }.sorted { $0.key < $1.key }.map(\.value)
        }
    }

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
