import Events
import Formats
import Platform
import Settings
import Storage

/// The journal's owner: whatever has arrived while the disk was busy goes out as one durable write.
///
/// Whoever finds the writer free writes for all who wait: on a quick disk that is the accepting thread itself, at the end of
/// its turn, and no thread has to be woken. On a slow disk, and for those that have something better to do, it is the
/// journal's own thread, which also looks after old segments.
final class JournalRunner: Sendable {
    /// An alert on its way to the disk.
    struct Submission: Sendable {
        var alert: AlertRecord
        /// Called on the writing thread: nil once the alert is durable, else why it is not.
        var done: @Sendable (JournalError?) -> Void
    }

    /// How long segments are kept, and how much disk they may take.
    struct Keeping: Sendable {
        var retention: Instant.Span
        var maxBytes = UInt64.max

        init(retention: Instant.Span, maxBytes: UInt64 = .max) {
            self.retention = retention
            self.maxBytes = maxBytes
        }

        /// As the configuration says.
        init(_ service: ServiceSettings) {
            self.init(
                retention: .seconds(service.retentionSeconds),
                maxBytes: service.journalMaxBytes.map { UInt64($0) } ?? .max)
        }
    }

    /// Alerts in one durable write.
    private static let batchLimit = 1024
    /// Alerts that may wait for the disk; more are turned away, so that memory stays bounded.
    private static let waitingLimit = 65_536
    /// Batches that an accepting thread writes before it goes on with its connections.
    private static let batchesHere = 4
    /// A durable write that takes longer makes the accepting threads leave the next ones to the journal's thread.
    private static let slowWriteNanoseconds: UInt64 = 5_000_000
    /// How often settled segments that have become too old are looked for.
    private static let retentionSeconds = 300

    private struct State: Sendable {
        var waiting: [Submission] = []
        /// Nil before the start, and while somebody writes.
        var writer: JournalWriter?
        /// No alert is received before an earlier one.
        var lastReceived = Instant(milliseconds: 0)
        var isSlow = false
        var isClosed = false
        /// Why the journal takes nothing any more.
        var failure: String?
        /// Why the last alerts could not be written, though the next ones may be.
        var obstacle: String?
        /// Why nothing is taken until segments could be removed.
        var overflow: String?
        var watermark: UInt64 = 0
        /// The segments that there were when old ones were last looked for.
        var segments = 0
    }

    private let state = Guarded(State())
    private let bell = Mailbox<Void>()
    private let feed: RecordFeed
    private let onDurable: @Sendable () -> Void
    private let onFailure: @Sendable (String) -> Void
    private let onTrouble: @Sendable (String?) -> Void
    private let clock: any Clock
    private let keeping: Keeping
    private let thread = Guarded<SystemThread?>(nil)
    private let upkeep = Guarded<SegmentUpkeep?>(nil)

    /// `onTrouble` is told what is wrong with the removal of old segments, and nil when it has worked.
    init(
        feed: RecordFeed, clock: any Clock, keeping: Keeping, onDurable: @escaping @Sendable () -> Void,
        onTrouble: @escaping @Sendable (String?) -> Void, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.feed = feed
        self.clock = clock
        self.keeping = keeping
        self.onDurable = onDurable
        self.onTrouble = onTrouble
        self.onFailure = onFailure
    }

    /// Starts the threads; the writer is the runner's from now on. `lastReceived` is the time of the last alert before.
    func start(_ owned: JournalWriter, lastReceived: Instant) throws {
        var writer = owned
        let spare = SpareSegment(writer.folder)
        writer.spare = spare
        let ready = writer
        state.with { state in
            state.watermark = max(state.watermark, ready.watermark)
            state.lastReceived = lastReceived
            state.writer = ready
        }
        let kept = try SegmentUpkeep(spare, clock: clock, onTrouble: onTrouble) { [self] in stopTaking(.syncFailed($0))
        }
        upkeep.with { $0 = kept }
        let started = try SystemThread(name: "itp-journal") { [self] in run() }
        thread.with { $0 = started }
    }

    /// Takes an alert, and lets the journal's thread write it; false where too many wait already, the journal has failed or
    /// is full, or it has been stopped.
    func submit(_ submission: Submission) -> Bool {
        guard enqueue(submission) else { return false }
        bell.wake()
        return true
    }

    /// Takes an alert, as `submit`, from one who will call `writeHere` before he does anything else.
    func enqueue(_ submission: Submission) -> Bool {
        state.with { state in
            guard state.failure == nil, state.overflow == nil, !state.isClosed,
                state.waiting.count < JournalRunner.waitingLimit
            else { return false }
            state.waiting.append(submission)
            return true
        }
    }

    /// Writes what waits, on this thread, unless another is at it, who will see to the rest.
    func writeHere() {
        for _ in 0..<JournalRunner.batchesHere {
            if state.with({ $0.isSlow }) { break }
            guard writeBatch() else { return }
        }
        if state.with({ !$0.waiting.isEmpty }) { bell.wake() }
    }

