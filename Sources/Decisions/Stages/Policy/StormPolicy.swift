import Events
import Formats
import Settings

/// Too many new tickets at once: what comes beyond the limit goes into one ticket, which names it all.
enum StormPolicy {
    /// How long a storm's ticket waits for further alerts before it is made: somebody is to hear of it soon.
    private static let firstGathering = Instant.Span.seconds(10)
    /// How long a note waits where repeats are not consolidated either.
    private static let leastGathering = Instant.Span.seconds(60)

    /// Takes a new problem's alert into a storm; nil where it is to have a ticket of its own.
    static func run(
        _ work: inout Work, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult? {
        guard let flood = scene.flow.flood, work.priority > flood.exempt else { return nil }
        let scope = scope(flood.scope, work, scene)
        let storm = try memory.storm(scope: scope)
        let past = work.past.flatMap { $0.hold == .storm ? $0 : nil }
        // What a storm lets go was counted when it came.
        if past == nil { work.changes.append(.ticket(.countNewTicket(scope: scope, at: work.now))) }
        if let storm, storm.isOn(at: work.now) {
            let open = try memory.openOrder(lane: storm.lane, problem: storm.problem)
            let line = PolicyScene.line(work, storm.endedAt == nil ? "" : "late")
            let beginsNote = gather(line, into: storm, open, &work, scene)
            work.changes.append(
                .ticket(.addToStorm(storm.event, problem: scene.problem, beginsNote: beginsNote)))
            work.note(
                .policy, saw: "a storm since \(storm.openedAt)", "into its ticket, of event \(storm.event)")
            withhold(&work, storm, flood)
            return .end(.flooded, reason: "a storm of alerts: named in the ticket of event \(storm.event)")
        }
        if let past { return past.isOneOfMany ? try nameAgain(&work, storm, scene, memory) : nil }
        guard let first = try memory.newTicket(scope: scope, back: flood.limit), first > work.now - flood.interval
        else {
            return nil
        }
        open(flood, scope, &work, scene)
        work.note(
            .policy, saw: "\(flood.limit) new tickets since \(first)",
            "a storm: one ticket for this alert and those that follow")
        return .end(
            .flooded,
            reason: "more than \(flood.limit) new tickets in \(PolicyScene.words(flood.interval)): a storm's ticket")
    }

    /// A problem that a storm has taken in is resolved; nil where none has.
    static func resolve(
        _ work: inout Work, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult? {
        guard let flood = scene.flow.flood,
            let storm = try memory.storm(scope: scope(flood.scope, work, scene)),
            try memory.isInStorm(storm.event, problem: scene.problem)
        else { return nil }
        let open = try memory.openOrder(lane: storm.lane, problem: storm.problem)
        let beginsNote = gather(PolicyScene.line(work, "resolved"), into: storm, open, &work, scene)
        work.changes.append(
            .ticket(.resolveInStorm(storm.event, problem: scene.problem, beginsNote: beginsNote)))
        work.note(.policy, saw: "resolved; in the storm of event \(storm.event)", "a line in its ticket")
        return .end(.noted, reason: "resolved: noted on the storm's ticket, of event \(storm.event)")
    }

    // MARK: - After the storm

    /// What still fires when the storm is over is decided anew. Of a sender that never says when a problem is over nobody
    /// knows: the storm's ticket names it, and that is all.
    private static func withhold(_ work: inout Work, _ storm: Storm, _ flood: TicketFlow.Flood) {
        guard work.event.tellsEnd else { return }
        // One that comes when the storm is over already, out of a backlog, whose resolution may be behind it.
        let isLate = storm.endedAt != nil
        AfterHold.withhold(
            &work, .storm, by: storm.title, until: isLate ? work.present + flood.interval : nil, isOneOfMany: isLate)
    }

    /// More still fire than there are to be tickets: they are named once more, together, in the storm's ticket; if that was
    /// closed, the update opens it again or makes one in its place.
    private static func nameAgain(
        _ work: inout Work, _ storm: Storm?, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult? {
        guard let storm else { return nil }
        let open = try memory.openOrder(lane: storm.lane, problem: storm.problem)
        _ = gather(PolicyScene.line(work), into: storm, open, &work, scene, again: true)
        work.note(
            .policy, saw: "\(storm.title) is over; it lets go of more than there are to be tickets",
            "once more into its ticket")
        return .end(
            .flooded, reason: "still fires after the storm: named once more in the ticket of event \(storm.event)")
    }

    // MARK: - Parts

    private static func scope(
        _ scope: TicketFlow.Flood.Scope, _ work: Work, _ scene: PolicyScene
    ) -> String {
        let organisation = work.event.organisation
        let parts =
            switch scope {
            case .org: [organisation.tenant, organisation.id]
            case .tenant: [organisation.tenant]
            case .global: [String]()
            }
        // A ticket is of one PSA account: a storm over several has one ticket in each.
        return ([scene.lane, scope.rawValue] + parts).joined(separator: "\u{1F}").lowercased()
    }

    private static func open(
        _ flood: TicketFlow.Flood, _ scope: String, _ work: inout Work, _ scene: PolicyScene
    ) {
        let problem = "storm\u{1F}\(work.event.id)"
        let storm = Storm(
            event: work.event.id, scope: scope, lane: scene.lane, problem: problem, openedAt: work.now,
            limit: flood.limit, interval: flood.interval)
        let line = PolicyScene.line(work)
        var action = scene.action(.create, work)
        action.draft = draft(work, scene, flood)
        action.terms.expires = nil
        action.terms.listTitle = "Alerts in this storm:"
        work.delivery = Verdict.Delivery(
            lane: scene.lane, problem: problem, action: action,
            gathering: Verdict.Gathering(line: line, joins: nil, until: work.now + firstGathering))
        work.changes += [
            .openLink(lane: scene.lane, problem: problem, event: work.event.id, at: work.now),
            .ticket(.openStorm(storm, firstProblem: scene.problem)),
        ]
    }

    /// Adds a line to what is being written to the storm's ticket; true where that begins another note. `again`: of what
    /// still fires when it is over.
    private static func gather(
        _ line: String, into storm: Storm, _ open: OpenOrder?, _ work: inout Work, _ scene: PolicyScene,
        again: Bool = false
    ) -> Bool {
        let joins = open.flatMap { $0.takes(line) ? $0.row : nil }
        var action = scene.action(.update, work)
        action.draft.subject = again ? "Still firing after the storm" : "Storm, part \(storm.notes + 2)"
        action.draft.description = ""
        action.draft.internalNote = ""
        action.terms.expires = nil
        action.terms.listTitle = again ? "Still firing after the storm:" : "Further alerts in this storm:"
        work.delivery = Verdict.Delivery(
            lane: storm.lane, problem: storm.problem, action: action,
            gathering: Verdict.Gathering(
                line: line, joins: joins,
                until: work.now + (again ? firstGathering : max(scene.flow.consolidation, leastGathering))))
        return joins == nil
    }

    private static func draft(
        _ work: Work, _ scene: PolicyScene, _ flood: TicketFlow.Flood
    ) -> TicketDraft {
        let organisation = work.event.organisation
        var draft = work.draft
        draft.classification = TicketDraft.Classification()
        let whose: String
        switch flood.scope {
        case .org: whose = organisation.name.isEmpty ? organisation.id : organisation.name
        case .tenant: whose = scene.tenant.name
        case .global: whose = "all customers"
        }
        if flood.scope != .org, let fallback = scene.tenant.defaultCompany {
            // It names other customers' machines: it is not for one of them to read.
            draft.company.mapped = fallback
        }
        let time = PolicyScene.words(flood.interval)
        draft.subject = ComposeStage.cut(
            inOneLine("Storm of alerts\(whose.isEmpty ? "" : ": " + whose)"), to: 100)
        draft.description = """
            More than \(flood.limit) new tickets within \(time). Until the storm is over, further alerts are named here \
            and in the notes and have no tickets of their own\
            \(flood.exempt > 0 ? "; priorities up to P\(flood.exempt) still have" : "").
            """
        return draft
    }
}
