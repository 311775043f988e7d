import Events
import Formats
import Settings

/// Stage 8: `[RESTRICTED]`. Class 1 never; every other class counts as allowed until hours are read.
enum RestrictedStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let category = work.parsed?.monitor.category, let rule = work.tenant?.restrictions[category] else {
            work.note(.restricted, saw: "category \(work.parsed?.monitor.category ?? "*")", "not restricted")
            return .next
        }
        let saw = "category \(category), class \(rule.restrictionClass)"
        guard rule.restrictionClass == 1 else {
            work.note(.restricted, saw: saw, "allowed", rule.reference)
            return .next
        }
        work.note(.restricted, saw: saw, "never allowed", rule.reference)
        return .end(.restricted, reason: "the category \(category) is class 1 (never) at \(rule.reference.place)")
    }
}
