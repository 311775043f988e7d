public import Events

/// What has become of a storm at a time.
public enum StormWatch: Sendable, Equatable {
    /// It goes on at least until then.
    case on(until: Instant)
    /// It is over; its ticket gets a summary.
    case over(at: Instant, Verdict.Delivery)

    /// A storm lasts an interval at least, and is over when no more alerts than the limit have come within one.
    /// `held`: how many of its problems may be decided anew then.
    public static func look(
        at storm: Storm, _ memory: some TicketMemory, held: Int, now: Instant
    ) throws -> StormWatch {
        let last = try memory.newTicket(scope: storm.scope, back: storm.limit + 1) ?? storm.openedAt
        let end = max(last, storm.openedAt) + storm.interval
        guard end <= now else { return .on(until: end) }
        var draft = TicketDraft()
        draft.subject = "The storm is over"
        draft.description =
            "From \(storm.openedAt) to \(end) this ticket took in \(counted(storm.taken, "alert")), named in its "
            + "description and in \(counted(storm.notes, "note")). "
            + "\(counted(storm.resolved, "problem")) of them resolved so far."
        if held > 0 {
            draft.description +=
                held > storm.limit
                ? " \(held) still fire: they follow."
                : " \(counted(held, "problem")) still firing: each gets a ticket of its own."
        }
        var action = TicketAction(kind: .note, reference: storm.event, draft: draft)
        action.terms.aside = "End of the storm of event \(storm.event)"
        return .over(at: end, Verdict.Delivery(lane: storm.lane, problem: storm.problem, action: action))
    }

    private static func counted(_ number: Int, _ what: String) -> String {
        "\(number) \(what)\(number == 1 ? "" : "s")"
    }
}
