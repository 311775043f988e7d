import Formats

/// The rule by which a zone's clocks change in years to come: a POSIX TZ string with the extensions of RFC 8536, for
/// instance `EST5EDT,M3.2.0,M11.1.0` or `<-03>3`.
struct ZoneRule: Sendable, Equatable {
    /// A day of the year.
    enum Day: Sendable, Equatable {
        /// `Jn`: 1 … 365, the 29th of February is never counted.
        case julian(Int)
        /// `n`: 0 … 365, leap days are counted.
        case ordinal(Int)
        /// `Mm.w.d`: the w-th weekday d (0 = Sunday) of month m; week 5 is the last.
        case weekday(month: Int, week: Int, weekday: Int)
    }

    /// When clocks are changed: a day, and the seconds that they show since its midnight; from -167 to 167 hours.
    struct Turn: Sendable, Equatable {
        var day: Day
        var seconds: Int
    }

    /// Summer time: its offset, and when it begins and ends.
    struct Summer: Sendable, Equatable {
        var offset: Int
        var begins: Turn
        var ends: Turn
    }

    /// Seconds to add to UTC outside summer time.
    private(set) var standard: Int
    private(set) var summer: Summer?

    /// Reads a TZ string; nil where it is none.
    init?(parsing text: String) {
        var reader = Reader(rest: Array(text.utf8)[...])
        guard reader.name(), let west = reader.time(), abs(west) <= 86_400 else { return nil }
        standard = -west
        guard !reader.rest.isEmpty else { return }
        guard reader.name() else { return nil }
        var offset = standard + 3600
        if let next = reader.rest.first, next != UInt8(ascii: ",") {
            guard let west = reader.time(), abs(west) <= 86_400 else { return nil }
            offset = -west
        }
        guard reader.skip(","), let begins = reader.turn(), reader.skip(","), let ends = reader.turn(),
            reader.rest.isEmpty
        else { return nil }
        summer = Summer(offset: offset, begins: begins, ends: ends)
    }

    /// The offset of summer time; nil where there is none.
    var summerOffset: Int? { summer?.offset }

    /// The two changes that belong to a year, in no order; none where there is no summer time.
    func changes(in year: Int64) -> [TZif.Change] {
        guard let summer, let begin = ZoneRule.day(summer.begins.day, year),
            let end = ZoneRule.day(summer.ends.day, year)
        else { return [] }
        return [
            TZif.Change(
                at: begin.daysSince1970 * 86_400 + Int64(summer.begins.seconds - standard), offset: summer.offset),
            TZif.Change(
                at: end.daysSince1970 * 86_400 + Int64(summer.ends.seconds - summer.offset), offset: standard),
        ]
    }

    /// The changes ascending; where summer time ends and begins at the same moment it goes on (`EST5EDT,0/0,J365/25`).
    static func inOrder(_ changes: [TZif.Change], summer: Int?) -> [TZif.Change] {
        let sorted = changes.sorted { ($0.at, $0.offset == summer ? 1 : 0) < ($1.at, $1.offset == summer ? 1 : 0) }
        return sorted.indices.compactMap { index in
            index + 1 < sorted.count && sorted[index + 1].at == sorted[index].at ? nil : sorted[index]
        }
    }

    private static func day(_ day: Day, _ year: Int64) -> CivilDay? {
        guard let newYear = CivilDay(year: year, month: 1, day: 1) else { return nil }
        switch day {
        case .ordinal(let number):
            return CivilDay(daysSince1970: newYear.daysSince1970 + Int64(number))
        case .julian(let number):
            let isLeap = CivilDay(year: year, month: 2, day: 29) != nil
            return CivilDay(daysSince1970: newYear.daysSince1970 + Int64(number - 1 + (isLeap && number >= 60 ? 1 : 0)))
        case .weekday(let month, let week, let weekday):
            guard let first = CivilDay(year: year, month: Int64(month), day: 1) else { return nil }
            let shift = (Int64(weekday) - Int64(first.weekday) + 7) % 7
            var days = first.daysSince1970 + shift + Int64(week - 1) * 7
            if CivilDay(daysSince1970: days).parts.month != Int64(month) { days -= 7 }
            return CivilDay(daysSince1970: days)
        }
    }

    /// Reads the string piece by piece.
    private struct Reader {
        var rest: ArraySlice<UInt8>

        mutating func skip(_ character: Unicode.Scalar) -> Bool {
            guard rest.first == UInt8(ascii: character) else { return false }
            rest = rest.dropFirst()
            return true
        }

        /// `EST`, or anything between `<` and `>`.
        mutating func name() -> Bool {
            if skip("<") {
                guard let end = rest.firstIndex(of: UInt8(ascii: ">")) else { return false }
                rest = rest[(end + 1)...]
                return true
            }
            let letters = rest.prefix { lowercased($0) >= UInt8(ascii: "a") && lowercased($0) <= UInt8(ascii: "z") }
            rest = rest.dropFirst(letters.count)
            return letters.count >= 3
        }

        mutating func number() -> Int? {
            let digits = rest.prefix { $0 >= UInt8(ascii: "0") && $0 <= UInt8(ascii: "9") }
            rest = rest.dropFirst(digits.count)
            guard !digits.isEmpty, digits.count <= 4 else { return nil }
            return digits.reduce(0) { $0 * 10 + Int($1 - UInt8(ascii: "0")) }
        }

        /// `[+-]h[h][h][:mm[:ss]]` as seconds.
        mutating func time() -> Int? {
            let sign = skip("-") ? -1 : 1
            if sign == 1 { _ = skip("+") }
            guard let hours = number(), hours <= 167 else { return nil }
            var seconds = hours * 3600
            for unit in [60, 1] where skip(":") {
                guard let part = number(), part < 60 else { return nil }
                seconds += part * unit
            }
            return sign * seconds
        }

        /// `Mm.w.d`, `Jn` or `n`, with `/time` (02:00 without).
        mutating func turn() -> Turn? {
            let day: Day
            if skip("M") {
                guard let month = number(), skip("."), let week = number(), skip("."), let weekday = number(),
                    (1...12).contains(month), (1...5).contains(week), (0...6).contains(weekday)
                else { return nil }
                day = .weekday(month: month, week: week, weekday: weekday)
            } else if skip("J") {
                guard let number = number(), (1...365).contains(number) else { return nil }
                day = .julian(number)
            } else {
                guard let number = number(), (0...365).contains(number) else { return nil }
                day = .ordinal(number)
            }
            guard skip("/") else { return Turn(day: day, seconds: 7200) }
            return time().map { Turn(day: day, seconds: $0) }
        }
    }
}
