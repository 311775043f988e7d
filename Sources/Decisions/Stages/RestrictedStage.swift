import Events
import Formats
import Settings

/// Stage 8: `[RESTRICTED]`. Class 0 always, 1 never, 2 while the help desk is staffed, 3 in the customer's coverage hours,
/// 4 in the hours of `Class4_*`.
enum RestrictedStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let tenant = work.tenant, let category = work.parsed?.monitor.category,
            let rule = tenant.restrictions[category]
        else {
            work.note(.restricted, saw: joined("category ", work.parsed?.monitor.category ?? "*"), "not restricted")
            return .next
        }
        let saw = joined("category ", category, ", class ", String(rule.restrictionClass))
        let (isAllowed, why) =
            switch rule.restrictionClass {
            case 1: (false, "never")
            case 2: (work.hours.isStaffed, "only while the help desk is staffed")
            case 3: (work.hours.isCovered, "only in the customer's coverage hours")
            case 4: (tenant.hours.classFour.isOpen(at: context.now), "only in the hours of Class4")
            default: (true, "always")
            }
        guard !isAllowed else {
            work.note(.restricted, saw: saw, joined("allowed (", why, ")"), rule.reference)
            return .next
        }
        work.note(.restricted, saw: saw, "not allowed (\(why))", rule.reference)
        return .end(
            .restricted,
            reason: "the category \(category) is class \(rule.restrictionClass) (\(why)) at \(rule.reference.place)")
    }
}