    /// Why the journal takes nothing any more; nil while it works.
    var failed: String? { state.with { $0.failure } }

    /// Why alerts cannot be written, though later ones may be: the disk or the journal is full. Nil while it works.
    var obstructed: String? { state.with { $0.obstacle ?? $0.overflow } }

    /// New segments carry this watermark in their header.
    func noteWatermark(_ sequence: UInt64) {
        let isWaitedFor = state.with { state in
            state.watermark = sequence
            return state.overflow != nil
        }
        if isWaitedFor { bell.wake() }
    }

    /// Writes what has been submitted and ends the threads.
    func stop() {
        state.with { $0.isClosed = true }
        bell.wake()
        thread.with { $0 }?.join()
        upkeep.with { $0 }?.stop()
        // It holds the runner for the disk's failures.
        upkeep.with { $0 = nil }
    }

    private func run() {
        var looked: UInt64 = 0
        while true {
            let monotonic = clock.monotonicNanoseconds
            let isTime = monotonic - looked >= UInt64(JournalRunner.retentionSeconds) * 1_000_000_000
            if isTime { looked = monotonic }
            tend(isTime: isTime)
            while writeBatch() {}
            let isDone = state.with { $0.isClosed && $0.waiting.isEmpty && $0.writer != nil }
            if isDone { return }
            bell.wait(seconds: JournalRunner.retentionSeconds)
        }
    }

    private func stopTaking(_ error: JournalError) {
        let isFirst = state.with { state in
            defer { state.failure = state.failure ?? error.description }
            return state.failure == nil
        }
        if isFirst { onFailure(error.description) }
    }
}

extension JournalRunner {
    /// Writes one batch; false where none waits, or another has the writer.
    private func writeBatch() -> Bool {
        let work = state.with { state -> (batch: [Submission], writer: JournalWriter, now: Instant)? in
            guard !state.waiting.isEmpty, var writer = state.writer else { return nil }
            state.writer = nil
            writer.watermark = state.watermark
            // The pipeline's time never goes backwards, whatever the wall clock does.
            state.lastReceived = max(state.lastReceived, clock.now)
            var batch: [Submission] = []
            if state.waiting.count <= JournalRunner.batchLimit {
                swap(&batch, &state.waiting)
            } else {
                batch = Array(state.waiting.prefix(JournalRunner.batchLimit))
                state.waiting.removeFirst(JournalRunner.batchLimit)
            }
            return (batch, writer, state.lastReceived)
        }
        guard let (batch, owned, now) = work else { return false }
        var writer = owned
        let began = clock.monotonicNanoseconds
        write(batch, at: now, &writer)
        giveBack(writer, isSlow: clock.monotonicNanoseconds - began > JournalRunner.slowWriteNanoseconds)
        return true
    }

    private func giveBack(_ writer: JournalWriter, isSlow: Bool? = nil) {
        let mustTend = state.with { state in
            state.writer = writer
            if let isSlow { state.isSlow = isSlow }
            return state.isClosed || writer.segments.count != state.segments
        }
        if mustTend { bell.wake() }
        if writer.wantsSpare { upkeep.with { $0 }?.prepare() }
    }

    private func write(_ batch: [Submission], at now: Instant, _ writer: inout JournalWriter) {
        let type = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
        let entries = batch.map { submission in
            var alert = submission.alert
            alert.receivedAt = now
            return JournalEntry(type: type, payload: alert.encoded)
        }
        do {
            let first = try writer.append(entries)
            feed.add(
                entries.enumerated().map { index, entry in
                    JournalRecord(sequence: first + UInt64(index), type: entry.type, payload: entry.payload)
                })
            state.with { $0.obstacle = nil }
            for submission in batch { submission.done(nil) }
            onDurable()
        } catch {
            if error.isFinal {
                stopTaking(error)
            } else {
                state.with { $0.obstacle = error.description }
            }
            for submission in batch { submission.done(error) }
        }
    }

    /// Removes settled segments that are older than they have to be kept, or more than there is room for. Where what is not
    /// settled takes more than that, nothing is taken any more until some of it is.
    private func tend(isTime: Bool) {
        let work = state.with { state -> (writer: JournalWriter, watermark: UInt64)? in
            guard state.failure == nil, let writer = state.writer,
                isTime || state.overflow != nil || writer.segments.count != state.segments
            else { return nil }
            state.writer = nil
            return (writer, state.watermark)
        }
        guard let (owned, watermark) = work else { return }
        var writer = owned
        do {
            try writer.removeSettled(
                upTo: watermark, olderThan: clock.now - keeping.retention, keptBytes: keeping.maxBytes)
            onTrouble(nil)
        } catch {
            if error.isFinal { stopTaking(error) } else { onTrouble(error.description) }
        }
        let (bytes, limit, count) = (writer.bytes, keeping.maxBytes, writer.segments.count)
        state.with { state in
            state.segments = count
            state.overflow =
                bytes > limit
                ? "the journal holds \(bytes) bytes of alerts that are not settled, more than MaxBytes=\(limit)" : nil
        }
        giveBack(writer)
    }
}
