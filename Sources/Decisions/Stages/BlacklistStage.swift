import Events
import Formats
import Settings

/// Stage 11: `[BLACKLIST]`. Everything before has run; nothing goes to the PSA.
enum BlacklistStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let tenant = work.tenant, !tenant.wrappedValue.blacklist.isEmpty else { return .next }
        let agent = work.event.agent.name
        let rule = tenant.wrappedValue.blacklist.rule(for: agent)
        work.step(.blacklist, rule?.reference) { words in
            words.saw("agent '", agent, "'")
            words.decided(rule.map { $0.isListed ? "blacklisted" : "lifted" } ?? "not on the blacklist")
        }
        guard let rule, rule.isListed else { return .next }
        return .end(.blacklisted, reason: "the agent is on the blacklist as '\(rule.key)' at \(rule.reference.place)")
    }
}
