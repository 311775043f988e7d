import Events
import Storage

/// Alerts that share a durable write, and who waits for them.
struct AlertBatch: Sendable {
    /// All of them, as they will stand in the journal.
    var records = JournalBatch()
    /// Who waits for one of them, and nothing has been made for.
    var requests: [JournalRunner.Request] = []
    /// Who waits for the others; their alerts are among the records already.
    var others: [JournalRunner.Waiting] = []

    mutating func removeAll() {
        requests.removeAll(keepingCapacity: true)
        others.removeAll(keepingCapacity: true)
        records.removeAll(keeping: WaitingAlerts.keptBytes)
    }
}

/// The alerts that wait for the disk, as the batches in which they will be written.
struct WaitingAlerts: Sendable {
    /// A batch that holds so many alerts, or so many bytes, takes no more.
    private static let batchLimit = 1024
    private static let batchBytes = 4 << 20
    /// Memory of a batch that stays for the next one: what a thousand alerts of the usual size take. More is given back.
    fileprivate static let keptBytes = 2 << 20

    private var full = Fifo<AlertBatch>()
    private var open = AlertBatch()
    /// Memory for the next batch, where some was given back.
    private var idle: AlertBatch?
    private(set) var count = 0

    var isEmpty: Bool { count == 0 }

    /// Adds the alert of a request.
    mutating func add(_ request: consuming JournalRunner.Request, _ frame: AlertFrame, _ body: Span<UInt8>) {
        open.records.add(JournalRunner.recordType) { frame.append(request.receipt, body, to: &$0) }
        open.requests.append(request)
        added()
    }

    /// Adds an alert that is encoded already; where its body is durable elsewhere all but that.
    mutating func add(_ submission: JournalRunner.Submission) {
        let alert = submission.alert
        open.records.add(JournalRunner.recordType, body: submission.body) {
            $0.append(contentsOf: submission.body == nil ? alert.bytes[...] : alert.head)
        }
        open.others.append(submission.waiting)
        added()
    }

    private mutating func added() {
        count += 1
        guard open.records.count >= WaitingAlerts.batchLimit || open.records.recordBytes >= WaitingAlerts.batchBytes
        else { return }
        full.append(open)
        open = fresh()
    }

    private mutating func fresh() -> AlertBatch {
        defer { idle = nil }
        return idle ?? AlertBatch()
    }

    /// Takes the oldest batch; nil where none waits.
    mutating func take() -> AlertBatch? {
        guard count > 0 else { return nil }
        var batch: AlertBatch
        if let first = full.popFirst() {
            batch = first
        } else {
            batch = fresh()
            swap(&batch, &open)
        }
        count -= batch.records.count
        return batch
    }

    /// Takes back the memory of an empty batch.
    mutating func reuse(_ batch: consuming AlertBatch) { idle = batch }
}
