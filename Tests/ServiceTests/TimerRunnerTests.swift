import Dispatch
import Events
import Platform
import Storage
import TestSupport
import Testing

@testable import Service

/// The timer station on its queue, by the machine's own clock.
@Suite struct TimerRunnerTests {
    private let clock = SystemClock()

    private func timer(_ number: Int64, in milliseconds: Int64) -> TimerRow {
        TimerRow(
            number: number, due: clock.now + Instant.Span(milliseconds: milliseconds), kind: .order, subject: "s")
    }

    @Test("each timer fires once and not before its time; one that is set later and due earlier goes first")
    func order() async throws {
        try await onThread("itp-timer-test") {
            let fired = Guarded<[(number: Int64, due: Instant, at: Instant)]>([])
            let done = DispatchSemaphore(value: 0)
            let clock = clock
            let runner = TimerRunner(clock: clock) { row in
                fired.with { $0.append((row.number, row.due, clock.now)) }
                done.signal()
            }
            defer { runner.stop() }
            for row in [timer(1, in: 600), timer(2, in: 300), timer(3, in: -5), timer(4, in: 100)] { runner.set(row) }
            for _ in 1...4 { #expect(done.wait(timeout: .now() + .seconds(20)) == .success) }
            let rows = fired.with { $0 }
            #expect(rows.map(\.number) == [3, 4, 2, 1])
            #expect(rows.allSatisfy { $0.at >= $0.due })
        }
    }

    @Test("after the stop nothing fires any more, also of what is overdue")
    func stopped() async throws {
        try await onThread("itp-timer-test") {
            let fired = Guarded(0)
            let first = DispatchSemaphore(value: 0)
            let runner = TimerRunner(clock: clock) { _ in
                fired.with { $0 += 1 }
                first.signal()
            }
            runner.set(timer(1, in: 0))
            first.wait()
            runner.stop()
            runner.set(timer(2, in: 0))
            // The queue is serial: what a second runner's timer on it tells is after the first's turn.
            let other = DispatchSemaphore(value: 0)
            let second = TimerRunner(clock: clock) { _ in other.signal() }
            second.set(timer(3, in: 50))
            other.wait()
            second.stop()
            #expect(fired.with { $0 } == 1)
        }
    }

    @Test("a clock that is put forward makes due what waits, at the next turn")
    func jump() async throws {
        try await onThread("itp-timer-test") {
            let clock = StoppedClock()
            let done = DispatchSemaphore(value: 0)
            let runner = TimerRunner(clock: clock) { _ in done.signal() }
            defer { runner.stop() }
            runner.set(TimerRow(number: 1, due: clock.now + .hours(1), kind: .order, subject: "s"))
            #expect(done.wait(timeout: .now()) == .timedOut)
            clock.pass(wall: 3600, monotonic: 1)
            // Any timer that is set makes a turn.
            runner.set(TimerRow(number: 2, due: clock.now + .hours(9), kind: .order, subject: "s"))
            #expect(done.wait(timeout: .now() + .seconds(20)) == .success)
            #expect(done.wait(timeout: .now()) == .timedOut)
        }
    }
}
