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
        if let until = opening(rule.restrictionClass, work, tenant, context) {
            let name = "class \(rule.restrictionClass) of the category \(category) at \(rule.reference.place)"
            AfterHold.withhold(&work, .restriction, by: name, until: until)
        }
        return .end(
            .restricted,
            reason: "the category \(category) is class \(rule.restrictionClass) (\(why)) at \(rule.reference.place)")
    }

    /// When it will be allowed; nil = never.
    private static func opening(
        _ restrictionClass: Int, _ work: Work, _ tenant: Shared<TenantSettings>, _ context: Context
    ) -> Instant? {
        let schedule: Schedule? =
            switch restrictionClass {
            case 2: tenant.hours.helpDesk
            case 3: context.settings.coverage.schedule(of: work.event.organisation.id)
            case 4: tenant.hours.classFour
            default: nil
            }
        return schedule?.nextChange(after: context.now, before: context.now + NotifyTiming.horizon)
    }
}
