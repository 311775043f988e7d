import Events
import Formats

/// Holidays that fall on another date each year, by the names that people write.
struct FloatingHoliday {
    /// When it is.
    enum Rule {
        /// The nth weekday (0 = Sunday) of a month; n = -1: the last.
        case weekday(Int, n: Int, month: Int64)
        /// The last Monday before a day of a month.
        case mondayBefore(day: Int64, month: Int64)
        /// So many days after Easter Sunday.
        case easter(Int64)
    }

    /// Words that its name holds, in small letters; one is enough.
    var names: [String]
    /// What keeps a name from being this one.
    var not: [String] = []
    /// One for each country that has it on a day of its own.
    var rules: [Rule]

    static let known = [
        FloatingHoliday(
            names: ["thanksgiving"], not: ["after", "friday", "eve", "day 2"],
            rules: [.weekday(4, n: 4, month: 11), .weekday(1, n: 2, month: 10)]),
        FloatingHoliday(names: ["memorial day"], rules: [.weekday(1, n: -1, month: 5)]),
        FloatingHoliday(names: ["labor day"], rules: [.weekday(1, n: 1, month: 9)]),
        FloatingHoliday(names: ["martin luther king", "mlk"], rules: [.weekday(1, n: 3, month: 1)]),
        FloatingHoliday(
            names: ["presidents' day", "presidents day", "president's day", "washington's birthday"],
            rules: [.weekday(1, n: 3, month: 2)]),
        FloatingHoliday(names: ["columbus day", "indigenous peoples"], rules: [.weekday(1, n: 2, month: 10)]),
        FloatingHoliday(names: ["victoria day"], rules: [.mondayBefore(day: 25, month: 5)]),
        FloatingHoliday(names: ["spring bank holiday"], rules: [.weekday(1, n: -1, month: 5)]),
        FloatingHoliday(
            names: ["summer bank holiday"], rules: [.weekday(1, n: -1, month: 8), .weekday(1, n: 1, month: 8)]),
        FloatingHoliday(names: ["good friday"], rules: [.easter(-2)]),
        FloatingHoliday(names: ["easter monday"], rules: [.easter(1)]),
        FloatingHoliday(names: ["easter sunday"], rules: [.easter(0)]),
        FloatingHoliday(names: ["ascension day", "christi himmelfahrt"], rules: [.easter(39)]),
        FloatingHoliday(names: ["whit monday", "pentecost monday", "pfingstmontag"], rules: [.easter(50)]),
    ]

    /// The one that a name means.
    static func named(_ name: String) -> FloatingHoliday? {
        let small = name.lowercased().replacing("’", with: "'")
        return known.first { holiday in
            holiday.names.contains { small.contains($0) } && !holiday.not.contains { small.contains($0) }
        }
    }

    /// Its days in a year.
    func days(in year: Int64) -> [CivilDay] { rules.compactMap { $0.day(in: year) } }
}

extension FloatingHoliday.Rule {
    func day(in year: Int64) -> CivilDay? {
        switch self {
        case .weekday(let weekday, let n, let month):
            if n > 0 {
                guard let first = CivilDay(year: year, month: month, day: 1) else { return nil }
                let days = (weekday - first.weekday + 7) % 7 + 7 * (n - 1)
                return CivilDay(daysSince1970: first.daysSince1970 + Int64(days))
            }
            guard let next = CivilDay(year: month == 12 ? year + 1 : year, month: month % 12 + 1, day: 1) else {
                return nil
            }
            let last = CivilDay(daysSince1970: next.daysSince1970 - 1)
            return CivilDay(daysSince1970: last.daysSince1970 - Int64((last.weekday - weekday + 7) % 7))
        case .mondayBefore(let day, let month):
            guard let day = CivilDay(year: year, month: month, day: day) else { return nil }
            let before = CivilDay(daysSince1970: day.daysSince1970 - 1)
            return CivilDay(daysSince1970: before.daysSince1970 - Int64((before.weekday + 6) % 7))
        case .easter(let days):
            return Self.easter(year).map { CivilDay(daysSince1970: $0.daysSince1970 + days) }
        }
    }

    /// Easter Sunday of the Gregorian calendar (the anonymous algorithm of 1876).
    private static func easter(_ year: Int64) -> CivilDay? {
        let a = year % 19
        let b = year / 100
        let c = year % 100
        let h = (19 * a + b - b / 4 - (b - (b + 8) / 25 + 1) / 3 + 15) % 30
        let l = (32 + 2 * (b % 4) + 2 * (c / 4) - h - c % 4) % 7
        let m = (a + 11 * h + 22 * l) / 451
        let sum = h + l - 7 * m + 114
        return CivilDay(year: year, month: sum / 31, day: sum % 31 + 1)
    }
}

extension SettingsLoader {
    /// Holidays whose dates were those of another year.
    mutating func checkFloating(_ section: MergedSection) {
        guard let now else { return }
        let today = CivilDay(instant: now)
        for line in section.lines { checkFloating(line, today) }
        let years = section.comments.flatMap { comment in
            SettingsLoader.years(in: comment.value).map { (year: $0, comment: comment) }
        }
        let hasDatesToCome = section.lines.contains { line in
            Holidays.singleDay(line.key).map { $0.daysSince1970 >= today.daysSince1970 } ?? false
        }
        guard let latest = years.max(by: { $0.year < $1.year }), latest.year < today.parts.year, !hasDatesToCome else {
            return
        }
        add(
            Finding(
                .warning, latest.comment.file, latest.comment.line,
                "[HOLIDAYSET_\(section.suffix)] is of \(latest.year), says its comment: holidays that fall on another date "
                    + "each year are past; write those to come as YYYYMMDD"))
    }

    private mutating func checkFloating(_ line: SettingLine, _ today: CivilDay) {
        guard let holiday = FloatingHoliday.named(line.value), let day = SettingsLoader.next(line.key, today) else {
            return
        }
        let year = day.parts.year
        let days = holiday.days(in: year)
        guard !days.isEmpty, !days.contains(day) else { return }
        let right = days.map { $0.description.replacing("-", with: "") }
        add(
            Finding(
                .warning, line.file, line.line,
                "'\(line.value)' is not on \(day) but on \(days.map(\.description).joined(separator: " or ")); "
                    + "write \(right.joined(separator: " or "))=\(line.value)"))
    }

    /// The day that `MMDD` means next, or that `YYYYMMDD` means unless it is past; nil for what is no date.
    private static func next(_ written: String, _ today: CivilDay) -> CivilDay? {
        if let day = Holidays.singleDay(written) { return day.daysSince1970 < today.daysSince1970 ? nil : day }
        guard written.utf8.count == 4, let number = Int64(written) else { return nil }
        let day = { (year: Int64) in CivilDay(year: year, month: number / 100, day: number % 100) }
        let year = today.parts.year
        guard let first = day(year), first.daysSince1970 >= today.daysSince1970 else { return day(year + 1) }
        return first
    }

    /// The years from 1990 to 2099 that a text names.
    private static func years(in text: String) -> [Int64] {
        text.split { !$0.isNumber }.filter { $0.utf8.count == 4 }.compactMap { Int64($0) }.filter {
            (1990...2099).contains($0)
        }
    }
}
