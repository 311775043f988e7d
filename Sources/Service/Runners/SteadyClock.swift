import Events
import Platform

/// A clock that never goes back and never stands still: the wall clock where that goes forwards, the monotonic one while
/// the wall clock is behind what has been told before. So an alert is not received before an earlier one, and a wait is not
/// longer because somebody has set the clock.
final class SteadyClock: Clock {
    private struct Anchor: Sendable {
        var wall: Instant
        var nanoseconds: UInt64
    }

    private let clock: any Clock
    private let anchor: Guarded<Anchor>

    init(_ clock: any Clock) {
        self.clock = clock
        anchor = Guarded(Anchor(wall: clock.now, nanoseconds: clock.monotonicNanoseconds))
    }

    var monotonicNanoseconds: UInt64 { clock.monotonicNanoseconds }

    var now: Instant {
        anchor.with { anchor in
            let wall = clock.now
            let nanoseconds = max(clock.monotonicNanoseconds, anchor.nanoseconds)
            let steady =
                anchor.wall + Instant.Span(milliseconds: Int64((nanoseconds - anchor.nanoseconds) / 1_000_000))
            if wall > steady { anchor = Anchor(wall: wall, nanoseconds: nanoseconds) }
            return max(wall, steady)
        }
    }
}
