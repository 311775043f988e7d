import Events
public import Formats
public import Settings

/// A ticket that shows that everything works: made, given a file, and closed.
public enum TestTicket {
    /// The ticket's title.
    static let subject = "[ITP] Test Alert"

    /// Makes and closes the ticket, for the default company or else the first customer that has a company.
    ///
    /// - Parameter reference: by which it would be found again.
    public static func run(_ expected: PSAExpectations, reference: Identifier, _ run: inout SetupRun) {
        run.part { run throws(DialogueFault) in try make(expected, reference, &run) }
    }

    private static func make(
        _ expected: PSAExpectations, _ reference: Identifier, _ run: inout SetupRun
    ) throws(DialogueFault) {
        guard let company = try company(expected, &run.dialogue) else {
            return run.lines.append(
                .problem("no company takes the ticket: neither PSA_DefaultCompany nor a customer's is found"))
        }
        let text = "ticket '\(subject)' on '\(expected.defaultBoard)' for '\(company.mapped ?? company.name)'"
        guard run.applies else {
            run.lines.append(.planned(text + ", with a file, then closed"))
            return
        }
        let made = run.dialogue.carryOut(order(.create, expected, reference, company, nil))
        guard case .created(let ticket, let remarks) = made else {
            return run.lines.append(.problem(sentence("making the \(text)", made)))
        }
        run.lines.append(.done("\(text): \(ticket.number)" + (ticket.url.isEmpty ? "" : ", \(ticket.url)")))
        run.lines += remarks.map { .remark($0) }
        run.part { run throws(DialogueFault) in try attach(ticket, &run) }
        let report = run.dialogue.carryOut(order(.close, expected, reference, company, ticket))
        guard case .closed(_, let more) = report else {
            return run.lines.append(.problem(sentence("closing the ticket \(ticket.number)", report)))
        }
        run.lines.append(.done("ticket \(ticket.number) closed"))
        run.lines += more.map { .remark($0) }
    }

    private static func attach(_ ticket: TicketNumber, _ run: inout SetupRun) throws(DialogueFault) {
        let bytes = Array("This file shows that ITP can attach files.\n".utf8)
        let file = EventFile(name: "itp-test.txt", type: "text/plain", bytes: bytes)
        let system = run.dialogue.system
        let upload = try run.dialogue.resolving { catalogue, now throws(Unresolved) in
            try system.upload(file, marker: "made by itp setup", to: ticket.id, catalogue, now)
        }
        let now = run.dialogue.now
        _ = try run.change("file '\(file.name)' on the ticket \(ticket.number)") { session in
            system.call(.attach(upload, on: ticket.id), session, now)
        }
    }

    private static func company(
        _ expected: PSAExpectations, _ dialogue: inout AccountDialogue
    ) throws(DialogueFault) -> TicketDraft.Company? {
        if let name = expected.names.first(where: { $0.kind == .company })?.value {
            var company = TicketDraft.Company()
            company.mapped = name
            return company
        }
        for customer in expected.customers where try AccountCheck.company(customer, &dialogue).id != nil {
            return customer.company
        }
        return nil
    }

    private static func order(
        _ kind: TicketAction.Kind, _ expected: PSAExpectations, _ reference: Identifier,
        _ company: TicketDraft.Company, _ ticket: TicketNumber?
    ) -> DeliveryOrder {
        let first = { (kind: PSAName.Kind) in expected.names.first { $0.kind == kind }?.value }
        var draft = TicketDraft()
        draft.subject = subject
        draft.description =
            kind == .create
            ? "This ticket shows that ITP can make tickets. Nothing has to be done." : "The test is over."
        draft.board = expected.defaultBoard
        draft.source = first(.source)
        draft.workType = first(.workType)
        draft.company = company
        var action = TicketAction(kind: kind, reference: reference, draft: draft)
        action.terms.closingStatuses = [first(.closingStatus)].compactMap(\.self) + ["Completed", "Complete"]
        action.terms.sparesTouched = false
        return DeliveryOrder(row: 0, action: action, ticket: ticket, ambiguousSince: nil)
    }

    private static func sentence(_ what: String, _ report: DeliveryReport) -> String {
        switch report {
        case .retry(let reason, _), .ambiguous(let reason), .stillAmbiguous(let reason), .refused(let reason),
            .nothingToDo(let reason):
            reason.hasPrefix(what) ? reason : "\(what): \(reason)"
        case .looked(let ticket, let seen): "\(what): \(ticket.number) is \(seen.condition)"
        case .noted(_, let remarks), .notedTouched(_, let remarks), .reopened(_, let remarks),
            .closed(_, let remarks), .created(_, let remarks), .mailed(let remarks), .attached(_, _, let remarks):
            "\(what): \(remarks.joined(separator: ", "))"
        }
    }
}
