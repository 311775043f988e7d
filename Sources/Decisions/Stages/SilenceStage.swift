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
        guard let silence = silences.first(where: { place.fits($0) && isActive($0, context.now, zone) }) else {
            work.note(.silence, saw: "category \(place.category) at \(context.now)", "not silenced")
            return .next
        }
        work.note(
            .silence, saw: "category \(place.category) at \(context.now)",
            "silenced by \(silence.author): \(silence.reason)", silence.reference)
        return .end(
            .silenced,
            reason: silence.reference.file == Silence.madeByHand
                ? "silenced by \(silence.reference.place), \(silence.author): \(silence.reason)"
                : "silenced by [SILENCE \(silence.name)] at \(silence.reference.place): \(silence.reason)")
    }

    /// Times without an offset are by the clocks on the tenant's wall: one that is skipped is the next that there is, of one
    /// that comes twice it is the first.
    private static func isActive(_ silence: Silence, _ now: Instant, _ zone: TimeZoneTable) -> Bool {
        let instant = { (moment: Silence.Moment) in
            switch moment {
            case .instant(let instant): instant
            case .wall(let day, let minute): zone.instant(of: day, minute: minute)
            }
        }
        if let period = silence.period, now < instant(period.start) || instant(period.end) <= now { return false }
        guard let weekly = silence.weekly else { return true }
        let today = zone.day(at: now)
        return [CivilDay(daysSince1970: today.daysSince1970 - 1), today].contains { day in
            weekly.contains { window in
                window.weekday == day.weekday && zone.instant(of: day, minute: window.minutes.lowerBound) <= now
                    && now < zone.instant(of: day, minute: window.minutes.upperBound)
            }
        }
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
