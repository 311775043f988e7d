import Events
import Formats
import Settings

/// Stage 6: the same subject from the same machine within the window of the first one that went through.
enum DuplicateStage {
    static func run(_ work: inout Work, _ context: Context, _ memory: some Memory) throws -> StageResult {
        let ofSource = context.settings.sources[work.event.source]?.course.duplicateWindow
        let isAct = work.parsed?.monitor.action == .act
        let window =
            ofSource
            ?? (isAct ? context.settings.global.actDuplicateWindow : context.settings.global.duplicateWindow)
        let key = key(of: work.event)
        work.duplicateKey = key
        guard window.milliseconds > 0 else {
            work.note(.duplicate, saw: "a window of 0 minutes", "off")
            return .next
        }
        guard try !PatchSummary.isHolding(work, context, memory) else {
            work.note(.duplicate, saw: "a patch failure of the agent is held", "left to PFS")
            return .next
        }
        // An event that a storm has held back finds itself.
        guard let first = try memory.duplicate(key), first.event != work.event.id else {
            work.note(.duplicate, saw: "no earlier event with this subject", "the first one")
            return .next
        }
        let saw = joined("event ", first.event.description, " of ", first.openedAt.description)
        guard context.now < first.openedAt + window else {
            work.suppressedBefore = first.suppressed
            work.note(.duplicate, saw: saw, "its window of \(window.milliseconds / 60_000) minutes is over")
            return .next
        }
        work.changes.append(.countDuplicate(key: key))
        work.note(
            .duplicate, saw: saw,
            "a duplicate: within \(window.milliseconds / 60_000) minutes of it, number \(first.suppressed + 1)")
        return .end(
            .duplicate,
            reason: "the same subject from the same place within \(window.milliseconds / 60_000) minutes of event "
                + "\(first.event)")
    }

    /// The agent; without one the source's correlation key; without that the customer and the sender's address; always with
    /// the subject.
    static func key(of event: Event) -> String {
        let place = place(of: event)
        return joinedInSmallLetters([place.kind, place.name, place.separator, place.sender, "\u{1F}", event.subject])
    }

    /// What tells two places apart.
    static func key(ofPlace event: Event) -> String {
        let place = place(of: event)
        return joinedInSmallLetters([place.kind, place.name, place.separator, place.sender])
    }

    private static func place(of event: Event) -> Place {
        if !event.agent.name.isEmpty { return Place(kind: "agent:", name: event.agent.name) }
        if let key = event.correlationKey { return Place(kind: "key:", name: key) }
        return Place(kind: "org:", name: event.organisation.id, separator: "\u{1F}", sender: event.sender)
    }

    /// A place in pieces, as they follow one another in keys.
    private struct Place {
        var kind: String
        var name: String
        var separator = ""
        var sender = ""
    }
}
