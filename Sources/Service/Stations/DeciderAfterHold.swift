import Decisions
import Events
import Formats
import Settings
import Storage

/// What a silence, a restriction or a storm holds back is decided anew when that is over, unless its problem was resolved before.
extension DeciderStation {
    /// How long what a storm holds back waits at a time for what its ticket has yet to be told.
    static let releasePause = Instant.Span.minutes(1)

    /// Keeps what an event is decided from that is held back, and sets the timer for the hold's end where that is known.
    mutating func withhold(_ verdict: Verdict, _ alert: AlertRecord) throws {
        for case .withhold(let entry) in verdict.changes {
            try ledger.keepWithheld(entry.event, alert)
            guard let until = entry.until, let number = try ledger.timeWithheld(entry.event, due: until) else {
                continue
            }
            try setTimer("\(number)", until)
        }
    }

    /// A hold may be over: that of an entry, by its number, or a storm, by the event that began it.
    mutating func endHold(_ subject: String, _ now: Instant) throws {
        if let event = Identifier(subject) {
            if let storm = try ledger.storm(of: event) { try release(storm, now) }
            return
        }
        guard let number = Int64(subject), let entry = try ledger.withheld(number: number), let until = entry.until,
            until <= now
        else { return }
        try take(Hold.release(at: now), to: Hold.afterName, of: entry.event, now)
        // Where the history has forgotten the event there is nothing to decide.
        if try ledger.parkedEvent(entry.event) == nil, try ledger.withheld(number: number)?.event == entry.event {
            try ledger.unpark(entry.event)
            try ledger.forgetWithheld(entry.event)
        }
    }

    /// A silence that was made by hand has been ended.
    mutating func endWithholding(by silence: SilenceRow, _ now: Instant) throws {
        for number in try ledger.endWithholding(by: .silence, silence.silence.title, at: now) {
            try setTimer("\(number)", now)
        }
    }

    /// A storm is over. What it has taken in is decided anew only once its ticket has been told of it, so that no event is on
    /// its way to two tickets.
    mutating func release(_ storm: Storm, _ now: Instant) throws {
        guard try !ledger.hasOrder(lane: storm.lane, problem: storm.problem) else {
            return try setTimer(storm.event.description, now + DeciderStation.releasePause)
        }
        try ledger.forgetSettled(by: storm)
        let areMany = try ledger.countWithheld(by: .storm, storm.title) > storm.limit
        for number in try ledger.endWithholding(by: .storm, storm.title, at: now, areMany: areMany) {
            try setTimer("\(number)", now)
        }
    }

    private mutating func setTimer(_ subject: String, _ due: Instant) throws {
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: .afterHold, subject: subject)))
    }
}
