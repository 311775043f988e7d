import Dispatch
import Events
import Formats
import Mapping
import Platform
import Settings
import Storage
import Vendors

/// Starts fire drills: on request, and each day at the time that `Drill` names. Their alerts go into the journal as a sender's do.
final class DrillRunner: Sendable {
    /// One destination that a drill tries.
    struct Target: Sendable, Equatable {
        /// The tenant; empty for the primary.
        var tenant: String
        /// The lane of its PSA's account.
        var lane: String
    }

    private struct State: Sendable {
        var targets: [Target] = []
        var minute: Int?
        var zone = TimeZoneTable.utc
        var next: Instant?
        var journal: JournalRunner?
    }

    private static let lookSeconds = 20

    private let state = Guarded(State())
    private let queue = DispatchQueue(label: "itp-drill")
    private let clock: any Clock
    private let random = SystemRandom()
    private let log: Log

    init(clock: any Clock, log: Log) {
        self.clock = clock
        self.log = log
    }

    /// Each tenant with an account of its own is a destination, and the day's time is that of the primary's clocks.
    func take(_ settings: Settings) {
        let tenants = [settings.$primary] + settings.tenants.values.sorted { $0.id < $1.id }
        var lanes: Set<String> = []
        let targets = tenants.compactMap { tenant -> Target? in
            guard let account = tenant.account, LaneStation.serves(account.system),
                lanes.insert(account.lane).inserted
            else { return nil }
            return Target(tenant: tenant.id, lane: account.lane)
        }
        let now = clock.now
        state.with { state in
            state.targets = targets
            state.minute = settings.global.drillMinute
            state.zone = settings.primary.hours.helpDesk.zone
            state.next = state.minute.map { DrillRunner.next(after: now, minute: $0, state.zone) }
        }
    }

    /// The next time of a drill: today, or tomorrow.
    static func next(after now: Instant, minute: Int, _ zone: TimeZoneTable) -> Instant {
        let today = zone.day(at: now)
        let due = zone.instant(of: today, minute: minute)
        return due > now ? due : zone.instant(of: CivilDay(daysSince1970: today.daysSince1970 + 1), minute: minute)
    }

    func start(_ journal: JournalRunner) {
        state.with { $0.journal = journal }
        watch()
    }

    func stop() {
        state.with { $0.journal = nil }
        queue.sync {}
    }

    private func watch() {
        queue.asyncAfter(deadline: .now() + .seconds(DrillRunner.lookSeconds)) { [weak self] in
            guard let self, state.with({ $0.journal != nil }) else { return }
            look()
            watch()
        }
    }

    /// Begins what is due. The clock is looked at often, so that it may be set.
    func look() {
        let now = clock.now
        let isDue = state.with { state in
            guard let next = state.next, let minute = state.minute, next <= now else { return false }
            state.next = DrillRunner.next(after: now, minute: minute, state.zone)
            return true
        }
        guard isDue else { return }
        begin(tenant: nil) { [log] begun in
            if case .failure(let why) = begun { log.error("the fire drill could not begin", ["reason": why.reason]) }
        }
    }

    /// Why no drill could begin.
    struct Refusal: Error {
        var reason: String
        var isUnknown = false
    }

    /// Begins a drill of one tenant, or of all; `then` is told once its alerts are on disk.
    func begin(
        tenant: String?, then: @escaping @Sendable (Result<[(target: Target, drill: FireDrill)], Refusal>) -> Void
    ) {
        let (targets, journal) = state.with { state in
            (state.targets.filter { tenant == nil || $0.tenant.equalsIgnoringCase(tenant ?? "") }, state.journal)
        }
        guard !targets.isEmpty else {
            return then(.failure(Refusal(reason: "no such tenant has a PSA account of its own", isUnknown: true)))
        }
        guard let journal else { return then(.failure(Refusal(reason: "the service stops"))) }
        let now = clock.now
        let begun = targets.map { target in
            let drill = FireDrill(
                tenant: target.tenant, firing: random.identifier(at: now), closing: random.identifier(at: now))
            return (target: target, drill: drill)
        }
        let records = begun.flatMap { $0.drill.records(at: now) }
        let open = Guarded((left: records.count, failure: String?.none))
        let done: @Sendable (String?) -> Void = { failure in
            let end = open.with { open -> (isLast: Bool, failure: String?) in
                open.left -= 1
                open.failure = open.failure ?? failure
                return (open.left == 0, open.failure)
            }
            guard end.isLast else { return }
            then(end.failure.map { .failure(Refusal(reason: $0)) } ?? .success(begun))
        }
        for record in records {
            let isTaken = journal.submit(JournalRunner.Submission(alert: record) { done($0?.description) })
            if !isTaken { done(journal.failed ?? journal.obstructed ?? "too many alerts wait") }
        }
    }
}
