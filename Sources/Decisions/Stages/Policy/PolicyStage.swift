import Events
import Formats
import Settings

/// Stage 13: a new ticket, the one that the problem has, or the one of a storm. A file each for rules, repeats, storms and
/// flapping; what they share is `PolicyScene`.
enum PolicyStage {
    static func run(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        let scene: PolicyScene
        switch try look(&work, context, memory) {
        case .scene(let found): scene = found
        case .end(let end): return end
        }
        if work.event.isNote { return NotePolicy.run(&work, scene) }
        if work.event.state == .resolved {
            work.changes.append(.resolveWithheld(lane: scene.lane, problem: scene.problem))
        }
        if !work.event.isDrill, let result = try FlapPolicy.run(&work, scene, memory) { return result }
        return work.event.state == .resolved
            ? try resolved(&work, scene, memory) : try firing(&work, scene, memory)
    }

    /// What the parts of the policy look at, or why there is nothing for them to do.
    enum Look {
        case scene(PolicyScene)
        case end(StageResult)
    }

    static func look(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> Look {
        guard let tenant = work.tenant, let account = tenant.account else {
            return .end(.end(.failed, reason: "no PSA is configured for this tenant"))
        }
        if work.event.state == .resolved {
            work.changes.append(.closeDuplicates(key: DuplicateStage.key(of: work.event)))
        }
        let source = context.settings.sourcePolicies[work.event.source.lowercased()]
        let ruling = RulesPolicy.apply(source, tenant, account.system, to: &work)
        if let end = ruling.end { return .end(.end(end.disposition, reason: end.reason)) }
        let problem = problem(of: work)
        let flow = source?.flow.flatMap { tenant.namedFlows[$0.lowercased()] } ?? tenant.flow
        let lane = account.lane
        let link = try memory.link(lane: lane, problem: problem)
        return .scene(
            PolicyScene(
                lane: lane, problem: problem, tenant: tenant, flow: flow,
                link: flow.stillCounts(link, at: work.now) ? link : nil, formerLink: link, ruling: ruling))
    }

    private static func firing(
        _ work: inout Work, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult {
        if let key = work.duplicateKey {
            work.changes.append(.openDuplicates(key: key, event: work.event.id, at: work.now))
        }
        if let link = scene.link { return try RepeatPolicy.run(&work, scene, link, memory) }
        if !work.event.isDrill, let flooded = try StormPolicy.run(&work, scene, memory) { return flooded }
        work.changes.append(
            .openLink(lane: scene.lane, problem: scene.problem, event: work.event.id, at: work.now))
        let previously = try scene.previously(work, memory)
        work.deliveries.append(scene.delivery(.create, work, previously: previously))
        let saw =
            scene.formerLink.map { "the ticket of this problem was last heard of at \($0.lastAt)" }
            ?? "no ticket of this problem"
        work.note(.policy, saw: saw, joined("a new ticket in ", scene.lane))
        return .end(
            .ticketed,
            reason: scene.formerLink == nil
                ? "the first alert of this problem" : "the first alert of this problem after a long time")
    }

    private static func resolved(
        _ work: inout Work, _ scene: PolicyScene, _ memory: some Memory
    ) throws -> StageResult {
        guard let link = scene.formerLink else {
            if let noted = try StormPolicy.resolve(&work, scene, memory) { return noted }
            work.note(.policy, saw: "resolved; no ticket of this problem", "nothing to do")
            return .end(.cancelled, reason: "resolved: nothing open")
        }
        let ticket = PolicyScene.name(link)
        guard scene.ruling.autoCloses else {
            work.delivery = scene.delivery(.note, work)
            work.note(.policy, saw: "resolved; \(ticket) of the same problem", "a note in \(scene.lane)")
            return .end(.noted, reason: "resolved: noted on \(ticket)")
        }
        work.delivery = scene.delivery(.close, work)
        work.note(
            .policy, saw: "resolved; \(ticket) of the same problem",
            "closed in \(scene.lane), if no technician has touched it", scene.ruling.autoCloseReference)
        return .end(.closed, reason: "resolved: \(ticket) is closed")
    }

    /// Two events are similar when they have the same customer, agent, monitor, category and Data1, or the same key of the
    /// source. What cannot be parsed has its subject in place of the monitor.
    static func problem(of work: Work) -> String {
        let (organisation, agent) = (work.event.organisation.id, work.event.agent.name)
        let parts =
            if let key = work.event.correlationKey {
                [organisation, "key:" + key]
            } else if let parsed = work.parsed {
                [organisation, agent, parsed.monitor.name, parsed.monitor.category, parsed.data[0]]
            } else {
                [organisation, agent, work.event.subject]
            }
        return joinedInSmallLetters(parts, separator: "\u{1F}")
    }
}

extension TicketFlow {
    /// Whether a similar alert at a time is a repeat of the link's problem.
    fileprivate func stillCounts(_ link: TicketLink?, at time: Instant) -> Bool {
        guard let link, updates else { return false }
        return updateInterval.map { time < link.lastAt + $0 } ?? true
    }
}
