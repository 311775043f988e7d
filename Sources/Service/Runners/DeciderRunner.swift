import Decisions
import Dispatch
import Events
import Formats
import Platform
import Settings
import Storage
import Synchronization

/// The decider's thread: takes records and messages in batches, one durable ledger commit a batch, and carries out the
/// effects after it. Decoding and the memory-free stages of a batch run on all cores, those of the next batch meanwhile.
final class DeciderRunner: Sendable {
    /// Messages in one commit.
    private static let batchLimit = 256
    /// Accepting goes before deciding.
    private static let niceness: Int32 = 5
    /// How often outdated rows are looked for.
    private static let housekeepingSeconds = 300

    let mailbox = Mailbox<DeciderStation.Message>()
    private let feed: RecordFeed
    private let clock: any Clock
    private let carryOut: @Sendable (DeciderStation.Effect) -> Void
    private let onCommit: @Sendable (UInt64) -> Void
    private let onFailure: @Sendable (String) -> Void
    private let thread = Guarded<SystemThread?>(nil)
    /// Whether records are decided: not where `[QUEUE] Workers=0`.
    private let takesRecords = Atomic(true)
    private let work: WorkNotes?
    private let workers: Int?

    /// `workers`: how many threads prepare; nil = as many as there are cores.
    init(
        feed: RecordFeed, clock: any Clock, work: WorkNotes? = nil, workers: Int? = nil,
        carryOut: @escaping @Sendable (DeciderStation.Effect) -> Void,
        onCommit: @escaping @Sendable (UInt64) -> Void, onFailure: @escaping @Sendable (String) -> Void
    ) {
        self.feed = feed
        self.work = work
        self.workers = workers
        self.clock = clock
        self.carryOut = carryOut
        self.onCommit = onCommit
        self.onFailure = onFailure
    }

    /// Starts the thread, which owns the ledger and the reader from now on. Without settings it takes no record before
    /// a message has brought some.
    func start(ledgerPath: String, settings: Settings?, reader: JournalReader) throws {
        let started = try SystemThread(name: "itp-decider", niceness: DeciderRunner.niceness) { [self] in
            do {
                guard let settings = settings ?? awaitSettings() else { return }
                try run(DeciderStation(try Ledger(path: ledgerPath), settings), settings, reader)
            } catch {
                onFailure("the ledger has failed: \(error)")
            }
        }
        thread.with { $0 = started }
    }

    /// There are records to decide.
    func noteRecords() {
        if takesRecords.load(ordering: .relaxed) { mailbox.wake() }
    }

    /// Ends the thread once what the lanes have reported is durable.
    func stop() {
        mailbox.close()
        thread.with { $0 }?.join()
    }

    /// The first settings that come; nil where the end comes first. Nobody else has anything to tell before.
    private func awaitSettings() -> Settings? {
        var kept: [DeciderStation.Message] = []
        while true {
            let isClosed = mailbox.isClosed
            for message in mailbox.take(DeciderRunner.batchLimit) {
                if case .settings(let settings) = message {
                    // What came before goes its way.
                    for message in kept { mailbox.post(message) }
                    return settings
                }
                kept.append(message)
            }
            if isClosed { return nil }
            mailbox.wait(seconds: DeciderRunner.housekeepingSeconds)
        }
    }

    private func run(_ owned: DeciderStation, _ initial: Settings, _ start: JournalReader) throws {
        var station = owned
        station.work = work
        var supply = BatchSupply(feed, start, work: work, workers: workers)
        defer { supply.finish() }
        takesRecords.store(initial.service.workers != 0, ordering: .relaxed)
        try commit(&station, at: clock.now) { station, now throws in _ = try station.start(now: now) }
        var cleaned: UInt64 = 0
        while true {
            // Asked before the taking: what is posted in between would be left otherwise.
            let isClosed = mailbox.isClosed
            var messages = mailbox.take(DeciderRunner.batchLimit)
            if isClosed {
                if messages.isEmpty { return }
                try keepResults(messages, &station)
                continue
            }
            if messages.contains(where: \.changesSettings) {
                // What comes after is prepared by what they have changed.
                try commit(&station, at: clock.now) { station, now throws in
                    for message in messages { try station.handle(message, now: now) }
                }
                supply.settingsChanged()
                takesRecords.store(station.settings.service.workers != 0, ordering: .relaxed)
                continue
            }
            let settings = station.$settings
            let monotonic = clock.monotonicNanoseconds
            if monotonic - cleaned >= UInt64(DeciderRunner.housekeepingSeconds) * 1_000_000_000 || station.hasOutdated {
                messages.append(.housekeep)
                cleaned = monotonic
            }
            if station.mayReleaseHeld { messages.append(.releaseHeld) }
            let batch =
                settings.service.workers == 0 ? BatchSupply.Batch() : try supply.next(settings, now: clock.now)
            if messages.isEmpty, batch.records.isEmpty {
                mailbox.wait(seconds: DeciderRunner.housekeepingSeconds)
                continue
            }
            try commit(&station, at: clock.now) { station, now throws in
                for message in messages { try station.handle(message, now: now) }
                for (record, ready) in zip(batch.records, batch.prepared) {
                    try station.handle(.record(sequence: record.sequence, ready), now: now)
                }
            }
            if let last = batch.records.last { onCommit(last.sequence) }
        }
    }

    /// A transaction, and what follows from it. It has one time: with two, a clock that is set back in between would leave
    /// what has just been decided not yet due.
    private func commit(
        _ station: inout DeciderStation, at now: Instant, _ body: (inout DeciderStation, Instant) throws -> Void
    ) throws {
        try station.ledger.begin()
        try body(&station, now)
        try station.release(now: now)
        try station.ledger.commit()
        for effect in station.takeEffects() { carryOut(effect) }
    }

    /// At the end: what the lanes have brought about becomes durable, and nothing new is begun.
    private func keepResults(_ messages: [DeciderStation.Message], _ station: inout DeciderStation) throws {
        let now = clock.now
        try station.ledger.begin()
        for message in messages {
            switch message {
            case .counted, .report, .mailReport, .pageReport, .runStarted, .runReport, .runTold, .missingKept:
                try station.handle(message, now: now)
            case .deadLetter(_, let answer): answer(.stopping)
            case .silence(_, let answer): answer(.stopping)
            default: break
            }
        }
        try station.ledger.commit()
        for effect in station.takeEffects() {
            switch effect {
            case .decided, .delivered, .paged, .ran, .deadLetters, .condition, .then, .summary: carryOut(effect)
            // What was to be kept is asked for again by the next start.
            case .answer, .deliver, .intentIsDurable, .mail, .mailIntentIsDurable, .page, .ask, .setTimer, .run,
                .runIntentIsDurable, .runIsOver, .runTold, .keepMissing, .formerCalls:
                break
            }
        }
    }
}
