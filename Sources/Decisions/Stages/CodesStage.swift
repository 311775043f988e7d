import Events
import Formats
import Settings

/// Stage 5: the action word. `Log` is logged; a word in `DropCodes` is dropped.
enum CodesStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        guard work.event.state == .firing, let action = work.parsed?.monitor.action else { return .next }
        if action == .log {
            work.note(.codes, saw: "action Log", "logged, nothing else")
            return .end(.logged, reason: "the MonSetID's action is Log")
        }
        guard let tenant = work.tenant, tenant.dropCodes.contains(action.word.lowercased()) else {
            work.step(.codes) { words in
                words.saw("action ", action.word)
                words.decided("not in DropCodes")
            }
            return .next
        }
        work.note(.codes, saw: "action \(action.word)", "dropped", tenant.dropCodesReference)
        let place = tenant.dropCodesReference.map { " at \($0.place)" } ?? ""
        return .end(.droppedCode, reason: "the action \(action.word) is in DropCodes\(place)")
    }
}
