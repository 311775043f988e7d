import Events
import Formats
import HTTPServer
import Platform
import Settings
import Storage

/// The journal's owner: whatever has arrived while the disk was busy goes out as one durable write.
///
/// Whoever finds the writer free writes for all who wait: on a quick disk that is the accepting thread itself, at the end of
/// its turn, and no thread has to be woken. On a slow disk, and for those that have something better to do, it is the
/// journal's own thread, which also looks after old segments. What is large is written to a stream of its own first, by another
/// thread, so that a mail with its attachments holds up no batch: see `JournalRunner+Bodies.swift`.
final class JournalRunner: Sendable {
    /// How long segments are kept, when they are compressed, and how much disk they may take.
    struct Keeping: Sendable {
        var retention: Instant.Span
        var maxBytes = UInt64.max
        var compressAfter = Instant.Span.hours(24)

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

    static let recordType = JournalRecordType(rawValue: UInt16(AlertRecord.recordType))
    /// Alerts that may wait for the disk; more are turned away, so that memory stays bounded.
    fileprivate static let waitingLimit = 65_536
    /// Batches that an accepting thread writes before it goes on with its connections.
    private static let batchesHere = 4
    /// A durable write that takes longer makes the accepting threads leave the next ones to the journal's thread.
    private static let slowWriteNanoseconds: UInt64 = 5_000_000
    /// Beyond so many records that are not decided yet the decider is behind.
    private static let behindRecords: UInt64 = 512
    /// What then lies between two writes at least.
    private static let paceNanoseconds: UInt64 = 1_000_000
    /// How often settled segments that have become too old are looked for.
    static let retentionSeconds = 300

    struct State: Sendable {
        var waiting = WaitingAlerts()
        /// Those whose bodies go to the other stream first.
        var waitingBodies: [Submission] = []
        /// Nil before the start, and while somebody writes.
        var writer: JournalWriter?
        /// Batches that are written, or are not, and whose senders are being told.
        var beingTold = 0
        /// The other stream's; nil before the start, while somebody writes, and where there is none.
        var bodyWriter: JournalWriter?
        var hasBodies = false
        /// Whether nobody submits the heads of bodies any more.
        var bodiesAreDone = true
        var bodyBytes: UInt64 = 0
        var bodySegments = 0
        var isCompressing = false
        /// What came of it.
        var compressed: (target: SegmentUpkeep.Target, outcome: SegmentUpkeep.Outcome)?
        /// Segments that are left as they are.
        var uncompressible: Set<SegmentUpkeep.Target> = []
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
        /// When the last write ended.
        var written: UInt64 = 0
        /// The segments that there were when old ones were last looked for.
        var segments = 0
        var measures = JournalMeasures()
        var backlog = Backlog()

        var takesAlerts: Bool {
            failure == nil && overflow == nil && !isClosed
                && waiting.count + waitingBodies.count < JournalRunner.waitingLimit
        }
    }

    let state = Guarded(State())
    let bell = Mailbox<Void>()
    let bodyBell = Mailbox<Void>()
    let feed: RecordFeed
    private let onDurable: @Sendable (_ batch: AlertBatch, _ at: UInt64) -> Void
    private let onFailure: @Sendable (String) -> Void
    let onTrouble: @Sendable (String?) -> Void
    let clock: any Clock
    let keeping: Keeping
    private let pause: (@Sendable (_ nanoseconds: UInt64) -> Void)?
    private let thread = Guarded<SystemThread?>(nil)
    private let bodyThread = Guarded<SystemThread?>(nil)
    let upkeep = Guarded<SegmentUpkeep?>(nil)

    /// `onDurable` is told of each batch that is on disk, and since when, after those who wait for it; `onTrouble` what is wrong with the removal
    /// of old segments, and nil when it has worked. `pause` lets time pass; nil where nobody decides, and nobody is waited for.
    init(
        feed: RecordFeed, clock: any Clock, keeping: Keeping,
        pause: (@Sendable (_ nanoseconds: UInt64) -> Void)? = nil,
        onDurable: @escaping @Sendable (_ batch: AlertBatch, _ at: UInt64) -> Void,
        onTrouble: @escaping @Sendable (String?) -> Void, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.feed = feed
        self.clock = clock
        self.keeping = keeping
        self.pause = pause
        self.onDurable = onDurable
        self.onTrouble = onTrouble
        self.onFailure = onFailure
    }

