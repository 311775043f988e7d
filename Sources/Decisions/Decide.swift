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

/// The pipeline: `memoryFree` and `remaining` call the stages in their order.
public enum Pipeline {
    /// The stages that need no memory, in their order.
    private static func memoryFree(_ work: inout Work, _ context: Context) -> StageResult {
        if let end = LookUpStage.run(&work, context).ended { return end }
        if let end = ClockStage.run(&work, context).ended { return end }
        if let end = ClaimStage.run(&work, context).ended { return end }
        if let end = RewriteStage.run(&work, context).ended { return end }
        if let end = ParseStage.run(&work, context).ended { return end }
        if let end = SilenceStage.run(&work, context).ended { return end }
        return CodesStage.run(&work, context)
    }

    /// The same for a fire drill, which nothing may keep from its ticket.
    private static func drill(_ work: inout Work, _ context: Context) -> StageResult {
        if let end = ClockStage.run(&work, context).ended { return end }
        return ParseStage.run(&work, context)
    }

    /// Runs the memory-free stages. A pure function of its arguments.
    public static func prepare(
        _ event: consuming Event, _ settings: Shared<Settings>, inputs: [String: InputAnswer] = [:]
    ) -> PreparedEvent {
        let context = Context(settings, now: Hold.time(of: event, inputs), inputs: inputs)
        var work = Work(event, now: context.now)
        let result: StageResult =
            if let ending = work.event.ending {
                .end(ending.disposition, reason: ending.reason)
            } else if work.event.isDrill {
                drill(&work, context)
            } else {
                memoryFree(&work, context)
            }
        return PreparedEvent(work: consume work, result: result)
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
        _ prepared: consuming PreparedEvent, _ settings: Shared<Settings>, memory: some Memory,
        inputs: [String: InputAnswer] = [:], present: Instant? = nil
    ) throws -> Decision {
        let context = Context(settings, now: Hold.time(of: prepared.work.event, inputs), inputs: inputs)
        prepared.work.now = context.now
        prepared.work.present = max(present ?? context.now, context.now)
        if inputs.keys.contains(where: Hold.isHold) {
            prepared.work.changes.append(.closeHold(event: prepared.work.event.id))
        }
        if inputs[Hold.afterName] != nil, let past = try memory.withheld(prepared.work.event.id) {
            AfterHold.resume(&prepared.work, past)
        }
        if let redelivery = try DeliveryIDStage.run(&prepared.work, memory) {
            return .verdict(verdict(&prepared.work, .redelivery, redelivery, context))
        }
        if case .next = prepared.result { prepared.result = try remaining(&prepared.work, context, memory) }
        switch prepared.result {
        case .next: return .verdict(verdict(&prepared.work, .failed, "no stage ended the event", context))
        case .end(let disposition, let reason):
            return .verdict(verdict(&prepared.work, disposition, reason, context))
        case .needs(let request): return .needs(request, facts(prepared.work, context))
        case .park(let hold): return .parked(hold, facts(prepared.work, context))
        }
    }

    /// The stages that may ask the memory, in their order. A resolved event is not held up by what keeps alerts from
    /// becoming tickets, nor is a note; of what cannot be parsed only duplicates and blacklisted agents are kept back.
    private static func remaining(
        _ work: inout Work, _ context: Context, _ memory: some Memory
    ) throws -> StageResult {
        if let past = work.past, !work.event.tellsEnd {
            return try AfterHoldPolicy.run(&work, past, context, memory)
        }
        let isResolved = work.event.state == .resolved
        let isFiring = !isResolved && !work.event.isNote && !work.event.isDrill
        let isWhole = isFiring && !work.isDirectPass
        // Calls in the order of the stages, not a list of them: a list would be made anew for each event, as it closes over
        // the memory.
        if isFiring, let end = try DuplicateStage.run(&work, context, memory).ended { return end }
        if isWhole, let end = try ModuleStage.run(&work, context, memory).ended { return end }
        if isWhole, let end = RestrictedStage.run(&work, context).ended { return end }
        if isWhole, let end = PriorityStage.run(&work, context).ended { return end }
        if !isFiring { PriorityStage.settle(&work) }
        if isResolved, !work.event.isDrill, let end = try PatchSummary.resolve(&work, context, memory).ended {
            return end
        }
        if isWhole, let end = try RemediationStage.run(&work, context, memory).ended { return end }
        if isFiring, let end = BlacklistStage.run(&work, context).ended { return end }
        if let end = ComposeStage.run(&work, context).ended { return end }
        // It is the PSA that is tried.
        if work.event.isDrill { work.draft.mail = nil }
        return try PolicyStage.run(&work, context, memory)
    }

    private static func verdict(
        _ work: inout Work, _ disposition: Disposition, _ reason: String, _ context: Context
    ) -> Verdict {
        AfterHold.close(&work)
        let notifications = NotifyStage.run(&work, disposition, context.settings)
        let files = work.deliveries.isEmpty ? [] : work.event.files
        let summaries = context.settings.service.logDirectory == nil ? [] : [EventSummary(work, context.settings)]
        return Verdict(
            disposition: disposition, reason: reason, facts: facts(work, context), trace: work.trace,
            changes: work.changes, deliveries: work.deliveries, followUps: work.followUps, files: files,
            notifications: notifications, ended: NotifyStage.ended(work),
            notice: AdminNotice.of(work, disposition, context.settings), summaries: summaries)
    }

    private static func facts(_ work: Work, _ context: Context) -> Verdict.Facts {
        Verdict.Facts(
            subject: work.event.subject, agent: work.event.agent.name, organisation: work.event.organisation.id,
            tenant: work.event.organisation.tenant, priority: work.priority, settingsHash: context.settings.hash)
    }
}
