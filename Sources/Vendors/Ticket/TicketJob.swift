import Events
import Formats

/// One try at one order, as a state machine: each method takes what has happened and says what to do next. No I/O, and
/// no vendor: what differs between PSAs is its `TicketSystem`.
///
/// The way of a new ticket: (look up the GUID, if an earlier try is ambiguous) → resolve names → declare the intent → POST.
/// The way of an update: look at the ticket → open: declare the intent → POST a note; closed: open it, then the note, or a
/// new ticket; gone: a new ticket. The way of a close: look at the ticket → POST a note → change its status.
/// Where calls need a session and there is none, or it has ended, one is got in between, once in a try.
struct TicketJob: Sendable {
    enum Write: Sendable, Equatable {
        case ticket
        /// The text for the technician alone, on a ticket that this try has made.
        case internalNote
        /// The configuration item, on a ticket that this try has made.
        case asset
        case note
        case status(Int64)
        case file
        /// A note's text as a file.
        case text
        /// The status that closes a second ticket of the same event.
        case double(Int64, TicketNumber)
    }

    enum Phase: Sendable, Equatable {
        case lookingUp
        case lookingForNote(earlier: Int)
        case lookingForFile
        case observing
        case resolving(CatalogueList, rows: [JSON])
        /// The intent is being made durable; then the request is sent.
        case intending(Write)
        case writing(Write)
        /// A second ticket of the same event is looked at.
        case observingDouble(TicketNumber)
        /// The new ticket is read for the number that people see.
        case naming
    }

    /// What is gone on with once a list has been read.
    enum Goal: Sendable, Equatable {
        case create
        case observe(JSON)
        case note
        case status
        case internalNote
        case asset
        case file
        case text
        case double(JSON, TicketNumber)
    }

    let order: DeliveryOrder
    let system: any TicketSystem
    let quietPeriod: Instant.Span
    var phase = Phase.lookingUp
    var goal = Goal.create
    var remarks: [String] = []
    /// The ticket as it was found.
    var found: JSON?
    /// What is done to the ticket's status beside the note.
    var change: StatusChange?
    /// Whether the note stands already, by this try or an earlier one.
    var isNoted = false
    /// Whether somebody else has changed the ticket since our last write.
    var isTouched = false
    /// The ticket that this try has made, or found to have been made.
    var made: TicketNumber?
    /// Further tickets of the same event, which are to be closed; and how many have been.
    var doubles: [TicketNumber] = []
    var closedDoubles = 0
    /// When the look-up was asked for. Its answer tells of the PSA at some time after this, perhaps only just: a slow answer
    /// must not count as a look after the quiet period.
    private var lookedAt: Instant?
    /// What was last asked for; asked again once there is a session.
    var request: TicketRequest?
    /// Whether the call that runs is for a session, and not for the order.
    private(set) var isConnecting = false
    /// Whether that call renews the session that has ended.
    private var isRenewing = false
    private var hasReconnected = false
    /// What the last call was made with.
    private(set) var session: VendorSession?

    init(_ order: DeliveryOrder, _ system: any TicketSystem, quietPeriod: Instant.Span) {
        self.order = order
        self.system = system
        self.quietPeriod = quietPeriod
    }

    /// The first step of the try.
    mutating func start(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard order.ambiguousSince == nil else {
            lookedAt = now
            if order.action.kind == .attach { return lookForFile(catalogue, now) }
            // What never makes a ticket may bear the reference of one.
            guard [.create, .update].contains(order.action.kind) else { return lookForNote(catalogue, now) }
            return ask(.tickets(order.action.reference), .lookingUp, catalogue, now)
        }
        return begin(catalogue, now)
    }

    /// What is done once it is sure that no earlier try has succeeded.
    private mutating func begin(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        if order.action.kind != .create, let ticket = order.ticket {
            return ask(.ticket(ticket.id), .observing, catalogue, now)
        }
        if [.note, .close, .attach].contains(order.action.kind) {
            return .finish(.nothingToDo(reason: "no ticket was made of the problem"))
        }
        return create(catalogue, now)
    }

    // MARK: - Calls

    mutating func ask(
        _ request: TicketRequest, _ phase: Phase, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        self.request = request
        self.phase = phase
        return send(catalogue, now)
    }

    mutating func intend(_ request: TicketRequest, _ write: Write) -> DeliveryStep {
        self.request = request
        phase = .intending(write)
        return .declareIntent
    }

    private mutating func send(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let request else { return .finish(.retry(reason: "nothing to ask for", after: nil)) }
        session = catalogue.session
        if let connecting = system.connecting, session.map({ $0.until <= now }) ?? true {
            isConnecting = true
            let renewing = session.flatMap { system.renewing($0, now) }
            isRenewing = renewing != nil
            return .call(renewing ?? connecting)
        }
        return .call(system.call(request, session, now))
    }

