import Decisions
import Events
import Formats
import Platform
import Settings
import Storage

/// What a service has before its first thread runs: the locked folder, the configuration, the journal and the ledger, made
/// fit for each other.
struct Stores {
    let lock: DataLock
    let ledgerPath: String
    let troubles = Troubles()
    let reloader: Reloader
    /// Nil where there is no sound configuration, and never was.
    let settings: Settings?
    let log: Log
    let folder: JournalFolder
    let writer: JournalWriter
    /// The writer of what is too large to stand among the records.
    let bodies: JournalWriter
    /// Signs the tokens with which an RMM tells of runs.
    let callbackKey: [UInt8]
    /// Up to where the journal is settled.
    let watermark: UInt64

    init(_ options: ServiceOptions, log given: Log, clock: any Clock) throws {
        lock = try DataLock(folder: options.dataFolder)
        if let warning = lock.warning { given.warning(warning) }
        ledgerPath = options.dataFolder + "/ledger.db"
        let isLost = try !SystemDisk().list(options.dataFolder).contains("ledger.db")
        let kept = isLost ? [] : try Ledger(path: ledgerPath).configurations()
        reloader = Reloader(
            options.configuration, kept: kept, guarding: ReloadGuard(dataFolder: options.dataFolder),
            troubles: troubles, clock: clock, log: given)
        settings = try reloader.start()
        let service = reloader.service
        log = Stores.log(given, options, service, troubles)
        folder = Stores.journalFolder(options, service)
        if isLost { try Stores.refuseLostLedger(options, folder) }
        // Opening it makes its tables, so that the history can read them before the decider's first commit.
        let ledger = try Ledger(path: ledgerPath)
        if try ledger.isRestorePending, options.afterRestore == nil {
            throw ServiceError.restored(folder: options.dataFolder)
        }
        let settled = try ledger.watermark
        callbackKey = try ledger.ownKey("callbacks", orMake: SystemRandom().bytes(32))
        let streams = try folder.openStreams(
            ledgerWatermark: settled, afterRestore: options.afterRestore != nil, clock: clock)
        (writer, bodies) = (streams.records, streams.bodies)
        Stores.logRecovery(writer.recovery, log)
        Stores.logRecovery(bodies.recovery, log)
        guard let mode = options.afterRestore else {
            watermark = settled
            return
        }
        watermark = try Stores.takeOver(ledgerPath, mode, journalEnd: writer.durableSequence, now: clock.now)
    }

    /// What is told of the history, on connections of its own.
    func pages(_ feed: RecordFeed) throws -> HistoryPages {
        try HistoryPages(ledgerPath: ledgerPath, journal: folder, durable: { feed.durable })
    }

    /// When the last alert was received: of those that the ledger knows, or of those that wait in the journal.
    func lastReceived() throws -> Instant {
        let decided = try LedgerHistory(path: ledgerPath).lastReceived() ?? Instant(milliseconds: 0)
        guard writer.recovery.unsettledRecords > 0 else { return decided }
        var reader = JournalReader(folder)
        let last: JournalRecord
        do {
            last = try reader.record(writer.recovery.lastSequence)
        } catch {
            // A repair may have given its body up.
            guard case .noSuchRecord = error else { throw error }
            return decided
        }
        // A record that cannot be read is reported when it is decided.
        guard let alert = try? AlertRecord(decoding: last.payload) else { return decided }
        return max(decided, alert.receivedAt)
    }

    /// The log at the level of the settings; it has been told what is surprising in the address.
    private static func log(
        _ given: Log, _ options: ServiceOptions, _ service: ServiceSettings, _ troubles: Troubles
    ) -> Log {
        var log = given
        log.level = LogLevel(rawValue: service.logLevel) ?? .info
        log.folder = logFolder(options.dataFolder, service, log, troubles)
        if let address = options.listen, !ServiceSettings.isLoopback(address), service.intakeTokens.isEmpty,
            !service.intakeIsOpen
        {
            log.warning(
                "there is no IntakeToken: alerts from other machines are refused; write IntakeToken=env:ITP_INTAKE_TOKEN "
                    + "below [LISTEN]", ["address": address])
        }
        return log
    }

    /// `LogDir`; nil where it is not asked for or cannot be had, which does not keep the service from starting.
    private static func logFolder(
        _ dataFolder: String, _ service: ServiceSettings, _ log: Log, _ troubles: Troubles
    ) -> LogFolder? {
        guard let directory = service.logDirectory else { return nil }
        let tell: @Sendable (String?) -> Void = { trouble in
            guard let trouble else { return troubles.clear("LogDir") }
            troubles.set("LogDir", trouble)
            log.warning(trouble)
        }
        do {
            return try LogFolder(
                directory.hasPrefix("/") ? directory : "\(dataFolder)/\(directory)", days: service.logDays,
                summaryHead: CSV.record(EventSummary.columns), onTrouble: tell)
        } catch {
            tell("LogDir cannot be used: \(error)")
            return nil
        }
    }

    private static func journalFolder(_ options: ServiceOptions, _ service: ServiceSettings) -> JournalFolder {
        JournalFolder(
            service.journalDirectory ?? options.dataFolder + "/journal",
            limits: JournalLimits(segmentBytes: service.segmentBytes, maxBytes: service.journalMaxBytes))
    }

    /// A journal without its ledger: deciding it from the start would make every ticket again.
    private static func refuseLostLedger(_ options: ServiceOptions, _ folder: JournalFolder) throws {
        guard options.afterRestore == nil else { return }
        try SystemDisk().makeFolder(folder.path)
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
        case .settled: try ledger.settleRest(upTo: journalEnd)
        }
        try ledger.endRestore()
        try ledger.commit()
        return try ledger.watermark
    }

    private static func logRecovery(_ recovery: JournalRecovery, _ log: Log) {
        if let cut = recovery.cut, cut.onlyZeroes {
            log.info(
                "the unused rest of the last journal segment was cut off",
                ["file": cut.file, "offset": "\(cut.offset)", "bytes": "\(cut.bytes)"])
        } else if let cut = recovery.cut {
            log.warning(
                "a torn tail was cut off the journal: what stood there was never answered",
                ["file": cut.file, "offset": "\(cut.offset)", "bytes": "\(cut.bytes)"])
        }
        if recovery.unsettledRecords > 0 {
            log.info("the journal holds undecided alerts", ["records": "\(recovery.unsettledRecords)"])
        }
    }
}
