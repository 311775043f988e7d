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

    /// How often settled segments that have become too old are looked for.
    private static let retentionSeconds = 300

    private let mailbox = Mailbox<Submission>()
    private let waiting = Guarded(0)
    private let failure = Guarded<String?>(nil)
    private let obstacle = Guarded<String?>(nil)
    private let feed: RecordFeed
    private let onDurable: @Sendable () -> Void
    private let onFailure: @Sendable (String) -> Void
    private let onTrouble: @Sendable (String?) -> Void
    private let clock: any Clock
    private let retention: Instant.Span
    private let watermark = Guarded<UInt64>(0)
    private let thread = Guarded<SystemThread?>(nil)

    /// `onTrouble` is told what is wrong with the removal of old segments, and nil when it has worked.
    init(
        feed: RecordFeed, clock: any Clock, retention: Instant.Span, onDurable: @escaping @Sendable () -> Void,
        onTrouble: @escaping @Sendable (String?) -> Void, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.feed = feed
        self.clock = clock
        self.retention = retention
        self.onDurable = onDurable
        self.onTrouble = onTrouble
        self.onFailure = onFailure
    }

    /// Starts the thread, which owns the writer from now on. `lastReceived` is the time of the last alert before.
    func start(_ writer: JournalWriter, lastReceived: Instant) throws {
        watermark.with { $0 = max($0, writer.watermark) }
        let started = try SystemThread(name: "itp-journal") { [self] in run(writer, lastReceived) }
        thread.with { $0 = started }
    }

    /// Takes an alert; false where too many wait already, the journal has failed, or it has been stopped.
    func submit(_ submission: Submission) -> Bool {
        guard failed == nil else { return false }
        let takes = waiting.with { count in
            guard count < JournalRunner.waitingLimit else { return false }
            count += 1
            return true
        }
        guard takes else { return false }
        guard mailbox.post(submission) else {
            waiting.with { $0 -= 1 }
            return false
        }
        return true
    }

    /// Why the journal takes nothing any more; nil while it works.
    var failed: String? { failure.with { $0 } }

    /// Why the last alerts could not be written, though the next ones may be: the disk is full. Nil while it works.
    var obstructed: String? { obstacle.with { $0 } }

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
        var segments = 0
        var looked: UInt64 = 0
        while true {
            // Asked before the taking: what is submitted in between would be left otherwise.
            let isClosed = mailbox.isClosed
            let monotonic = clock.monotonicNanoseconds
            let isTime = monotonic - looked >= UInt64(JournalRunner.retentionSeconds) * 1_000_000_000
            if writer.segments.count != segments || isTime {
                removeOld(&writer)
                segments = writer.segments.count
                looked = monotonic
            }
            let batch = mailbox.take(JournalRunner.batchLimit)
            if batch.isEmpty {
                if isClosed { return }
                mailbox.wait(seconds: JournalRunner.retentionSeconds)
                continue
            }
            waiting.with { $0 -= batch.count }
            // The pipeline's time never goes backwards, whatever the wall clock does.
            last = max(last, clock.now)
            write(batch, at: last, &writer)
        }
    }

    /// Removes the segments that the ledger has settled and that are older than they have to be kept.
    private func removeOld(_ writer: inout JournalWriter) {
        guard failed == nil else { return }
        do {
            try writer.removeSettled(upTo: watermark.with { $0 }, olderThan: clock.now - retention)
            onTrouble(nil)
        } catch {
            if error.isFinal { stopTaking(error) } else { onTrouble(error.description) }
        }
    }

    private func stopTaking(_ error: JournalError) {
        failure.with { $0 = error.description }
        onFailure(error.description)
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
            obstacle.with { $0 = nil }
            for submission in batch { submission.done(nil) }
            onDurable()
        } catch {
            if error.isFinal { stopTaking(error) } else { obstacle.with { $0 = error.description } }
            for submission in batch { submission.done(error) }
        }
    }
}
