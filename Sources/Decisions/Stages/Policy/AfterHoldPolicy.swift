import Events
import Formats
import Settings

/// What fired while something held it back, and whose sender never says that a problem is over: nobody knows whether it still
/// fires. `AfterHold` says what becomes of it: a note on the problem's ticket where there is one, or, with `ticket`, one ticket for
/// all that the hold has kept from a customer.
enum AfterHoldPolicy {
    /// How long the ticket waits for the others of its hold.
    private static let gathering = Instant.Span.seconds(30)

    static func run(
        _ work: inout Work, _ past: Shared<Withheld>, _ context: Context, _ memory: some Memory
    ) throws -> StageResult {
        if let end = RestrictedStage.run(&work, context).ended { return end }
        PriorityStage.settle(&work)
        if let end = BlacklistStage.run(&work, context).ended { return end }
        if let end = ComposeStage.run(&work, context).ended { return end }
        let scene: PolicyScene
        switch try PolicyStage.look(&work, context, memory) {
        case .scene(let found): scene = found
        case .end(let end): return end
        }
        if let link = scene.link {
            let ticket = PolicyScene.name(link)
            work.delivery = scene.delivery(.note, work)
            work.note(.policy, saw: "\(ticket) of the same problem", "a note in \(scene.lane)")
            return .end(.noted, reason: "held by \(past.by): noted on \(ticket)")
        }
        guard context.settings.global.afterHoldMakesTicket else {
            work.note(
                .policy, saw: "no ticket of this problem; its sender does not say when one is over",
                "left as it was: AfterHold=note")
            return .end(
                past.hold.disposition,
                reason: "held by \(past.by); it may still fire: its sender does not say when a problem is over")
        }
        return try gather(&work, past, scene, memory)
    }

    /// A line in the ticket for all that the hold has kept from the customer.
    private static func gather(
        _ work: inout Work, _ past: Shared<Withheld>, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult {
        let organisation = work.event.organisation
        let problem = joined(
            ["after hold", organisation.tenant, organisation.id, past.by, (past.until ?? work.now).description],
            separator: "\u{1F}"
        ).lowercased()
        let line = PolicyScene.line(work, past.count == 1 ? "" : "\(past.count) times since \(past.firstAt)")
        let isNew = try memory.link(lane: scene.lane, problem: problem) == nil
        let open = try memory.openOrder(lane: scene.lane, problem: problem)
        var action = scene.action(isNew ? .create : .update, work)
        action.terms.expires = nil
        action.terms.listTitle = isNew ? "What fired:" : "What fired besides:"
        action.draft.classification = TicketDraft.Classification()
        action.draft.internalNote = ""
        action.draft.subject = ComposeStage.cut(
            inOneLine("What fired while it was held back: \(organisation.name)"), to: 100)
        action.draft.description =
            "Held by \(past.by). The senders do not say when a problem is over: look which of these go on."
        work.delivery = Verdict.Delivery(
            lane: scene.lane, problem: problem, action: action,
            gathering: Verdict.Gathering(
                line: line, joins: open.flatMap { $0.takes(line) ? $0.row : nil }, until: work.now + gathering))
        if isNew {
            work.changes.append(.openLink(lane: scene.lane, problem: problem, event: work.event.id, at: work.now))
        }
        work.note(
            .policy, saw: "no ticket of this problem; its sender does not say when one is over",
            "a line in the ticket of what the hold has kept back")
        return .end(
            isNew ? .ticketed : .consolidated, reason: "held by \(past.by): in the ticket of what fired meanwhile")
    }
}
