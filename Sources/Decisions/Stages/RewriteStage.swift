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
        let given = work.event.subject
        work.step(.rewrite, rule.reference) { words in
            words.saw("'", rule.fragment, "' in '", given, "'")
            switch rule.action {
            case .cancel: words.decided("cancelled")
            case .rewrite(let subject): words.decided("the subject becomes '", subject, "'")
            case .process(let module): words.decided("the module ", module, " decides")
            }
        }
        switch rule.action {
        case .cancel:
            return .end(.cancelled, reason: joined("cancelled by the rewrite rule at ", rule.reference.place))
        case .rewrite(let subject):
            work.event.subject = subject
            return .next
        case .process(let module):
            return RewriteModule.run(&work, context, module, rule.reference)
        }
    }
}
