import Events
import Formats

/// One try at one order, as a state machine: each method takes what has happened and says what to do next. No I/O.
///
/// The way of a new ticket: (look up the GUID, if an earlier try is ambiguous) → resolve names → declare the intent → POST.
/// The way of an update: look at the ticket → open: declare the intent → POST a note; closed: PATCH it open, then the note,
/// or a new ticket; gone: a new ticket. The way of a close: look at the ticket → POST a note → PATCH its status.
struct ConnectWiseJob: Sendable {
    private enum Write: Sendable, Equatable {
        case ticket
        case note
        case status(Int64)
    }

    private enum Phase: Sendable, Equatable {
        case lookingUp
        case lookingForNote
        case observing
        case resolving(CatalogueList, page: Int, rows: [JSON])
        /// The intent is being made durable; then this call is sent.
        case intending(VendorCall, Write)
        case writing(Write)
    }

    private let order: DeliveryOrder
    private let connection: ConnectWiseConnection
    private let quietPeriod: Instant.Span
    private var phase = Phase.lookingUp
    private var remarks: [String] = []
    /// What is done to the ticket's status beside the note, and on which board.
    private var change: (what: StatusChange, board: Int64)?
    /// Whether the note stands already, by this try or an earlier one.
    private var isNoted = false
    /// Whether somebody else has changed the ticket since our last write.
    private var isTouched = false
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
            lookedAt = now
            // What never makes a ticket may bear the reference of one.
            guard [.create, .update].contains(order.action.kind) else { return lookForNote(catalogue, now) }
            phase = .lookingUp
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
            return intend(connection.createTicket(ticket, order.action), .ticket)
        }
    }

    private mutating func intend(_ call: VendorCall, _ write: Write) -> DeliveryStep {
        phase = .intending(call, write)
        return .declareIntent
    }

    /// The intent is durable: the call may be sent.
    mutating func intentIsDurable() -> DeliveryStep? {
        guard case .intending(let call, let write) = phase else { return nil }
        phase = .writing(write)
        return .call(call)
    }

    /// A call has come to something.
    mutating func take(
        _ outcome: VendorOutcome, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep? {
        let step = next(outcome, &catalogue, now)
        // A try that has written its note must not be begun anew: the next one is to find that note first.
        guard isNoted, case .finish(.retry(let reason, _)) = step else { return step }
        return .finish(.stillAmbiguous(reason: reason))
    }

    private mutating func next(
        _ outcome: VendorOutcome, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep? {
        switch phase {
        case .lookingUp: return lookedUp(outcome, catalogue, now)
        case .lookingForNote: return lookedForNote(outcome, catalogue, now)
        case .observing: return observed(outcome, catalogue, now)
        case .resolving(let list, let page, let rows):
            return read(outcome, list, page, rows, &catalogue, now)
        case .intending: return nil
        case .writing(let write): return wrote(outcome, write, &catalogue, now)
        }
    }

    private mutating func lookedUp(
        _ outcome: VendorOutcome, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let tickets = ConnectWiseReplies.record(outcome)?.array else {
            return stillUnknown(outcome, "looking for the ticket of an earlier try", now)
        }
        // Filtered here too: a server that overlooks a condition returns any tickets. Of several the lowest counts.
        let reference = order.action.reference.description
        let own = tickets.filter { $0["externalXRef"]?.string?.equalsIgnoringCase(reference) ?? false }
        if let number = own.min(by: { $0.id ?? .max < $1.id ?? .max }).flatMap(number) {
            remarks.append("an earlier try had made it")
            return .finish(.created(number, remarks: remarks))
        }
        return lookForNote(catalogue, now)
    }

    private mutating func lookForNote(_ catalogue: ConnectWiseCatalogue, _ now: Instant) -> DeliveryStep {
        guard order.action.kind != .create, let ticket = order.ticket else { return sendAgain(catalogue, now) }
        phase = .lookingForNote
        return .call(connection.notes(of: ticket.id))
    }

    private mutating func lookedForNote(
        _ outcome: VendorOutcome, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .reply(let reply) = outcome, reply.status == 404 { return sendAgain(catalogue, now) }
        guard let notes = ConnectWiseReplies.record(outcome)?.array, let ticket = order.ticket else {
            return stillUnknown(outcome, "looking for the note of an earlier try", now)
        }
        guard
            let note = notes.lazy.compactMap({ $0["text"]?.string }).first(where: { $0.contains(order.action.marker) })
        else { return sendAgain(catalogue, now) }
        isNoted = true
        if order.action.kind == .close {
            phase = .observing
            return .call(connection.ticket(ticket.id))
        }
        let remark = ["an earlier try had made it"]
        return .finish(
            note.hasPrefix(ConnectWiseJob.reopeningText)
                ? .reopened(ticket, remarks: remark) : .noted(ticket, remarks: remark))
    }

    /// A look-up that failed leaves the order as unknown as it was: it must not be sent again on the strength of that.
    private func stillUnknown(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryStep {
        guard case .retry(let reason, _) = ConnectWiseReplies.failureOfReading(outcome, what, now) else {
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
        var board: Int64?
        if let record = ConnectWiseReplies.record(outcome), record.id != nil {
            observed = ObservedTicket(connectWise: record)
            board = record["board"]?.id
        } else {
            guard case .reply(let reply) = outcome, reply.status == 404 else {
                return .finish(ConnectWiseReplies.failureOfReading(outcome, "reading the ticket", now))
            }
        }
        isTouched = observed.touch == .touched
        guard let ticket = order.ticket else { return create(catalogue, now) }
        switch TicketBranch.pick(order.action, observed, wasTouched: order.wasTouched) {
        case .nothing(let reason):
            // The earlier try whose note was found may have closed it as well.
            return .finish(isNoted ? .closed(ticket, remarks: [reason]) : .nothingToDo(reason: reason))
        case .create(let reason):
            remarks.append(reason)
            return create(catalogue, now)
        case .note(let remark):
            if let remark { remarks.append(remark) }
            return isNoted ? .finish(noted(ticket)) : note(ticket)
        case .reopen:
            guard let board else { return create(catalogue, now) }
            change = (.reopening, board)
            return setStatus(ticket, catalogue, now)
        case .close:
            guard let board else { return isNoted ? .finish(noted(ticket)) : note(ticket) }
            change = (.closing, board)
            return isNoted ? setStatus(ticket, catalogue, now) : note(ticket)
        }
    }

    /// What the note of a reopened ticket begins with; by it a later try knows what this one did.
    private static let reopeningText = "The problem is back: the ticket is reopened."

    private mutating func note(_ ticket: TicketNumber) -> DeliveryStep {
        let isReopening = change?.what == .reopening
        let text = (isReopening ? ConnectWiseJob.reopeningText + "\n\n" : "") + noteText
        return intend(connection.addNote(text, to: ticket.id), .note)
    }

    private func noted(_ ticket: TicketNumber) -> DeliveryReport {
        isTouched || order.wasTouched ? .notedTouched(ticket, remarks: remarks) : .noted(ticket, remarks: remarks)
    }

    private mutating func setStatus(
        _ ticket: TicketNumber, _ catalogue: ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let change else { return .finish(noted(ticket)) }
        switch catalogue.status(for: change.what, order.action.terms, board: change.board, now) {
        case .needs(let list):
            phase = .resolving(list, page: 1, rows: [])
            return .call(list.call(connection, page: 1))
        case .found(let status):
            return intend(connection.setStatus(status, of: ticket.id), .status(status))
        case .none where change.what == .reopening:
            self.change = nil
            remarks.append("the earlier ticket is closed, and its board has no status to reopen it")
            return create(catalogue, now)
        case .none:
            remarks.append("left open: its board has no status that closes a ticket")
            return .finish(noted(ticket))
        }
    }

    /// The note's text; it always holds the action's marker, by which it is found again.
    private var noteText: String {
        let draft = order.action.draft
        let marker = order.action.marker
        let text = [draft.subject, draft.description, draft.internalNote].filter { !$0.isEmpty }
            .joined(separator: "\n\n")
        if text.contains(marker) { return text }
        return text + "\n\n" + (order.action.terms.aside == nil ? "ITP event " : "ITP: ") + marker
    }

    private mutating func read(
        _ outcome: VendorOutcome, _ list: CatalogueList, _ page: Int, _ earlier: [JSON],
        _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let rows = ConnectWiseReplies.record(outcome)?.array else {
            return .finish(ConnectWiseReplies.failureOfReading(outcome, list.what, now))
        }
        let all = earlier + rows
        if rows.count >= CatalogueList.pageSize {
            guard page < CatalogueList.pageLimit else {
                return .finish(.retry(reason: "\(list.what): more than \(all.count) rows", after: nil))
            }
            phase = .resolving(list, page: page + 1, rows: all)
            return .call(list.call(connection, page: page + 1))
        }
        catalogue.keep(all, of: list, now)
        if change != nil, let ticket = order.ticket { return setStatus(ticket, catalogue, now) }
        return create(catalogue, now)
    }

    private mutating func wrote(
        _ outcome: VendorOutcome, _ write: Write, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .status(let status) = write { return setTheStatus(outcome, status, &catalogue, now) }
        guard let record = ConnectWiseReplies.record(outcome), let made = number(record) else {
            let what = write == .ticket ? "creating the ticket" : "noting on the ticket"
            let report = ConnectWiseReplies.failureOfWriting(outcome, what, now)
            // An ID that is no longer valid may be what the PSA refuses.
            if case .refused = report { catalogue.clear() }
            return .finish(report)
        }
        guard write == .note else { return .finish(.created(made, remarks: remarks)) }
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a note without a ticket")) }
        isNoted = true
        switch change?.what {
        case nil: return .finish(noted(ticket))
        case .reopening: return .finish(.reopened(ticket, remarks: remarks))
        case .closing: return setStatus(ticket, catalogue, now)
        }
    }

    /// The ticket was put into a status, or was not. Doing that twice does no harm, a second note would: once the note
    /// stands, what fails is tried again as a try that has perhaps been carried out.
    private mutating func setTheStatus(
        _ outcome: VendorOutcome, _ status: Int64, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let ticket = order.ticket, let change else {
            return .finish(.refused(reason: "a status without a ticket"))
        }
        let what = change.what == .closing ? "closing the ticket" : "reopening the ticket"
        if let record = ConnectWiseReplies.record(outcome) {
            // The vendor warns of successes that have changed nothing.
            guard record["status"]?.id == status else {
                return refused("\(what): ConnectWise has left its status as it was", ticket, &catalogue, now)
            }
            return change.what == .closing ? .finish(.closed(ticket, remarks: remarks)) : note(ticket)
        }
        switch ConnectWiseReplies.failureOfWriting(outcome, what, now) {
        case .refused(let reason): return refused(reason, ticket, &catalogue, now)
        case .retry(let reason, let after):
            return .finish(.retry(reason: reason, after: after))
        case .ambiguous(let reason):
            return .finish(.retry(reason: reason, after: nil))
        case let other: return .finish(other)
        }
    }

    private mutating func refused(
        _ reason: String, _ ticket: TicketNumber, _ catalogue: inout ConnectWiseCatalogue, _ now: Instant
    ) -> DeliveryStep {
        catalogue.clear()
        remarks.append(reason)
        if change?.what == .closing { return .finish(noted(ticket)) }
        change = nil
        return create(catalogue, now)
    }

    private func number(_ record: JSON) -> TicketNumber? {
        record.id.map { TicketNumber(id: "\($0)", number: "\($0)", url: connection.ticketURL("\($0)")) }
    }
}
