import Events

/// An event that its source lets add to an open ticket, and never make one.
enum NotePolicy {
    static func run(_ work: inout Work, _ scene: PolicyScene) -> StageResult {
        guard let link = scene.formerLink else {
            work.note(.policy, saw: "a note; no ticket of this problem", "nothing to do")
            return .end(.cancelled, reason: "a note: nothing open")
        }
        let ticket = PolicyScene.name(link)
        work.delivery = scene.delivery(.note, work)
        work.note(.policy, saw: "a note; \(ticket) of the same problem", "a note in \(scene.lane)")
        return .end(.noted, reason: "noted on \(ticket)")
    }
}
