import Events
import Formats
import Settings

/// Stage 3: the subject's six fields.
enum ParseStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        do {
            var parsed = try ParsableSubject(parsing: work.event.subject)
            if let priority = work.givenPriority { parsed.monitor.priority = priority }
            work.parsed = parsed
            work.priority = parsed.monitor.priority
            let (subject, monitor) = (work.event.subject, parsed.monitor)
            work.step(.parse) { words in
                words.saw(subject)
                words.decided(
                    "monitor ", monitor.name, ", category ", monitor.category, ", P", String(monitor.priority))
                words.decided(", action ", monitor.action.word)
            }
            return .next
        } catch {
            if context.settings.global.directPass {
                work.isDirectPass = true
                work.priority = 3
                work.note(
                    .parse, saw: work.event.subject, "DirectPass: goes on unchanged as P3, not parsable: \(error)")
                return .next
            }
            work.note(.parse, saw: work.event.subject, "not parsable: \(error)")
            return .end(.unparseable, reason: error.description)
        }
    }
}
