import Events
import Formats
import Settings

/// Before all others: a source that names a record elsewhere (`LookUp`) has it read. Its mapping is made anew of the alert with
/// the record; where there is none, the event goes on with what the alert said.
enum LookUpStage {
    /// How long a record is waited for, with however many tries.
    private static let patience = Instant.Span.hours(7 * 24)

    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard let id = work.event.lookUp, context.settings.service.netwrix != nil else { return .next }
        let request = InputRequest(kind: .record, subject: id, patience: patience)
        switch context.inputs[request.name].map(RecordAnswer.init) {
        case nil: return .needs(request)
        case .found: work.note(.intake, saw: "the record \(id)", "read from Netwrix Auditor")
        case .missing(let reason):
            work.note(.intake, saw: "the record \(id)", "not read: \(reason); goes on with what the alert said")
        }
        return .next
    }
}

/// What came of looking for a record, as it is recorded.
public enum RecordAnswer: Sendable, Equatable {
    /// The record, as JSON.
    case found(String)
    /// There is none; the reason, as half a sentence.
    case missing(String)

    /// The recorded form.
    public var answer: InputAnswer {
        switch self {
        case .found(let text): .value("found " + text)
        case .missing(let reason): .value("missing " + reason)
        }
    }

    /// What is behind a recorded answer.
    public init(_ answer: InputAnswer) {
        guard case .value(let text) = answer else {
            self = .missing("nobody has answered in time")
            return
        }
        self =
            text.hasPrefix("found ")
            ? .found(String(text.dropFirst(6)))
            : .missing(text.hasPrefix("missing ") ? String(text.dropFirst(8)) : "what was recorded is no answer")
    }
}
