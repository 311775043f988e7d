/// A day of the proleptic Gregorian calendar, without a time zone.
public struct CivilDay: Sendable, Hashable {
    /// Days since 1970-01-01; negative before.
    public var daysSince1970: Int64

    static let millisecondsADay: Int64 = 86_400_000

    /// Makes a day from its distance to 1970-01-01.
    public init(daysSince1970: Int64) { self.daysSince1970 = daysSince1970 }

    /// The day in UTC on which an instant falls.
    public init(instant: Instant) {
        let (quotient, remainder) = instant.milliseconds.quotientAndRemainder(dividingBy: CivilDay.millisecondsADay)
        daysSince1970 = remainder < 0 ? quotient - 1 : quotient
    }

    /// The day of a year, month (1…12) and day of the month (1…31); nil where the calendar has no such day.
    public init?(year: Int64, month: Int64, day: Int64) {
        guard (1...12).contains(month), (1...31).contains(day), (-9999...9999).contains(year) else { return nil }
        // Years begin in March here, so that the leap day is the last day of its year.
        let shifted = month <= 2 ? year - 1 : year
        let era = (shifted >= 0 ? shifted : shifted - 399) / 400
        let yearOfEra = shifted - era * 400
        let dayOfYear = (153 * (month + (month > 2 ? -3 : 9)) + 2) / 5 + day - 1
        daysSince1970 = era * 146_097 + yearOfEra * 365 + yearOfEra / 4 - yearOfEra / 100 + dayOfYear - 719_468
        guard parts.month == month, parts.day == day else { return nil }
    }

    /// The year, the month (1…12) and the day of the month (1…31).
    public var parts: (year: Int64, month: Int64, day: Int64) {
        let shifted = daysSince1970 + 719_468
        let era = (shifted >= 0 ? shifted : shifted - 146_096) / 146_097
        let dayOfEra = shifted - era * 146_097
        let yearOfEra = (dayOfEra - dayOfEra / 1460 + dayOfEra / 36_524 - dayOfEra / 146_096) / 365
        let dayOfYear = dayOfEra - (365 * yearOfEra + yearOfEra / 4 - yearOfEra / 100)
        let monthFromMarch = (5 * dayOfYear + 2) / 153
        let month = monthFromMarch < 10 ? monthFromMarch + 3 : monthFromMarch - 9
        return (
            yearOfEra + era * 400 + (month <= 2 ? 1 : 0), month, dayOfYear - (153 * monthFromMarch + 2) / 5 + 1
        )
    }
}

extension CivilDay: CustomStringConvertible {
    /// `YYYY-MM-DD`.
    public var description: String { digits(capacity: 32) { write(into: &$0) } }

    /// Appends the same: traces and notes hold many of them.
    func write(into out: inout DigitWriter) {
        let (year, month, day) = parts
        out.append(year, width: 4)
        out.append("-")
        out.append(month, width: 2)
        out.append("-")
        out.append(day, width: 2)
    }
}
