import Dispatch
import Events
import Platform
import Settings
import Storage

/// The decider's records, batch by batch. While one batch is decided and committed, the next one is prepared.
struct BatchSupply {
    /// Records in their order, and what was made of each.
    struct Batch {
        var records: [JournalRecord] = []
        var prepared: [PreparedRecord] = []
    }

    /// Records in a batch.
    private static let limit = 1024

    private let feed: RecordFeed
    private var reader: JournalReader
    private let work: WorkNotes?
    private let workers: Int?
    private let queue = DispatchQueue(label: "itp-prepare")
    private var ahead: BatchAhead?
    private var isStale = false

    /// Batches from where the reader stands. `workers`: how many threads prepare; nil = as many as there are cores.
    init(_ feed: RecordFeed, _ reader: JournalReader, work: WorkNotes?, workers: Int?) {
        self.feed = feed
        self.reader = reader
        self.work = work
        self.workers = workers
    }

    /// What has been prepared already, was so with other settings.
    mutating func settingsChanged() { isStale = true }

    /// The next batch as these settings prepare it; empty where there is none.
    mutating func next(_ settings: Shared<Settings>, now: Instant) throws -> Batch {
        let preparing = Preparing(settings: settings, now: now, work: work, workers: workers)
        var batch = Batch()
        if let ahead {
            let prepared = ahead.wait()
            batch = Batch(records: ahead.records, prepared: isStale ? preparing.prepare(ahead.records) : prepared)
            self.ahead = nil
        } else {
            batch.records = try feed.next(BatchSupply.limit, &reader)
            batch.prepared = preparing.prepare(batch.records)
        }
        isStale = false
        guard let last = batch.records.last else { return batch }
        // A record that may end the program is in work alone, so that it is known which one it was.
        if let work, work.takesOneByOne(from: last.sequence + 1) { return batch }
        let following = try feed.next(BatchSupply.limit, &reader)
        if !following.isEmpty { ahead = BatchAhead(following, preparing, on: queue) }
        return batch
    }

    /// Waits until nothing is prepared any more.
    func finish() { _ = ahead?.wait() }
}

/// A batch that is being prepared on other threads.
private final class BatchAhead: Sendable {
    let records: [JournalRecord]
    private let prepared = Guarded<[PreparedRecord]>([])
    private let done = DispatchGroup()

    init(_ records: [JournalRecord], _ preparing: Preparing, on queue: DispatchQueue) {
        self.records = records
        queue.async(group: done) { [self] in
            let made = preparing.prepare(records)
            prepared.with { $0 = made }
        }
    }

    func wait() -> [PreparedRecord] {
        done.wait()
        return prepared.with { $0 }
    }
}
