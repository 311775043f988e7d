import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Patch failures that are held: what survives a restart, and what lets them go on.
@Suite struct DeciderHoldTests {
    private let failure = body("MB-PATCH.PCH.S.P3.Alm", data: "KB1")

    @Test("a held event asks nobody, goes on when its time has come, and takes the others with it")
    func released() throws {
        var desk = try Desk(settings())
        let first = try desk.take(failure)
        let second = try desk.take(body("MB-PATCH.PCH.S.P3.Alm", data: "KB2"))
        #expect(try desk.event(first).state == "parked" && desk.questions.isEmpty)
        #expect(try desk.event(second).disposition == "summarised")
        try desk.pass(30 * 60 - 1)
        #expect(try desk.event(first).state == "parked")
        try desk.pass(1)
        #expect(try desk.event(first).disposition == "ticketed")
        #expect(desk.handed.first?.action.draft.description == "1 more patch failure of this agent:\nKB2")
        #expect(try desk.ledger.inputs(first) == ["hold:PFS": Hold.release(at: desk.now)])
        #expect(try desk.ledger.history.timerCount() == 0)
    }

    @Test("a hold survives a restart, with what has been taken into it")
    func restart() throws {
        let settings = try settings()
        var desk = try Desk(settings)
        let first = try desk.take(failure)
        try desk.take(body("MB-PATCH.PCH.S.P3.Alm", data: "KB2"))
        var again = try Desk(settings, on: desk.ledger)
        again.sequence = 10
        #expect(again.questions.isEmpty && again.timers == desk.timers)
        let third = try again.take(body("MB-PATCH.PCH.S.P3.Alm", data: "KB3"))
        #expect(try again.event(third).disposition == "summarised")
        try again.pass(30 * 60)
        #expect(try again.event(first).disposition == "ticketed")
        #expect(again.handed.first?.action.draft.description == "2 more patch failures of this agent:\nKB2\nKB3")
    }

    @Test(
        "a resolved event ends what is held for its problem; the timer fires in vain, and the next failure is held anew"
    )
    func cancelled() throws {
        var desk = try Desk(settings())
        let first = try desk.take(failure)
        let resolved = try desk.take(body("MB-PATCH.PCH.S.P3.Alm", data: "KB1", state: "resolved"))
        #expect(try desk.event(resolved).disposition == "cancelled")
        #expect(try desk.event(first).disposition == "cancelled")
        #expect(try desk.event(first).reason == "cancelled while it was held: resolved by event \(resolved)")
        let next = try desk.take(failure)
        #expect(try desk.event(next).state == "parked")
        try desk.pass(30 * 60)
        #expect(try desk.event(first).disposition == "cancelled")
        #expect(try desk.event(next).disposition == "ticketed")
        #expect(desk.handed.count == 1)
    }

    @Test("triggers of a remediation are counted in the ledger, and forgotten after four hours")
    func triggers() throws {
        var desk = try Desk(settings(duplicateMinutes: 0, rules: "[REMEDIATION]\n*.SVC=Restart"))
        let act = body("MB-X.SVC.S.P3.Act")
        var events: [Identifier] = []
        for _ in 0..<4 {
            events.append(try desk.take(act))
            try desk.pass(31 * 60)
        }
        #expect(try events.map { try desk.event($0).priority } == [3, 3, 3, 2])
        let key = "fs01.servers.acme\u{1F}restart"
        #expect(try desk.ledger.triggers(key).count == 3)
        try desk.pass(4 * 3600)
        try desk.handle(.housekeep)
        #expect(try desk.ledger.triggers(key).isEmpty)
    }
}
