import Events
import Formats

/// One try at one order, as a state machine: each method takes what has happened and says what to do next. No I/O.
///
/// The way of a new ticket: (look up the GUID, if an earlier try is ambiguous) → resolve names → declare the intent → POST.
/// The way of an update: look at the ticket → open: declare the intent → POST a note; closed or gone: a new ticket.
struct ConnectWiseJob: Sendable {
    private enum Phase: Sendable, Equatable {
        case lookingUp
        case lookingForNote
        case observing
        case resolving(CatalogueList, page: Int, rows: [JSON])
        /// The intent is being made durable; then this call is sent.
        case intending(VendorCall, creates: Bool)
        case writing(creates: Bool)
    }

    private let order: DeliveryOrder
    private let connection: ConnectWiseConnection
    private let quietPeriod: Instant.Span
    private var phase = Phase.lookingUp
    private var remarks: [String] = []
    /// When the look-up was asked for. Its answer tells of the PSA at some time after this, perhaps only just: a slow answer
    /// must not count as a look after the quiet period.
    private var lookedAt: Instant?

    init(_ order: DeliveryOrder, _ connection: ConnectWiseConnection, quietPeriod: Instant.Span) {
        self.order = order
        self.connection = connection
        self.quietPeriod = quietPeriod
    }

    /// The first step of the try.
    mutating func start(_ catalogue: ConnectWiseCatalogue, _ now: Instant) -> DeliveryStep {
        guard order.ambiguousSince == nil else {
            phase = .lookingUp
            lookedAt = now
            return .call(connection.ticketsByReference(order.action.reference))
        }
        return begin(catalogue, now)
    }

    /// What is done once it is sure that no earlier try has succeeded.
    private mutating func begin(_ catalogue: ConnectWiseCatalogue, _ now: Instant) -> DeliveryStep {
        if order.action.kind != .create, let ticket = order.ticket {
            phase = .observing
            return .call(connection.ticket(ticket.id))
        }
        if order.action.kind == .note { return .finish(.nothingToDo(reason: "no ticket was made of the problem")) }
        return create(catalogue, now)
    }

    private mutating func create(_ catalogue: ConnectWiseCatalogue, _ now: Instant) -> DeliveryStep {
        switch catalogue.resolve(order.action.draft, now) {
        case .needs(let list):
            phase = .resolving(list, page: 1, rows: [])
            return .call(list.call(connection, page: 1))
        case .refused(let reason):
            return .finish(.refused(reason: reason))
        case .resolved(let ticket):
            remarks += ticket.remarks
            return intend(
                connection.createTicket(ticket, order.action.draft, reference: order.action.reference), creates: true)
        }
    }

    private mutating func intend(_ call: VendorCall, creates: Bool) -> DeliveryStep {
        phase = .intending(call, creates: creates)
        return .declareIntent
    }

    /// The intent is durable: the call may be sent.
    mutating func intentIsDurable() -> DeliveryStep? {
        guard case .intending(let call, let creates) = phase else { return nil }
        phase = .writing(creates: creates)
        return .call(call)
    }

