import Events
import Settings

/// Stage 13: a new ticket, or the open one of the same problem.
enum PolicyStage {
    static func run(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        guard let account = work.tenant?.account else {
            return .end(.failed, reason: "no PSA is configured for this tenant")
        }
        let problem = problem(of: work)
        let link = try memory.link(lane: account.lane, problem: problem)
        if work.event.isNote { return note(&work, account.lane, problem, link) }
        return work.event.state == .resolved
            ? resolved(&work, account.lane, problem, link) : firing(&work, account.lane, problem, link)
    }

    private static func firing(
        _ work: inout Work, _ lane: String, _ problem: String, _ link: TicketLink?
    ) -> StageResult {
        if let key = work.duplicateKey {
            work.changes.append(.openDuplicates(key: key, event: work.event.id, at: work.now))
        }
        guard let link else {
            work.changes.append(
                .openLink(lane: lane, problem: problem, event: work.event.id, at: work.now))
            deliver(.create, &work, lane, problem)
            work.note(.policy, saw: "no ticket of this problem", "a new ticket in \(lane)")
            return .end(.ticketed, reason: "the first alert of this problem")
        }
        work.changes.append(.touchLink(lane: lane, problem: problem, at: work.now))
        deliver(.update, &work, lane, problem)
        let ticket = link.number.map { "ticket \($0.number)" } ?? "the ticket of event \(link.event)"
        work.note(.policy, saw: "\(ticket) of the same problem", "an update in \(lane), if it is still open")
        return .end(.updated, reason: "\(ticket) is about the same problem")
    }

    private static func resolved(
        _ work: inout Work, _ lane: String, _ problem: String, _ link: TicketLink?
    ) -> StageResult {
        work.changes.append(.closeDuplicates(key: DuplicateStage.key(of: work.event)))
        guard let link else {
            work.note(.policy, saw: "resolved; no ticket of this problem", "nothing to do")
            return .end(.cancelled, reason: "resolved: nothing open")
        }
        deliver(.note, &work, lane, problem)
        let ticket = link.number.map { "ticket \($0.number)" } ?? "the ticket of event \(link.event)"
        work.note(.policy, saw: "resolved; \(ticket) of the same problem", "a note in \(lane)")
        return .end(.noted, reason: "resolved: noted on \(ticket)")
    }

    /// Its source lets it add to an open ticket and never make one.
    private static func note(
        _ work: inout Work, _ lane: String, _ problem: String, _ link: TicketLink?
    ) -> StageResult {
        guard let link else {
            work.note(.policy, saw: "a note; no ticket of this problem", "nothing to do")
            return .end(.cancelled, reason: "a note: nothing open")
        }
        deliver(.note, &work, lane, problem)
        let ticket = link.number.map { "ticket \($0.number)" } ?? "the ticket of event \(link.event)"
        work.note(.policy, saw: "a note; \(ticket) of the same problem", "a note in \(lane)")
        return .end(.noted, reason: "noted on \(ticket)")
    }

    private static func deliver(_ kind: TicketAction.Kind, _ work: inout Work, _ lane: String, _ problem: String) {
        work.delivery = Verdict.Delivery(
            lane: lane, problem: problem,
            action: TicketAction(kind: kind, reference: work.event.id, draft: work.draft))
    }

    /// Two events are similar when they have the same customer, agent, monitor, category and Data1, or the same key of the
    /// source. What cannot be parsed has its subject in place of the monitor.
    static func problem(of work: Work) -> String {
        var parts = [work.event.organisation.id]
        if let key = work.event.correlationKey {
            parts.append("key:" + key)
        } else {
            parts.append(work.event.agent.name)
            if let parsed = work.parsed {
                parts += [parsed.monitor.name, parsed.monitor.category, parsed.data[0]]
            } else {
                parts.append(work.event.subject)
            }
        }
        return parts.joined(separator: "\u{1F}").lowercased()
    }
}
