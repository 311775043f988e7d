import Decisions
import Events
import Formats
public import HTTPServer
public import Platform
public import Settings
import Storage
import Vendors

/// How a service is started.
public struct ServiceOptions: Sendable {
    /// The data folder; made if it is missing, and locked while the service runs.
    public var dataFolder: String
    /// The configuration.
    public var settings: Settings
    /// What `itp check` would say of it; shown as degraded.
    public var findings: [Finding]
    /// `host:port`; nil = what the configuration says.
    public var listen: String?
    /// What to do about a ledger that is older than its journal (a backup was put back); nil = refuse to start.
    public var afterRestore: AfterRestore?
    /// The program's version, for other systems' logs.
    public var version: String

    /// Makes options with everything that has no default.
    public init(dataFolder: String, settings: Settings, findings: [Finding] = [], version: String) {
        self.dataFolder = dataFolder
        self.settings = settings
        self.findings = findings
        self.version = version
    }
}

/// Why a service does not start, beside what its parts say.
public enum ServiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The journal holds records, and there is no ledger beside it.
    case ledgerLost(folder: String, records: UInt64)

    /// The sentence.
    public var description: String {
        switch self {
        case .ledgerLost(let folder, let records):
            "there is no ledger.db in \(folder), but the journal goes up to record \(records): put the ledger back from a "
                + "backup, or start with --after-restore=lookup to decide the journal again (every ticket is looked up "
                + "before it is made), or with --after-restore=settled to leave it as it is"
        }
    }
}

/// How to go on after a backup of the ledger was put back.
public enum AfterRestore: String, Sendable {
    /// Decide the journal's later alerts again, and look every ticket up before it is made.
    case lookup
    /// Take the journal's later alerts as settled.
    case settled
}

/// The whole service in one object: intake, journal, decider, lanes, timers, endpoints.
public final class Service: Sendable {
    private let parts: Parts
    /// Where it listens.
    public let address: BoundAddress

    private struct Parts: Sendable {
        let lock: Guarded<DataLock?>
        let wiring: Wiring
        let server: HTTPServer
        let journal: JournalRunner
        let decider: DeciderRunner
        let courier: Courier
        let log: Log
    }

    /// Starts the service: recovers the journal, opens the ledger, and only then takes alerts. `onFailure` is called, from
    /// any thread, when it can no longer do its work and has to be started again.
    public init(
        _ options: ServiceOptions, log: Log, clock wallClock: any Clock = SystemClock(),
        random: any RandomSource = SystemRandom(),
        onFailure: @escaping @Sendable (String) -> Void
    ) throws {
        let settings = options.settings
        let clock = SteadyClock(wallClock)
        let lock = try DataLock(folder: options.dataFolder)
        if let warning = lock.warning { log.warning(warning) }
        let ledgerPath = options.dataFolder + "/ledger.db"
        let folder = Service.journalFolder(options)
        try Service.refuseLostLedger(options, folder)
        // Opening it makes its tables, so that the history can read them before the decider's first commit.
        var watermark = try Ledger(path: ledgerPath).watermark
        let history = try LedgerHistory(path: ledgerPath)
        let writer = try folder.openForWriting(
            ledgerWatermark: watermark, afterRestore: options.afterRestore != nil, clock: clock)
        Service.logRecovery(writer.recovery, log)
        if let mode = options.afterRestore {
            watermark = try Service.takeOver(ledgerPath, mode, journalEnd: writer.durableSequence, now: clock.now)
        }

        let troubles = Service.troubles(options.findings)
        let counters = Counters()
        let fail: @Sendable (String) -> Void = { reason in
            troubles.fail(reason)
            log.error("the service stops", ["reason": reason])
            onFailure(reason)
        }
        let feed = RecordFeed(
            durable: writer.durableSequence, maxRecords: settings.service.memoryEvents,
            maxBytes: settings.service.memoryBytes)
        let courier = try Courier(Courier.Settings(version: options.version))
        let wiring = Wiring(settings, courier: courier, clock: clock, counters: counters, log: log)
        let decider = DeciderRunner(
            feed: feed, clock: clock, carryOut: { wiring.carryOut($0) }, onCommit: { wiring.noteWatermark($0) },
            onFailure: fail)
        let journal = JournalRunner(
            feed: feed, clock: clock, retention: .seconds(settings.service.retentionSeconds),
            onDurable: { decider.mailbox.wake() },
            onTrouble: { Service.note($0, under: "retention", troubles, log) }, onFailure: fail)

        let status = StatusPages(
            troubles: troubles, counters: counters, journal: journal, feed: feed, clock: clock, startedAt: clock.now,
            settingsHash: settings.hash)
        let router = Router(
            access: Access(settings.service),
            intake: AlertIntake(journal: journal, counters: counters, clock: clock, random: random), status: status,
            history: try HistoryPages(ledgerPath: ledgerPath, journal: folder))
        let server = HTTPServer(limits: Service.limits(settings.service), clock: clock, handler: router)

        let parts = Parts(
            lock: Guarded(lock), wiring: wiring, server: server, journal: journal, decider: decider, courier: courier,
            log: log)
        let lastReceived = try Service.lastReceived(history, folder, writer)
        do {
            try wiring.start(decider: decider, journal: journal)
            try journal.start(writer, lastReceived: lastReceived)
            try decider.start(
                ledgerPath: ledgerPath, settings: settings, reader: JournalReader(folder, from: watermark + 1))
            address = try server.start(options.listen ?? settings.service.address)
        } catch {
            Service.stop(parts)
            throw error
        }
        self.parts = parts
        log.info(
            "the service takes alerts",
            ["address": "\(address)", "settings": settings.hash, "watermark": "\(watermark)"])
    }

