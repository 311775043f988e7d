public import Events
import Formats

/// `[SILENCE name]`: a maintenance window.
public struct Silence: Sendable, Equatable {
    /// The name, as it is written.
    public var name: String
    /// What it silences; all that is given must fit. In small letters.
    public var agent: String?
    /// A machine group.
    public var group: String?
    /// A customer, by ID or name.
    public var organisation: String?
    /// The MonSetID's category.
    public var category: String?
    /// From when until when; the end is outside. Nil = no such limit.
    public var period: (start: Moment, end: Moment)? {
        guard let start, let end else { return nil }
        return (start, end)
    }
    var start: Moment?
    var end: Moment?
    /// The hours of the week; nil = no such limit.
    public var weekly: [WeeklyWindow]?
    /// Who wrote it.
    public var author = ""
    /// Why.
    public var reason = ""
    /// Where it stands.
    public var reference: RuleReference

    /// What it is called where somebody reads that it held something back.
    public var title: String {
        reference.file == Silence.madeByHand
            ? "the silence \(name) of \(author)" : "[SILENCE \(name)] at \(reference.place)"
    }

    /// A point in time as somebody writes it.
    public enum Moment: Sendable, Equatable {
        /// With its offset from UTC.
        case instant(Instant)
        /// What the clocks on the wall show.
        case wall(CivilDay, minute: Int)
    }

    /// A part of each week by the clocks on the wall.
    public struct WeeklyWindow: Sendable, Equatable {
        /// The day on which it begins: 0 = Sunday … 6 = Saturday.
        public var weekday: Int
        /// Its minutes, counted from that day's midnight; at most a day, perhaps past the next midnight.
        public var minutes: Range<Int>
    }
}

extension Silence.Moment {
    /// Reads RFC 3339, or `YYYY-MM-DD HH:MM` with or without seconds and with a blank or a `T`; nil for anything else.
    init?(parsing text: String) {
        if let instant = Instant(rfc3339: text) {
            self = .instant(instant)
        } else if let local = Instant(rfc3339: text + "Z") ?? Instant(rfc3339: text + ":00Z") {
            let day = CivilDay(instant: local)
            let minutes = local.milliseconds / 60_000 - day.daysSince1970 * 1440
            self = .wall(day, minute: Int(minutes))
        } else {
            return nil
        }
    }
}

extension Silence.WeeklyWindow {
    private static let days = ["sun", "mon", "tue", "wed", "thu", "fri", "sat"]
    private static let fullDays = ["sunday", "monday", "tuesday", "wednesday", "thursday", "friday", "saturday"]

    /// Reads `Sat 22:00-04:00`, or several days: `Mon,Wed,Fri 01:00-02:00`; nil for anything else.
    static func parse(_ text: String) -> [Silence.WeeklyWindow]? {
        let parts = text.lowercased().split(separator: " ").map(String.init)
        guard parts.count >= 2, let hours = parts.last else { return nil }
        let ends = hours.split(separator: "-", omittingEmptySubsequences: false).map(String.init)
        guard ends.count == 2, let start = parseMinuteOfDay(ends[0]), let end = parseMinuteOfDay(ends[1]) else {
            return nil
        }
        // An end that is not later than the start is one on the next day.
        let minutes = start..<(end > start ? end : end + 1440)
        let names = words(parts.dropLast().joined(separator: " "))
        let numbers = names.compactMap { days.firstIndex(of: $0) ?? fullDays.firstIndex(of: $0) }
        guard !numbers.isEmpty, numbers.count == names.count else { return nil }
        return numbers.map { Silence.WeeklyWindow(weekday: $0, minutes: minutes) }
    }
}

extension SettingsLoader {
    /// Every `[SILENCE name]` that can ever be active, in the order of the files.
    mutating func silences() -> [Silence] { sections.named("SILENCE").compactMap { silence($0) } }

    private mutating func silence(_ section: MergedSection) -> Silence? {
        let written: MergedSection? = section
        var silence = Silence(
            name: section.suffix,
            reference: RuleReference(file: section.file, line: section.line, text: "[SILENCE \(section.suffix)]"))
        silence.agent = written.text("Agent")?.lowercased()
        silence.group = written.text("Group")?.lowercased()
        silence.organisation = written.text("Org")?.lowercased()
        silence.category = written.text("Category")?.lowercased()
        silence.author = written.text("Author") ?? ""
        silence.reason = written.text("Reason") ?? ""
        for (key, value) in [("Author", silence.author), ("Reason", silence.reason)] where value.isEmpty {
            lapse(section, "\(key) is missing; write \(key)=…, so that people know later")
        }
        guard [silence.agent, silence.group, silence.organisation, silence.category].contains(where: { $0 != nil })
        else {
            lapse(section, "it would silence everything and is not used; write Agent, Group, Org or Category")
            return nil
        }
        return readTimes(section, &silence) ? silence : nil
    }

    private mutating func readTimes(_ section: MergedSection, _ silence: inout Silence) -> Bool {
        var isSound = true
        for key in ["Start", "End"] {
            guard let line = section[key], !line.value.isEmpty else { continue }
            guard let moment = Silence.Moment(parsing: line.value) else {
                isSound = false
                add(
                    Finding(
                        .lapse, line.file, line.line,
                        "\(key): '\(line.value)' is no time; write 2026-11-21 22:00, or 2026-11-21T22:00:00Z"))
                continue
            }
            if key == "Start" { silence.start = moment } else { silence.end = moment }
        }
        if let line = section["Weekly"], !line.value.isEmpty {
            silence.weekly = Silence.WeeklyWindow.parse(line.value)
            if silence.weekly == nil {
                isSound = false
                add(
                    Finding(
                        .lapse, line.file, line.line,
                        "Weekly: '\(line.value)' is no part of a week; write for instance Sat 22:00-04:00"))
            }
        }
        guard isSound else { return false }
        if (silence.start == nil) != (silence.end == nil) || silence.start == nil && silence.weekly == nil {
            lapse(section, "it is never active; write Start and End, or Weekly")
            return false
        }
        return isInOrder(section, silence)
    }

    private mutating func isInOrder(_ section: MergedSection, _ silence: Silence) -> Bool {
        let isInOrder =
            switch (silence.start, silence.end) {
            case (.instant(let start), .instant(let end)): start < end
            case (.wall(let startDay, let start), .wall(let endDay, let end)):
                (startDay.daysSince1970, start) < (endDay.daysSince1970, end)
            default: true
            }
        if !isInOrder { lapse(section, "it ends before it begins and is never active; write an End after Start") }
        return isInOrder
    }

    private mutating func lapse(_ section: MergedSection, _ message: String) {
        add(Finding(.lapse, section.file, section.line, "[SILENCE \(section.suffix)]: \(message)"))
    }
}
