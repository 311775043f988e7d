import Events
import Formats
import Settings

/// Stage 11: `[BLACKLIST]`. Everything before has run; nothing goes to the PSA.
enum BlacklistStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let blacklist = work.tenant?.blacklist, !blacklist.isEmpty else { return .next }
        let saw = joined("agent '", work.event.agent.name, "'")
        guard let rule = blacklist.rule(for: work.event.agent.name) else {
            work.note(.blacklist, saw: saw, "not on the blacklist")
            return .next
        }
        guard rule.isListed else {
            work.note(.blacklist, saw: saw, "lifted", rule.reference)
            return .next
        }
        work.note(.blacklist, saw: saw, "blacklisted", rule.reference)
        return .end(.blacklisted, reason: "the agent is on the blacklist as '\(rule.key)' at \(rule.reference.place)")
    }
}
