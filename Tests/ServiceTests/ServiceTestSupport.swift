import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import Testing
import Vendors

@testable import Service

let start = Instant(milliseconds: 1_800_000_000_000)

/// Files with one account and the processing modules.
func configurationFiles(
    duplicateMinutes: Int = 10, service: String = "", rules: String = "",
    modules: [ConfigurationFiles.ModuleFile] = []
) -> ConfigurationFiles {
    let text = """
        [GLOBAL]
        DeDupPeriod=\(duplicateMinutes)
        [RMM_SETTINGS]
        PSA_Type=CWF
        PSA_URL=http://127.0.0.1:1/connectwise
        PSA_AV1=itp
        PSA_AV2=public
        PSA_AV3=private
        PSA_ClientID=6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11
        PSA_CW_Board=Alerts
        [ORG acme]
        Name=Acme Dental
        [PROCESSING]
        STS:MB-OFF=ITP-PRC-STS.mod
        PCH:MB-PATCH=ITP-PRC-PFS.mod
        \(rules)
        """
    return ConfigurationFiles(
        files: [
            .init(name: "ITPConfig.ini", bytes: Array(text.utf8)),
            .init(name: "ITPSvcCfg.ini", bytes: Array(service.utf8)),
        ], modules: modules)
}

/// The same, loaded.
func settings(
    duplicateMinutes: Int = 10, service: String = "", rules: String = "",
    modules: [ConfigurationFiles.ModuleFile] = []
) throws -> Settings {
    let files = configurationFiles(
        duplicateMinutes: duplicateMinutes, service: service, rules: rules, modules: modules)
    let loaded = Settings.load(
        files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler
    ) { reference throws(SecretFault) in
        throw SecretFault(reference)
    }
    return try #require(loaded.settings, "\(loaded.findings)")
}

func alert(_ number: Int, _ body: String, at: Instant = start, delivery: String? = nil) -> AlertRecord {
    AlertRecord(
        receipt: Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number) << 16),
        receivedAt: at, source: "api", peer: "127.0.0.1", deliveryID: delivery, body: Array(body.utf8))
}

func body(_ monitor: String = "MB-DISK.EVT.S.P2.Alm", data: String = "C", state: String = "firing") -> String {
    "{\"subject\":\"EVT|Disk|\(data)|a|b|\(monitor)\",\"agent\":\"fs01.servers.acme\",\"state\":\"\(state)\"}"
}

/// A decider on a ledger in memory, driven message by message as its thread does it.
struct Desk {
    let ledger: Ledger
    @Shared var settings: Settings
    var station: DeciderStation
    var now: Instant
    var sequence: UInt64 = 0
    /// The orders that lanes have been handed, by their rows.
    var handed: [DeliveryOrder] = []
    var questions: [(event: Identifier, name: String)] = []
    var timers: [TimerRow] = []
    /// The mails that the mail lane has been handed.
    var mails: [MailLaneStation.Order] = []
    /// The pages that lanes of pagers have been handed.
    var pages: [(lane: String, order: PageOrder)] = []
    /// The files that could not be attached.
    var missing: [MissingFile] = []
    /// What the lane was last told to have called before the start.
    var formerCalls: [CallCount] = []
    /// What the RMM's lane has been told.
    var runs: [RMMLaneStation.Message] = []
    /// What `/health` was told of, by name; nil inside = it is well again.
    var conditions: [String: String?] = [:]
    /// How many dead letters there are, as was last told.
    var deadLetters: Int?

    init(_ settings: Settings, on ledger: Ledger? = nil, at now: Instant = start) throws {
        self.now = now
        _settings = Shared(wrappedValue: settings)
        self.ledger = try ledger ?? Ledger(path: ":memory:")
        station = DeciderStation(self.ledger, settings)
        try begin()
    }

    var lane: String { settings.accounts.first?.lane ?? "" }

    private mutating func begin() throws {
        try commit { station, now in _ = try station.start(now: now) }
    }

