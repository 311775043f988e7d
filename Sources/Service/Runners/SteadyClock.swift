import Events
import Platform

/// A clock that never goes back and never stands still: the wall clock where that goes forwards, the monotonic one while
/// the wall clock is behind what has been told before. So an alert is not received before an earlier one, and a wait is not
/// longer because somebody has set the clock. It notices that somebody has.
final class SteadyClock: Clock {
    private struct Anchor: Sendable {
        var wall: Instant
        var nanoseconds: UInt64
    }

    private struct State: Sendable {
        var anchor: Anchor
        var watch: ClockWatch
        var onJump: (@Sendable (ClockJump) -> Void)?
    }

    private let clock: any Clock
    private let state: Guarded<State>

    init(_ clock: any Clock) {
        self.clock = clock
        let anchor = Anchor(wall: clock.now, nanoseconds: clock.monotonicNanoseconds)
        let watch = ClockWatch(wall: anchor.wall, nanoseconds: anchor.nanoseconds)
        state = Guarded(State(anchor: anchor, watch: watch))
    }

    var monotonicNanoseconds: UInt64 { clock.monotonicNanoseconds }

    var now: Instant {
        let (now, jump) = state.with { state in
            let before = clock.monotonicNanoseconds
            let wall = clock.now
            let nanoseconds = max(clock.monotonicNanoseconds, state.anchor.nanoseconds)
            // A thread that is stopped between the two sees no jump.
            let jump =
                nanoseconds - min(before, nanoseconds) < ClockWatch.readingNanoseconds
                ? state.watch.look(wall: wall, nanoseconds: nanoseconds) : nil
            let steady =
                state.anchor.wall
                + Instant.Span(milliseconds: Int64((nanoseconds - state.anchor.nanoseconds) / 1_000_000))
            if wall > steady { state.anchor = Anchor(wall: wall, nanoseconds: nanoseconds) }
            return (max(wall, steady), jump)
        }
        // Only then: whom to tell is seldom asked, the time with every alert.
        if let jump { state.with { $0.onJump }?(jump) }
        return now
    }

    /// From now on this is told of jumps, on the thread of whoever asks for the time.
    func onJump(_ tell: @escaping @Sendable (ClockJump) -> Void) { state.with { $0.onJump = tell } }

    /// How often the wall clock has jumped since the start.
    var jumpCount: Int { state.with { $0.watch.count } }

    /// What is to be said of the wall clock's last jump, as long as it matters; nil where there is nothing.
    var trouble: String? {
        _ = now
        return state.with { $0.watch.trouble(nanoseconds: clock.monotonicNanoseconds) }
    }
}

/// The wall clock was set, or the machine has slept.
struct ClockJump: Sendable, Equatable {
    /// By how much; negative = back.
    var span: Instant.Span
    /// What it showed afterwards.
    var at: Instant

    /// A sentence.
    var text: String {
        let seconds = abs(span.milliseconds) / 1000
        return span.milliseconds < 0
            ? "the system's clock was set back by \(seconds) seconds at \(at): until it has caught up, time goes on from where it was"
            : "the system's clock went forward by \(seconds) seconds at \(at): what was due in between is done now"
    }
}

/// Compares the wall clock with the monotonic one.
struct ClockWatch: Sendable {
    /// Clocks that are kept right by small steps are none of our concern.
    static let leastJump = Instant.Span.seconds(5)
    /// Between two looks.
    static let pauseNanoseconds: UInt64 = 1_000_000_000
    /// How long reading the two clocks may take.
    static let readingNanoseconds: UInt64 = 500_000_000
    /// How long a jump is worth a word.
    static let memory = Instant.Span.minutes(60)

    /// Jumps since the start.
    private(set) var count = 0
    private var last: (jump: ClockJump, nanoseconds: UInt64)?
    private var wall: Instant
    private var nanoseconds: UInt64

    init(wall: Instant, nanoseconds: UInt64) {
        self.wall = wall
        self.nanoseconds = nanoseconds
    }

    /// What the two clocks show: a jump where the one has gone further than the other since the last look.
    mutating func look(wall: Instant, nanoseconds: UInt64) -> ClockJump? {
        guard nanoseconds >= self.nanoseconds + ClockWatch.pauseNanoseconds else { return nil }
        let passed = Instant.Span(milliseconds: Int64((nanoseconds - self.nanoseconds) / 1_000_000))
        let span = (wall - self.wall).milliseconds - passed.milliseconds
        (self.wall, self.nanoseconds) = (wall, nanoseconds)
        guard abs(span) >= ClockWatch.leastJump.milliseconds else { return nil }
        let jump = ClockJump(span: Instant.Span(milliseconds: span), at: wall)
        last = (jump, nanoseconds)
        count += 1
        return jump
    }

    /// What is to be said of the last jump: for an hour, after one back until the wall clock has caught up.
    func trouble(nanoseconds: UInt64) -> String? {
        guard let last else { return nil }
        let age = Int64(nanoseconds - min(nanoseconds, last.nanoseconds)) / 1_000_000
        let isBehind = last.jump.span.milliseconds < 0 && age < -last.jump.span.milliseconds
        return isBehind || age < ClockWatch.memory.milliseconds ? last.jump.text : nil
    }
}
