import Decisions
import Events
import Settings
import Storage
import Vendors

/// What became of a page stands in an internal note of each ticket that it tells of.
extension DeciderStation {
    /// Notes it on the tickets, behind whatever is still to be done there; tickets that went out by mail get none.
    mutating func notePage(_ message: MessageOrder, _ text: String, _ now: Instant) throws {
        let lanes = Set(settings.accounts.filter { LaneStation.serves($0.system) }.map(\.lane))
        for place in message.places where lanes.contains(place.lane) {
            var draft = TicketDraft()
            draft.description = text
            var action = TicketAction(kind: .note, reference: place.event, draft: draft)
            action.terms.aside = "Page of event \(place.event)"
            try enqueue(
                Verdict.Delivery(lane: place.lane, problem: place.problem, action: action), of: place.event, now)
        }
    }
}
