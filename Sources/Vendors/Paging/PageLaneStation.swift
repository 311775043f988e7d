public import Events
import Settings

/// A lane to the pager of a tenant: a station that sends pages, a few at a time, and leaves a service alone that does not
/// work. Like every lane it keeps nothing that has to survive: what is durable is the messages' outbox. There is no intent
/// to declare: a service either knows a page again by its alias, or the page may come twice.
public struct PageLaneStation: Sendable {
    /// What a lane is told.
    public enum Message: Sendable {
        /// A page that may go out.
        case deliver(PageOrder)
        /// The call of a row has come to something.
        case outcome(row: Int64, VendorOutcome)
    }

    /// What a lane asks for.
    public enum Effect: Sendable, Equatable {
        /// Send this and tell what came of it.
        case call(row: Int64, VendorCall)
        /// The try at the row has ended.
        case report(row: Int64, PageReport)
        /// The pager has stopped working, or works again.
        case condition(LaneCondition)
    }

    /// Pages that are sent at the same time.
    public static let concurrencyLimit = 4

    private var running: [Int64: PageOrder] = [:]
    private var waiting: [PageOrder] = []
    private var circuit = Circuit()
    private var pausedUntil: Instant?
    /// What the pager said last when it did not take something.
    private var trouble = ""
    /// The pager of the last order: another key or address is another pager, of which nothing is known yet.
    private var pager: PageOrder?

    /// A lane.
    public init() {}

    /// The orders that the lane holds.
    public var load: Int { running.count + waiting.count }

    /// Takes a message; what has to be done follows as effects, in order.
    public mutating func handle(_ message: Message, now: Instant) -> [Effect] {
        var effects: [Effect] = []
        switch message {
        case .deliver(let order):
            if let pager, pager.pager != order.pager {
                pausedUntil = nil
                if circuit.succeed() { effects.append(.condition(.working)) }
            }
            pager = order
            waiting.append(order)
        case .outcome(let row, let outcome): finish(row, outcome, now, &effects)
        }
        startWaiting(now, &effects)
        return effects
    }

    private mutating func startWaiting(_ now: Instant, _ effects: inout [Effect]) {
        while !waiting.isEmpty {
            let pause = pause(now)
            guard pause != nil || running.count < (circuit.isProbing ? 1 : PageLaneStation.concurrencyLimit) else {
                return
            }
            let order = waiting.removeFirst()
            if let pause {
                effects.append(.report(row: order.row, pause))
                continue
            }
            let name = order.pager.service.rawValue
            guard let interface = PagerInterfaces.interface(of: order.pager) else {
                effects.append(.report(row: order.row, .refused(reason: "\(name) has no interface that ITP speaks")))
                continue
            }
            guard let call = interface.call(order.message) else {
                effects.append(.report(row: order.row, .nothingToDo(reason: "\(name) is told nothing of the kind")))
                continue
            }
            if circuit.isProbing { effects.append(.condition(.probing)) }
            running[order.row] = order
            effects.append(.call(row: order.row, call))
        }
    }

    private func pause(_ now: Instant) -> PageReport? {
        if let until = circuit.pause(now) {
            return .retry(reason: "\(trouble); it is left alone until \(until)", after: until - now)
        }
        guard let until = pausedUntil, now < until else { return nil }
        return .retry(reason: "\(trouble); it asked for a pause", after: until - now)
    }

    private mutating func finish(_ row: Int64, _ outcome: VendorOutcome, _ now: Instant, _ effects: inout [Effect]) {
        guard let order = running.removeValue(forKey: row), let interface = PagerInterfaces.interface(of: order.pager)
        else {
            return
        }
        let report = interface.report(outcome, order.message, order.pager.service.rawValue, now)
        if case .retry(let reason, _) = report { trouble = reason }
        switch report {
        case .taken, .nothingToDo, .refused:
            if circuit.succeed() { effects.append(.condition(.working)) }
        case .retry(_, let after?): pausedUntil = max(pausedUntil ?? now, now + after)
        case .retry(let reason, nil):
            if circuit.fail(now), let until = circuit.pause(now) {
                effects.append(.condition(.open(until: until, reason: reason)))
            }
        }
        effects.append(.report(row: row, report))
    }
}
