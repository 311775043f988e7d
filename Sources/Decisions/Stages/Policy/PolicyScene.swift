import Events
import Settings

/// What the parts of the ticket policy look at.
struct PolicyScene {
    let lane: String
    let problem: String
    let tenant: Shared<TenantSettings>
    let flow: TicketFlow
    /// The problem's ticket that a repeat is written to; nil where a new one is due.
    let link: TicketLink?
    /// The problem's last ticket, however long ago.
    let formerLink: TicketLink?
    let ruling: RulesPolicy.Ruling

    /// So many earlier tickets are named.
    private static let previousLimit = 10

    /// What a ticket is called in reasons.
    static func name(_ link: TicketLink) -> String {
        link.number.map { "ticket \($0.number)" } ?? "the ticket of event \(link.event)"
    }

    func delivery(_ kind: TicketAction.Kind, _ work: Work, previously: String = "") -> Verdict.Delivery {
        Verdict.Delivery(lane: lane, problem: problem, action: action(kind, work, previously: previously))
    }

    /// What is to be done for an event, under the terms of its flow and rule.
    func action(_ kind: TicketAction.Kind, _ work: Work, previously: String = "") -> TicketAction {
        var terms = TicketAction.Terms()
        terms.previously = previously
        terms.insistsOnFiles = !flow.ignoresFileErrors
        if work.event.state == .firing { terms.expires = ruling.expires }
        if kind != .create { setTermsOfOld(&terms, isMended: work.draft.isClosed) }
        return TicketAction(kind: kind, reference: work.event.id, draft: work.draft, terms: terms)
    }

    /// The terms of what is done to a ticket that is there.
    private func setTermsOfOld(_ terms: inout TicketAction.Terms, isMended: Bool) {
        // What a procedure has mended is no reason to open a ticket again.
        terms.reopens = flow.reopens && !isMended
        terms.closedStates = flow.closedStates
        terms.closingStatuses = (ruling.closingStatus ?? tenant.closedStatus).map { [$0] } ?? TicketDraft.closedNames
        terms.openStatuses = [flow.reopenedStatus ?? tenant.reopenedStatus ?? tenant.newStatus ?? "New"]
        terms.sparesTouched = tenant.sparesTouched
    }

    /// What a new ticket says of the problem's earlier ones.
    func previously(_ work: Work, _ memory: some Memory) throws -> String {
        guard let correlation = flow.correlation else { return "" }
        let tickets = try memory.previousTickets(
            lane: lane, problem: problem, since: work.now - correlation.interval, limit: PolicyScene.previousLimit)
        return tickets.map { ticket in
            let values = [
                ("%id%", ticket.number.id), ("%number%", ticket.number.number),
                ("%status%", ticket.isClosed ? "closed" : "open"), ("%created%", ticket.createdAt.description),
                // The one that a sender writes comes last: what it holds is not expanded again.
                ("%summary%", ticket.summary),
            ]
            return values.reduce(correlation.format) { $0.replacing($1.0, with: $1.1) }
        }.joined(separator: "\n")
    }

    private static let agentLength = 80
    private static let subjectLength = 120

    /// What a list says of an event: one line that names it.
    static func line(_ work: Work, _ remark: String = "") -> String {
        let agent = work.event.agent.name.isEmpty ? "" : " \(work.event.agent.name.prefix(agentLength)):"
        let subject = ComposeStage.cut(inOneLine(work.draft.subject), to: subjectLength)
        let end = remark.isEmpty ? "" : ", " + remark
        return "\(work.event.receivedAt) P\(work.priority)\(agent) \(subject) (event \(work.event.id)\(end))"
    }

    /// A length of time in words.
    static func words(_ span: Instant.Span) -> String {
        let seconds = span.milliseconds / 1000
        return seconds % 60 == 0 ? "\(seconds / 60) minutes" : "\(seconds) seconds"
    }
}
