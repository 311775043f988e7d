import Decisions
import Events
import Formats
import Platform
import Service
import Settings
import Storage
import TestSupport
import Vendors

@testable import Sandbox

/// The whole service on one thread in virtual time: the real journal on a disk in memory, the real ledger, decider, lane
/// and timers, and a PSA of the sandbox's behind a network that loses, delays and breaks things. The seed picks what
/// happens next, and when the program is killed or the power fails.
struct World {
    let seed: UInt64
    /// What the lane waits; a call that was given up on arrives at most 50 s later.
    let quietPeriod: Instant.Span
    var random: SeededRandom
    var now = Instant(milliseconds: 1_800_000_000_000)

    /// The machines that alerts are about.
    static let machines = ["fs01", "dc01", "sql1", "web1"]

    // What survives a kill.
    let disk = MemoryDisk()
    let ledger: Ledger
    var psa: any VendorSandbox
    /// Calls that the service has given up on and that still arrive at the PSA.
    var ghosts: [Ghost] = []

    // What does not.
    var writer: JournalWriter?
    var reader: JournalReader
    var decider: DeciderStation
    var lane: LaneStation
    var timers = TimerStation()
    var toDecider: [DeciderStation.Message] = []
    var toLane: [LaneStation.Message] = []
    var calls: [Call] = []
    var questions: [(event: Identifier, request: InputRequest)] = []

    /// Where there is a mail server, tickets go there that the PSA does not take; and the PSA refuses some, and is away.
    var mail = MailWorld()
    let outages: Bool
    /// Calls that were under way at the same time.
    var mostCalls = 0
    var awayUntil = Instant(milliseconds: 0)

    // What the test remembers.
    var toPost: Int
    /// Alerts that come one after another within a minute, instead of those that the seed picks.
    var script: [String] = []
    var posted = 0
    /// The receipts that a sender has been given: none of them may ever be lost.
    var acknowledged: [Identifier: Int] = [:]
    var lastReceived = Instant(milliseconds: 0)
    var killsLeft: Int
    /// What the network and the PSA may still do wrong; at 0 everything comes to rest.
    var faultsLeft: Int
    var kills = 0
    var violations: [String] = []
    /// How often each danger was met: a simulation in which nothing goes wrong shows nothing.
    var dangers: [String: Int] = [:]

    @Shared var settings: Settings
    let account: PSAAccount
    private let folder: JournalFolder

    /// A call on its way.
    struct Call {
        var row: Int64
        var call: VendorCall
        /// The PSA's answer, on its way back; nil while the call travels to it.
        var reply: SandboxReply?
    }

    struct Ghost {
        var call: VendorCall
        var arrives: Instant
    }

    init(
        seed: UInt64, alerts: Int, settings: Settings, psa: any VendorSandbox,
        quietPeriod: Instant.Span = .seconds(60), outages: Bool = false
    ) throws {
        self.outages = outages
        self.seed = seed
        self.quietPeriod = quietPeriod
        _settings = Shared(wrappedValue: settings)
        self.psa = psa
        random = SeededRandom(seed: seed)
        guard let account = settings.primary.account else { throw SimulationError("no account") }
        self.account = account
        toPost = alerts
        killsLeft = random.pick(0...4)
        faultsLeft = random.pick(0...25)
        ledger = try Ledger(path: ":memory:")
        var limits = JournalLimits()
        limits.segmentBytes = 4096
        folder = JournalFolder("journal", on: disk, limits: limits)
        reader = JournalReader(folder)
        decider = DeciderStation(ledger, settings)
        lane = LaneStation(account, quietPeriod: quietPeriod)
        try start()
    }

    /// What the service does when it starts: the same steps in the same order.
    mutating func start() throws {
        disk.stopFailing()
        let watermark = try ledger.watermark
        let opened = try folder.openForWriting(ledgerWatermark: watermark)
        writer = opened
        reader = JournalReader(folder, from: watermark + 1)
        decider = DeciderStation(ledger, settings)
        lane = LaneStation(account, quietPeriod: quietPeriod)
        timers = TimerStation()
        try ledger.begin()
        _ = try decider.start(now: now)
        try decider.release(now: now)
        try ledger.commit()
        carryOut(decider.takeEffects())
    }

    /// The program ends here; with `power`, what was not synced is lost in part as well.
    mutating func kill(power: Bool) throws {
        kills += 1
        killsLeft -= 1
        dangers[power ? "power loss" : "kill", default: 0] += 1
        if calls.contains(where: { $0.call.method == "POST" }) { dangers["killed during a POST", default: 0] += 1 }
        if calls.contains(where: { $0.call.method == "PATCH" }) { dangers["killed during a PATCH", default: 0] += 1 }
        if try World.machines.contains(where: { try ledger.hold("agent:\($0).servers.acme") != nil }) {
            dangers["killed while a patch failure was held", default: 0] += 1
        }
        if try ledger.timers().contains(where: { $0.kind == .notify }) {
            dangers["killed while a page was held", default: 0] += 1
        }
        for call in calls where call.reply == nil && random.oneIn(2) { haunt(call.call) }
        calls = []
        killMail()
        timers = TimerStation()
        toDecider = []
        toLane = []
        questions = []
        writer = nil
        if power { disk.losePower(&random) } else { disk.killProcess() }
        advance(by: random.pick(0...5000))
        try start()
    }

    /// The call arrives some time later, though nobody waits for its answer any more; always within the quiet period.
    mutating func haunt(_ call: VendorCall) {
        let delay = Instant.Span(milliseconds: Int64(random.pick(0...50_000)))
        ghosts.append(Ghost(call: call, arrives: now + delay))
    }

    mutating func carryOut(_ effects: [DeciderStation.Effect]) {
        for effect in effects {
            switch effect {
            case .deliver(_, let order): toLane.append(.deliver(order))
            case .formerCalls(_, let calls): toLane.append(.formerCalls(calls))
            case .intentIsDurable(_, let row): toLane.append(.intentIsDurable(row: row))
            case .ask(let event, let request): questions.append((event, request))
            case .setTimer(let timer): timers.set(timer)
            case .mail(let order): if outages { mail(order) }
            case .mailIntentIsDurable(let key): mail.toLane.append(.intentIsDurable(key))
            // No pager and no RMM is part of this world.
            case .decided, .delivered, .summary, .page, .paged, .run, .runIntentIsDurable, .runIsOver, .runTold, .ran,
                .deadLetters, .answer, .then, .condition:
                break
            case .keepMissing(let file): toDecider.append(.missingKept(file.number))
            }
        }
    }
}

struct SimulationError: Error, CustomStringConvertible {
    var description: String

    init(_ description: String) { self.description = description }
}
