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
        queue.async { [self] in turn(woken: false) }
    }

    func stop() { state.with { $0.isStopped = true } }

    private func turn(woken: Bool) {
        let now = clock.now
        let (fired, wait) = state.with { state -> ([TimerRow], Instant.Span?) in
            guard !state.isStopped else { return ([], nil) }
            let fired = state.station.due(now: now)
            if woken { state.wakeUp = nil }
            guard let next = state.station.next, next < state.wakeUp ?? next + .seconds(1) else { return (fired, nil) }
            let wait = min(next - now, TimerRunner.longestSleep)
            state.wakeUp = now + wait
            return (fired, wait)
        }
        for timer in fired { fire(timer) }
        guard let wait else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(max(1, wait.milliseconds)))) { [weak self] in
            self?.turn(woken: true)
        }
    }
}
