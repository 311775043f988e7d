import Dispatch
import Events
import Platform
import Storage

/// Runs the timer station on a serial queue, which is woken for whatever is due next.
final class TimerRunner: Sendable {
    /// The wall clock is looked at at least this often while something waits, so that a jump of it is noticed.
    private static let longestSleep = Instant.Span.seconds(30)

    private struct State: Sendable {
        var station = TimerStation()
        /// When the queue is woken next; nil while nothing waits.
        var wakeUp: Instant?
        /// Counts the wake-ups that were ordered: only the last one counts, those before it have been overtaken.
        var ordered = 0
        var isStopped = false
    }

    private let queue = DispatchQueue(label: "itp-timers")
    private let state = Guarded(State())
    private let clock: any Clock
    private let fire: @Sendable (TimerRow) -> Void

    init(clock: any Clock, fire: @escaping @Sendable (TimerRow) -> Void) {
        self.clock = clock
        self.fire = fire
    }

    func set(_ timer: TimerRow) {
        state.with { $0.station.set(timer) }
        queue.async { [self] in turn(nil) }
    }

    func stop() { state.with { $0.isStopped = true } }

    /// Fires what is due and orders the next wake-up. `wakeUp` is the number of the one that has brought this turn.
    private func turn(_ wakeUp: Int?) {
        let now = clock.now
        let (fired, next) = state.with { state -> ([TimerRow], (wait: Instant.Span, number: Int)?) in
            guard !state.isStopped, wakeUp == nil || wakeUp == state.ordered else { return ([], nil) }
            if wakeUp != nil { state.wakeUp = nil }
            let fired = state.station.due(now: now)
            guard let next = state.station.next else { return (fired, nil) }
            if let ordered = state.wakeUp, ordered <= next { return (fired, nil) }
            let wait = min(next - now, TimerRunner.longestSleep)
            state.wakeUp = now + wait
            state.ordered += 1
            return (fired, (wait, state.ordered))
        }
        for timer in fired { fire(timer) }
        guard let next else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(max(1, next.wait.milliseconds)))) { [weak self] in
            self?.turn(next.number)
        }
    }
}
