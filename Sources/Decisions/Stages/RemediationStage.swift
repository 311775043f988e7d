import Events
import Formats
import Settings

/// Stage 10: which procedure an `Act` or a `Req` runs, and whether it may. The run itself is a question to the world outside;
/// `Act` goes on with its result, `Req` never becomes a ticket.
enum RemediationStage {
    static func run(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        guard let monitor = work.parsed?.monitor, monitor.action == .act || monitor.action == .request else {
            return .next
        }
        let saw = "action \(monitor.action.word) of \(monitor.name).\(monitor.category)"
        // Whatever has changed since: what was run was run.
        if let answer = context.inputs[RemediationStage.question.name] {
            let rule = work.tenant?.remediations.rule(name: monitor.name, category: monitor.category)
            return take(RunReport(recorded: answer.recorded), &work, saw, rule?.reference)
        }
        guard context.settings.mayRemediate(work.event.source) else {
            return cannotStart(
                &work, saw, "the source '\(work.event.source)' may not start procedures (Remediate=)", nil)
        }
        guard let rule = work.tenant?.remediations.rule(name: monitor.name, category: monitor.category) else {
            return cannotStart(&work, saw, "no line of [REMEDIATION] fits \(monitor.name).\(monitor.category)", nil)
        }
        if let fault = rule.fault { return cannotStart(&work, saw, fault, rule.reference) }
        guard !work.event.agent.name.isEmpty else {
            return cannotStart(&work, saw, "the alert names no agent", rule.reference)
        }
        let limits = context.settings.sources[work.event.source]?.limits
        if limits?.organisations != nil || limits?.tenants != nil, work.event.organisation.id.isEmpty {
            return cannotStart(
                &work, saw, "the source speaks for some customers only, and the alert names none", rule.reference)
        }
        let values = MacroValues(rewrite: ComposeStage.psaRewrite(work, context.settings.psaRewrites), isEmail: false)
        let run = plan(rule, values, work, allowed: limits?.organisations)
        let sawPlan = "\(saw): \(run.description)"
        if try isLoop(&work, rule, values, context.now, memory) {
            return skip(&work, sawPlan, rule.reference)
        }
        if let argument = run.arguments.first(where: { !isAllowed($0.value, context.settings.argumentPattern) }) {
            return cannotStart(
                &work, sawPlan, "the value of \(argument.name) holds what no argument may hold", rule.reference)
        }
        guard context.settings.service.rmm != nil else {
            return cannotStart(&work, sawPlan, "no RMM is configured", rule.reference)
        }
        var request = question
        request.run = run
        request.patience = work.priority <= 2 ? urgentWindow : window
        request.warning = warning(run, work, context.settings)
        // The trigger counts from now on, not only once the run has ended.
        request.changes = work.changes.filter { if case .countTrigger = $0 { true } else { false } }
        return .needs(request)
    }

    /// An event runs one procedure at most, whatever its rules become meanwhile: so its question has one name.
    static let question = InputRequest(
        kind: .procedure, subject: "run", patience: window)
    /// How long a run may take.
    private static let window = Instant.Span.minutes(20)
    /// The same for P1 and P2.
    private static let urgentWindow = Instant.Span.minutes(10)

    /// `AdvanceWarn`: the on-call staff hears that something urgent is being mended.
    private static func warning(_ run: ProcedureRun, _ work: Work, _ settings: Settings) -> MessageOrder? {
        guard work.priority <= 2, let tenant = work.tenant, tenant.notifications.warnsInAdvance,
            !tenant.notifications.onCall.isEmpty
        else { return nil }
        var message = NotifyTexts(work, tenant, settings).message(.onCall, tenant.notifications.onCall)
        message.id = "\(work.event.id).advance"
        message.subject = message.subject.replacing("Priority Alert Notification:", with: "Advance Warning:")
        message.body = "It is being mended by \(run.description) on \(run.agent).\n\n\(message.body)"
        return message
    }

    /// What has become of the run.
    private static func take(
        _ report: RunReport, _ work: inout Work, _ saw: String, _ rule: RuleReference?
    ) -> StageResult {
        let isAct = work.parsed?.monitor.action == .act
        switch report {
        case .notStarted(let reason): return cannotStart(&work, saw, reason, rule)
        case .passed(let text), .failed(let text):
            let isPass = report == .passed(text)
            work.note(.remediation, saw: saw, "\(isPass ? "Pass" : "Fail"): \(text)", rule)
            guard isAct else { return .end(.requestRun, reason: text) }
            work.remediation = isPass ? .pass : .fail
            work.remediationReason = "\(text.prefix(1).uppercased())\(text.dropFirst())."
            return .next
        }
    }

