import Decisions
public import Events
public import Formats
import Platform
import Settings
import Storage

/// Holds the journal against the ledger: every alert that was accepted has to be accounted for. It reads alone, on one state of
/// the ledger, and the service may go on beside it.
public struct Audit {
    /// What is wrong with one accepted alert.
    public struct Gap: Sendable, Equatable {
        /// The journal's record.
        public var sequence: UInt64
        /// The receipt that its sender was given.
        public var receipt: Identifier
        /// The event; nil where it cannot be told which.
        public var event: Identifier?
        /// When the alert was accepted.
        public var receivedAt: Instant
        /// Whose it is.
        public var source: String
        /// What is wrong.
        public var what: String
    }

    /// So many gaps are listed; all are counted.
    static let gapsListed = 1000
    /// Rows that are read at a time.
    private static let page = 1000

    private let past: PastAlerts
    private let history: LedgerHistory
    private let settings: [String: Shared<Settings>]
    private let inUse: Shared<Settings>?

    /// Rows that have been read and belong to records that come later.
    private var rows: [UInt64: [AuditRow]] = [:]
    private var nextNumber: Int64
    private var highest: UInt64 = 0
    private var attended: Set<Identifier>?

    /// Audits the alerts of a data folder since a time; `journal` is where its journal is, if not inside.
    public static func run(dataFolder: String, journal: String?, since: ReplaySince) throws -> AuditReport {
        let history = try LedgerHistory(path: dataFolder + "/ledger.db")
        return try history.snapshot {
            let watermark = try history.watermark()
            let past = try PastAlerts(dataFolder: dataFolder, journal: journal, last: watermark)
            let start = since.start(end: past.end)
            var audit = try Audit(past, history, dataFolder, start)
            return try audit.run(from: start)
        }
    }

    private init(_ past: PastAlerts, _ history: LedgerHistory, _ dataFolder: String, _ start: Instant) throws {
        self.past = past
        self.history = history
        let kept = try PastConfiguration.all(dataFolder: dataFolder).map { Shared(wrappedValue: $0) }
        settings = Dictionary(kept.map { ($0.hash, $0) }) { first, _ in first }
        inUse = kept.first
        nextNumber = try history.firstNumber(since: start) ?? .max
    }

    private mutating func run(from start: Instant) throws -> AuditReport {
        var report = AuditReport(start: start, end: past.end)
        report.undecided = Int(max(try past.journal.lastSequence(), past.last) - past.last)
        let forgotten = try history.forgottenUntil()
        let settled = try history.takenAsSettled()
        var reader = try past.reader(from: start)
        while let record = try reader.next(upTo: past.last) {
            let alert: AlertRecord?
            do { alert = try AlertRecord(decoding: record.payload) } catch { alert = nil }
            if let alert, alert.receivedAt < start { continue }
            if report.accepted == 0, let alert { report.first = alert.receivedAt }
            report.accepted += 1
            let found = try rows(of: record.sequence)
            for row in found { try count(row, record, alert, &report) }
            if settled?.contains(record.sequence) ?? false {
                report.takenAsSettled += 1
            } else if found.isEmpty, let alert, let forgotten, alert.receivedAt <= forgotten {
                report.forgotten += 1
            } else {
                miss(found, record, alert, &report)
            }
        }
        return report
    }

    /// The rows of a record. They are in the order of their records, so all are known once a later record's is seen.
    private mutating func rows(of sequence: UInt64) throws -> [AuditRow] {
        while highest <= sequence, nextNumber != .max {
            let page = try history.auditRows(from: nextNumber, limit: Audit.page)
            nextNumber = page.last.map { $0.number + 1 } ?? .max
            // What a source's silence led to comes of no record.
            for row in page where row.sequence < UInt64(Int64.max) {
                rows[row.sequence, default: []].append(row)
                highest = max(highest, row.sequence)
            }
        }
        return (rows.removeValue(forKey: sequence) ?? []).sorted { $0.item < $1.item }
    }

    private mutating func count(
        _ row: AuditRow, _ record: JournalRecord, _ alert: AlertRecord?, _ report: inout AuditReport
    ) throws {
        report.events += 1
        report.dispositions[row.disposition ?? "parked", default: 0] += 1
        report.states[row.state, default: 0] += 1
        guard row.state == EventState.parked.rawValue || row.state == EventState.decided.rawValue else { return }
        let attended = try attended ?? history.attended()
        self.attended = attended
        guard !attended.contains(row.id) else { return }
        report.add(
            Gap(
                record, alert, event: row.id,
                what: row.state == EventState.parked.rawValue
                    ? "it is parked, and nothing waits for it" : "it is decided, and nothing waits to be delivered"))
    }