    /// Starts the threads; the writers are the runner's from now on. `lastReceived` is the time of the last alert before.
    /// Without a writer of bodies all go to one stream.
    func start(_ owned: JournalWriter, bodies: JournalWriter? = nil, lastReceived: Instant) throws {
        var writer = owned
        let spares = SpareSegments(writer.folder)
        writer.spares = spares
        let ready = writer
        state.with { state in
            state.watermark = max(state.watermark, ready.watermark)
            state.lastReceived = lastReceived
            state.writer = ready
            state.bodyWriter = bodies
            state.hasBodies = bodies != nil
            state.bodiesAreDone = bodies == nil
            state.bodyBytes = bodies?.bytes ?? 0
            state.measures.note(ready)
            state.backlog.note(ready.durableSequence, at: clock.monotonicNanoseconds)
        }
        let kept = try SegmentUpkeep(
            spares, of: writer.folder, clock: clock, onTrouble: onTrouble,
            onCompressed: { [self] in noteCompressed($0, $1) },
            onFailure: { [self] in stopTaking(.syncFailed($0)) })
        upkeep.with { $0 = kept }
        if bodies != nil {
            let started = try SystemThread(name: "itp-bodies") { [self] in runBodies() }
            bodyThread.with { $0 = started }
        }
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
        let isLarge = submission.alert.bodyBytes > JournalLimits.smallBytes
        let taken = state.with { state -> (isTaken: Bool, isBody: Bool) in
            guard state.takesAlerts else { return (false, false) }
            if isLarge, state.hasBodies {
                state.waitingBodies.append(submission)
                return (true, true)
            }
            state.waiting.add(submission)
            return (true, false)
        }
        if taken.isBody { bodyBell.wake() }
        return taken.isTaken
    }

    /// Takes the alert of a request, as the other does: what it shares with others, and the body as it lies in what was read at
    /// once, which is never too large to stand among the records. `desk` hears on the writing thread what came of it. `since`:
    /// when it came, by the clock that only goes forwards.
    func enqueue(
        _ frame: AlertFrame, _ receipt: Identifier, _ body: Span<UInt8>, _ reply: HTTPReply, since: UInt64,
        desk: any ReceiptDesk
    ) -> Bool {
        state.with { state in
            guard state.takesAlerts else { return false }
            // Made in its place, so that nothing of it is copied.
            state.waiting.add(Request(reply: reply, receipt: receipt, since: since, desk: desk), frame, body)
            return true
        }
    }

    /// Writes what waits, on this thread, unless another is at it, who will see to the rest.
    func writeHere() {
        keepPace()
        for _ in 0..<JournalRunner.batchesHere {
            if state.with({ $0.isSlow }) { break }
            guard writeBatch() else { return }
        }
        if state.with({ !$0.waiting.isEmpty }) { bell.wake() }
    }

    /// While the decider is behind it needs the processor and the disk more than a sender needs his answer at once: so that more
    /// alerts share a write.
    private func keepPace() {
        guard let pause else { return }
        let now = clock.monotonicNanoseconds
        let rest = state.with { state -> UInt64 in
            guard !state.waiting.isEmpty, state.backlog.durable > state.watermark + JournalRunner.behindRecords
            else { return 0 }
            let due = state.written + JournalRunner.paceNanoseconds
            return now < due ? due - now : 0
        }
        if rest > 0 { pause(rest) }
    }

    /// Why the journal takes nothing any more; nil while it works.
    var failed: String? { state.with { $0.failure } }

    /// Why alerts cannot be written, though later ones may be: the disk or the journal is full. Nil while it works.
    var obstructed: String? { state.with { $0.obstacle ?? $0.overflow } }

    /// What is known of the journal's size and pace.
    var measures: JournalMeasures {
        state.with { state in
            var measures = state.measures
            measures.bytes += state.bodyBytes
            return measures
        }
    }

