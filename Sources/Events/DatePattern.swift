import Formats

/// How a sender writes a time, for instance `yyyy-MM-dd HH:mm:ss` or `h:mm:ss a d-MMM-yy`.
///
/// Letters: `yyyy yy MMM MM M dd d HH H hh h mm ss SSS a` and `Z` (an offset). What stands in apostrophes, and every other
/// character, stands for itself; `*` skips to the end.
public struct DatePattern: Sendable, Equatable {
    private enum Part: Sendable, Equatable {
        case number(Character, digits: Int)
        case monthName
        case halfDay
        case offset
        case text(Character)
        case rest
    }

    private let parts: [Part]

    /// Reads a pattern; nil where it names no day, no month or no year.
    public init?(_ pattern: String) {
        var parts: [Part] = []
        var rest = pattern[...]
        while let letter = rest.first {
            if letter == "'" {
                let quoted = rest.dropFirst().prefix { $0 != "'" }
                parts += quoted.map { .text($0) }
                rest = rest.dropFirst(quoted.count + 2)
                continue
            }
            let run = rest.prefix { $0 == letter }.count
            rest = rest.dropFirst(run)
            switch letter {
            case "M" where run >= 3: parts.append(.monthName)
            case "y", "M", "d", "H", "h", "m", "s", "S": parts.append(.number(letter, digits: run))
            case "a": parts.append(.halfDay)
            case "Z": parts.append(.offset)
            case "*": parts.append(.rest)
            default: parts += Array(repeating: .text(letter), count: run)
            }
        }
        let names = parts.map { part -> Character in
            switch part {
            case .number(let letter, _): letter
            case .monthName: "M"
            default: " "
            }
        }
        guard names.contains("y"), names.contains("M"), names.contains("d") else { return nil }
        self.parts = parts
    }

    /// The time that a text says, in the given zone where it names none; nil where it is not written so.
    public func instant(_ text: String, zone: TimeZoneTable) -> Instant? {
        var values: [Character: Int64] = [:]
        var isAfternoon: Bool?
        var offset: Int64?
        var rest = text.trimmed[...]
        loop: for part in parts {
            switch part {
            case .number(let letter, let digits):
                let most = letter == "y" ? max(digits, 2) : letter == "S" ? 9 : 2
                let run = rest.prefix(most).prefix { $0.isASCII && $0.isNumber }
                guard run.count >= (digits >= 2 && letter != "S" ? min(digits, 2) : 1), let value = Int64(run) else {
                    return nil
                }
                values[letter] = letter == "S" ? Int64((String(run) + "00").prefix(3)) ?? 0 : value
                rest = rest.dropFirst(run.count)
            case .monthName:
                let name = rest.prefix(3).lowercased()
                guard let month = DatePattern.months.firstIndex(of: name) else { return nil }
                values["M"] = Int64(month + 1)
                rest = rest.drop { $0.isLetter }
            case .halfDay:
                let word = rest.prefix(2).lowercased()
                guard word == "am" || word == "pm" else { return nil }
                isAfternoon = word == "pm"
                rest = rest.dropFirst(2)
            case .offset:
                guard let (minutes, count) = DatePattern.offset(rest) else { return nil }
                offset = minutes
                rest = rest.dropFirst(count)
            case .text(let letter):
                guard rest.first == letter else { return nil }
                rest = rest.dropFirst()
            case .rest:
                rest = ""
                break loop
            }
        }
        guard rest.isEmpty else { return nil }
        return instant(values, isAfternoon, offset, zone)
    }

    private func instant(
        _ values: [Character: Int64], _ isAfternoon: Bool?, _ offset: Int64?, _ zone: TimeZoneTable
    ) -> Instant? {
        var year = values["y"] ?? 0
        if year < 100 { year += 2000 }
        var hour = values["H"] ?? values["h"] ?? 0
        if let isAfternoon { hour = hour % 12 + (isAfternoon ? 12 : 0) }
        let (minute, second) = (values["m"] ?? 0, min(values["s"] ?? 0, 59))
        guard let day = CivilDay(year: year, month: values["M"] ?? 0, day: values["d"] ?? 0), hour < 24, minute < 60
        else { return nil }
        let extra = second * 1000 + (values["S"] ?? 0)
        let minutes = hour * 60 + minute
        if let offset {
            return Instant(milliseconds: (day.daysSince1970 * 1440 + minutes - offset) * 60_000 + extra)
        }
        return zone.instant(of: day, minute: Int(minutes)) + Instant.Span(milliseconds: extra)
    }

    private static let months = ["jan", "feb", "mar", "apr", "may", "jun", "jul", "aug", "sep", "oct", "nov", "dec"]

    /// `Z`, `GMT`, `UTC`, `+0100`, `+01:00` or `+01`, in minutes, and how long it is.
    private static func offset(_ text: Substring) -> (minutes: Int64, count: Int)? {
        for word in ["GMT", "UTC", "UT", "Z"] where text.hasPrefix(word) { return (0, word.count) }
        guard let sign = text.first, sign == "+" || sign == "-" else { return nil }
        let digits = text.dropFirst().prefix { $0.isNumber || $0 == ":" }
        let plain = digits.filter { $0 != ":" }
        guard plain.count == 2 || plain.count == 4, let hours = Int64(plain.prefix(2)), hours < 24 else { return nil }
        let minutes = Int64(plain.dropFirst(2)) ?? 0
        return ((hours * 60 + minutes) * (sign == "-" ? -1 : 1), digits.count + 1)
    }

    /// The ways that need no pattern: RFC 3339, RFC 5322, seconds or milliseconds since 1970, `2026-03-03 14:14:07`.
    public static func instant(anyWay text: String, zone: TimeZoneTable) -> Instant? {
        let text = text.trimmed
        if let instant = Instant(rfc3339: text) { return instant }
        if let number = Double(text), number.isFinite, abs(number) < 1e14 {
            return Instant(milliseconds: Int64(abs(number) < 1e11 ? number * 1000 : number))
        }
        for pattern in usual {
            if let instant = pattern.instant(text, zone: zone) { return instant }
        }
        return nil
    }

    private static let usual: [DatePattern] =
        [
            "yyyy-MM-dd'T'HH:mm:ss.SSSZ", "yyyy-MM-dd'T'HH:mm:ssZ", "yyyy-MM-dd HH:mm:ss Z", "yyyy-MM-dd HH:mm:ss.SSS",
            "yyyy-MM-dd HH:mm:ss", "yyyy-MM-dd'T'HH:mm:ss.SSS", "yyyy-MM-dd'T'HH:mm:ss", "yyyy.MM.dd HH:mm:ss",
            "d MMM yyyy HH:mm:ss Z", "yyyy-MM-dd HH:mm",
        ].compactMap { DatePattern($0) } + weekdays

    private static let weekdays: [DatePattern] = ["Mon", "Tue", "Wed", "Thu", "Fri", "Sat", "Sun"].compactMap {
        DatePattern("'\($0), 'd MMM yyyy HH:mm:ss Z*")
    }
}