    /// A call has come to something.
    mutating func take(
        _ outcome: VendorOutcome, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep? {
        switch phase {
        case .lookingUp: return lookedUp(outcome, catalogue, now)
        case .lookingForNote: return lookedForNote(outcome, catalogue, now)
        case .observing: return observed(outcome, catalogue, now)
        case .resolving(let list, let page, let rows):
            return read(outcome, list, page, rows, &catalogue, now)
        case .intending: return nil
        case .writing(let creates): return wrote(outcome, creates: creates)
        }
    }

    private mutating func lookedUp(
        _ outcome: VendorOutcome, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let tickets = ConnectWiseReplies.record(outcome)?.array else {
            return stillUnknown(outcome, "looking for the ticket of an earlier try")
        }
        if let number = tickets.first.flatMap(number) {
            remarks.append("an earlier try had made it")
            return .finish(.created(number, remarks: remarks))
        }
        if order.action.kind != .create, let ticket = order.ticket {
            phase = .lookingForNote
            return .call(connection.notes(of: ticket.id))
        }
        return sendAgain(catalogue, now)
    }

    private mutating func lookedForNote(
        _ outcome: VendorOutcome, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .reply(let reply) = outcome, reply.status == 404 { return sendAgain(catalogue, now) }
        guard let notes = ConnectWiseReplies.record(outcome)?.array, let ticket = order.ticket else {
            return stillUnknown(outcome, "looking for the note of an earlier try")
        }
        let marker = order.action.reference.description
        if notes.contains(where: { ($0["text"]?.string ?? "").contains(marker) }) {
            return .finish(.noted(ticket, remarks: ["an earlier try had made it"]))
        }
        return sendAgain(catalogue, now)
    }

    /// A look-up that failed leaves the order as unknown as it was: it must not be sent again on the strength of that.
    private func stillUnknown(_ outcome: VendorOutcome, _ what: String) -> DeliveryStep {
        guard case .retry(let reason, _) = ConnectWiseReplies.failureOfReading(outcome, what) else {
            return .finish(.stillAmbiguous(reason: what))
        }
        return .finish(.stillAmbiguous(reason: reason))
    }

    private mutating func sendAgain(_ catalogue: ConnectWiseCatalogue, _ now: Instant) -> DeliveryStep {
        if let since = order.ambiguousSince, let lookedAt, lookedAt < since + quietPeriod {
            return .finish(.stillAmbiguous(reason: "the PSA does not show it yet"))
        }
        return begin(catalogue, now)
    }

    private mutating func observed(
        _ outcome: VendorOutcome, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        var observed = ObservedTicket.gone
        if let record = ConnectWiseReplies.record(outcome), record.id != nil {
            observed = record["closedFlag"]?.bool == true ? .closed : .open
        } else {
            guard case .reply(let reply) = outcome, reply.status == 404 else {
                return .finish(ConnectWiseReplies.failureOfReading(outcome, "reading the ticket"))
            }
        }
        switch TicketBranch.pick(order.action.kind, observed) {
        case .nothing(let reason): return .finish(.nothingToDo(reason: reason))
        case .create(let reason):
            remarks.append(reason)
            return create(catalogue, now)
        case .note:
            guard let ticket = order.ticket else { return create(catalogue, now) }
            return intend(connection.addNote(noteText, to: ticket.id), creates: false)
        }
    }

    /// The note's text; its internal part holds the event's GUID, by which it is found again.
    private var noteText: String {
        [order.action.draft.subject, order.action.draft.description, order.action.draft.internalNote]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
    }

    private mutating func read(
        _ outcome: VendorOutcome, _ list: CatalogueList, _ page: Int, _ earlier: [JSON],
        _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let rows = ConnectWiseReplies.record(outcome)?.array else {
            return .finish(ConnectWiseReplies.failureOfReading(outcome, list.what))
        }
        let all = earlier + rows
        if rows.count == CatalogueList.pageSize {
            phase = .resolving(list, page: page + 1, rows: all)
            return .call(list.call(connection, page: page + 1))
        }
        catalogue.keep(all, of: list, now)
        return create(catalogue, now)
    }

    private func wrote(_ outcome: VendorOutcome, creates: Bool) -> DeliveryStep {
        guard let record = ConnectWiseReplies.record(outcome), let made = number(record) else {
            let what = creates ? "creating the ticket" : "noting on the ticket"
            return .finish(ConnectWiseReplies.failureOfWriting(outcome, what))
        }
        guard !creates else { return .finish(.created(made, remarks: remarks)) }
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a note without a ticket")) }
        return .finish(.noted(ticket, remarks: remarks))
    }

    private func number(_ record: JSON) -> TicketNumber? {
        record.id.map { TicketNumber(id: "\($0)", number: "\($0)", url: connection.ticketURL("\($0)")) }
    }
}
