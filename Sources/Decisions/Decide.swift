public import Events
public import Formats
public import Settings

/// An event that has been through the stages that need no memory: any worker may do that, in any order.
public struct PreparedEvent: Sendable {
    var work: Work
    var ended: (disposition: Disposition, reason: String)?

    /// The event's GUID.
    public var id: Identifier { work.event.id }
}

/// The pipeline: the list of stages is the order.
public enum Pipeline {
    /// Runs the memory-free stages. A pure function of its arguments.
    public static func prepare(
        _ event: Event, _ settings: Settings, inputs: [String: InputAnswer] = [:]
    ) -> PreparedEvent {
        let context = Context(settings: settings, now: event.receivedAt, inputs: inputs)
        var prepared = PreparedEvent(work: Work(event), ended: nil)
        let stages: [(inout Work, Context) -> StageResult] = [
            ClockStage.run, RewriteStage.run, ParseStage.run, CodesStage.run,
        ]
        for stage in stages {
            if case .end(let disposition, let reason) = stage(&prepared.work, context) {
                prepared.ended = (disposition, reason)
                break
            }
        }
        return prepared
    }

    /// Runs the rest. A pure function of its arguments and of what the memory answers; throws only what the memory does.
    public static func decide(
        _ prepared: PreparedEvent, _ settings: Settings, memory: some Memory, inputs: [String: InputAnswer] = [:]
    ) throws -> Decision {
        var work = prepared.work
        let context = Context(settings: settings, now: work.event.receivedAt, inputs: inputs)
        if let redelivery = try DeliveryIDStage.run(&work, memory) {
            return .verdict(verdict(work, .redelivery, redelivery, settings))
        }
        if let ended = prepared.ended {
            return .verdict(verdict(work, ended.disposition, ended.reason, settings))
        }
        for stage in stages(for: work.event.state, memory) {
            switch try stage(&work, context) {
            case .next: continue
            case .end(let disposition, let reason):
                return .verdict(verdict(work, disposition, reason, settings))
            case .needs(let request):
                return .needs(request, facts(work, settings))
            }
        }
        return .verdict(verdict(work, .failed, "no stage ended the event", settings))
    }

    /// A resolved event is not held up by what keeps alerts from becoming tickets.
    private static func stages(
        for state: AlertState, _ memory: some Memory
    ) -> [(inout Work, Context) throws -> StageResult] {
        switch state {
        case .firing:
            [
                { try DuplicateStage.run(&$0, $1, memory) }, ModuleStage.run, RestrictedStage.run, PriorityStage.run,
                { try RemediationStage.run(&$0, $1, memory) }, BlacklistStage.run, ComposeStage.run,
                { try PolicyStage.run(&$0, $1, memory) },
            ]
        case .resolved:
            [PriorityStage.run, ComposeStage.run, { try PolicyStage.run(&$0, $1, memory) }]
        }
    }

    private static func verdict(
        _ work: Work, _ disposition: Disposition, _ reason: String, _ settings: Settings
    ) -> Verdict {
        Verdict(
            disposition: disposition, reason: reason, facts: facts(work, settings), trace: work.trace,
            changes: work.changes, delivery: work.delivery)
    }

    private static func facts(_ work: Work, _ settings: Settings) -> Verdict.Facts {
        Verdict.Facts(
            subject: work.event.subject, agent: work.event.agent.name, organisation: work.event.organisation.id,
            tenant: work.event.organisation.tenant, priority: work.priority, settingsHash: settings.hash)
    }
}
