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
            let category = work.parsed?.monitor.category ?? "*"
            work.step(.restricted) { words in
                words.saw("category ", category)
                words.decided("not restricted")
            }
            return .next
        }
        let (isAllowed, why) =
            switch rule.restrictionClass {
            case 1: (false, "never")
            case 2: (work.hours.isStaffed, "only while the help desk is staffed")
            case 3: (work.hours.isCovered, "only in the customer's coverage hours")
            case 4: (tenant.hours.classFour.isOpen(at: context.now), "only in the hours of Class4")
            default: (true, "always")
            }
        work.step(.restricted, rule.reference) { words in
            words.saw("category ", category, ", class ", String(rule.restrictionClass))
            words.decided(isAllowed ? "allowed (" : "not allowed (", why, ")")
        }
        guard !isAllowed else { return .next }
        return .end(
            .restricted,
            reason: "the category \(category) is class \(rule.restrictionClass) (\(why)) at \(rule.reference.place)")
    }
}