    mutating func commit(_ body: (inout DeciderStation, Instant) throws -> Void) throws {
        try ledger.begin()
        try body(&station, now)
        try station.release(now: now)
        try ledger.commit()
        for effect in station.takeEffects() {
            switch effect {
            case .deliver(_, let order): handed.append(order)
            case .formerCalls(_, let calls): formerCalls = calls
            case .ask(let event, let request): questions.append((event, request.name))
            case .setTimer(let timer): timers.append(timer)
            case .mail(let order): mails.append(order)
            case .page(let lane, let order): pages.append((lane, order))
            case .run(let order): runs.append(.run(order))
            case .runIntentIsDurable(let event): runs.append(.intentIsDurable(event))
            case .runIsOver(let event): runs.append(.isOver(event))
            case .runTold(let event, let body): runs.append(.told(event, body: body))
            case .deadLetters(let count): deadLetters = count
            case .keepMissing(let file): missing.append(file)
            case .answer(let answer, let ask): ask(answer)
            case .then(let tell): tell()
            case .condition(let name, let text): conditions[name] = .some(text)
            case .decided, .delivered, .paged, .ran, .summary, .intentIsDurable, .mailIntentIsDurable: break
            }
        }
    }

    mutating func handle(_ message: DeciderStation.Message) throws {
        try commit { station, now in try station.handle(message, now: now) }
    }

    /// An alert comes; its event's ID.
    @discardableResult
    mutating func take(_ body: String, delivery: String? = nil) throws -> Identifier {
        sequence += 1
        let record = PreparedRecord(alert(Int(sequence), body, at: now, delivery: delivery), $settings)
        try handle(.record(sequence: sequence, record))
        return try #require(record.events.first).id
    }

    mutating func report(_ report: DeliveryReport, intent: Bool = true) throws {
        let order = try #require(handed.first)
        handed.removeFirst()
        if intent { try handle(.intent(lane: lane, row: order.row)) }
        try handle(.report(lane: lane, row: order.row, report))
    }

    /// The PSA takes all that the lane has been handed.
    mutating func deliver() throws {
        while let order = handed.first {
            let made = TicketNumber(id: "\(order.row)", number: "\(order.row)", url: "")
            try report(
                order.action.kind == .create ? .created(made, remarks: []) : .noted(order.ticket ?? made, remarks: []))
        }
    }

    /// The PSA refuses an order until it is a dead letter, where `DeliveryMaxAge` is a second.
    mutating func refuse(_ reason: String) throws {
        try report(.refused(reason: reason))
        try pass(1)
        try report(.refused(reason: reason), intent: false)
    }

    /// The mail lane says that it is about to send, then how that ended.
    mutating func reportMail(_ report: DeliveryReport) throws {
        let order = try #require(mails.first)
        mails.removeFirst()
        try handle(.mailIntent(order.key))
        try handle(.mailReport(order.key, report))
    }

    mutating func pass(_ seconds: Int) throws {
        now = now + .seconds(seconds)
        while true {
            let due = timers.filter { $0.due <= now }
            guard !due.isEmpty else { return }
            timers.removeAll { $0.due <= now }
            for timer in due { try handle(.due(timer)) }
        }
    }

    func event(_ id: Identifier) throws -> HistoryEvent { try #require(try ledger.history.event(id)) }

    func lastStep(_ id: Identifier) throws -> String? { try ledger.history.trace(event(id)).last?.decided }
}

let ticket = TicketNumber(id: "12", number: "12", url: "http://psa/12")

/// A clock that stands still until it is told otherwise.
final class StoppedClock: Clock {
    private struct Time: Sendable {
        var wall: Instant
        var nanoseconds: UInt64
    }

    private let time = Guarded(Time(wall: start, nanoseconds: 1_000_000_000_000_000))

    var now: Instant { time.with { $0.wall } }
    var monotonicNanoseconds: UInt64 { time.with { $0.nanoseconds } }

    func setWall(_ wall: Instant) { time.with { $0.wall = wall } }
    func advance(nanoseconds: UInt64) { time.with { $0.nanoseconds += nanoseconds } }
    func pass(wall: Int, monotonic: Int) {
        time.with {
            $0.wall = $0.wall + .seconds(wall)
            $0.nanoseconds += UInt64(monotonic) * 1_000_000_000
        }
    }
}
