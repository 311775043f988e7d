import Events
import Formats

/// What is written, and what comes of it.
extension TicketJob {
    mutating func create(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        resolving(.create, catalogue, now) { job throws(Unresolved) in
            let ticket = try job.system.newTicket(job.order.action, catalogue, now)
            job.remarks += ticket.remarks
            return job.intend(.create(ticket.body), .ticket)
        }
    }

    /// Goes on with a goal; where a list is missing for it, that is read first.
    mutating func resolving(
        _ goal: Goal, _ catalogue: Catalogue, _ now: Instant,
        _ body: (inout TicketJob) throws(Unresolved) -> DeliveryStep
    ) -> DeliveryStep {
        self.goal = goal
        do {
            return try body(&self)
        } catch {
            switch error {
            case .needs(let list): return ask(.list(list, .init()), .resolving(list, rows: []), catalogue, now)
            case .refused(let reason): return .finish(.refused(reason: reason))
            }
        }
    }

    mutating func observed(_ outcome: VendorOutcome, _ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        if let record = system.record(outcome), record.id != nil { return observed(record, catalogue, now) }
        guard case .reply(let reply) = outcome, system.meaning(of: reply) == .gone else {
            return .finish(system.failureOfReading(outcome, "reading the ticket", now))
        }
        return branch(.gone, catalogue, now)
    }

    private mutating func observed(_ record: JSON, _ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        found = record
        return resolving(.observe(record), catalogue, now) { job throws(Unresolved) in
            let observed = try job.system.observed(record, catalogue, now)
            return job.branch(observed, catalogue, now)
        }
    }

