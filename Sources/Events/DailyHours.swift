/// The open hours of one kind of day, as they are configured: a first and a last minute.
public struct DailyHours: Sendable, Equatable {
    /// The first minute of the day that is open, 0 … 1439.
    public var start: Int
    /// The last minute that is open, itself included; one before `start` is of the next day.
    public var end: Int

    /// The whole day, `00:00/23:59`.
    public static let wholeDay = DailyHours(start: 0, end: 1439)
    /// No minute, `00:00/00:00`.
    public static let closed = DailyHours(start: 0, end: 0)

    /// Makes hours from minutes of the day.
    public init(start: Int, end: Int) {
        self.start = start
        self.end = end
    }

    /// The open minutes, counted from the midnight at which the day begins, past the next one if need be; nil where closed.
    public var minutes: Range<Int>? {
        if self == .closed { return nil }
        return passMidnight ? start..<(end + 1 + 1440) : start..<(end + 1)
    }

    /// Whether the last minute is of the next day.
    var passMidnight: Bool { end < start }
}

/// A time of day for each kind of day, or none.
public struct DailyTimes: Sendable, Equatable {
    /// The minute of the day on weekdays.
    public var weekday: Int?
    /// The minute of the day on weekends.
    public var weekend: Int?
    /// The minute of the day on holidays.
    public var holiday: Int?

    /// Makes times from minutes of the day.
    public init(weekday: Int? = nil, weekend: Int? = nil, holiday: Int? = nil) {
        self.weekday = weekday
        self.weekend = weekend
        self.holiday = holiday
    }

    /// The time on a kind of day.
    public func minute(on kind: DayKind) -> Int? {
        switch kind {
        case .weekday: weekday
        case .weekend: weekend
        case .holiday: holiday
        }
    }
}
