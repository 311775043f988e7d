import Decisions
import Dispatch
import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing

@testable import Service

/// The same alerts, settings, clock and memory give the same traces, byte by byte.
@Suite struct DeterminismTests {
    private static let rules = """
        [GLOBAL]
        DeDupPeriod=1
        [RMM_SETTINGS_TWO]
        DropCodes=Inf
        [ORG globex]
        Name=Globex
        MSP=TWO
        [ALERT REWRITE]
        noise=CANCEL
        disk is full=REWRITE;DSK|Disk|||CRITICAL|MB-FULL.DSK.S.P1.Alm
        Backup of=PROCESS;backups
        [ISR backups]
        Match=^Backup of (?<host>\\S+) failed
        Subject=BKP|Backup|FAILED|${host}||MB-BACKUP.BKP.S.P2.Alm
        Agent=${host}
        [RESTRICTED]
        INV=1
        [REMEDIATION]
        *.SVC=Restart;Service,<data1>
        [BLACKLIST]
        lab=Y
        [PSA REWRITE]
        MB-FULL.DSK.S=DSK;A disk of <agent> is full
        [TICKET NOTES]
        Common=<agent> <hostos> <eventguid> <time>
        """

    /// Alerts of all sorts: batches, what cannot be read, what waits.
    private static func alerts(_ count: Int) -> [AlertRecord] {
        var random = SeededRandom(seed: 7)
        let subjects = [
            "EVT|Disk|\(1)|a|b|MB-DISK.EVT.S.P2.Alm", "noise of a fan", "the disk is full", "Backup of web1 failed",
            "INV|Stock|1|||MB-INV.INV.S.P3.Alm", "SVC|Spooler|Spooler|||MB-SPOOL.SVC.S.P3.Act", "nobody reads this",
            "STS|Agent|1|||MB-OFF.STS.S.P3.Alm", "UPD|KB5030219|1|||MB-PATCH.PCH.S.P3.Alm",
            "EVT|Disk|2|a|b|MB-DISK.EVT.S.P5.Inf", "REQ|x|1|||MB-REQ.SVC.S.P3.Req",
        ]
        return (1...count).map { number in
            let items = (0..<random.pick(1...3)).map { _ -> JSON in
                [
                    "subject": .string(subjects[random.pick(0...(subjects.count - 1))]),
                    "agent": .string("m\(random.pick(0...9)).\(random.oneIn(9) ? "lab" : "servers").acme"),
                    "orgId": random.oneIn(4) ? "globex" : "acme", "os": "Windows Server 2022",
                    "state": random.oneIn(8) ? "resolved" : "firing",
                ]
            }
            let body = random.oneIn(20) ? "{\"broken" : JSON.members([("alerts", .array(items))]).compact
            let delivery = random.oneIn(6) ? "d\(random.pick(0...20))" : nil
            return alert(number, body, at: start + .seconds(number), delivery: delivery)
        }
    }

    /// Runs a decider's own thread over a journal on disk until all is decided; gives every event with its trace, as text.
    private func run(_ folder: String, _ alerts: [AlertRecord], workers: Int?) throws -> [String] {
        try SystemDisk().makeFolder(folder)
        let journal = JournalFolder(folder + "/journal")
        var writer = try journal.openForWriting(ledgerWatermark: 0)
        _ = try writer.append(
            alerts.map { JournalEntry(type: JournalRecordType(rawValue: 1), payload: $0.encoded) })
        let last = UInt64(alerts.count)
        let decided = DispatchSemaphore(value: 0)
        let failure = Guarded<String?>(nil)
        let runner = DeciderRunner(
            feed: RecordFeed(durable: last, maxRecords: 10, maxBytes: 1 << 20), clock: StoppedClock(),
            work: try WorkNotes(folder: folder), workers: workers, carryOut: { _ in },
            onCommit: { if $0 == last { decided.signal() } },
            onFailure: { reason in
                failure.with { $0 = reason }
                decided.signal()
            })
        let ledger = folder + "/ledger.db"
        try runner.start(
            ledgerPath: ledger, settings: settings(rules: Self.rules), reader: JournalReader(journal, from: 1))
        decided.wait()
        runner.stop()
        #expect(failure.with { $0 } == nil)
        let history = try LedgerHistory(path: ledger)
        var lines: [String] = []
        var filter = HistoryFilter()
        filter.limit = 1000
        while true {
            let page = try history.events(filter)
            for event in page.events {
                let trace = JSON.array(try history.trace(event).map(\.compactJSON)).compact
                lines.append("\(event.origin.id) \(event.disposition ?? event.state) \(event.reason ?? "") \(trace)")
            }
            guard let next = page.next else { return lines }
            filter.before = next
        }
    }

    @Test("twice, and with one, two, seven or as many workers as there are cores, all traces are the same bytes")
    func anyWorkers() throws {
        try withTemporaryFolder { folder in
            let alerts = Self.alerts(300)
            var first: [String]?
            for (index, workers) in [1, 1, 2, 7, nil].enumerated() {
                let lines = try run("\(folder)/\(index)", alerts, workers: workers)
                #expect(lines.count > 500)
                #expect(first == nil || first == lines, "\(workers.map { "\($0)" } ?? "all") workers")
                first = first ?? lines
            }
            let dispositions = Set((first ?? []).map { $0.split(separator: " ")[1] })
            // A comparison of nothing but tickets would show little.
            let wanted = [
                "ticketed", "cancelled", "duplicate", "parked", "unparseable", "restricted", "blacklisted", "failed",
            ]
            for word in wanted { #expect(dispositions.contains(word[...]), "\(word) \(dispositions)") }
        }
    }

    @Test("which thread prepares a record makes no difference to its order or to what comes out")
    func preparing() throws {
        let shared = Shared(wrappedValue: try settings(rules: Self.rules))
        let records = Self.alerts(64).enumerated().map {
            JournalRecord(
                sequence: UInt64($0.offset + 1), type: JournalRecordType(rawValue: 1), payload: $0.element.encoded)
        }
        let alone = records.map {
            Preparing(settings: shared, now: start, work: nil, workers: 1).prepare([$0])[0].events.map(\.id)
        }
        for workers in [1, 2, 7, 64, nil] {
            let made = Preparing(settings: shared, now: start, work: nil, workers: workers).prepare(records)
            #expect(made.map { $0.events.map(\.id) } == alone)
        }
        #expect(Preparing(settings: shared, now: start, work: nil, workers: 2).prepare([]).isEmpty)
    }
}
