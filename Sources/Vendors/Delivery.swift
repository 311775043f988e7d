public import Events

/// A row of the outbox, as a lane is handed it.
public struct DeliveryOrder: Sendable, Equatable {
    /// The row's number.
    public var row: Int64
    /// What is to be done.
    public var action: TicketAction
    /// The ticket that the problem has; nil where none has been made.
    public var ticket: TicketNumber?
    /// Since when it has been unknown whether an earlier try reached the PSA; nil where it is known.
    public var ambiguousSince: Instant?
    /// Whether a technician was seen to have changed the ticket, before ITP wrote to it last.
    public var wasTouched: Bool
    /// The file that is to be attached; nil where there is none, or it is no longer kept.
    public var file: EventFile?
    /// Whether the ticket is only looked at: nothing is written.
    public var isLook = false

    /// Makes an order.
    public init(
        row: Int64, action: TicketAction, ticket: TicketNumber?, ambiguousSince: Instant?, wasTouched: Bool = false
    ) {
        self.wasTouched = wasTouched
        self.row = row
        self.action = action
        self.ticket = ticket
        self.ambiguousSince = ambiguousSince
    }
}

/// How a try at an order ended.
public enum DeliveryReport: Sendable, Equatable {
    /// A ticket was made, or found to have been made by an earlier try.
    case created(TicketNumber, remarks: [String])
    /// The open ticket was noted on.
    case noted(TicketNumber, remarks: [String])
    /// It went out by mail, which has no number.
    case mailed(remarks: [String])
    /// The same, on a ticket that a technician has changed since ITP wrote to it: it is not closed by ITP.
    case notedTouched(TicketNumber, remarks: [String])
    /// The file is on the ticket; whether a technician has changed it since ITP wrote to it.
    case attached(TicketNumber, isTouched: Bool, remarks: [String])
    /// The ticket was looked at.
    case looked(TicketNumber, LookedTicket)
    /// The closed ticket was reopened and noted on.
    case reopened(TicketNumber, remarks: [String])
    /// The ticket was noted on and closed.
    case closed(TicketNumber, remarks: [String])
    /// The ticket's state left nothing to do.
    case nothingToDo(reason: String)
    /// Surely nothing happened; try again, not before `after` if the PSA named a time.
    case retry(reason: String, after: Instant.Span?)
    /// It may have happened: look it up before trying again.
    case ambiguous(reason: String)
    /// It was looked up and not found, but not long enough after the try: look again.
    case stillAmbiguous(reason: String)
    /// The PSA refuses it, and would refuse it again.
    case refused(reason: String)
}

extension DeliveryReport {
    /// Whether the lane has carried the order out, or has found nothing left to do.
    public var isSuccess: Bool {
        switch self {
        case .created, .noted, .notedTouched, .attached, .looked, .reopened, .closed, .mailed, .nothingToDo: true
        case .retry, .ambiguous, .stillAmbiguous, .refused: false
        }
    }

    /// The report with its reason changed, where it gives one.
    func changingReason(_ change: (String) -> String) -> DeliveryReport {
        switch self {
        case .created, .noted, .notedTouched, .attached, .looked, .reopened, .closed, .mailed: self
        case .nothingToDo(let reason): .nothingToDo(reason: change(reason))
        case .retry(let reason, let after): .retry(reason: change(reason), after: after)
        case .ambiguous(let reason): .ambiguous(reason: change(reason))
        case .stillAmbiguous(let reason): .stillAmbiguous(reason: change(reason))
        case .refused(let reason): .refused(reason: change(reason))
        }
    }
}

/// How a ticket was found that was only looked at.
public struct LookedTicket: Sendable, Equatable {
    /// Whether it is open.
    public var isOpen: Bool
    /// In a word: open, closed, merged or gone.
    public var condition: String
    /// Its status; empty where it has none.
    public var status: String
    /// Whether somebody else has changed it since ITP wrote to it.
    public var isTouched: Bool

    /// What was seen.
    public init(isOpen: Bool, condition: String, status: String, isTouched: Bool) {
        self.isOpen = isOpen
        self.condition = condition
        self.status = status
        self.isTouched = isTouched
    }
}

/// The next step of a try.
public enum DeliveryStep: Sendable, Equatable {
    /// Ask the vendor.
    case call(VendorCall)
    /// Make durable that the next call may change something; go on when it is.
    case declareIntent
    /// The try has ended.
    case finish(DeliveryReport)
}

/// Full-jitter exponential backoff.
public enum Backoff {
    private static let baseMilliseconds: UInt64 = 1000
    private static let capMilliseconds: UInt64 = 300_000

    /// The wait before try number `attempt` (from 1): evenly spread between 0 and the doubled base, at most five minutes.
    ///
    /// The spread comes from `seed`, so that the same order waits the same time again in a replay.
    public static func delay(attempt: Int, seed: UInt64) -> Instant.Span {
        let ceiling = min(capMilliseconds, baseMilliseconds << UInt64(min(max(attempt, 1), 20)))
        var mixed = seed &+ UInt64(truncatingIfNeeded: attempt) &* 0x9E37_79B9_7F4A_7C15
        mixed = (mixed ^ (mixed >> 30)) &* 0xBF58_476D_1CE4_E5B9
        mixed = (mixed ^ (mixed >> 27)) &* 0x94D0_49BB_1331_11EB
        return Instant.Span(milliseconds: Int64((mixed ^ (mixed >> 31)) % (ceiling + 1)))
    }
}
