import Decisions
import Events
import Formats
import Settings
import Storage

/// What a silence or a restriction holds back is decided anew when that is over, unless its problem was resolved before.
extension DeciderStation {
    /// Keeps what an event is decided from that is held back, and sets the timer for the hold's end.
    mutating func withhold(_ verdict: Verdict, _ alert: AlertRecord) throws {
        for case .withhold(let entry) in verdict.changes {
            try ledger.keepWithheld(entry.event, alert)
            guard let number = try ledger.timeWithheld(entry.event, due: entry.until) else { continue }
            try setTimer(number, entry.until)
        }
    }

    /// A hold may be over.
    mutating func endHold(_ subject: String, _ now: Instant) throws {
        guard let number = Int64(subject), let entry = try ledger.withheld(number: number), entry.until <= now
        else { return }
        try take(Hold.release(at: now), to: Hold.afterName, of: entry.event, now)
        // Where the history has forgotten the event there is nothing to decide.
        if try ledger.parkedEvent(entry.event) == nil { try ledger.forgetWithheld(entry.event) }
    }

    /// A silence that was made by hand has been ended.
    mutating func endWithholding(by silence: SilenceRow, _ now: Instant) throws {
        for number in try ledger.endWithholding(bySilence: silence.silence.title, at: now) { try setTimer(number, now) }
    }

    private mutating func setTimer(_ number: Int64, _ due: Instant) throws {
        effects.append(.setTimer(try ledger.setTimer(due: due, kind: .afterHold, subject: "\(number)")))
    }
}
