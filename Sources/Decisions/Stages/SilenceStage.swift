import Events
import Formats
import Settings

/// Stage 4: `[SILENCE name]`. An active maintenance window ends the event; the first in the order of the file decides.
enum SilenceStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        let silences = context.settings.global.silences
        guard work.event.state == .firing, !silences.isEmpty else { return .next }
        let zone = work.tenant?.hours.helpDesk.zone ?? .utc
        let place = Place(work)
        let active = silences.lazy.filter(place.fits).compactMap { silence in
            end(of: silence, context.now, zone).map { (silence, $0) }
        }
        guard let (silence, end) = active.first else {
            work.note(.silence, saw: "category \(place.category) at \(context.now)", "not silenced")
            return .next
        }
        work.note(
            .silence, saw: "category \(place.category) at \(context.now)",
            "silenced by \(silence.author): \(silence.reason)", silence.reference)
        AfterHold.withhold(&work, .silence, by: silence.title, until: end)
        return .end(
            .silenced,
            reason: silence.reference.file == Silence.madeByHand
                ? "silenced by \(silence.reference.place), \(silence.author): \(silence.reason)"
                : "silenced by [SILENCE \(silence.name)] at \(silence.reference.place): \(silence.reason)")
    }

    /// When a silence ends that is active; nil where it is not. Times without an offset are by the clocks on the tenant's wall:
    /// one that is skipped is the next that there is, of one that comes twice it is the first.
    private static func end(of silence: Silence, _ now: Instant, _ zone: TimeZoneTable) -> Instant? {
        let instant = { (moment: Silence.Moment) in
            switch moment {
            case .instant(let instant): instant
            case .wall(let day, let minute): zone.instant(of: day, minute: minute)
            }
        }
        let period = silence.period.map { (start: instant($0.start), end: instant($0.end)) }
        if let period, now < period.start || period.end <= now { return nil }
        guard let weekly = silence.weekly else { return period?.end }
        let today = zone.day(at: now)
        let ends = [CivilDay(daysSince1970: today.daysSince1970 - 1), today].flatMap { day in
            weekly.filter { $0.weekday == day.weekday && zone.instant(of: day, minute: $0.minutes.lowerBound) <= now }
                .map { zone.instant(of: day, minute: $0.minutes.upperBound) }
        }
        return ends.filter { now < $0 }.max().map { min($0, period?.end ?? $0) }
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
            silence.fits(agent: agent, groups: groups, organisation: organisation, category: category)
        }
    }
}
