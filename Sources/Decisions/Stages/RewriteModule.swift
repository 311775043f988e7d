import Events
import Formats
import Settings

/// Stage 2, `PROCESS;module`: a module may replace the subject, the agent and the priority, or cancel the event. One that
/// fails ends the event as one that nobody can read.
enum RewriteModule {
    /// Beside the program's own time: how long it may have to wait for its turn.
    private static let queuePatienceSeconds = 300

    static func run(
        _ work: inout Work, _ context: Context, _ module: String, _ rule: RuleReference
    ) -> StageResult {
        if let declarative = context.settings.modules.declarative[module] {
            return apply(declarative, &work, context)
        }
        if let executable = context.settings.modules.executable[module] {
            return ask(executable, module, &work, context, rule)
        }
        work.note(.rewrite, saw: rule.text, "the module \(module) is not there", rule)
        return .end(.unparseable, reason: "the module \(module), named at \(rule.place), does not exist")
    }

    private static func apply(
        _ module: DeclarativeModule, _ work: inout Work, _ context: Context
    ) -> StageResult {
        for rule in module.rules {
            switch match(rule, work.event) {
            case .none:
                continue
            case .limitExceeded(let reason):
                return fail(
                    &work, "ISR \(module.name)", "the expression at \(rule.reference.place) was given up: \(reason)",
                    rule.reference)
            case .groups(let groups):
                let change = ModuleChange(
                    subject: rule.subject?.filled(groups), agent: rule.agent?.filled(groups), priority: rule.priority,
                    cancel: rule.cancel?.filled(groups))
                return make(change, &work, context, "ISR \(module.name)", rule.reference)
            }
        }
        work.note(.rewrite, saw: work.event.subject, "no rule of [ISR \(module.name)] matches: nothing is changed")
        return .next
    }

    /// Both patterns have to match, where there are two; the subject's groups go before the body's.
    private static func match(_ rule: DeclarativeModule.Rule, _ event: Event) -> PatternMatch {
        var all: [String: String] = [:]
        for (pattern, text) in [(rule.subjectPattern, event.subject), (rule.bodyPattern, event.body)] {
            guard let pattern else { continue }
            switch pattern.match(text) {
            case .groups(let groups): all.merge(groups) { first, _ in first }
            case let other: return other
            }
        }
        return .groups(all)
    }

    private static func ask(
        _ module: ExecutableModule, _ name: String, _ work: inout Work, _ context: Context, _ rule: RuleReference
    ) -> StageResult {
        let seconds = context.settings.modules.timeoutSeconds
        var request = InputRequest(
            kind: .module, subject: name, patience: .seconds(seconds + queuePatienceSeconds))
        guard let answer = context.inputs[request.name] else {
            request.call = ModuleCall(
                program: module.path, input: ModuleInput.bytes(work.event, module), timeoutSeconds: seconds)
            return .needs(request)
        }
        switch ModuleOutcome(answer) {
        case .failed(let reason):
            return fail(&work, "modules/\(module.name)", reason, rule)
        case .wrote(let text):
            do throws(ModuleFault) {
                let change = try ModuleChange(answer: text)
                return make(change, &work, context, "modules/\(module.name)", rule)
            } catch {
                return fail(&work, "modules/\(module.name)", error.what, rule)
            }
        }
    }

    private static func fail(
        _ work: inout Work, _ module: String, _ reason: String, _ rule: RuleReference
    ) -> StageResult {
        work.note(.rewrite, saw: module, "the module failed: \(reason)", rule)
        return .end(.unparseable, reason: "the module \(module) failed: \(reason)")
    }

    private static func make(
        _ change: ModuleChange, _ work: inout Work, _ context: Context, _ module: String, _ rule: RuleReference
    ) -> StageResult {
        if let reason = change.cancel {
            work.note(.rewrite, saw: module, "cancelled: \(reason)", rule)
            return .end(.cancelled, reason: "cancelled by \(module): \(reason)")
        }
        var done: [String] = []
        if let subject = change.subject {
            work.event.subject = subject
            done.append("the subject becomes '\(subject)'")
        }
        if let priority = change.priority {
            work.givenPriority = priority
            done.append("the priority becomes P\(priority)")
        }
        let isOther = change.agent.map { isOtherAgent($0, than: work.event.agent) } ?? false
        if let agent = change.agent, isOther { done.append("the agent becomes '\(agent)'") }
        work.note(.rewrite, saw: module, done.isEmpty ? "nothing is changed" : done.joined(separator: ", "), rule)
        guard let agent = change.agent, isOther else { return .next }
        return changeAgent(to: agent, &work, context)
    }

    /// The machine's name alone is no other agent than the full name that begins with it; no name is none.
    private static func isOtherAgent(_ name: String, than agent: Event.Agent) -> Bool {
        !name.isEmpty && !name.equalsIgnoringCase(agent.name) && !name.equalsIgnoringCase(agent.machine)
    }

    /// Stage 1 is done again, from what the sender said: what was known of another agent does not hold for this one.
    private static func changeAgent(to name: String, _ work: inout Work, _ context: Context) -> StageResult {
        // What came without a name described the machine that now has one.
        work.event.agent = work.given.agent.name.isEmpty ? work.given.agent : Event.Agent()
        work.event.agent.name = name
        work.event.organisation = work.given.organisation
        return ClockStage.run(&work, context)
    }
}