    /// The intent is durable: the call may be sent.
    mutating func intentIsDurable(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep? {
        guard case .intending(let write) = phase else { return nil }
        phase = .writing(write)
        return send(catalogue, now)
    }

    /// A call has come to something.
    mutating func take(_ outcome: VendorOutcome, _ catalogue: inout Catalogue, _ now: Instant) -> DeliveryStep? {
        let step = connected(outcome, &catalogue, now) ?? next(outcome, &catalogue, now)
        // A try that has written its note must not be begun anew: the next one is to find that note first.
        guard isNoted, case .finish(.retry(let reason, _)) = step else { return step }
        return .finish(.stillAmbiguous(reason: reason))
    }

    /// What comes of an answer that is about the session; nil for all others.
    private mutating func connected(
        _ outcome: VendorOutcome, _ catalogue: inout Catalogue, _ now: Instant
    ) -> DeliveryStep? {
        if isConnecting {
            isConnecting = false
            var reason: String
            switch outcome {
            case .notSent(let text), .ambiguous(let text): reason = text
            case .reply(let reply):
                let (session, text) = system.session(in: reply, now)
                reason = text
                if let session {
                    catalogue.session = session
                    return send(catalogue, now)
                }
            }
            if isRenewing {
                // It is had anew, with the credentials, unless another try has renewed it meanwhile.
                if catalogue.session == self.session { catalogue.session = nil }
                return send(catalogue, now)
            }
            // What was to be asked has not been.
            return next(.notSent(reason: "signing in: " + reason), &catalogue, now)
        }
        guard system.connecting != nil, !hasReconnected, case .reply(let reply) = outcome,
            system.meaning(of: reply) == .unauthenticated
        else { return nil }
        hasReconnected = true
        if catalogue.session == session { catalogue.session = nil }
        return send(catalogue, now)
    }

    private mutating func next(
        _ outcome: VendorOutcome, _ catalogue: inout Catalogue, _ now: Instant
    ) -> DeliveryStep? {
        switch phase {
        case .lookingUp: lookedUp(outcome, catalogue, now)
        case .lookingForNote(let earlier): lookedForNote(outcome, earlier, catalogue, now)
        case .lookingForFile: lookedForFile(outcome, catalogue, now)
        case .observing: observed(outcome, catalogue, now)
        case .resolving(let list, let rows): read(outcome, list, rows, &catalogue, now)
        case .intending: nil
        case .writing(let write): wrote(outcome, write, &catalogue, now)
        case .naming: named(outcome)
        case .observingDouble(let double): observedDouble(double, outcome, catalogue, now)
        }
    }

    // MARK: - Looking for what an earlier try has done

    private mutating func lookedUp(
        _ outcome: VendorOutcome, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let tickets = system.record(outcome).flatMap(system.rows) else {
            return stillUnknown(outcome, "looking for the ticket of an earlier try", now)
        }
        // Filtered here too: a server that overlooks a condition returns any tickets. Of several the lowest counts.
        let own = tickets.filter { system.carries($0, order.action.reference) }
        let lowest = own.min { $0.id ?? .max < $1.id ?? .max }
        if let number = lowest.flatMap({ system.number($0, session) }) {
            remarks.append("an earlier try had made it")
            made = number
            doubles = own.filter { $0.id != lowest?.id }.compactMap { system.number($0, session) }
            return closeDoubles(catalogue, now)
        }
        return lookForNote(catalogue, now)
    }

    private mutating func lookForNote(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard order.action.kind != .create, let ticket = order.ticket else { return sendAgain(catalogue, now) }
        return ask(.notes(of: ticket.id, .init()), .lookingForNote(earlier: 0), catalogue, now)
    }

    private mutating func lookedForNote(
        _ outcome: VendorOutcome, _ earlier: Int, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .reply(let reply) = outcome, system.meaning(of: reply) == .gone { return sendAgain(catalogue, now) }
        guard let rows = system.record(outcome).flatMap(system.rows), let ticket = order.ticket, let request else {
            return stillUnknown(outcome, "looking for the note of an earlier try", now)
        }
        let note = rows.lazy.compactMap(system.noteText).first { $0.contains(order.action.marker) }
        guard let note else {
            let all = earlier + rows.count
            guard let page = system.page(after: rows, of: request), all < TicketJob.noteLimit else {
                return order.action.terms.attachesText ? lookForFile(catalogue, now) : sendAgain(catalogue, now)
            }
            return ask(.notes(of: ticket.id, page), .lookingForNote(earlier: all), catalogue, now)
        }
        isNoted = true
        if order.action.kind == .close { return ask(.ticket(ticket.id), .observing, catalogue, now) }
        let remark = ["an earlier try had made it"]
        return .finish(
            note.hasPrefix(TicketJob.reopeningText)
                ? .reopened(ticket, remarks: remark) : .noted(ticket, remarks: remark))
    }

    /// Notes of one ticket that are looked through.
    private static let noteLimit = 20_000

    /// A look-up that failed leaves the order as unknown as it was: it must not be sent again on the strength of that.
    func stillUnknown(_ outcome: VendorOutcome, _ what: String, _ now: Instant) -> DeliveryStep {
        guard case .retry(let reason, _) = system.failureOfReading(outcome, what, now) else {
            return .finish(.stillAmbiguous(reason: what))
        }
        return .finish(.stillAmbiguous(reason: reason))
    }

    mutating func sendAgain(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        if let since = order.ambiguousSince, let lookedAt, lookedAt < since + quietPeriod {
            return .finish(.stillAmbiguous(reason: "the PSA does not show it yet"))
        }
        return begin(catalogue, now)
    }
}