    private static func plan(
        _ rule: RemediationRule, _ values: MacroValues, _ work: Work, without left: Set<String> = [],
        allowed: Set<String>? = nil
    ) -> ProcedureRun {
        // A function, not a closure in a constant: that would hold a copy of the event.
        func value(_ name: String) -> String? { left.contains(name) ? nil : values.value(name, work) }
        return ProcedureRun(
            procedure: rule.procedure.expanded(value),
            arguments: rule.arguments.map { .init(name: $0.name, value: $0.value.expanded(value)) },
            agent: work.event.agent.name, organisation: work.event.organisation.id, allowed: allowed?.sorted())
    }

    /// Macros whose values differ from event to event.
    private static let volatile: Set<String> = ["eventguid", "time", "count", "priority"]
    private static let marks = Set(" ._:/\\-".utf8)

    /// Whether this is one trigger too many of the same action on the same agent. Triggers count, not runs. What differs
    /// from event to event does not make it another action.
    private static func isLoop(
        _ work: inout Work, _ rule: RemediationRule, _ values: MacroValues, _ now: Instant, _ memory: some Memory
    ) throws -> Bool {
        let action = plan(rule, values, work, without: volatile)
        let key = joinedInSmallLetters(
            [work.event.agent.name, action.procedure] + action.arguments.flatMap { [$0.name, $0.value] },
            separator: "\u{1F}")
        let earlier = try memory.triggers(key)
        work.changes.append(.countTrigger(key: key, at: now))
        guard earlier.count >= RemediationTriggers.kept, let oldest = earlier.last else { return false }
        return now - oldest < RemediationTriggers.window
    }

    /// The loop guard: not run; the priority rises by one level, but a workstation stays at P3.
    private static func skip(_ work: inout Work, _ saw: String, _ rule: RuleReference) -> StageResult {
        let reason = "trigger number \(RemediationTriggers.kept + 1) or more within four hours: a loop, not run"
        guard work.parsed?.monitor.action == .act else { return cannotStart(&work, saw, reason, rule) }
        let priority = max(work.priority - 1, work.hostClass == .workstation ? 3 : 1)
        let change = priority == work.priority ? "stays P\(priority)" : "P\(work.priority) becomes P\(priority)"
        work.priority = priority
        work.remediation = .skip
        work.remediationReason = "It was triggered more than \(RemediationTriggers.kept) times within four hours."
        work.note(.remediation, saw: saw, "Skip: \(reason); \(change)", rule)
        return .next
    }

    /// An `Act` goes on with Fail, a `Req` ends as failed.
    private static func cannotStart(
        _ work: inout Work, _ saw: String, _ reason: String, _ rule: RuleReference?
    ) -> StageResult {
        guard work.parsed?.monitor.action == .act else {
            work.note(.remediation, saw: saw, "cannot start: \(reason)", rule)
            return .end(.failed, reason: "the procedure cannot start: \(reason)")
        }
        work.remediation = .fail
        work.remediationReason = "The procedure could not start: \(reason)."
        work.note(.remediation, saw: saw, "Fail: \(reason)", rule)
        return .next
    }

    /// The most that a value may have under a pattern of the configuration's own.
    private static let argumentBytes = 1024

    /// `[A-Za-z0-9 ._:/\\-]{0,128}`: a value that no shell, script or RMM takes for anything but a value; or what `ArgPattern`
    /// fits as a whole, without control characters.
    private static func isAllowed(_ value: String, _ pattern: (any PatternMatcher)?) -> Bool {
        if let pattern {
            guard value.utf8.count <= argumentBytes, value.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else {
                return false
            }
            if case .groups = pattern.match(value) { return true }
            return false
        }
        return value.utf8.count <= 128
            && value.utf8.allSatisfy { byte in
                marks.contains(byte) || byte >= UInt8(ascii: "0") && byte <= UInt8(ascii: "9")
                    || lowercased(byte) >= UInt8(ascii: "a") && lowercased(byte) <= UInt8(ascii: "z")
            }
    }
}