    private mutating func branch(
        _ observed: ObservedTicket, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        isTouched = observed.touch == .touched
        if order.isLook, let ticket = order.ticket { return .finish(.looked(ticket, observed.look)) }
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
            return isNoted ? .finish(noted(ticket)) : note(ticket, catalogue, now)
        case .attach: return attach(catalogue, now)
        case .attachText: return attachText(ticket, catalogue, now)
        case .reopen:
            change = .reopening
            return setStatus(ticket, catalogue, now)
        case .close:
            change = .closing
            return isNoted ? setStatus(ticket, catalogue, now) : note(ticket, catalogue, now)
        }
    }

    /// What the note of a reopened ticket begins with; by it a later try knows what this one did.
    static let reopeningText = "The problem is back: the ticket is reopened."

    mutating func note(_ ticket: TicketNumber, _ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        let text = (change == .reopening ? TicketJob.reopeningText + "\n\n" : "") + noteText
        return resolving(.note, catalogue, now) { job throws(Unresolved) in
            let body = try job.system.note(text, catalogue, now)
            return job.intend(.note(body, on: ticket.id), .note)
        }
    }

    func noted(_ ticket: TicketNumber) -> DeliveryReport {
        isTouched || order.wasTouched ? .notedTouched(ticket, remarks: remarks) : .noted(ticket, remarks: remarks)
    }

    private mutating func setStatus(
        _ ticket: TicketNumber, _ catalogue: Catalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let change, let found else { return .finish(noted(ticket)) }
        return resolving(.status, catalogue, now) { job throws(Unresolved) in
            let terms = job.order.action.terms
            if let status = try job.system.status(for: change, terms, of: found, catalogue, now) {
                return job.intend(.status(status, of: ticket.id), .status(status))
            }
            if change == .closing {
                job.remarks.append("left open: \(job.system.statusPlace) has no status that closes a ticket")
                return .finish(job.noted(ticket))
            }
            job.change = nil
            job.remarks.append(
                "the earlier ticket is closed, and \(job.system.statusPlace) has no status to reopen it")
            return job.create(catalogue, now)
        }
    }

    /// The note's text; it always holds the action's marker, by which it is found again.
    var noteText: String {
        let draft = order.action.draft
        let marker = order.action.marker
        let text = [draft.subject, draft.description, draft.internalNote].filter { !$0.isEmpty }
            .joined(separator: "\n\n")
        if text.contains(marker) { return text }
        return text + "\n\n" + (order.action.terms.aside == nil ? "ITP event " : "ITP: ") + marker
    }

    mutating func read(
        _ outcome: VendorOutcome, _ list: CatalogueList, _ earlier: [JSON], _ catalogue: inout Catalogue,
        _ now: Instant
    ) -> DeliveryStep {
        guard let rows = system.record(outcome).flatMap(system.rows) else {
            if goal == .internalNote { return named("the internal note is missing", catalogue, now) }
            if goal == .asset { return named("the configuration item is missing", catalogue, now) }
            return .finish(system.failureOfReading(outcome, list.what, now))
        }
        let all = earlier + rows
        if let request, let page = system.page(after: rows, of: request) {
            guard page.number <= CatalogueList.pageLimit else {
                return .finish(.retry(reason: "\(list.what): more than \(all.count) rows", after: nil))
            }
            return ask(.list(list, page), .resolving(list, rows: all), catalogue, now)
        }
        catalogue.keep(all, of: list, now)
        switch goal {
        case .create: return create(catalogue, now)
        case .observe(let record): return observed(record, catalogue, now)
        case .internalNote: return noteInternally(catalogue, now)
        case .asset: return putAsset(catalogue, now)
        case .file: return attach(catalogue, now)
        case .text: return order.ticket.map { attachText($0, catalogue, now) } ?? create(catalogue, now)
        case .note: return order.ticket.map { note($0, catalogue, now) } ?? create(catalogue, now)
        case .status: return order.ticket.map { setStatus($0, catalogue, now) } ?? create(catalogue, now)
        case .double(let record, let double): return closeDouble(double, record, catalogue, now)
        }
    }

    mutating func wrote(
        _ outcome: VendorOutcome, _ write: Write, _ catalogue: inout Catalogue, _ now: Instant
    ) -> DeliveryStep {
        if case .status(let status) = write { return setTheStatus(outcome, status, &catalogue, now) }
        if write == .file { return attached(outcome, now) }
        if write == .text { return attachedText(outcome, catalogue, now) }
        if write == .asset {
            return named(system.record(outcome) == nil ? "the configuration item is missing" : nil, catalogue, now)
        }
        if case .double(let status, let double) = write { return closedDouble(double, outcome, status, catalogue, now) }
        guard let record = system.record(outcome), let number = system.number(record, session) else {
            if write == .internalNote { return named("the internal note is missing", catalogue, now) }
            let what = write == .ticket ? "creating the ticket" : "noting on the ticket"
            let report = system.failureOfWriting(outcome, what, now)
            // An ID that is no longer valid may be what the PSA refuses.
            if case .refused = report { catalogue.clear() }
            return .finish(report)
        }
        if write == .internalNote { return named(nil, catalogue, now) }
        guard write == .note else {
            made = number
            return system.notesInternals && !order.action.draft.internalNote.isEmpty
                ? noteInternally(catalogue, now) : putAsset(catalogue, now)
        }
        guard let ticket = order.ticket else { return .finish(.refused(reason: "a note without a ticket")) }
        isNoted = true
        switch change {
        case nil: return .finish(noted(ticket))
        case .reopening: return .finish(.reopened(ticket, remarks: remarks))
        case .closing: return setStatus(ticket, catalogue, now)
        }
    }

    /// The agent's configuration item, once the ticket is there: worth one try, like a note for technicians.
    private mutating func putAsset(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let made else { return .finish(.refused(reason: "a configuration item without a ticket")) }
        let draft = order.action.draft
        let step = resolving(.asset, catalogue, now) { job throws(Unresolved) in
            guard let request = try job.system.asset(of: draft, on: made.id, catalogue, now) else {
                return job.named(nil, catalogue, now)
            }
            return job.ask(request, .writing(.asset), catalogue, now)
        }
        guard case .finish(.refused(let reason)) = step else { return step }
        return named("the configuration item is missing: " + reason, catalogue, now)
    }

    /// The text for the technician alone, once the ticket is there. It is worth one try: the ticket counts as made
    /// whatever comes of it.
    private mutating func noteInternally(_ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        guard let made else { return .finish(.refused(reason: "a note without a ticket")) }
        let text = order.action.draft.internalNote
        let step = resolving(.internalNote, catalogue, now) { job throws(Unresolved) in
            let body = try job.system.note(text, catalogue, now)
            return job.ask(.note(body, on: made.id), .writing(.internalNote), catalogue, now)
        }
        guard case .finish(.refused(let reason)) = step else { return step }
        return named("the internal note is missing: " + reason, catalogue, now)
    }

    /// The ticket is there; where only its ID is known, its number is read.
    private mutating func named(_ remark: String?, _ catalogue: Catalogue, _ now: Instant) -> DeliveryStep {
        if let remark { remarks.append(remark) }
        guard let made else { return .finish(.refused(reason: "a number without a ticket")) }
        guard system.readsNumbers else { return .finish(.created(made, remarks: remarks)) }
        return ask(.ticket(made.id), .naming, catalogue, now)
    }

    func named(_ outcome: VendorOutcome) -> DeliveryStep {
        guard let made else { return .finish(.refused(reason: "a number without a ticket")) }
        let read = system.record(outcome).flatMap { system.number($0, session) }
        return .finish(.created(read ?? made, remarks: remarks))
    }

    /// The ticket was put into a status, or was not. Doing that twice does no harm, a second note would: once the note
    /// stands, what fails is tried again as a try that has perhaps been carried out.
    private mutating func setTheStatus(
        _ outcome: VendorOutcome, _ status: Int64, _ catalogue: inout Catalogue, _ now: Instant
    ) -> DeliveryStep {
        guard let ticket = order.ticket, let change else {
            return .finish(.refused(reason: "a status without a ticket"))
        }
        let what = change == .closing ? "closing the ticket" : "reopening the ticket"
        if let record = system.record(outcome) {
            // ConnectWise warns of successes that have changed nothing.
            guard system.shows(status, in: record) else {
                return refused("\(what): \(system.name) has left its status as it was", ticket, &catalogue, now)
            }
            return change == .closing ? .finish(.closed(ticket, remarks: remarks)) : note(ticket, catalogue, now)
        }
        switch system.failureOfWriting(outcome, what, now) {
        case .refused(let reason): return refused(reason, ticket, &catalogue, now)
        case .ambiguous(let reason): return .finish(.retry(reason: reason, after: nil))
        case let other: return .finish(other)
        }
    }

    private mutating func refused(
        _ reason: String, _ ticket: TicketNumber, _ catalogue: inout Catalogue, _ now: Instant
    ) -> DeliveryStep {
        catalogue.clear()
        remarks.append(reason)
        if change == .closing { return .finish(noted(ticket)) }
        change = nil
        return create(catalogue, now)
    }
}
