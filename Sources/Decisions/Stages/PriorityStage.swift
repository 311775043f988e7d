import Events
import Formats

/// Stage 9: the priority, from the MonSetID. Workstations never hold P1 or P2.
enum PriorityStage {
    static func run(_ work: inout Work, _ context: Context) -> StageResult {
        let given = work.parsed?.monitor.priority ?? 3
        settle(&work)
        let (hostClass, priority) = (work.hostClass, work.priority)
        work.step(.priority) { words in
            words.saw("P", String(given), ", host class ", hostClass.rawValue)
            words.decided("P", String(priority))
            if priority != given { words.decided(": a workstation never holds P", String(given)) }
        }
        return .next
    }

    /// The same for a resolved event, which skips the stage: what it notes still has a priority.
    static func settle(_ work: inout Work) {
        let given = work.parsed?.monitor.priority ?? 3
        work.priority = work.hostClass == .workstation ? max(given, 3) : given
    }
}
