import Events
import Formats

/// Stage 9: the priority, from the MonSetID. Workstations never hold P1 or P2.
enum PriorityStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        let given = work.parsed?.monitor.priority ?? 3
        settle(&work)
        let lowered = work.priority == given ? "" : ": a workstation never holds P\(given)"
        work.note(
            .priority, saw: joined("P", String(given), ", host class ", work.hostClass.rawValue),
            joined("P", String(work.priority), lowered))
        return .next
    }

    /// The same for a resolved event, which skips the stage: what it notes still has a priority.
    static func settle(_ work: inout Work) {
        let given = work.parsed?.monitor.priority ?? 3
        work.priority = work.hostClass == .workstation ? max(given, 3) : given
    }
}
