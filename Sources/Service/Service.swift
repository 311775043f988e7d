import Decisions
import Events
import Formats
public import HTTPServer
public import Platform
import Settings
import Storage
import Vendors

/// How a service is started.
public struct ServiceOptions: Sendable {
    /// The data folder; made if it is missing, and locked while the service runs.
    public var dataFolder: String
    /// Where the configuration comes from, at the start and whenever it is read again.
    public var configuration: ConfigurationSource
    /// A comma list of addresses; nil = what the configuration says.
    public var listen: String?
    /// Sockets that listen already and are used in place of any address.
    public var inherited: [Int32] = []
    /// What to do about a ledger that is older than its journal (a backup was put back); nil = refuse to start.
    public var afterRestore: AfterRestore?
    /// The program's version, for other systems' logs.
    public var version: String

    /// Makes options with everything that has no default.
    public init(dataFolder: String, configuration: ConfigurationSource, version: String) {
        self.dataFolder = dataFolder
        self.configuration = configuration
        self.version = version
    }
}

/// Why a service does not start, beside what its parts say.
public enum ServiceError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The journal holds records, and there is no ledger beside it.
    case ledgerLost(folder: String, records: UInt64)
    /// A backup was put back, and it was not said how to go on.
    case restored(folder: String)

    /// The sentence.
    public var description: String {
        switch self {
        case .ledgerLost(let folder, let records):
            "there is no ledger.db in \(folder), but the journal goes up to record \(records): put the ledger back from a "
                + "backup, or start with --after-restore=lookup to decide the journal again (every ticket is looked up "
                + "before it is made), or with --after-restore=settled to leave it as it is"
        case .restored(let folder):
            "the ledger in \(folder) was put back from a backup: start with --after-restore=lookup to decide what came later "
                + "again (every ticket is looked up before it is made), or with --after-restore=settled to leave it as it is"
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
    public let addresses: [BoundAddress]
    /// The first of them.
    public var address: BoundAddress { addresses[0] }

    private struct Parts: Sendable {
        let lock: Guarded<DataLock?>
        let wiring: Wiring
        let server: HTTPServer
        let journal: JournalRunner
        let decider: DeciderRunner
        let couriers: Couriers
        let work: WorkNotes
        let reloader: Reloader
        let hub: StreamHub
        let mailboxes: MailboxRunners
        let log: Log
    }

    /// Starts the service: recovers the journal, opens the ledger, and only then takes alerts. `onFailure` is called, from
    /// any thread, when it can no longer do its work and has to be started again.
    public init(
        _ options: ServiceOptions, log given: Log, clock wallClock: any Clock = SystemClock(),
        random: any RandomSource = BufferedRandom(), onFailure: @escaping @Sendable (String) -> Void
    ) throws {
        let clock = SteadyClock(wallClock)
        let stores = try Stores(options, log: given, clock: clock)
        let (troubles, reloader, log) = (stores.troubles, stores.reloader, stores.log)
        let (settings, service, writer) = (stores.settings, reloader.service, stores.writer)
        let counters = Counters()
        let fail: @Sendable (String) -> Void = { reason in
            troubles.fail(reason)
            log.error("the service stops", ["reason": reason])
            onFailure(reason)
        }
        let feed = Service.feed(after: writer.durableSequence, service)
        let couriers = try Couriers(version: options.version)
        let hub = StreamHub()
        let wiring = Service.wiring(stores, options.dataFolder, couriers, clock, counters, hub)
        let work = try WorkNotes(folder: options.dataFolder)
        Service.tellQuarantine(work, log)
        let decider = DeciderRunner(
            feed: feed, clock: clock, work: work, carryOut: { wiring.carryOut($0) },
            onCommit: { wiring.noteWatermark($0) }, onFailure: fail)
        let journal = Service.journal(
            feed, service, clock, counters, decider, onFailure: fail,
            onTrouble: { Service.note($0, under: "retention", troubles, log) })
        let seen = SeenServer()
        let status = StatusPages(
            troubles: troubles, counters: counters, journal: journal, feed: feed, clock: clock, startedAt: clock.now,
            version: options.version, settingsHash: { reloader.hash }, server: { seen.stats }, log: log)
        let access = Guarded(Access(service))
        let limiter = RateLimiter(service.rateLimit)
        let inflater = BodyInflater(maxBytes: Service.limits(service).maxBodyBytes)
        let sources = SourceIntake(
            journal: journal, counters: counters, random: random, inflater: inflater,
            certificates: SNSCertificates(couriers.calls), confirm: wiring.confirmSubscription,
            sources: settings?.sources)
        let router = Router(
            access: access, desk: LoginDesk(access: access, clock: clock, random: random, log: log), hub: hub,
            limiter: limiter, clock: clock,
            intake: AlertIntake(journal: journal, counters: counters, random: random),
            sources: sources, inflater: inflater, status: status,
            history: try stores.pages(feed), previews: try stores.pages(feed), reloader: reloader,
            callbacks: wiring.callbacks,
            drills: DrillDesk(runner: wiring.drills), post: { decider.mailbox.post($0) })
        let server = HTTPServer(limits: Service.limits(service), clock: clock, handler: router)
        seen.look(at: server)
        let entrance = Entrance(server: server, limiter: limiter, troubles: troubles, log: log)

        let parts = Parts(
            lock: Guarded(stores.lock), wiring: wiring, server: server, journal: journal, decider: decider,
            couriers: couriers, work: work, reloader: reloader, hub: hub,
            mailboxes: MailboxRunners(journal, clock, random, version: options.version) { name, trouble in
                Service.note(trouble, under: name, troubles, log)
            }, log: log)
        clock.onJump { jump in
            log.warning(jump.text)
            decider.mailbox.post(.trouble(name: "the clock has jumped", text: jump.text))
        }
        hub.open(try LedgerHistory(path: stores.ledgerPath)) { try status.numbers($0) }
        do {
            addresses = try Service.start(parts, stores, options, access, sources, entrance)
        } catch {
            Service.stop(parts)
            throw error
        }
        self.parts = parts
        Service.tell(log, addresses, settings: settings?.hash, stores.watermark)
    }

    /// From the PSA's side to the sender's: who takes alerts finds those behind him at work. Returns where it listens.
    private static func start(
        _ parts: Parts, _ stores: Stores, _ options: ServiceOptions, _ access: Guarded<Access>, _ sources: SourceIntake,
        _ entrance: Entrance
    ) throws -> [BoundAddress] {
        let (settings, service) = (stores.settings, parts.reloader.service)
        let lastReceived = try stores.lastReceived()
        if let settings { parts.wiring.take(settings) }
        try parts.wiring.start(decider: parts.decider, journal: parts.journal)
        try parts.journal.start(stores.writer, bodies: stores.bodies, lastReceived: lastReceived)
        let decider = parts.decider
        try decider.start(
            ledgerPath: stores.ledgerPath, settings: settings,
            reader: JournalReader(stores.folder, from: stores.watermark + 1))
        parts.reloader.serve(
            takeChanges(parts, access, sources, entrance),
            announce: { decider.mailbox.post(.trouble(name: "the configuration was refused", text: $0)) })
        let addresses = try entrance.open(
            options.listen ?? service.address, inherited: options.inherited, service)
        if let settings { parts.mailboxes.take(settings.service.mailReaders) }
        return addresses
    }

    private static func wiring(
        _ stores: Stores, _ dataFolder: String, _ couriers: Couriers, _ clock: any Clock, _ counters: Counters,
        _ hub: StreamHub
    ) -> Wiring {
        Wiring(
            dataFolder: dataFolder, couriers: couriers, clock: clock, callbackKey: stores.callbackKey,
            counters: counters, troubles: stores.troubles, hub: hub, log: stores.log)
    }

    /// What a changed configuration is handed to.
    private static func takeChanges(
        _ parts: Parts, _ access: Guarded<Access>, _ sources: SourceIntake, _ entrance: Entrance
    ) -> @Sendable (Settings, StoredConfiguration) -> Void {
        { settings, configuration in
            parts.wiring.take(settings)
            access.with { $0 = Access(settings.service) }
            parts.hub.closeAll()
            // After the tokens: with the sources all that senders were let in by is looked at anew.
            sources.take(settings.sources)
            entrance.apply(settings.service)
            parts.mailboxes.take(settings.service.mailReaders)
            parts.decider.mailbox.post(.keep(configuration))
            parts.decider.mailbox.post(.settings(settings))
        }
    }

    /// Reads the configuration again, as SIGHUP and `POST /admin/reload` do; `then` is told, from another thread.
    public func reload(_ cause: String, then: @escaping @Sendable (ReloadReport) -> Void = { _ in }) {
        parts.reloader.reload(cause, then: then)
    }

    /// Stops taking connections, finishes what is in flight, closes journal and ledger. Another service may have the data
    /// folder afterwards.
    public func stop() {
        Service.stop(parts)
        parts.log.info("the service has stopped")
        parts.log.folder?.finish()
    }

    /// From the sender's side to the PSA's: whoever is still working finds those behind it at work. What has not been
    /// started does not mind being stopped.
    private static func stop(_ parts: Parts) {
        parts.reloader.stop()
        parts.mailboxes.stop()
        parts.hub.stop()
        parts.server.stop(drainSeconds: 5)
        parts.journal.stop()
        parts.wiring.heartbeat.stop()
        parts.wiring.drills.stop()
        parts.wiring.timers.stop()
        parts.wiring.modules.stop()
        parts.wiring.records.stop()
        parts.wiring.procedures.stop()
        parts.wiring.agents.stop()
        parts.decider.stop()
        parts.work.close()
        parts.couriers.stop()
        parts.wiring.disconnect()
        parts.lock.with { $0 = nil }
    }

    /// What a record holds beside the body, at most: header values and field headers.
    private static let recordOverheadBytes = 64 << 10
    /// Bytes of a mail with its attachments.
    private static let mailBodyBytes = 40 << 20

    /// What ended the last run, as far as it is known.
    private static func tellQuarantine(_ work: WorkNotes, _ log: Log) {
        for (sequence, ends) in work.ends.sorted(by: { $0.key < $1.key }) {
            log.warning(
                work.isQuarantined(sequence)
                    ? "a record is quarantined: the program ended while it was in work; it ends as failed"
                    : "the program ended while a record was in work",
                ["record": "\(sequence)", "times": "\(ends.all)", "traps": "\(ends.traps)"])
        }
    }

    private static func journal(
        _ feed: RecordFeed, _ settings: ServiceSettings, _ clock: any Clock, _ counters: Counters,
        _ decider: DeciderRunner, onFailure: @escaping @Sendable (String) -> Void,
        onTrouble: @escaping @Sendable (String?) -> Void
    ) -> JournalRunner {
        let pause: @Sendable (UInt64) -> Void = { letTimePass(nanoseconds: $0) }
        return JournalRunner(
            feed: feed, clock: clock, keeping: JournalRunner.Keeping(settings),
            pause: settings.workers == 0 ? nil : pause,
            onDurable: { batch, time in
                counters.accepted(batch, at: time)
                decider.noteRecords()
            }, onTrouble: onTrouble, onFailure: onFailure)
    }

    private static func feed(after durable: UInt64, _ settings: ServiceSettings) -> RecordFeed {
        RecordFeed(
            durable: durable, maxRecords: settings.workers == 0 ? 0 : settings.memoryEvents,
            maxBytes: settings.memoryBytes)
    }

    private static func tell(_ log: Log, _ addresses: [BoundAddress], settings: String?, _ watermark: UInt64) {
        log.info(
            "the service takes alerts",
            [
                "address": addresses.map(\.description).joined(separator: ","), "settings": settings ?? "none",
                "watermark": "\(watermark)",
            ])
    }

    /// Something is wrong that does not stop the service, or it is well again.
    private static func note(_ trouble: String?, under name: String, _ troubles: Troubles, _ log: Log) {
        guard let trouble else { return troubles.clear(name) }
        troubles.set(name, trouble)
        log.warning(trouble)
    }

    private static func limits(_ settings: ServiceSettings) -> HTTPLimits {
        var limits = HTTPLimits()
        limits.maxHeaderBytes = settings.maxHeaderBytes
        // One alert over the journal's limit would spoil the whole batch that it is in.
        limits.maxBodyBytes = min(settings.maxBodyBytes, JournalLimits.recordBytes - recordOverheadBytes)
        limits.longerBodies = ["/v1/email", "/rails/action_mailbox"].map { ($0, mailBodyBytes) }
        limits.maxConnections = settings.maxConnections
        limits.headerTimeoutSeconds = settings.headerTimeoutSeconds
        limits.idleTimeoutSeconds = settings.idleTimeoutSeconds
        return limits
    }
}
