/// A point in time: whole milliseconds since 1970-01-01T00:00:00Z, leap seconds not counted.
public struct Instant: Sendable, Hashable, Comparable {
    /// Milliseconds since 1970, UTC; negative before.
    public var milliseconds: Int64

    /// Makes an instant from milliseconds since 1970, UTC.
    public init(milliseconds: Int64) { self.milliseconds = milliseconds }

    /// Whether the left instant is the earlier one.
    public static func < (left: Instant, right: Instant) -> Bool { left.milliseconds < right.milliseconds }

    /// The instant that many milliseconds later.
    public static func + (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds + span.milliseconds)
    }

    /// The instant that many milliseconds earlier.
    public static func - (instant: Instant, span: Span) -> Instant {
        Instant(milliseconds: instant.milliseconds - span.milliseconds)
    }

    /// The time that lies between two instants; negative when the right one is the later.
    public static func - (left: Instant, right: Instant) -> Span {
        Span(milliseconds: left.milliseconds - right.milliseconds)
    }

    /// A length of time in whole milliseconds.
    public struct Span: Sendable, Hashable, Comparable {
        /// How many milliseconds; may be negative.
        public var milliseconds: Int64

        /// Makes a length of time from milliseconds.
        public init(milliseconds: Int64) { self.milliseconds = milliseconds }

        /// A number of seconds.
        public static func seconds(_ count: Int) -> Span { Span(milliseconds: Int64(count) * 1000) }

        /// A number of minutes.
        public static func minutes(_ count: Int) -> Span { .seconds(count * 60) }

        /// A number of hours.
        public static func hours(_ count: Int) -> Span { .minutes(count * 60) }

        /// Whether the left length is the shorter one.
        public static func < (left: Span, right: Span) -> Bool { left.milliseconds < right.milliseconds }
    }
}

extension Instant: CustomStringConvertible {
    /// RFC 3339 in UTC with milliseconds, for instance `2026-11-21T02:14:07.250Z`.
    public var description: String {
        let day = CivilDay(instant: self)
        let rest = milliseconds - day.daysSince1970 * CivilDay.millisecondsADay
        return digits(capacity: 32) { out in
            day.write(into: &out)
            out.append("T")
            out.append(rest / 3_600_000, width: 2)
            out.append(":")
            out.append(rest / 60_000 % 60, width: 2)
            out.append(":")
            out.append(rest / 1000 % 60, width: 2)
            out.append(".")
            out.append(rest % 1000, width: 3)
            out.append("Z")
        }
    }
}