    /// What `itp check` calls an error and the service can live with is shown as degraded.
    private static func troubles(_ findings: [Finding]) -> Troubles {
        let troubles = Troubles()
        for finding in findings where finding.severity != .warning {
            troubles.set("config \(finding.file):\(finding.line)", finding.description)
        }
        return troubles
    }

    /// Stops taking connections, finishes what is in flight, closes journal and ledger. Another service may have the data
    /// folder afterwards.
    public func stop() {
        Service.stop(parts)
        parts.log.info("the service has stopped")
    }

    /// From the sender's side to the PSA's: whoever is still working finds those behind it at work. What has not been
    /// started does not mind being stopped.
    private static func stop(_ parts: Parts) {
        parts.server.stop(drainSeconds: 5)
        parts.journal.stop()
        parts.wiring.timers.stop()
        parts.wiring.modules.stop()
        parts.decider.stop()
        parts.courier.stop()
        parts.wiring.disconnect()
        parts.lock.with { $0 = nil }
    }

    private static func journalFolder(_ options: ServiceOptions) -> JournalFolder {
        var limits = JournalLimits()
        limits.segmentBytes = options.settings.service.segmentBytes
        return JournalFolder(
            options.settings.service.journalDirectory ?? options.dataFolder + "/journal", limits: limits)
    }

    /// When the last alert was received: of those that the ledger knows, or of those that wait in the journal.
    private static func lastReceived(
        _ history: LedgerHistory, _ folder: JournalFolder, _ writer: JournalWriter
    ) throws -> Instant {
        let decided = try history.lastReceived() ?? Instant(milliseconds: 0)
        guard writer.recovery.unsettledRecords > 0 else { return decided }
        var reader = JournalReader(folder)
        let last = try reader.record(writer.recovery.lastSequence)
        // A record that cannot be read is reported when it is decided.
        guard let alert = try? AlertRecord(decoding: last.payload) else { return decided }
        return max(decided, alert.receivedAt)
    }

    /// What a record holds beside the body, at most: header values and field headers.
    private static let recordOverheadBytes = 64 << 10

    /// Something is wrong that does not stop the service, or it is well again.
    private static func note(_ trouble: String?, under name: String, _ troubles: Troubles, _ log: Log) {
        guard let trouble else { return troubles.clear(name) }
        troubles.set(name, trouble)
        log.warning(trouble)
    }

    /// A journal without its ledger: deciding it from the start would make every ticket again.
    private static func refuseLostLedger(_ options: ServiceOptions, _ folder: JournalFolder) throws {
        let disk = SystemDisk()
        guard options.afterRestore == nil, try !disk.list(options.dataFolder).contains("ledger.db") else { return }
        try disk.makeFolder(folder.path)
        let records = try folder.lastSequence()
        if records > 0 { throw ServiceError.ledgerLost(folder: options.dataFolder, records: records) }
    }

    /// Tells a ledger that was put back from a backup how to treat what it does not know; gives its watermark.
    private static func takeOver(
        _ path: String, _ mode: AfterRestore, journalEnd: UInt64, now: Instant
    ) throws -> UInt64 {
        let ledger = try Ledger(path: path)
        try ledger.begin()
        switch mode {
        case .lookup: try ledger.markRestored(upTo: journalEnd, now: now)
        case .settled: try ledger.setWatermark(max(journalEnd, try ledger.watermark))
        }
        try ledger.commit()
        return try ledger.watermark
    }

    private static func logRecovery(_ recovery: JournalRecovery, _ log: Log) {
        if let cut = recovery.cut {
            log.warning(
                "a torn tail was cut off the journal: what stood there was never answered",
                ["file": cut.file, "offset": "\(cut.offset)", "bytes": "\(cut.bytes)"])
        }
        if recovery.unsettledRecords > 0 {
            log.info("the journal holds undecided alerts", ["records": "\(recovery.unsettledRecords)"])
        }
    }

    private static func limits(_ settings: ServiceSettings) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.maxHeaderBytes = settings.maxHeaderBytes
        // One alert over the journal's limit would spoil the whole batch that it is in.
        limits.maxBodyBytes = min(settings.maxBodyBytes, JournalLimits.recordBytes - recordOverheadBytes)
        limits.maxConnections = settings.maxConnections
        limits.headerTimeoutSeconds = settings.headerTimeoutSeconds
        limits.idleTimeoutSeconds = settings.idleTimeoutSeconds
        return limits
    }
}
