import Events

/// Dates of mail headers, always in UTC.
enum MailDate {
    private static let days = ["Thu", "Fri", "Sat", "Sun", "Mon", "Tue", "Wed"]
    private static let months = [
        "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
    ]

    /// For instance `Tue, 3 Mar 2026 09:15:00 +0000`.
    static func text(_ instant: Instant) -> String {
        let (day, rest) = max(0, instant.milliseconds / 1000).quotientAndRemainder(dividingBy: 86_400)
        let parts = CivilDay(daysSince1970: day).parts
        let time = [rest / 3600, rest / 60 % 60, rest % 60].map { $0 < 10 ? "0\($0)" : "\($0)" }.joined(separator: ":")
        return "\(days[Int(day % 7)]), \(parts.day) \(months[Int(parts.month) - 1]) \(parts.year) \(time) +0000"
    }
}
