import Events
import Formats
import Platform
import Storage

/// The journal's thread: it alone writes. Whatever has arrived while the disk was busy goes out as one durable write.
final class JournalRunner: Sendable {
    /// An alert on its way to the disk.
    struct Submission: Sendable {
        var alert: AlertRecord
        /// Called on the journal's thread: nil once the alert is durable, else why it is not.
        var done: @Sendable (JournalError?) -> Void
    }

    /// Alerts in one durable write.
    private static let batchLimit = 1024
    /// Alerts that may wait for the disk; more are turned away, so that memory stays bounded.
    private static let waitingLimit = 65_536

    private let mailbox = Mailbox<Submission>()
    private let waiting = Guarded(0)
    private let failure = Guarded<String?>(nil)
    private let feed: RecordFeed
    private let onDurable: @Sendable () -> Void
    private let onFailure: @Sendable (String) -> Void
    private let clock: any Clock
    private let watermark = Guarded<UInt64>(0)
    private let thread = Guarded<SystemThread?>(nil)

    init(
        feed: RecordFeed, clock: any Clock, onDurable: @escaping @Sendable () -> Void,
        onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.feed = feed
        self.clock = clock
        self.onDurable = onDurable
        self.onFailure = onFailure
    }

    /// Starts the thread, which owns the writer from now on. `lastReceived` is the time of the last alert before.
    func start(_ writer: JournalWriter, lastReceived: Instant) throws {
        let started = try SystemThread(name: "itp-journal") { [self] in run(writer, lastReceived) }
        thread.with { $0 = started }
    }

    /// Takes an alert; false where too many wait already or the journal has failed.
    func submit(_ submission: Submission) -> Bool {
        let takes = waiting.with { count in
            guard count < JournalRunner.waitingLimit else { return false }
            count += 1
            return true
        }
        guard takes, failure.with({ $0 == nil }) else { return false }
        mailbox.post(submission)
        return true
    }

    /// Why the journal takes nothing any more; nil while it works.
    var failed: String? { failure.with { $0 } }

    /// New segments carry this watermark in their header.
    func noteWatermark(_ sequence: UInt64) { watermark.with { $0 = sequence } }

    /// Writes what has been submitted and ends the thread.
    func stop() {
        mailbox.close()
        thread.with { $0 }?.join()
    }

    private func run(_ owned: JournalWriter, _ lastReceived: Instant) {
        var writer = owned
        var last = lastReceived
        while true {
            let batch = mailbox.take(JournalRunner.batchLimit)
            if batch.isEmpty {
                if mailbox.isClosed { return }
                mailbox.wait()
                continue
            }
            waiting.with { $0 -= batch.count }
            // The pipeline's time never goes backwards, whatever the wall clock does.
            last = max(last, clock.now)
            write(batch, at: last, &writer)
        }
    }

    private func write(_ batch: [Submission], at now: Instant, _ writer: inout JournalWriter) {
        let type = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
        let entries = batch.map { submission in
            var alert = submission.alert
            alert.receivedAt = now
            return JournalEntry(type: type, payload: alert.encoded)
        }
        writer.watermark = watermark.with { $0 }
        do {
            let first = try writer.append(entries)
            feed.add(
                entries.enumerated().map { index, entry in
                    JournalRecord(sequence: first + UInt64(index), type: entry.type, payload: entry.payload)
                })
            for submission in batch { submission.done(nil) }
            onDurable()
        } catch {
            if error.isFinal {
                failure.with { $0 = error.description }
                onFailure(error.description)
            }
            for submission in batch { submission.done(error) }
        }
    }
}