    /// How many records are not decided yet, and how long the oldest of them has waited.
    var backlog: (records: UInt64, nanoseconds: UInt64) {
        let now = clock.monotonicNanoseconds
        return state.with { $0.backlog.waiting(after: $0.watermark, now: now) }
    }

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
        bodyBell.wake()
        // Its last bodies are submitted to the other thread.
        bodyThread.with { $0 }?.join()
        state.with { $0.bodiesAreDone = true }
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
            let isDone = state.with { state in
                state.isClosed && state.bodiesAreDone && state.waiting.isEmpty && state.writer != nil
                    && state.beingTold == 0
            }
            if isDone { return }
            bell.wait(seconds: JournalRunner.retentionSeconds)
        }
    }

    func stopTaking(_ error: JournalError) {
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
        // Out here, so that it has no second owner when its records get their places.
        var taken: AlertBatch?
        let work = state.with { state -> (writer: JournalWriter, now: Instant)? in
            guard var writer = state.writer, let batch = state.waiting.take() else { return nil }
            taken = batch
            state.writer = nil
            writer.watermark = state.watermark
            // The pipeline's time never goes backwards, whatever the wall clock does.
            state.lastReceived = max(state.lastReceived, clock.now)
            return (writer, state.lastReceived)
        }
        guard var work, var batch = taken.take() else { return false }
        let began = clock.monotonicNanoseconds
        let failure = write(&batch.records, at: work.now, &work.writer)
        let ended = giveBack(work.writer, began: began)
        // The next batch may be written meanwhile.
        tell(batch, failure, at: ended)
        batch.removeAll()
        let isClosed = state.with { state in
            state.beingTold -= 1
            state.waiting.reuse(batch)
            return state.isClosed
        }
        if isClosed { bell.wake() }
        return true
    }

    /// `began`: when what it has just written was begun.
    ///
    /// - Returns: when it was given back, by the clock that only goes forwards.
    @discardableResult
    func giveBack(_ writer: JournalWriter, began: UInt64? = nil) -> UInt64 {
        let ended = clock.monotonicNanoseconds
        let isWantedElsewhere = state.with { state in
            state.writer = writer
            if let began {
                state.isSlow = ended - began > JournalRunner.slowWriteNanoseconds
                state.measures.writeTimes.add(nanoseconds: ended - began)
                state.backlog.note(writer.durableSequence, at: ended)
                state.written = ended
                state.beingTold += 1
            }
            state.measures.note(writer)
            // Who has just written tells his senders before he looks at those who wait.
            return state.isClosed || writer.segments.count != state.segments || !state.waiting.isEmpty
        }
        if isWantedElsewhere { bell.wake() }
        upkeep.with { $0 }?.noteWrite(writer.written, wantsSpare: writer.wantsSpare)
        return ended
    }

    /// Nil once the batch is durable, else why it is not.
    private func write(
        _ batch: inout JournalBatch, at now: Instant, _ writer: inout JournalWriter
    ) -> JournalError? {
        batch.put(UInt64(bitPattern: now.milliseconds), at: AlertFrame.timeStart)
        do {
            let first = try writer.append(&batch)
            feed.add(batch, from: first)
            state.with { $0.obstacle = nil }
            return nil
        } catch {
            note(error)
            return error
        }
    }

    /// Tells the senders what came of their alerts. `ended`: when they were on disk.
    private func tell(_ batch: AlertBatch, _ failure: JournalError?, at ended: UInt64) {
        // A span, because its elements are looked at without being copied.
        let requests = batch.requests.span
        for index in requests.indices {
            requests[index].desk.answer(requests[index].reply, requests[index].receipt, failure)
        }
        for other in batch.others { other.done(failure) }
        if failure == nil { onDurable(batch, ended) }
    }

    /// Tells those who ask why alerts are not written.
    private func note(_ error: JournalError) {
        if error.isFinal {
            stopTaking(error)
        } else {
            state.with { $0.obstacle = error.description }
        }
    }

    /// Tells the senders that nothing was kept, and the others why.
    func refuse(_ batch: [Submission], _ error: JournalError) {
        note(error)
        for submission in batch { submission.waiting.done(error) }
    }
}
