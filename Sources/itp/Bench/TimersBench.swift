import Events
import Formats
import Platform
import Service

/// `itp bench timers`: what events that wait cost while they wait, and how late they are woken.
enum TimersBench {
    static let bench = Bench(
        name: "timers", summary: "parked events: the cost of a tick, and how late timers fire",
        accepted: Arguments.Accepted(values: ["parked": "N", "fired": "N"]), run: run)

    @Sendable private static func run(_ arguments: Arguments) throws -> Bench.Report {
        let parked = try arguments.number("parked", 1...10_000_000, default: 100_000)
        let fired = try arguments.number("fired", 1...10_000, default: 1000)
        let trial = TimerTrial.run(parked: parked, fired: fired, clock: SystemClock())
        let late = trial.latenessMicroseconds
        let at = { (part: Double) in late[min(late.count - 1, Int(Double(late.count) * part))] / 1000 }
        let rows = [
            ["parked", "set ns", "tick ns", "fired", "late p50 ms", "late p99 ms", "latest ms"],
            [
                "\(parked)", Bench.shown(trial.setNanoseconds), Bench.shown(trial.tickNanoseconds), "\(fired)",
                Bench.shown(at(0.5)), Bench.shown(at(0.99)), Bench.shown(at(1)),
            ],
        ]
        return Bench.Report(
            text: Bench.table(rows),
            json: [
                "parked": .integer(parked), "setNanoseconds": number(trial.setNanoseconds),
                "tickNanoseconds": number(trial.tickNanoseconds), "fired": .integer(fired),
                "lateP50Milliseconds": number(at(0.5)), "lateP99Milliseconds": number(at(0.99)),
                "latestMilliseconds": number(at(1)),
            ])
    }

    private static func number(_ value: Double) -> JSON { .number(Bench.shown(value)) }
}
