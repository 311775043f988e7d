import Events
import Platform

/// The `Date` header of a shard's answers, written anew once a second.
final class DateLine {
    private(set) var line: [UInt8] = []
    /// Counts the lines that there have been.
    private(set) var number: UInt64 = 0
    private var nextUpdate: UInt64 = 0

    private static let days = ["Sun", "Mon", "Tue", "Wed", "Thu", "Fri", "Sat"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// Brings the line up to date; `now` is the clock that only goes forwards, so that the other one is seldom asked.
    func update(_ clock: any Clock, at now: UInt64) {
        guard now >= nextUpdate else { return }
        let milliseconds = clock.now.milliseconds
        let fraction = (milliseconds % 1000 + 1000) % 1000
        nextUpdate = now + UInt64(1000 - fraction) * 1_000_000
        number += 1
        line = Array("Date: \(Self.text((milliseconds - fraction) / 1000))\r\n".utf8)
    }

    /// The one form that is sent (RFC 9110, 5.6.7): `Sun, 06 Nov 1994 08:49:37 GMT`.
    static func text(_ seconds: Int64) -> String {
        let second = (seconds % 86_400 + 86_400) % 86_400
        let day = CivilDay(daysSince1970: (seconds - second) / 86_400)
        let (yearNumber, month, monthDay) = day.parts
        let year = String(yearNumber)
        let padded = String(repeating: "0", count: max(0, 4 - year.count)) + year
        return "\(days[day.weekday]), \(two(Int(monthDay))) \(months[Int(month) - 1]) \(padded) "
            + "\(two(Int(second / 3600))):\(two(Int(second / 60 % 60))):\(two(Int(second % 60))) GMT"
    }

    private static func two(_ number: Int) -> String { number < 10 ? "0\(number)" : "\(number)" }
}
