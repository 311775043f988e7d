import Events
import Storage
import TestSupport
import Testing

@testable import Service

@Suite struct TimerStationTests {
    @Test(
        "timers fire in the order of their times, each once, as in a sorted list",
        arguments: 1...30 as ClosedRange<UInt64>)
    func model(_ seed: UInt64) {
        var random = SeededRandom(seed: seed)
        var station = TimerStation()
        var model: [TimerRow] = []
        var now = 0
        for number in 1...400 {
            if random.oneIn(4) {
                now += random.pick(0...20)
                let time = Instant(milliseconds: Int64(now))
                let expected = model.filter { $0.due <= time }.sorted { ($0.due, $0.number) < ($1.due, $1.number) }
                model.removeAll { $0.due <= time }
                #expect(station.due(now: time) == expected, "seed \(seed)")
            } else {
                let due = Instant(milliseconds: Int64(now + random.pick(-5...60)))
                let timer = TimerRow(number: Int64(number), due: due, kind: .order, subject: "")
                station.set(timer)
                model.append(timer)
            }
            #expect(station.next == model.map(\.due).min(), "seed \(seed)")
        }
    }
}
