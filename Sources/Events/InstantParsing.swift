import Formats

extension Instant {
    /// Reads RFC 3339, for instance `2026-11-21T02:14:07.25Z` or `2026-11-21 03:14:07+01:00`; nil for anything else.
    /// Digits beyond milliseconds are dropped.
    public init?(rfc3339 text: String) {
        let bytes = Array(text.utf8)
        guard bytes.count >= 20,
            bytes[4] == UInt8(ascii: "-"), bytes[7] == UInt8(ascii: "-"), bytes[13] == UInt8(ascii: ":"),
            bytes[16] == UInt8(ascii: ":"), lowercased(bytes[10]) == UInt8(ascii: "t") || bytes[10] == 0x20,
            let year = Instant.number(bytes[0..<4]), let month = Instant.number(bytes[5..<7]),
            let dayOfMonth = Instant.number(bytes[8..<10]),
            let day = CivilDay(year: year, month: month, day: dayOfMonth),
            let hour = Instant.number(bytes[11..<13]), let minute = Instant.number(bytes[14..<16]),
            let second = Instant.number(bytes[17..<19]), hour < 24, minute < 60, second <= 60
        else { return nil }
        var rest = bytes[19...]
        var fraction: Int64 = 0
        if rest.first == UInt8(ascii: ".") {
            let digits = rest.dropFirst().prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            guard !digits.isEmpty else { return nil }
            fraction = Instant.number((Array(digits) + [0x30, 0x30]).prefix(3)) ?? 0
            rest = rest.dropFirst(1 + digits.count)
        }
        guard let offset = Instant.zoneMinutes(rest) else { return nil }
        let seconds = day.daysSince1970 * 86_400 + hour * 3600 + minute * 60 + min(second, 59) - offset * 60
        self.init(milliseconds: seconds * 1000 + fraction)
    }

    /// Reads a date of HTTP, for instance `Sun, 06 Nov 1994 08:49:37 GMT` (RFC 9110, section 5.6.7); nil for anything else.
    ///
    /// Of the three forms that HTTP knows: `Sun, 06 Nov 1994 08:49:37 GMT`, and the two old ones, `Sunday, 06-Nov-94 08:49:37
    /// GMT` and `Sun Nov  6 08:49:37 1994`.
    public init?(httpDate text: String) {
        var parts = text.split(separator: " ")
        if parts.count == 4, parts[0].hasSuffix(","), parts[3] == "GMT" {
            // Two digits of a year: all that is written now is of this century.
            let day = parts[1].split(separator: "-")
            guard day.count == 3, day[2].utf8.count == 2 else { return nil }
            parts =
                text.split(separator: " ").prefix(1) + [day[0], day[1], Substring("20" + day[2]), parts[2], parts[3]]
        } else if parts.count == 5, !parts[0].hasSuffix(",") {
            let day = parts[2].utf8.count == 1 ? Substring("0" + parts[2]) : parts[2]
            parts = ["\(parts[0]),", day, parts[1], parts[4], parts[3], "GMT"]
        }
        let months = ["Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec"]
        guard parts.count == 6, parts[0].hasSuffix(","), parts[5] == "GMT", parts[1].utf8.count == 2,
            let month = months.firstIndex(of: String(parts[2]))
        else { return nil }
        let twoDigits = (month < 9 ? "0" : "") + "\(month + 1)"
        self.init(rfc3339: "\(parts[3])-\(twoDigits)-\(parts[1])T\(parts[4])Z")
    }

    private static func number(_ digits: some Collection<UInt8>) -> Int64? {
        var value: Int64 = 0
        for digit in digits {
            guard digit >= UInt8(ascii: "0"), digit <= UInt8(ascii: "9") else { return nil }
            value = value * 10 + Int64(digit - UInt8(ascii: "0"))
        }
        return value
    }

    private static func zoneMinutes(_ zone: ArraySlice<UInt8>) -> Int64? {
        let bytes = Array(zone)
        if bytes.count == 1, lowercased(bytes[0]) == UInt8(ascii: "z") { return 0 }
        guard bytes.count == 6, bytes[3] == UInt8(ascii: ":"), let hours = number(bytes[1..<3]),
            let minutes = number(bytes[4..<6]), hours < 24, minutes < 60
        else { return nil }
        switch bytes[0] {
        case UInt8(ascii: "+"): return hours * 60 + minutes
        case UInt8(ascii: "-"): return -(hours * 60 + minutes)
        default: return nil
        }
    }
}
