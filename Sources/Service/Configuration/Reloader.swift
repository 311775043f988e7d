import Dispatch
import Events
import Formats
import Platform
import Settings
import Storage

/// Reads the configuration at the start, on request, and when a file has changed: all is checked, then all is swapped, or
/// nothing. What is in use when the files have errors comes from the ledger.
final class Reloader: Sendable {
    typealias Apply = @Sendable (Settings, StoredConfiguration) -> Void
    /// Hears what is wrong with the configuration; nil = nothing.
    typealias Announce = @Sendable (String?) -> Void

    private struct State: Sendable {
        /// What was accepted, the newest first.
        var kept: [KeptConfiguration]
        var hash: String?
        /// The settings in use.
        var current: Settings?
        /// What the service runs with until it is started again.
        var service = ServiceSettings()
        var first: (Settings, StoredConfiguration)?
        var apply: Apply?
        var announce: Announce?
        /// What the start has found, for whoever is to hear of it; nil inside = nothing was wrong.
        var unheard: String??
        /// The stamps of what was read last, and those that were seen since and may not be the last yet.
        var seen: [FileStamp] = []
        var pending: [FileStamp]?
        /// Files that the configuration names and that count as its own: the certificate and its key.
        var named: [String] = []
        var isStopped = false
    }

    private let queue = DispatchQueue(label: "itp-configuration")
    private let state: Guarded<State>
    private let source: ConfigurationSource
    private let troubles: Troubles
    private let guarding: ReloadGuard?
    private let clock: any Clock
    private let log: Log

    init(
        _ source: ConfigurationSource, kept: [StoredConfiguration], guarding: ReloadGuard? = nil, troubles: Troubles,
        clock: any Clock, log: Log
    ) {
        self.guarding = guarding
        self.source = source
        self.clock = clock
        self.troubles = troubles
        self.log = log
        state = Guarded(State(kept: kept.map(KeptConfiguration.init)))
    }

    private var world: SettingsWorld {
        SettingsWorld(
            zones: source.zones, patterns: RegularExpression.compiler, now: clock.now, secrets: source.secrets)
    }

    /// The configuration in use; nil while there is none.
    var hash: String? { state.with { $0.hash } }

    /// The service's settings as they were at the start.
    var service: ServiceSettings { state.with { $0.service } }

    /// Reads the configuration for the first time: what is in the files, else what was accepted last. Nil where there is
    /// neither; throws where there are no files and never were.
    func start() throws -> Settings? {
        let found = stamps()
        state.with { $0.seen = found }
        let kept = state.with { $0.kept }
        var report: ReloadReport
        var accepted: (settings: Settings, kept: KeptConfiguration)?
        do {
            let result = Settings.accept(try source.read(), earlier: kept, world)
            accepted = result.accepted
            report = ReloadReport(isAccepted: accepted != nil, findings: result.findings)
        } catch {
            guard !kept.isEmpty else { throw error }
            report = ReloadReport(isAccepted: false, failure: "\(error)")
        }
        if accepted == nil { accepted = lastGood(kept) }
        if case (var settings, let version)? = accepted {
            source.adjust(&settings.service)
            remember(version)
            name(settings.service)
            state.with { [settings, version] state in
                state.service = settings.service
                state.current = settings
                state.first = (settings, StoredConfiguration(version))
            }
            report.tenants = version.tenants
            accepted = (settings, version)
        } else {
            state.with { source.adjust(&$0.service) }
        }
        report.hash = hash
        tell(report, "start")
        return accepted?.settings
    }

    private func lastGood(_ kept: [KeptConfiguration]) -> (settings: Settings, kept: KeptConfiguration)? {
        for version in kept {
            if let restored = Settings.restore(version, among: kept, world) { return restored }
        }
        return nil
    }

