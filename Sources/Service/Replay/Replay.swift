import Decisions
import Dispatch
public import Events
import Formats
import Platform
public import Settings
import Storage

/// From when on the past is looked at.
public enum ReplaySince: Sendable, Equatable {
    /// So long before the last alert in the journal: the same journal gives the same window whenever it is asked.
    case back(Instant.Span)
    /// From a time on.
    case at(Instant)

    /// A length of time as it is written: `30d`, `12h`, `90m`; nil for anything else.
    public static func span(_ text: String) -> Instant.Span? {
        let units: [Character: Int] = ["d": 24 * 60, "h": 60, "m": 1]
        guard let unit = text.last.flatMap({ units[$0] }), let count = Int(text.dropLast()),
            (1...1_000_000).contains(count)
        else { return nil }
        return .minutes(count * unit)
    }

    /// The time, where the last alert came then.
    public func start(end: Instant) -> Instant {
        switch self {
        case .back(let span): end - span
        case .at(let time): time
        }
    }
}

/// Decides the journal's past under two configurations from the same start, and says what differs. It reads alone: nothing is
/// asked, run or delivered, and the service may go on beside it.
public struct Replay {
    /// Records in a batch, and bytes of them.
    private static let batchRecords = 512
    private static let batchBytes = 16 << 20
    /// After so many records both memories forget what decides nothing any more.
    private static let forgetEvery = 16_384
    /// Windows without an end count as long as this.
    static let longestWindow = Instant.Span.hours(7 * 24)

    private let past: PastAlerts
    private let since: ReplaySince
    private let lanes: [Lane]
    private let history: LedgerHistory?
    private var open: [Identifier: [ReplayOutcome?]] = [:]
    private var tally = ReplayTally()

    /// One of the two, handed to one thread at a time.
    private final class Lane: @unchecked Sendable {
        // `concurrentPerform` gives each to one thread, and nobody else looks at it meanwhile.
        var decides: ReplayLane
        var failure: (any Error)?

        init(_ decides: ReplayLane) { self.decides = decides }
    }

    /// Prepares the replay of a journal and the ledger beside it, where there is one.
    public init(_ past: PastAlerts, since: ReplaySince, old: Settings, new: Settings) throws {
        self.past = past
        self.since = since
        history = try past.history()
        // What was silenced by hand is so under both.
        let silences = try history?.silences(endingAfter: since.start(end: past.end)).map(\.silence) ?? []
        lanes = try [old, new].map { given in
            var settings = given
            if !silences.isEmpty { settings.global.silences += silences }
            // A connection is one thread's.
            let recorded = try past.history()
            return Lane(ReplayLane(settings) { event, question in try recorded?.answer(to: question, of: event) })
        }
    }

    /// Decides all, and gives what was found.
    public mutating func run() throws -> ReplayReport {
        let start = since.start(end: past.end)
        let window = Replay.window(lanes.map(\.decides.settings))
        var report = ReplayReport(start: start, end: past.end, warmUp: start - window, tally: tally)
        let quarantined = try past.quarantined(since: report.warmUp)
        var reader = try past.reader(from: report.warmUp)
        var (isWarming, sinceForgotten) = (true, 0)
        var time = report.warmUp
        while true {
            let batch = try nextBatch(&reader)
            guard !batch.isEmpty else { break }
            var alerts: [JournalRecord] = []
            for record in batch where !quarantined.contains(record.sequence) {
                let alert = Replay.alert(record)
                if alert?.source == Event.drillSource { continue }
                let received = alert?.receivedAt ?? time
                if isWarming, received < report.warmUp { continue }
                if isWarming { report.warmUp = max(report.warmUp, received) }
                isWarming = false
                time = received
                report.alerts += received >= start ? 1 : 0
                alerts.append(record)
            }
            try decide(alerts, at: time)
            sinceForgotten += alerts.count
            if sinceForgotten >= Replay.forgetEvery {
                for lane in lanes { lane.decides.forget(before: window) }
                sinceForgotten = 0
            }
            try compare(from: start)
        }
        for lane in lanes { try lane.decides.finish() }
        try compare(from: start)
        report.tally = tally
        return report
    }

    private func nextBatch(_ reader: inout JournalReader) throws -> [JournalRecord] {
        var batch: [JournalRecord] = []
        var bytes = 0
        while batch.count < Replay.batchRecords, bytes < Replay.batchBytes,
            let record = try reader.next(upTo: past.last)
        {
            bytes += record.payload.count
            batch.append(record)
        }
        return batch
    }

    /// The alert of a record; nil where a later version of the program wrote what cannot be read.
    private static func alert(_ record: JournalRecord) -> AlertRecord? {
        do { return try AlertRecord(decoding: record.payload) } catch { return nil }
    }

    /// Both configurations decide the records: prepared by all cores, decided by two.
    private func decide(_ records: [JournalRecord], at time: Instant) throws {
        let prepared = lanes.map { lane in
            Preparing(settings: lane.decides.$settings, now: time, work: nil, workers: nil).prepare(records)
        }
        DispatchQueue.concurrentPerform(iterations: lanes.count) { [lanes] index in
            do {
                for record in prepared[index] { try lanes[index].decides.take(record) }
            } catch {
                lanes[index].failure = error
            }
        }
        for lane in lanes {
            if let failure = lane.failure { throw failure }
        }
    }

    /// Holds against each other what both have ended.
    private mutating func compare(from start: Instant) throws {
        for (index, lane) in lanes.enumerated() {
            for outcome in lane.decides.takeFinished() where outcome.receivedAt >= start {
                var pair = open.removeValue(forKey: outcome.event) ?? [nil, nil]
                pair[index] = outcome
                guard try !count(pair) else { continue }
                open[outcome.event] = pair
            }
        }
        // What only one of them has is held by the other, or is no event there.
        for event in open.keys.sorted(by: { ($0.high, $0.low) < ($1.high, $1.low) }) {
            guard var pair = open[event], let missing = pair.firstIndex(where: { $0 == nil }),
                !lanes[missing].decides.isHolding(event), let other = pair[1 - missing]
            else { continue }
            var absent = ReplayOutcome(
                event: event, receivedAt: other.receivedAt, reason: "the source's mapping makes no such event",
                facts: other.facts)
            absent.isAbsent = true
            pair[missing] = absent
            open[event] = nil
            _ = try count(pair)
        }
    }

    private mutating func count(_ pair: [ReplayOutcome?]) throws -> Bool {
        guard let old = pair[0], let new = pair[1] else { return false }
        tally.compare(
            old, new, happened: try history?.ending(of: old.event), oldHash: lanes[0].decides.settings.hash)
        return true
    }

    /// The longest time for which an alert has a say in what becomes of later ones.
    private static func window(_ all: [Settings]) -> Instant.Span {
        var spans = [RemediationTriggers.window]
        for settings in all {
            let global = settings.global
            spans += [global.duplicateWindow, global.actDuplicateWindow, global.patchSummaryPeriod]
            spans += settings.sources.values.compactMap(\.course.duplicateWindow)
            for tenant in [settings.$primary] + settings.tenants.values {
                for flow in [tenant.flow] + tenant.namedFlows.values {
                    if flow.updates { spans.append(flow.updateInterval ?? longestWindow) }
                    spans += [flow.consolidation] + [flow.flood?.interval, flow.flap?.interval].compactMap(\.self)
                }
            }
        }
        return spans.max() ?? longestWindow
    }
}
