import Events
import Settings

/// A similar alert while its problem has a ticket: an update, or one of several that are collected into one.
enum RepeatPolicy {
    static func run(
        _ work: inout Work, _ scene: PolicyScene, _ link: TicketLink, _ memory: some Memory
    ) throws -> StageResult {
        work.changes.append(.touchLink(lane: scene.lane, problem: scene.problem, at: work.now))
        let ticket = PolicyScene.name(link)
        let interval = scene.flow.consolidation
        var open = interval.milliseconds > 0 ? try memory.openOrder(lane: scene.lane, problem: scene.problem) : nil
        // What is to end the flapping of the problem is no update.
        if let order = open, order.kind != .update { open = nil }
        guard open != nil || work.now < link.writtenAt + interval else {
            work.changes.append(
                .ticket(.writeLink(lane: scene.lane, problem: scene.problem, at: work.now)))
            var delivery = scene.delivery(.update, work, previously: try scene.previously(work, memory))
            delivery.action.terms.attachesText = scene.flow.attachesRepeats
            work.delivery = delivery
            work.note(.policy, saw: "\(ticket) of the same problem", "an update in \(scene.lane), if it is still open")
            return .end(.updated, reason: "\(ticket) is about the same problem")
        }
        let line = PolicyScene.line(work)
        let joins = open.flatMap { $0.takes(line) ? $0.row : nil }
        let until = link.writtenAt > work.now ? link.writtenAt : link.writtenAt + interval
        var delivery = scene.delivery(.update, work)
        delivery.action.terms.expires = nil
        delivery.action.terms.attachesText = scene.flow.attachesRepeats
        if joins == nil {
            delivery.action.terms.previously = try scene.previously(work, memory)
            delivery.action.terms.listTitle = "Alerts of this problem since the last update:"
            work.changes.append(.ticket(.writeLink(lane: scene.lane, problem: scene.problem, at: until)))
        }
        delivery.gathering = Verdict.Gathering(line: line, joins: joins, until: until)
        work.delivery = delivery
        work.note(
            .policy, saw: "\(ticket) of the same problem, written to within \(PolicyScene.words(interval))",
            "collected for one update at \(until)")
        return .end(.consolidated, reason: "\(ticket) is about the same problem: collected for one update")
    }
}
