import Events
import Formats

/// The state in which a lane finds a ticket at the PSA.
struct ObservedTicket: Sendable, Equatable {
    enum Condition: Sendable, Equatable {
        case open
        case closed
        /// It is part of another one now.
        case merged
        case gone
    }

    /// Whether somebody else has changed it since our last write.
    enum Touch: Sendable, Equatable {
        case untouched
        case touched
        /// The PSA does not say.
        case unknown
    }

    var condition: Condition
    var touch = Touch.unknown
    /// The status by name; empty where it has none.
    var status = ""

    static let gone = ObservedTicket(condition: .gone)

    /// What a mere look tells of it.
    var look: LookedTicket {
        LookedTicket(
            isOpen: condition == .open, condition: "\(condition)", status: status, isTouched: touch == .touched)
    }
}

/// What an action comes to, given the ticket's present state: the one place that decides it, for all PSAs.
enum TicketBranch: Sendable, Equatable {
    /// A note alone; why no more, where more was asked.
    case note(remark: String?)
    /// What would be a note, as a file.
    case attachText
    case reopen
    case close
    case create(reason: String)
    case nothing(reason: String)
    case attach

    static func pick(_ action: TicketAction, _ observed: ObservedTicket, wasTouched: Bool = false) -> TicketBranch {
        let terms = action.terms
        // A status that we close tickets with, or that is said to be one of closed tickets, may not be one to the PSA.
        let counts = (terms.closedStates + terms.closingStatuses).contains { $0.equalsIgnoringCase(observed.status) }
        let condition = observed.condition == .open && counts ? .closed : observed.condition
        switch (action.kind, condition) {
        case (.attach, .gone): return .nothing(reason: "the ticket is gone from the PSA")
        case (.attach, _): return .attach
        case (.create, _): return .create(reason: "a new ticket was asked for")
        case (.update, .open): return terms.attachesText ? .attachText : .note(remark: nil)
        case (.note, .open): return .note(remark: nil)
        case (.update, .closed):
            return terms.reopens ? .reopen : .create(reason: "the earlier ticket is closed")
        case (.update, .merged): return .create(reason: "the earlier ticket is merged into another")
        case (.update, .gone): return .create(reason: "the earlier ticket is gone from the PSA")
        case (.close, .open):
            guard terms.sparesTouched else { return .close }
            if wasTouched || observed.touch == .touched {
                return .note(remark: "left open: a technician has changed the ticket")
            }
            return observed.touch == .untouched
                ? .close : .note(remark: "left open: the PSA does not say whether a technician has changed the ticket")
        case (.note, .closed), (.close, .closed): return .nothing(reason: "the ticket is closed already")
        case (.note, .merged), (.close, .merged): return .nothing(reason: "the ticket is merged into another")
        case (.note, .gone), (.close, .gone): return .nothing(reason: "the ticket is gone from the PSA")
        }
    }
}
