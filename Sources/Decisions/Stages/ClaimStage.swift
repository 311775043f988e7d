import Events
import Settings

/// Between stages 1 and 2: whether the event's source may speak for the tenant and the customer that it names.
enum ClaimStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let source = context.settings.sources[work.event.source] else { return .next }
        let organisation = work.event.organisation
        let tenant = organisation.tenant.isEmpty ? "the primary" : "the tenant '\(organisation.tenant)'"
        if let allowed = source.limits.tenants, !allowed.contains(organisation.tenant.lowercased()) {
            return refused(&work, "\(tenant) is none of its Tenants", source)
        }
        if let allowed = source.limits.organisations, !allowed.contains(organisation.id.lowercased()) {
            return refused(&work, "the organisation '\(organisation.id)' is none of its Orgs", source)
        }
        return .next
    }

    private static func refused(_ work: inout Work, _ why: String, _ source: SourceSettings) -> StageResult {
        work.note(
            .intake, saw: "source \(source.name) speaks for organisation '\(work.event.organisation.id)'", why,
            source.reference)
        return .end(.unparseable, reason: "the source '\(source.name)' may not speak for this customer: \(why)")
    }
}
