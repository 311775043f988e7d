import Dispatch
import Events
import Formats
import Platform
import Settings
import Vendors

/// Runs the lane to the RMM: its station on a serial queue, its calls through the courier, its looks by the clock.
final class RMMRunner: Sendable {
    /// The clock is looked at at least this often while something waits, so that a jump of it is noticed.
    private static let longestSleep = Instant.Span.seconds(30)
    private static let connectTimeoutSeconds = 10.0
    private static let replyBytes = 4 << 20

    private struct State: Sendable {
        var station = RMMLaneStation()
        var settings: RMMSettings?
        /// When the queue is woken next; only the wake-up of the last number counts.
        var wakeUp: Instant?
        var ordered = 0
        var isStopped = false
    }

    private let queue = DispatchQueue(label: "itp-lane rmm")
    private let state = Guarded(State())
    private let courier: Courier
    private let clock: any Clock
    private let tell: @Sendable (RMMLaneStation.Effect) -> Void

    /// `tell` is handed the effects that are for others.
    init(courier: Courier, clock: any Clock, tell: @escaping @Sendable (RMMLaneStation.Effect) -> Void) {
        self.courier = courier
        self.clock = clock
        self.tell = tell
    }

    func take(_ settings: RMMSettings?) {
        let isOther = state.with { state in
            defer { state.settings = settings }
            return state.settings != settings
        }
        if isOther { post(.settings(settings)) }
    }

    /// Where the RMM is told to call back, without the token; nil where it cannot.
    var callbackURL: String? { state.with { $0.settings?.callbackURL } }

    func stop() { state.with { $0.isStopped = true } }

    func post(_ message: RMMLaneStation.Message) {
        queue.async { [self] in turn(message) }
    }

    private func turn(_ message: RMMLaneStation.Message) {
        let now = clock.now
        let effects = state.with { $0.isStopped ? [] : $0.station.handle(message, now: now) }
        for effect in effects {
            switch effect {
            case .call(let event, let call): send(call, for: event)
            case .wake(let time): wake(at: time, now)
            case .declareIntent, .started, .report, .trouble: tell(effect)
            }
        }
    }

    private func send(_ call: VendorCall, for event: Identifier) {
        var outgoing = LaneRunner.outgoing(call)
        outgoing.connectTimeoutSeconds = RMMRunner.connectTimeoutSeconds
        outgoing.totalTimeoutSeconds = Double(state.with { $0.settings?.timeoutSeconds ?? 30 })
        outgoing.maxReplyBytes = RMMRunner.replyBytes
        courier.send(outgoing) { [self] outcome in post(.outcome(event, LaneRunner.translated(outcome))) }
    }

    private func wake(at time: Instant, _ now: Instant) {
        let ordered = state.with { state -> (wait: Instant.Span, number: Int)? in
            if let known = state.wakeUp, known <= time, known > now { return nil }
            let wait = min(time - now, RMMRunner.longestSleep)
            state.wakeUp = now + wait
            state.ordered += 1
            return (wait, state.ordered)
        }
        guard let ordered else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(max(1, ordered.wait.milliseconds)))) { [weak self] in
            guard let self, state.with({ $0.ordered }) == ordered.number else { return }
            state.with { $0.wakeUp = nil }
            turn(.wake)
        }
    }
}
