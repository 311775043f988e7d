import Decisions
import Events
import Formats

/// What differs between what two configurations make of one event. An event may count under several.
enum ReplayDifference: String, CaseIterable, Sendable {
    case dropped
    case delivered
    case joined
    case separate
    case pagesFewer
    case pagesMore
    case priority
    case ticketText
    case disposition

    /// The words that stand above the list.
    var title: String {
        switch self {
        case .dropped: "newly dropped: no longer reach the PSA"
        case .delivered: "newly delivered: did not reach the PSA before"
        case .joined: "no ticket of their own any more: noted on another"
        case .separate: "a ticket of their own: were noted on another before"
        case .pagesFewer: "fewer pages"
        case .pagesMore: "more pages"
        case .priority: "another priority"
        case .ticketText: "another ticket: place, text or classification"
        case .disposition: "another disposition, nothing else"
        }
    }

    /// What differs; nothing where both make the same of it.
    static func of(_ old: ReplayOutcome, _ new: ReplayOutcome) -> [ReplayDifference] {
        var found: [ReplayDifference] = []
        switch (old.action, new.action) {
        case (.some, nil): found.append(.dropped)
        case (nil, .some): found.append(.delivered)
        case (let before?, let after?):
            if before.kind == .create, after.kind != .create { found.append(.joined) }
            if before.kind != .create, after.kind == .create { found.append(.separate) }
            if before.kind == after.kind, told(before) != told(after) { found.append(.ticketText) }
        case (nil, nil): break
        }
        if new.pages < old.pages { found.append(.pagesFewer) }
        if new.pages > old.pages { found.append(.pagesMore) }
        if old.action != nil, new.action != nil, old.facts.priority != new.facts.priority { found.append(.priority) }
        if found.isEmpty, old.disposition != new.disposition { found.append(.disposition) }
        return found
    }

    /// The rule that makes the difference: the first one at which the two ways part. Where none decides, the stage.
    static func cause(_ old: ReplayOutcome, _ new: ReplayOutcome) -> String {
        let (before, after) = (old.trace.steps, new.trace.steps)
        let parting = zip(before, after).prefix { isSame($0, $1) }.count
        for at in parting..<max(parting, before.count, after.count) {
            let (left, right) = (at < before.count ? before[at] : nil, at < after.count ? after[at] : nil)
            if let left, let right, isSame(left, right) { continue }
            if let rule = right?.rule, rule.text != left?.rule?.text { return "new \(rule.place): \(rule.text)" }
            if let rule = left?.rule, rule.text != right?.rule?.text { return "old \(rule.place): \(rule.text)" }
        }
        if let rule = after.dropFirst(parting).last?.rule { return "new \(rule.place): \(rule.text)" }
        if parting == before.count, parting == after.count, let left = old.action?.draft, let right = new.action?.draft
        {
            return "no rule: the ticket's \(differing(left, right).joined(separator: ", "))"
        }
        let stage = (parting < after.count ? after[parting] : after.last)?.stage ?? before.last?.stage
        return "no rule, stage \(stage?.rawValue ?? "intake")"
    }

    /// A ticket without the line that names its event and rules: they may only have moved in their files.
    private static func told(_ action: TicketAction) -> TicketDraft {
        var draft = action.draft
        let line = "ITP event \(action.reference)"
        if let place = draft.internalNote.firstRange(of: line) {
            draft.internalNote = String(draft.internalNote[..<place.lowerBound])
        }
        return draft
    }

    /// What two tickets differ in.
    private static func differing(_ left: TicketDraft, _ right: TicketDraft) -> [String] {
        let fields: [(String, Bool)] = [
            ("subject", left.subject == right.subject), ("description", left.description == right.description),
            ("internal note", left.internalNote == right.internalNote),
            ("priority", left.priority == right.priority && left.priorityName == right.priorityName),
            ("board", left.board == right.board), ("status", left.status == right.status),
            ("source", left.source == right.source), ("classification", left.classification == right.classification),
            ("company", left.company == right.company), ("agent", left.agent == right.agent),
            ("mail", left.mail == right.mail), ("work type", left.workType == right.workType),
            ("due time", left.dueSeconds == right.dueSeconds),
            ("representative", left.representative == right.representative),
        ]
        return fields.filter { !$0.1 }.map(\.0)
    }

    /// Whether two steps decide alike. The line may have moved, and what they saw may be another event.
    private static func isSame(_ left: TraceStep, _ right: TraceStep) -> Bool {
        left.stage == right.stage && left.decided == right.decided && left.rule?.text == right.rule?.text
    }
}
