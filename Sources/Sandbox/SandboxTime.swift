import Events

/// The one form of a time that vendors agree on: `yyyy-MM-ddTHH:mm:ssZ`, UTC, whole seconds. Texts of this form sort
/// as the times do.
enum SandboxTime {
    /// The text for an instant in milliseconds since 1970.
    static func text(_ milliseconds: Int64) -> String {
        String(Instant(milliseconds: milliseconds).description.prefix(19)) + "Z"
    }

    /// Whether a text has exactly the form that bodies need.
    static func isExact(_ text: String) -> Bool {
        text.utf8.count == 20 && text.hasSuffix("Z") && normalised(text) == text
    }

    /// A looser reading, for conditions: the clock time, its fraction and the Z may be left out. Nil where the text is
    /// no time.
    static func normalised(_ text: String) -> String? {
        let halves = text.split(separator: "T", maxSplits: 1, omittingEmptySubsequences: false)
        let day = halves[0].split(separator: "-", omittingEmptySubsequences: false).map { number($0) }
        guard day.count == 3, let year = day[0], let month = day[1], let date = day[2],
            let civil = CivilDay(year: year, month: month, day: date)
        else { return nil }
        guard halves.count == 2 else { return "\(civil)T00:00:00Z" }
        var clock = halves[1]
        if clock.hasSuffix("Z") { clock.removeLast() }
        if let dot = clock.firstIndex(of: ".") { clock = clock[..<dot] }
        let parts = clock.split(separator: ":", omittingEmptySubsequences: false).map { number($0) }
        guard (2...3).contains(parts.count), let hour = parts[0], let minute = parts[1], hour < 24, minute < 60,
            let second = parts.count == 3 ? parts[2] : 0, second < 60
        else { return nil }
        return "\(civil)T\(pad(hour)):\(pad(minute)):\(pad(second))Z"
    }

    private static func number(_ text: Substring) -> Int64? {
        text.utf8.allSatisfy { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") } ? Int64(text) : nil
    }

    private static func pad(_ value: Int64) -> String { value < 10 ? "0\(value)" : "\(value)" }
}
