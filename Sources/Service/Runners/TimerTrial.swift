import Dispatch
import Events
public import Platform
import Storage

/// What waiting costs, measured on the service's own parts; for `itp bench timers`.
public struct TimerTrial: Sendable {
    /// Nanoseconds to add a timer, on average.
    public var setNanoseconds: Double
    /// Nanoseconds of a tick at which nothing is due, on average.
    public var tickNanoseconds: Double
    /// How late each timer was fired, in microseconds, from the soonest to the latest.
    public var latenessMicroseconds: [Double]

    /// Parks `parked` timers far ahead, then fires `fired` of them a few milliseconds apart, by the clock.
    public static func run(parked: Int, fired: Int, clock: some Clock) -> TimerTrial {
        let later = clock.now + .hours(24)
        var station = TimerStation()
        let rows = (0..<parked).map { number in
            // Not in order, as they come in life.
            TimerRow(
                number: Int64(number + 1), due: later + .seconds((number &* 7919) % parked), kind: .input, subject: "")
        }
        let set = elapsed(clock) { for row in rows { station.set(row) } } / Double(max(1, parked))
        let ticks = 10_000
        let now = clock.now
        let tick = elapsed(clock) { for _ in 0..<ticks { _ = station.due(now: now) } } / Double(ticks)
        return TimerTrial(
            setNanoseconds: set, tickNanoseconds: tick,
            latenessMicroseconds: lateness(rows, fired: fired, clock: clock))
    }

    private static func elapsed(_ clock: some Clock, _ work: () -> Void) -> Double {
        let begin = clock.monotonicNanoseconds
        work()
        return Double(clock.monotonicNanoseconds - begin)
    }

    private static func lateness(_ parked: [TimerRow], fired: Int, clock: some Clock) -> [Double] {
        let late = Guarded<[Double]>([])
        let done = DispatchSemaphore(value: 0)
        let runner = TimerRunner(clock: clock) { timer in
            // The clock counts in milliseconds: what is due at one is due from its beginning.
            let count = late.with { late in
                late.append(Double((clock.now - timer.due).milliseconds) * 1000)
                return late.count
            }
            if count == fired { done.signal() }
        }
        for timer in parked { runner.set(timer) }
        let first = clock.now + .seconds(1)
        for number in 0..<fired {
            runner.set(
                TimerRow(
                    number: Int64(parked.count + number + 1),
                    due: first + Instant.Span(milliseconds: Int64(number * 5)), kind: .input, subject: ""))
        }
        done.wait()
        runner.stop()
        return late.with { $0.sorted() }
    }
}
