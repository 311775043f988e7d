import Events
import Storage
import Testing
import Vendors

@testable import Service

/// The count of calls that a PSA limits by the hour outlives the service.
@Suite struct DeciderCallTests {
    @Test("what lanes have called in the last hour is told to them after a start, and forgotten after it")
    func restart() throws {
        let ledger = try Ledger(path: ":memory:")
        let settings = try settings()
        var desk = try Desk(settings, on: ledger)
        for _ in 0..<3 { try desk.handle(.counted(lane: desk.lane, meter: "tickets")) }
        #expect(desk.formerCalls.isEmpty)

        var again = try Desk(settings, on: ledger, at: desk.now + .minutes(30))
        #expect(again.formerCalls.map(\.count) == [3] && again.formerCalls.map(\.meter) == ["tickets"])
        // A lane that new settings have made is told as well.
        again.formerCalls = []
        try again.handle(.settings(settings))
        #expect(again.formerCalls.map(\.count) == [3])

        var late = try Desk(settings, on: ledger, at: desk.now + .minutes(62))
        #expect(late.formerCalls.isEmpty)
        try late.handle(.housekeep)
        #expect(try ledger.calls(since: desk.now, now: late.now).isEmpty)
    }
}
