import Events
import Formats
import Testing

@testable import Vendors

struct TicketBranchTests {
    private static let gone = "the ticket is gone from the PSA"
    private static let merged = "the ticket is merged into another"

    @Test("what an action comes to follows from how the ticket is found")
    func branches() {
        let rows: [(TicketAction.Kind, ObservedTicket.Condition, ObservedTicket.Touch, TicketBranch)] = [
            (.create, .open, .untouched, .create(reason: "a new ticket was asked for")),
            (.update, .open, .touched, .note(remark: nil)),
            (.update, .closed, .untouched, .create(reason: "the earlier ticket is closed")),
            (.update, .merged, .untouched, .create(reason: "the earlier ticket is merged into another")),
            (.update, .gone, .unknown, .create(reason: "the earlier ticket is gone from the PSA")),
            (.note, .open, .touched, .note(remark: nil)),
            (.note, .closed, .untouched, .nothing(reason: "the ticket is closed already")),
            (.note, .merged, .untouched, .nothing(reason: Self.merged)),
            (.note, .gone, .unknown, .nothing(reason: Self.gone)),
            (.close, .open, .untouched, .close),
            (.close, .open, .touched, .note(remark: "left open: a technician has changed the ticket")),
            (
                .close, .open, .unknown,
                .note(remark: "left open: the PSA does not say whether a technician has changed the ticket")
            ),
            (.close, .closed, .untouched, .nothing(reason: "the ticket is closed already")),
            (.close, .merged, .untouched, .nothing(reason: Self.merged)),
            (.close, .gone, .unknown, .nothing(reason: Self.gone)),
        ]
        for (kind, condition, touch, expected) in rows {
            let observed = ObservedTicket(condition: condition, touch: touch)
            #expect(TicketBranch.pick(action(kind), observed) == expected, "\(kind) \(condition) \(touch)")
        }
    }

    @Test("a closed ticket is reopened where the terms say so, a merged or lost one never")
    func reopening() {
        let action = action(.update) { $0.reopens = true }
        let picked = [ObservedTicket.Condition.closed, .merged, .gone, .open].map {
            TicketBranch.pick(action, ObservedTicket(condition: $0))
        }
        #expect(picked[0] == .reopen && picked[3] == .note(remark: nil))
        for branch in picked[1...2] {
            guard case .create = branch else {
                Issue.record("\(branch)")
                continue
            }
        }
    }

    @Test("closed is also what the flow calls so, and the status that ITP closes with")
    func closedStates() {
        let observed = ObservedTicket(condition: .open, touch: .untouched, status: "resolved")
        let closed = TicketBranch.create(reason: "the earlier ticket is closed")
        #expect(TicketBranch.pick(action(.update) { $0.closedStates = ["Resolved"] }, observed) == closed)
        #expect(TicketBranch.pick(action(.update) { $0.closingStatuses = ["Resolved"] }, observed) == closed)
        #expect(TicketBranch.pick(action(.update), observed) == .note(remark: nil))
    }

    @Test("without the human guard a touched ticket is closed; what was seen once is not forgotten")
    func guardOff() {
        let unguarded = action(.close) { $0.sparesTouched = false }
        for touch in [ObservedTicket.Touch.touched, .unknown, .untouched] {
            let observed = ObservedTicket(condition: .open, touch: touch)
            #expect(TicketBranch.pick(unguarded, observed, wasTouched: true) == .close)
        }
        let observed = ObservedTicket(condition: .open, touch: .untouched)
        #expect(TicketBranch.pick(action(.close), observed, wasTouched: true) != .close)
    }

    private func action(
        _ kind: TicketAction.Kind, _ change: (inout TicketAction.Terms) -> Void = { _ in }
    ) -> TicketAction {
        var action = TicketAction(kind: kind, reference: Rig.reference, draft: TicketDraft())
        change(&action.terms)
        return action
    }
}