    /// From now on `apply` is told of each accepted configuration, `announce` of what is wrong, and the files are watched.
    /// What the start has found is told as well.
    func serve(_ apply: @escaping Apply, announce: @escaping Announce) {
        let (first, unheard) = state.with { state in
            state.apply = apply
            state.announce = announce
            defer { (state.first, state.unheard) = (nil, nil) }
            return (state.first, state.unheard)
        }
        if let (settings, version) = first { apply(settings, version) }
        if let unheard { announce(unheard) }
        watch()
    }

    /// Reads the configuration again; `then` is called once it is in use or refused. What is forced need not pass
    /// `ReloadGuard`.
    func reload(_ cause: String, isForced: Bool = false, then: @escaping @Sendable (ReloadReport) -> Void) {
        queue.async { [self] in
            let report = read(isForced: isForced)
            tell(report, cause)
            then(report)
        }
    }

    /// Nothing is read any more once this has returned.
    func stop() {
        state.with { state in
            state.isStopped = true
            state.apply = nil
            state.announce = nil
        }
        queue.sync {}
    }

    private func read(isForced: Bool = false) -> ReloadReport {
        let (kept, before, apply) = state.with { state -> ([KeptConfiguration], ServiceSettings, Apply?) in
            (state.kept, state.service, state.apply)
        }
        let found = stamps()
        state.with { $0.seen = found }
        let files: ConfigurationFiles
        do {
            files = try source.read()
        } catch {
            return ReloadReport(isAccepted: false, hash: hash, failure: "\(error)")
        }
        let result = Settings.accept(files, earlier: kept, world)
        guard case (var settings, let version)? = result.accepted else {
            return ReloadReport(isAccepted: false, hash: hash, findings: result.findings)
        }
        source.adjust(&settings.service)
        var remarks = settings.service.remarks(since: before)
        do {
            if !isForced, let current = state.with({ $0.current }),
                let refusal = try guarding?.refusal(of: settings, insteadOf: current)
            {
                return ReloadReport(isAccepted: false, hash: hash, findings: result.findings, failure: refusal)
            }
        } catch {
            remarks.append("ReloadGuard could not look at the past week: \(error)")
        }
        // Whoever is shown the new hash finds it in force.
        apply?(settings, StoredConfiguration(version))
        remember(version)
        state.with { [settings] in $0.current = settings }
        name(settings.service)
        return ReloadReport(
            isAccepted: true, hash: settings.hash, findings: result.findings, tenants: version.tenants,
            remarks: remarks)
    }

    /// From now on these files are watched as well.
    private func name(_ service: ServiceSettings) {
        let named = [service.certificate, service.certificateKey].compactMap { $0?.path }
        let isNew = state.with { state in
            defer { state.named = named }
            return state.named != named
        }
        guard isNew else { return }
        let found = stamps()
        state.with { $0.seen = found }
    }

    private func remember(_ version: KeptConfiguration) {
        state.with { state in
            state.hash = version.hash
            state.kept.removeAll { $0.hash == version.hash }
            state.kept.insert(version, at: 0)
            let needed = state.kept.prefix(Ledger.configurationsKept).flatMap { [$0.hash] + $0.tenants.values }
            state.kept.removeAll { !needed.contains($0.hash) }
        }
    }

    private func tell(_ report: ReloadReport, _ cause: String) {
        troubles.replace("config ", with: report.reasons)
        for finding in report.findings { log.warning(finding.description) }
        for reason in report.reasons.filter({ reason in !report.findings.contains { $0.description == reason } }) {
            log.error(reason, ["cause": cause])
        }
        for remark in report.remarks { log.warning(remark) }
        let trouble = report.trouble
        let announce = state.with { state in
            if state.announce == nil { state.unheard = .some(trouble) }
            return state.announce
        }
        announce?(trouble)
        if report.isAccepted {
            log.info("the configuration is in use", ["cause": cause, "settings": report.hash ?? ""])
        }
    }

    /// A folder that cannot be looked at is one that has changed: reading it says what is wrong.
    private func stamps() -> [FileStamp] {
        do {
            return try source.stamps() + state.with { $0.named }.map { try FileStamp(of: $0) }
        } catch {
            return []
        }
    }

