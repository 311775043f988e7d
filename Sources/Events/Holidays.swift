/// What a day is to those who work: it decides which hours count.
public enum DayKind: String, Sendable, CaseIterable {
    /// Monday to Friday, no holiday.
    case weekday
    /// Saturday or Sunday, no holiday.
    case weekend
    /// A day that stands in a holiday set.
    case holiday
}

/// The days on which a holiday falls.
public struct Holidays: Sendable, Equatable {
    /// Names by `MMDD` and `YYYYMMDD` as numbers.
    private var names: [Int64: String] = [:]

    /// No holidays.
    public init() {}

    /// Adds a day, written `MMDD` (every year) or `YYYYMMDD` (that year alone); false where no calendar has such a day. The
    /// first name of a day stays.
    public mutating func add(_ written: String, name: String) -> Bool {
        guard let number = Holidays.number(written) else { return false }
        if names[number] == nil { names[number] = name }
        return true
    }

    /// Adds all days of another set.
    public mutating func add(_ other: Holidays) {
        names.merge(other.names) { own, _ in own }
    }

    /// The holiday's name on a day; nil where the day is none.
    public func name(of day: CivilDay) -> String? {
        guard !names.isEmpty else { return nil }
        let (year, month, dayOfMonth) = day.parts
        return names[year * 10_000 + month * 100 + dayOfMonth] ?? names[month * 100 + dayOfMonth]
    }

    /// The one day that `YYYYMMDD` means; nil for `MMDD` and for what is no date.
    public static func singleDay(_ written: String) -> CivilDay? {
        guard written.utf8.count == 8, let number = number(written) else { return nil }
        return CivilDay(year: number / 10_000, month: number / 100 % 100, day: number % 100)
    }

    private static func number(_ written: String) -> Int64? {
        let isDigit = { (byte: UInt8) in byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9") }
        guard [4, 8].contains(written.utf8.count), written.utf8.allSatisfy(isDigit), let number = Int64(written) else {
            return nil
        }
        // The 29th of February is a day of some years: a leap year stands for them all.
        let year = written.utf8.count == 4 ? 2000 : number / 10_000
        guard year >= 1, CivilDay(year: year, month: number / 100 % 100, day: number % 100) != nil else { return nil }
        return number
    }
}
