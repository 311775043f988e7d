public import Events
public import Formats
public import Settings

/// An event that has been through the stages that need no memory: any worker may do that, in any order.
public struct PreparedEvent: Sendable {
    var work: Work
    /// What the last of the stages said that need no memory.
    var result = StageResult.next

    /// The event's GUID.
    public var id: Identifier { work.event.id }
}

/// The pipeline: the list of stages is the order.
public enum Pipeline {
    /// The stages that need no memory. Made once, not for each event.
    private static let memoryFree: [@Sendable (inout Work, Context) -> StageResult] = [
        ClockStage.run, ClaimStage.run, RewriteStage.run, ParseStage.run, SilenceStage.run, CodesStage.run,
    ]

    /// Runs the memory-free stages. A pure function of its arguments.
    public static func prepare(
        _ event: Event, _ settings: Settings, inputs: [String: InputAnswer] = [:]
    ) -> PreparedEvent {
        let context = Context(settings: settings, now: Hold.time(of: event, inputs), inputs: inputs)
        var prepared = PreparedEvent(work: Work(event, now: context.now))
        if let ending = event.ending {
            prepared.result = .end(ending.disposition, reason: ending.reason)
            return prepared
        }
        for stage in memoryFree {
            prepared.result = stage(&prepared.work, context)
            guard case .next = prepared.result else { break }
        }
        return prepared
    }

    /// An event that no stage may look at any more: it ends as failed, for that reason.
    public static func quarantine(_ event: Event, _ reason: String) -> PreparedEvent {
        var prepared = PreparedEvent(work: Work(event, now: event.receivedAt), result: .end(.failed, reason: reason))
        prepared.work.note(.intake, saw: "the record of this alert", "quarantined: \(reason)")
        return prepared
    }

    /// Runs the rest. A pure function of its arguments and of what the memory answers; throws only what the memory does.
    /// `present` is when people would be told; without it, the pipeline's time for the event.
    public static func decide(
        _ prepared: PreparedEvent, _ settings: Settings, memory: some Memory, inputs: [String: InputAnswer] = [:],
        present: Instant? = nil
    ) throws -> Decision {
        var work = prepared.work
        let context = Context(settings: settings, now: Hold.time(of: work.event, inputs), inputs: inputs)
        work.now = context.now
        work.present = max(present ?? context.now, context.now)
        if inputs.keys.contains(where: Hold.isHold) { work.changes.append(.closeHold(event: work.event.id)) }
        if let redelivery = try DeliveryIDStage.run(&work, memory) {
            return .verdict(verdict(work, .redelivery, redelivery, settings))
        }
        if let decision = decision(prepared.result, work, settings) { return decision }
        for stage in stages(for: work, memory) {
            let result = try stage(&work, context)
            if let decision = decision(result, work, settings) { return decision }
        }
        return .verdict(verdict(work, .failed, "no stage ended the event", settings))
    }

    /// What a stage's result means for the event; nil where the next stage has its say.
    private static func decision(_ result: StageResult, _ work: Work, _ settings: Settings) -> Decision? {
        switch result {
        case .next: nil
        case .end(let disposition, let reason): .verdict(verdict(work, disposition, reason, settings))
        case .needs(let request): .needs(request, facts(work, settings))
        case .park(let hold): .parked(hold, facts(work, settings))
        }
    }

    /// A resolved event is not held up by what keeps alerts from becoming tickets; of what cannot be parsed only duplicates
    /// and blacklisted agents are kept back.
    private static func stages(
        for work: Work, _ memory: some Memory
    ) -> [(inout Work, Context) throws -> StageResult] {
        let end: [(inout Work, Context) throws -> StageResult] = [
            ComposeStage.run, { try PolicyStage.run(&$0, $1, memory) },
        ]
        return switch work.event.state {
        case .resolved:
            [PriorityStage.settle, { try PatchSummary.resolve(&$0, $1, memory) }] + end
        case .firing where work.event.isNote:
            [PriorityStage.settle] + end
        case .firing where work.isDirectPass:
            [{ try DuplicateStage.run(&$0, $1, memory) }, BlacklistStage.run] + end
        case .firing:
            [
                { try DuplicateStage.run(&$0, $1, memory) }, { try ModuleStage.run(&$0, $1, memory) },
                RestrictedStage.run, PriorityStage.run, { try RemediationStage.run(&$0, $1, memory) },
                BlacklistStage.run,
            ] + end
        }
    }

    private static func verdict(
        _ work: Work, _ disposition: Disposition, _ reason: String, _ settings: Settings
    ) -> Verdict {
        var work = work
        let notifications = NotifyStage.run(&work, disposition, settings)
        return Verdict(
            disposition: disposition, reason: reason, facts: facts(work, settings), trace: work.trace,
            changes: work.changes, delivery: work.delivery, followUp: work.followUp,
            notifications: notifications, ended: NotifyStage.ended(work),
            notice: AdminNotice.of(work, disposition, settings))
    }

    private static func facts(_ work: Work, _ settings: Settings) -> Verdict.Facts {
        Verdict.Facts(
            subject: work.event.subject, agent: work.event.agent.name, organisation: work.event.organisation.id,
            tenant: work.event.organisation.tenant, priority: work.priority, settingsHash: settings.hash)
    }
}
