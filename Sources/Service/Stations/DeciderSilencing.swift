import Decisions
import Events
import Formats
import Settings
public import Storage

/// What may be done about silences while the service runs.
public enum SilenceRequest: Sendable, Equatable {
    /// Make one.
    case add(SilenceRow)
    /// End the one of this number now.
    case end(Int64)
}

/// What has come of it.
public enum SilenceAnswer: Sendable, Equatable {
    /// It is so.
    case done(SilenceRow)
    /// There is no silence of that number.
    case unknown
    /// It is over already.
    case over(SilenceRow)
    /// There are as many as there may be.
    case tooMany
    /// The service stops.
    case stopping
}

/// Silences that are made by hand: rows of the ledger that are laid over those of the configuration. Whether one is active
/// follows from an event's own time, so a backlog and a replay see what was so then.
extension DeciderStation {
    /// Silences that are not over.
    static let silencesLimit = 1000
    /// How long before its end the owner is warned; of a short one a quarter of its time.
    static let silenceWarning = Instant.Span.minutes(30)

    mutating func tend(_ request: SilenceRequest, _ now: Instant) throws -> SilenceAnswer {
        let number: Int64
        switch request {
        case .add(let silence):
            guard try ledger.history.silences(endingAfter: now).count < DeciderStation.silencesLimit else {
                return .tooMany
            }
            number = try ledger.add(silence)
            let length = silence.end - silence.start
            let ahead = min(DeciderStation.silenceWarning.milliseconds, length.milliseconds / 4)
            let due = max(now, silence.end - Instant.Span(milliseconds: ahead))
            effects.append(.setTimer(try ledger.setTimer(due: due, kind: .silence, subject: "\(number)")))
        case .end(let asked):
            number = asked
            guard let silence = try ledger.history.silence(number) else { return .unknown }
            guard silence.end > now else { return .over(silence) }
            try ledger.endSilence(number, at: now)
            try endWithholding(by: silence, now)
        }
        try laySilencesOver(now)
        return try ledger.history.silence(number).map { .done($0) } ?? .unknown
    }

    /// The settings with the silences that are not long over.
    mutating func laySilencesOver(_ now: Instant) throws {
        let kept = try ledger.history.silences(endingAfter: now - DeciderStation.memoryKept)
        var global = configured.global
        global.silences += kept.map { $0.silence }
        settings = configured
        if !kept.isEmpty { settings.global = global }
    }

    /// A silence is about to end: whoever answers for it is told, and the administrator.
    mutating func warnOfEnd(of subject: String, _ now: Instant) throws {
        guard let number = Int64(subject), let silence = try ledger.history.silence(number), silence.end > now else {
            return
        }
        let text =
            "The silence \(number) (\(silence.place)) ends at \(silence.end).\nOwner: \(silence.owner)\nReason: "
            + "\(silence.reason)\nTo prolong it, make another one: itp silence add."
        var notices = settings.global.notices
        if silence.owner.contains("@"), !notices.addresses.contains(silence.owner) {
            notices.addresses.append(silence.owner)
        }
        guard !notices.addresses.isEmpty else { return }
        try ledger.enqueue(
            AdminNotice.message(
                id: "silence.\(number).\(silence.end.milliseconds)", subject: "ITP: silence \(number) is about to end",
                body: text, notices), now: now)
    }
}

extension SilenceRow {
    /// As the pipeline looks at it.
    var silence: Silence {
        Silence(
            number: number, agent: agent, group: group, organisation: organisation, category: category, start: start,
            end: end, owner: owner, reason: reason)
    }

    /// What it silences, in words.
    var place: String {
        [("agent", agent), ("group", group), ("org", organisation), ("category", category)]
            .compactMap { name, value in value.map { "\(name) \($0)" } }.joined(separator: ", ")
    }
}
