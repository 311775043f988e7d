import Events
import Formats
import Settings

/// Stage 4: `[SILENCE name]`. An active maintenance window ends the event; the first in the order of the file decides.
enum SilenceStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        let silences = context.settings.global.silences
        guard work.event.state == .firing, !silences.isEmpty else { return .next }
        let wall = wallMinutes(context.now)
        let place = Place(work)
        guard let silence = silences.first(where: { isActive($0, context.now, wall) && place.fits($0) }) else {
            work.note(.silence, saw: "category \(place.category) at \(context.now)", "not silenced")
            return .next
        }
        work.note(
            .silence, saw: "category \(place.category) at \(context.now)",
            "silenced by \(silence.author): \(silence.reason)", silence.reference)
        return .end(
            .silenced,
            reason: "silenced by [SILENCE \(silence.name)] at \(silence.reference.place): \(silence.reason)")
    }

    /// What the clocks on the wall show: minutes since 1970-01-01 00:00 there. The walls are in UTC.
    private static func wallMinutes(_ now: Instant) -> Int64 { now.milliseconds / 60_000 }

    private static func isActive(_ silence: Silence, _ now: Instant, _ wall: Int64) -> Bool {
        let hasCome = { (moment: Silence.Moment) in
            switch moment {
            case .instant(let instant): instant <= now
            case .wall(let minutes): minutes <= wall
            }
        }
        if let period = silence.period, !hasCome(period.start) || hasCome(period.end) { return false }
        guard let weekly = silence.weekly else { return true }
        // 1970-01-01 was a Thursday, the fifth day of a week.
        return weekly.contains { $0.contains(wall + 4 * 1440) }
    }

    /// The event's place, in small letters.
    private struct Place {
        var agent: String
        var groups: String
        var organisation: [String]
        var category: String

        init(_ work: Work) {
            agent = work.event.agent.name.lowercased()
            groups = work.event.agent.groups.joined(separator: ".").lowercased()
            organisation = [work.event.organisation.id, work.event.organisation.name].map { $0.lowercased() }
            category = (work.parsed?.monitor.category ?? "*").lowercased()
        }

        func fits(_ silence: Silence) -> Bool {
            // An agent may be named with all of its groups, some, or none.
            if let wanted = silence.agent, !(agent + ".").hasPrefix(wanted + ".") { return false }
            if let wanted = silence.group, !".\(groups).".contains(".\(wanted).") { return false }
            if let wanted = silence.organisation, !organisation.contains(wanted) { return false }
            if let wanted = silence.category, wanted != category { return false }
            return true
        }
    }
}
