import Events
import Formats
import Settings

/// `[TICKET RULES name]`: what a source's section of rules makes of an event by its severity, type or status.
enum RulesPolicy {
    /// What the rules say of an event.
    struct Ruling {
        /// How the event ends by them, where they end it.
        var end: (disposition: Disposition, reason: String)?
        /// Whether a resolved alert closes the ticket.
        var autoCloses = false
        /// The line that says so, where one does.
        var autoCloseReference: RuleReference?
        /// When the event is too old to be delivered.
        var expires: Instant?
        /// The status on closing, where the row names one.
        var closingStatus: String?
    }

    private enum RowKind {
        case status
        case eventType
        case severity
    }

    /// What rows of severities that say nothing of it allow.
    private static let defaultLifetime = Instant.Span.hours(24)

    static func apply(
        _ source: SourcePolicy?, _ tenant: Shared<TenantSettings>, _ system: PSAAccount.System, to work: inout Work
    ) -> Ruling {
        var ruling = Ruling()
        ruling.autoCloses = source?.autoCloses ?? false
        if ruling.autoCloses { ruling.autoCloseReference = source?.reference }
        guard let name = source?.rules, let rules = tenant.ticketRules[name.lowercased()] else { return ruling }
        guard let (rule, kind) = row(for: work.event, description: work.given.subject, rules) else {
            work.note(.policy, saw: "no row of the rules '\(name)' fits", "cancelled", rules.reference)
            ruling.end = (.cancelled, "rule off: no row of [TICKET RULES \(name)] is for this event")
            return ruling
        }
        guard rule.isOn else {
            work.note(.policy, saw: "the row of the rules '\(name)' that fits", "cancelled", rule.reference)
            ruling.end = (.cancelled, "rule off")
            return ruling
        }
        ruling.autoCloses = rule.autoCloses ?? (kind == .status || ruling.autoCloses)
        if ruling.autoCloses { ruling.autoCloseReference = rule.reference }
        ruling.closingStatus = rule.fields["closingstatus"]
        if work.event.state == .firing, let lifetime = rule.lifetime ?? (kind == .severity ? defaultLifetime : nil) {
            let expires = (work.event.occurredAt ?? work.event.receivedAt) + lifetime
            guard work.now <= expires else {
                work.note(.policy, saw: "valid until \(expires)", "too old", rule.reference)
                ruling.end = (.expired, "older than the \(PolicyScene.words(lifetime)) that its rule allows")
                return ruling
            }
            ruling.expires = expires
        }
        fill(&work.draft, rule, kind, work.event.severity, system)
        work.note(.policy, saw: "the row of the rules '\(name)' that fits", "its fields are taken", rule.reference)
        return ruling
    }

    /// The row that fits, the most specific first: of a status, of the event type, of the severity. A status is the event
    /// type `Status`, `Status.Warning` or `Status.Critical`; its description is the subject as it came.
    private static func row(
        for event: Event, description: String, _ rules: TicketRules
    ) -> (TicketRule, RowKind)? {
        let type = event.eventType
        if type.equalsIgnoringCase("Status") || type.lowercased().hasPrefix("status.") {
            let status = type.contains(".") ? type : "Status." + event.severity
            if let rule = rules.rows[status + ":" + description] { return (rule, .status) }
        }
        if !type.isEmpty, let rule = rules.rows[type] {
            return (rule, type.lowercased().hasPrefix("status.") ? .status : .eventType)
        }
        if !event.severity.isEmpty, let rule = rules.rows[event.severity] { return (rule, .severity) }
        return nil
    }

    /// What the row says beats service level and PSA rewrite; the P-number stays.
    private static func fill(
        _ draft: inout TicketDraft, _ rule: TicketRule, _ kind: RowKind, _ severity: String,
        _ system: PSAAccount.System
    ) {
        let field = { (names: String...) in names.lazy.compactMap { rule.fields[$0] }.first }
        if let board = field("board", "queue") { draft.board = board }
        if let priority = field("priority") { draft.priorityName = priority }
        if let type = field("type", "issuetype") {
            // The rest belonged to another type.
            draft.classification = TicketDraft.Classification(type: type)
        }
        if let subtype = field("subtype", "subissuetype") { draft.classification.subtype = subtype }
        if let source = field("source") { draft.source = source }
        draft.workType = field("worktype") ?? draft.workType
        draft.representative = field("rep") ?? draft.representative
        draft.dueSeconds = rule.dueSeconds ?? draft.dueSeconds
        guard system == .autotask else { return }
        if field("priority") == nil {
            switch severity.lowercased() {
            case "critical": draft.priorityName = "Critical"
            case "warning", "functional failure": draft.priorityName = "Medium"
            default: break
            }
        }
        if rule.dueSeconds == nil {
            let isWarningStatus = kind == .status && severity.equalsIgnoringCase("Warning")
            draft.dueSeconds = (isWarningStatus ? 24 : 12) * 3600
        }
    }
}
