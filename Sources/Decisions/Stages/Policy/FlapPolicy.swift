import Events
import Settings

/// A problem that fires and is resolved again and again: its ticket is held open with one note, and ends with the true
/// final state.
enum FlapPolicy {
    /// What becomes of an event of a problem that flaps; nil where it does not, and the event goes its ordinary way.
    static func run(
        _ work: inout Work, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult? {
        guard let flap = scene.flow.flap else { return nil }
        let state = work.event.state
        guard let before = try memory.flap(lane: scene.lane, problem: scene.problem) else {
            // A problem that is resolved before it was ever heard of has not changed.
            if state == .firing { keep(FlapMemory(state: state, changes: [], heldUntil: nil), &work, scene) }
            return nil
        }
        let isHeld = before.heldUntil.map { work.now < $0 } ?? false
        guard state != before.state || isHeld else { return nil }
        var after = before
        after.state = state
        if state != before.state {
            after.changes = (before.changes + [work.now]).suffix(flap.threshold + 1)
                .filter { $0 > work.now - flap.interval }
        }
        let trips = !isHeld && after.changes.count > flap.threshold && scene.formerLink != nil
        if trips || isHeld && state != before.state { after.heldUntil = work.now + flap.interval }
        keep(after, &work, scene)
        guard let link = scene.formerLink, trips || isHeld, let until = after.heldUntil else { return nil }
        work.changes.append(.touchLink(lane: scene.lane, problem: scene.problem, at: work.now))
        return trips
            ? begin(&work, scene, link, flap, until) : try absorb(&work, scene, link, until, memory)
    }

    private static func keep(_ flap: FlapMemory, _ work: inout Work, _ scene: PolicyScene) {
        work.changes.append(.ticket(.keepFlap(lane: scene.lane, problem: scene.problem, flap, at: work.now)))
    }

    /// The one note that says so; and where the problem is resolved just now, what is to follow if it stays so.
    private static func begin(
        _ work: inout Work, _ scene: PolicyScene, _ link: TicketLink, _ flap: TicketFlow.Flap, _ until: Instant
    ) -> StageResult {
        let isResolved = work.event.state == .resolved
        if isResolved {
            var final = ending(work, scene)
            final.action.terms.aside = "End of the flapping of event \(work.event.id)"
            final.gathering = Verdict.Gathering(line: nil, joins: nil, until: until)
            work.followUps = [final]
        }
        let ticket = PolicyScene.name(link)
        var delivery = scene.delivery(isResolved ? .note : .update, work)
        delivery.action.draft.description +=
            "\n\nThe problem flaps: more than \(flap.threshold) changes within \(PolicyScene.words(flap.interval)). "
            + "The ticket is held open until there are none for as long."
        work.delivery = delivery
        work.note(
            .policy, saw: "more than \(flap.threshold) changes within \(PolicyScene.words(flap.interval))",
            "flapping: \(ticket) is held open")
        return .end(
            isResolved ? .noted : .updated, reason: "the problem flaps: noted on \(ticket), which is held open")
    }

    /// Joins what will be written when it is quiet; the last one says how that ends.
    private static func absorb(
        _ work: inout Work, _ scene: PolicyScene, _ link: TicketLink, _ until: Instant, _ memory: some Memory
    ) throws -> StageResult {
        let isResolved = work.event.state == .resolved
        let line = PolicyScene.line(work, isResolved ? "resolved" : "firing")
        let open = try memory.openOrder(lane: scene.lane, problem: scene.problem)
        var delivery = ending(work, scene)
        delivery.gathering = Verdict.Gathering(
            line: line, joins: open.flatMap { $0.takes(line) ? $0.row : nil }, until: until, replaces: true)
        work.delivery = delivery
        let ticket = PolicyScene.name(link)
        work.note(
            .policy, saw: "the problem flaps; \(ticket)", "collected until it is quiet, at \(until) if it stays so")
        return .end(
            isResolved ? .noted : .consolidated, reason: "the problem flaps: collected for \(ticket)")
    }

    private static func ending(_ work: Work, _ scene: PolicyScene) -> Verdict.Delivery {
        let isResolved = work.event.state == .resolved
        let kind: TicketAction.Kind = isResolved ? (scene.ruling.autoCloses ? .close : .note) : .update
        var delivery = scene.delivery(kind, work)
        delivery.action.draft.description =
            "The problem has come to rest: it is \(isResolved ? "resolved" : "still firing")."
        delivery.action.draft.internalNote = ""
        delivery.action.terms.expires = nil
        delivery.action.terms.listTitle = "Alerts while it flapped:"
        return delivery
    }
}
