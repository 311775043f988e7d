import Events
import Formats
import Settings

/// Stage 7: processing modules, run only where `[PROCESSING]` names one for `Category:Name` of the MonSetID.
enum ModuleStage {
    static func run(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        if let reason = Hold.cancellation(context.inputs) {
            work.note(.module, saw: "held", "cancelled: \(reason)")
            return .end(.cancelled, reason: "cancelled while it was held: \(reason)")
        }
        guard let monitor = work.parsed?.monitor,
            !context.settings.global.processing.isEmpty,
            let rule = context.settings.global.processing[joined(monitor.category, ":", monitor.name)]
        else { return .next }
        if rule.module == "PFS" { return try PatchSummary.run(&work, context, rule.reference, memory) }
        guard rule.module == "STS" else {
            work.note(.module, saw: rule.reference.text, "the module \(rule.module) is not there", rule.reference)
            return .end(
                .unparseable, reason: "the module \(rule.module), named at \(rule.reference.place), does not exist")
        }
        return agentStatus(&work, context, rule.reference)
    }

    /// STS: a workstation that is offline is no alert; nor is a server that has checked in within two minutes, which only
    /// the RMM can say.
    private static func agentStatus(_ work: inout Work, _ context: Context, _ rule: RuleReference) -> StageResult {
        if work.hostClass == .workstation {
            work.note(.module, saw: "a workstation is offline", "cancelled", rule)
            return .end(.cancelled, reason: "STS: a workstation may be offline")
        }
        let request = InputRequest(
            kind: .agentState, subject: work.event.agent.name, patience: .seconds(30))
        switch context.inputs[request.name] {
        case nil:
            return .needs(request)
        case .unknown:
            work.note(.module, saw: "the agent's state is unknown", "goes on", rule)
            return .next
        case .value(let answer):
            guard let seen = Instant(rfc3339: answer), context.now - seen <= .minutes(2) else {
                work.note(.module, saw: "last check-in \(answer)", "offline: goes on", rule)
                return .next
            }
            work.note(.module, saw: "last check-in \(answer)", "online: cancelled", rule)
            return .end(.cancelled, reason: "STS: the agent checked in at \(answer)")
        }
    }
}