    /// Finds the events of a record that have no row.
    private func miss(
        _ found: [AuditRow], _ record: JournalRecord, _ alert: AlertRecord?, _ report: inout AuditReport
    ) {
        guard let alert else {
            if found.isEmpty { report.add(Gap(record, nil, event: nil, what: "there is no event of it in the ledger")) }
            return
        }
        if found.count == 1, found[0].isQuarantined { return }
        let known = found.first.map { settings[$0.settings] } ?? inUse
        let expected: [Identifier]
        if let known {
            expected = PreparedRecord(alert, known).events.map(\.id)
        } else {
            // The configuration is kept no longer: the items have to be without a gap.
            expected = (0...(found.last?.item ?? 0)).map { alert.receipt.derived($0) }
        }
        let ids = Set(found.map(\.id))
        for event in expected where !ids.contains(event) {
            report.add(Gap(record, alert, event: event, what: "there is no such event in the ledger"))
        }
    }
}

extension Audit.Gap {
    fileprivate init(_ record: JournalRecord, _ alert: AlertRecord?, event: Identifier?, what: String) {
        self.init(
            sequence: record.sequence, receipt: alert?.receipt ?? Identifier(high: 0, low: 0), event: event,
            receivedAt: alert?.receivedAt ?? Instant(milliseconds: 0), source: alert?.source ?? "", what: what)
    }
}

/// What an audit has found.
public struct AuditReport: Sendable {
    /// From when on alerts are counted.
    public var start: Instant
    /// When the first of them was accepted; nil where there is none.
    public var first: Instant?
    /// When the last alert was accepted.
    public var end: Instant
    /// Accepted alerts: records of the journal that are decided.
    public var accepted = 0
    /// Records that are not decided yet.
    public var undecided = 0
    /// Records that are older than what the history keeps.
    public var forgotten = 0
    /// Records that were taken as settled when a backup was put back.
    public var takenAsSettled = 0
    /// Events of the accepted alerts.
    public var events = 0
    /// How many ended how.
    public var dispositions: [String: Int] = [:]
    /// How many have come how far.
    public var states: [String: Int] = [:]
    /// How many are not accounted for.
    public var gapCount = 0
    /// The first of them.
    public var gaps: [Audit.Gap] = []

    /// Whether every accepted alert is accounted for.
    public var isSound: Bool { gapCount == 0 }

    init(start: Instant, end: Instant) {
        self.start = start
        self.end = end
    }

    mutating func add(_ gap: Audit.Gap) {
        gapCount += 1
        if gaps.count < Audit.gapsListed { gaps.append(gap) }
    }

    /// The report for people.
    public var text: String {
        let missing = Set(gaps.map(\.sequence)).count
        let accounted = gapCount > gaps.count ? "not all" : "\(accepted - missing)"
        var lines = [
            "\(accepted) alerts accepted from \(first ?? start) to \(end), \(accounted) accounted for: \(events) events"
        ]
        lines += ReplayReport.sorted(dispositions).map { "  \($0.count)  \($0.name)" }
        let waiting = [("parked", "wait for a time or an answer"), ("decided", "are on their way to the PSA")]
        for (state, words) in waiting { if let count = states[state] { lines.append("of them \(count) \(words)") } }
        if undecided > 0 { lines.append("\(undecided) more alerts are accepted and not decided yet") }
        if forgotten > 0 { lines.append("\(forgotten) alerts are older than the history") }
        if takenAsSettled > 0 {
            lines.append("\(takenAsSettled) alerts were taken as settled with --after-restore=settled")
        }
        for gap in gaps {
            let event = gap.event.map { "event \($0)" } ?? "its event"
            lines.append(
                "missing: record \(gap.sequence), received \(gap.receivedAt) from \(gap.source), receipt \(gap.receipt), "
                    + "\(event): \(gap.what)")
        }
        lines.append(isSound ? "it adds up" : "it does not add up: \(gapCount) not accounted for")
        return lines.joined(separator: "\n")
    }

    /// The report for programs.
    public var json: JSON {
        let counts = { (counts: [String: Int]) in
            JSON.members(counts.sorted { $0.key < $1.key }.map { ($0.key, .integer($0.value)) })
        }
        return [
            "sound": .bool(isSound), "from": .string((first ?? start).description), "to": .string(end.description),
            "accepted": .integer(accepted), "undecided": .integer(undecided), "forgotten": .integer(forgotten),
            "takenAsSettled": .integer(takenAsSettled), "events": .integer(events),
            "dispositions": counts(dispositions), "states": counts(states), "missingCount": .integer(gapCount),
            "missing": .array(
                gaps.map {
                    [
                        "sequence": .integer($0.sequence), "receipt": .string($0.receipt.description),
                        "event": .text($0.event?.description), "receivedAt": .string($0.receivedAt.description),
                        "source": .string($0.source), "what": .string($0.what),
                    ]
                }),
        ]
    }
}