    private func watch() {
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(source.watchEvery.milliseconds))) { [weak self] in
            guard let self, !state.with({ $0.isStopped }) else { return }
            look()
            watch()
        }
    }

    /// Reads again once what has changed stays as it is, so that nobody's half-written file is taken.
    private func look() {
        let found = stamps()
        let hasChanged = state.with { state in
            defer { state.pending = found == state.seen ? nil : found }
            return found != state.seen && state.pending == found
        }
        guard hasChanged else { return }
        state.with { $0.pending = nil }
        tell(read(), "a file has changed")
    }
}

extension KeptConfiguration {
    fileprivate static let notes = "TXNOTES/"
    /// A program is kept by its name and path, and why it may not be run, on two lines.
    fileprivate static let modules = "modules/"

    /// From the ledger.
    init(_ stored: StoredConfiguration) {
        var files = ConfigurationFiles(files: [])
        for file in stored.files {
            if file.name.hasPrefix(KeptConfiguration.notes) {
                let name = String(file.name.dropFirst(KeptConfiguration.notes.count))
                files.notes[name] = String(decoding: file.bytes, as: UTF8.self)
            } else if file.name.hasPrefix(KeptConfiguration.modules) {
                let lines = String(decoding: file.bytes, as: UTF8.self)
                    .split(separator: "\n", maxSplits: 1, omittingEmptySubsequences: false).map(String.init)
                files.modules.append(
                    .init(
                        name: String(file.name.dropFirst(KeptConfiguration.modules.count)), path: lines[0],
                        fault: lines.count > 1 ? lines[1] : nil))
            } else {
                files.files.append(.init(name: file.name, bytes: file.bytes))
            }
        }
        self.init(hash: stored.hash, files: files, tenants: stored.tenants)
    }
}

extension StoredConfiguration {
    /// For the ledger.
    init(_ kept: KeptConfiguration) {
        let files = kept.files.files.map { File(name: $0.name, bytes: $0.bytes) }
        let notes = kept.files.notes.sorted { $0.key < $1.key }.map {
            File(name: KeptConfiguration.notes + $0.key, bytes: Array($0.value.utf8))
        }
        let modules = kept.files.modules.map { module in
            File(
                name: KeptConfiguration.modules + module.name,
                bytes: Array((module.path + (module.fault.map { "\n" + $0 } ?? "")).utf8))
        }
        self.init(hash: kept.hash, files: files + notes + modules, tenants: kept.tenants)
    }
}

extension ServiceSettings {
    /// What has changed and cannot take effect while the service runs.
    fileprivate func remarks(since before: ServiceSettings) -> [String] {
        let pairs: [(String, Bool)] = [
            ("[LISTEN] Address", address != before.address),
            ("[LISTEN] MaxBody", maxBodyBytes != before.maxBodyBytes),
            ("[LISTEN] MaxHeader", maxHeaderBytes != before.maxHeaderBytes),
            ("[LISTEN] HeaderTimeout", headerTimeoutSeconds != before.headerTimeoutSeconds),
            ("[LISTEN] IdleTimeout", idleTimeoutSeconds != before.idleTimeoutSeconds),
            ("[LISTEN] MaxConnections", maxConnections != before.maxConnections),
            ("[LISTEN] TLSCert", (certificate == nil) != (before.certificate == nil)),
            ("[JOURNAL] Directory", journalDirectory != before.journalDirectory),
            ("[JOURNAL] SegmentSize", segmentBytes != before.segmentBytes),
            ("[JOURNAL] Retention", retentionSeconds != before.retentionSeconds),
            ("[QUEUE] MemoryEvents", memoryEvents != before.memoryEvents),
            ("[QUEUE] MemoryBytes", memoryBytes != before.memoryBytes),
            ("[GLOBAL] LogLevel", logLevel != before.logLevel),
            ("[GLOBAL] LogDir", logDirectory != before.logDirectory),
            ("[GLOBAL] LogDays", logDays != before.logDays),
        ]
        return pairs.filter(\.1).map { "\($0.0) has changed: that takes effect at the next start" }
    }
}
