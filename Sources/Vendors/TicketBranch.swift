import Events

/// The state in which a lane finds a ticket at the PSA.
enum ObservedTicket: Sendable, Equatable {
    case open
    case closed
    case gone
}

/// What an action comes to, given the ticket's present state: the one place that decides it, for all PSAs.
enum TicketBranch: Sendable, Equatable {
    case note
    case create(reason: String)
    case nothing(reason: String)

    static func pick(_ kind: TicketAction.Kind, _ observed: ObservedTicket) -> TicketBranch {
        switch (kind, observed) {
        case (.note, .open), (.update, .open): .note
        case (.note, .closed): .nothing(reason: "the ticket is closed already")
        case (.note, .gone): .nothing(reason: "the ticket is gone from the PSA")
        case (.update, .closed): .create(reason: "the earlier ticket is closed")
        case (.update, .gone): .create(reason: "the earlier ticket is gone from the PSA")
        case (.create, _): .create(reason: "a new ticket was asked for")
        }
    }
}
