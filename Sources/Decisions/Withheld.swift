public import Events
public import Formats
import Settings

/// A problem whose alerts something holds back, and that has not been resolved since. When the hold ends, the last of them is
/// decided anew.
public struct Withheld: Sendable, Equatable {
    /// What holds alerts back.
    public enum Hold: String, Sendable {
        /// A silence.
        case silence
        /// Hours of a restriction.
        case restriction
        /// A storm, whose ticket names what it has taken in.
        case storm

        /// What the alerts have ended as.
        var disposition: Disposition {
            switch self {
            case .silence: .silenced
            case .restriction: .restricted
            case .storm: .flooded
            }
        }
    }

    /// The lane and the problem, as of its tickets.
    public var lane: String
    /// The problem within the lane.
    public var problem: String
    /// The last alert's event.
    public var event: Identifier
    /// When the first alert came.
    public var firstAt: Instant
    /// How many came.
    public var count: Int
    /// What holds them back.
    public var hold: Hold
    /// Its name.
    public var by: String
    /// When it ends; nil = nobody knows yet.
    public var until: Instant?
    /// Whether it lets go of more at once than there are to be tickets.
    public var isOneOfMany = false

    /// Makes an entry.
    public init(
        lane: String, problem: String, event: Identifier, firstAt: Instant, count: Int = 1, hold: Hold, by: String,
        until: Instant?, isOneOfMany: Bool = false
    ) {
        self.lane = lane
        self.problem = problem
        self.event = event
        self.firstAt = firstAt
        self.count = count
        self.hold = hold
        self.by = by
        self.until = until
        self.isOneOfMany = isOneOfMany
    }

    /// What a ticket says of it. It names no event: where a PSA has no field for the reference, a ticket is found by the GUID in
    /// its text.
    var sentence: String {
        let name = hold == .storm ? "a storm of alerts" : by
        return "First seen \(firstAt), held by \(name)\(count == 1 ? "" : "; \(count) alerts until then")."
    }

    /// The entry once another alert of the problem is held back; the same one again only takes on what holds it now.
    func followed(by next: Withheld) -> Withheld {
        var entry = next
        entry.firstAt = firstAt
        entry.count = next.event == event ? count : count + 1
        return entry
    }
}

extension Hold {
    /// Names the end of a hold among the inputs of an event that had ended.
    public static let afterName = inputPrefix + "after"
}

/// What is held back is remembered; what the event that is decided anew knows of it.
enum AfterHold {
    /// The event ends here, and is decided anew when the hold is over, unless its problem is resolved before.
    static func withhold(
        _ work: inout Work, _ hold: Withheld.Hold, by name: String, until: Instant?, isOneOfMany: Bool = false
    ) {
        guard let account = work.tenant?.account, !work.event.isNote, !work.event.isDrill else { return }
        work.changes.append(
            .withhold(
                Withheld(
                    lane: account.lane, problem: PolicyStage.problem(of: work), event: work.event.id,
                    firstAt: work.event.receivedAt, hold: hold, by: name, until: until, isOneOfMany: isOneOfMany)))
    }

    /// The hold is over.
    static func resume(_ work: inout Work, _ past: Withheld) {
        work.past = Shared(wrappedValue: past)
        // The first thing that the trace tells, before what the stages without memory have written already.
        var trace = Trace()
        trace.note(
            .policy, saw: "\(past.by) is over; first seen \(past.firstAt), \(past.count) in all",
            "decided anew at \(work.now)")
        for step in work.trace.steps { trace.append(step) }
        work.trace = trace
    }

    /// Once it is decided, it is no longer withheld, unless something else holds it back now.
    static func close(_ work: inout Work) {
        guard work.past != nil else { return }
        let isWithheld = work.changes.contains { if case .withhold = $0 { true } else { false } }
        if !isWithheld { work.changes.append(.forgetWithheld(work.event.id)) }
    }
}
