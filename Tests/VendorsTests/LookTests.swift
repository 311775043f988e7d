import Events
import Testing
import Vendors

@testable import Sandbox

/// A ticket that is only looked at, at every PSA.
struct LookTests {
    private func look(_ desk: inout ConformanceDesk, _ ticket: TicketNumber) throws -> LookedTicket? {
        var order = desk.order(.note, ticket: ticket)
        order.isLook = true
        guard case .looked(ticket, let seen) = try desk.run(order) else { return nil }
        return seen
    }

    @Test(
        "a look tells whether the ticket is open, touched or gone, and writes nothing",
        arguments: ConformingPSA.allCases)
    func looks(_ kind: ConformingPSA) throws {
        var desk = try ConformanceDesk(kind)
        let ticket = try desk.make()
        desk.log = []
        #expect(
            try look(&desk, ticket) == .init(isOpen: true, condition: "open", status: "New", isTouched: false))
        try desk.byHand(.note("I am on it", isInternal: true), ticket)
        #expect(try look(&desk, ticket)?.isTouched == true)
        try desk.byHand(.status("Closed"), ticket)
        #expect(try look(&desk, ticket)?.isOpen == false)
        try desk.byHand(.delete, ticket)
        #expect(try look(&desk, ticket)?.condition == "gone")
        #expect(desk.log.allSatisfy { $0.hasPrefix("GET") }, "\(desk.log)")
    }
}
