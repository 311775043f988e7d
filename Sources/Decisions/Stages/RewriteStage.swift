import Events
import Formats
import Settings

/// Stage 2: `[ALERT REWRITE]`. The first rule in the order of the file whose fragment occurs in the subject decides; there
/// is no second pass.
enum RewriteStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let tenant = work.tenant, let rule = tenant.alertRewrites.rule(for: work.event.subject) else {
            work.note(.rewrite, saw: work.event.subject, "no fragment occurs in the subject")
            return .next
        }
        let saw = joined("'", rule.fragment, "' in '", work.event.subject, "'")
        switch rule.action {
        case .cancel:
            work.note(.rewrite, saw: saw, "cancelled", rule.reference)
            return .end(.cancelled, reason: joined("cancelled by the rewrite rule at ", rule.reference.place))
        case .rewrite(let subject):
            work.note(.rewrite, saw: saw, joined("the subject becomes '", subject, "'"), rule.reference)
            work.event.subject = subject
            return .next
        case .process(let module):
            work.note(.rewrite, saw: saw, "the module \(module) decides", rule.reference)
            return RewriteModule.run(&work, context, module, rule.reference)
        }
    }
}
