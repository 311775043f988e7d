import Decisions
import Events
import Formats
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// Suppression never forgets: whatever holds an alert back, and however holds follow each other and the service stops in between,
/// what is not resolved has a ticket once they are all over.
@Suite struct SuppressionTests {
    /// Storms, the hours of a restriction, and a silence that comes back each day for two hours.
    private static let rules = """
        [RMM_SETTINGS]
        TimeZone=UTC
        WD_Start=09:15
        WD_End=17:00
        [RESTRICTED]
        BKP=2
        [TICKET FLOW]
        TicketFloodLimit=3
        TicketFloodInterval=1200
        ConsolidationInterval=300
        [SILENCE lunch]
        Agent=fs02
        Weekly=Fri 12:00-14:00
        Author=jo
        Reason=lunch
        """

    /// One of the problems that come and go; the senders of every third never say when one is over.
    private struct Problem {
        var number: Int
        var tellsEnd: Bool { number % 3 > 0 }
        var category: String { number % 4 == 0 ? "BKP" : "EVT" }
        /// The events since it was last resolved, and whether it fires.
        var events: [Identifier] = []

        func body(_ state: String) -> String {
            let state = tellsEnd ? ",\"state\":\"\(state)\"" : ""
            return "{\"subject\":\"\(category)|Disk|D\(number)|a|b|MB-DISK.\(category).S.P2.Alm\","
                + "\"agent\":\"fs0\(number % 5).servers.acme\"\(state)}"
        }
    }

    @Test("what still fires after all holds has a ticket, whatever held it", arguments: 1...4 as ClosedRange<UInt64>)
    func forgetsNothing(seed: UInt64) throws {
        var random = SeededRandom(seed: seed)
        let isTicket = seed % 2 == 0
        let settings = try settings(
            duplicateMinutes: 5, rules: "[GLOBAL]\nAfterHold=\(isTicket ? "ticket" : "note")\n" + SuppressionTests.rules
        )
        var desk = try Desk(settings)
        var problems = (0..<24).map { Problem(number: $0) }
        for _ in 0..<90 {
            try step(&desk, &problems, &random)
            if Int.random(in: 0..<20, using: &random) == 0 {
                let (now, sequence) = (desk.now + .minutes(Int.random(in: 0..<90, using: &random)), desk.sequence)
                desk = try Desk(settings, on: desk.ledger, at: now)
                desk.sequence = sequence
                desk.settings = desk.station.settings
            }
        }
        // A Saturday is no working day: on to Monday.
        for hours in [12, 12, 12, 12, 12, 12] {
            try desk.pass(hours * 3600)
            for _ in 0..<4 {
                try desk.pass(600)
                try desk.deliver()
            }
        }
        #expect(try desk.ledger.history.timerCount() == 0)
        for problem in problems where !problem.events.isEmpty {
            let events = try problem.events.map(desk.event)
            let isTold = events.contains { $0.ticket != nil }
            let isNoted =
                !isTicket && !problem.tellsEnd && events.contains { $0.reason?.contains("may still fire") == true }
            let story = events.map { "\($0.disposition ?? $0.state): \($0.reason ?? "")" }
            #expect(isTold || isNoted, "seed \(seed), problem \(problem.number): \(story)")
            #expect(try problem.events.allSatisfy { try desk.ledger.withheld($0) == nil }, "\(story)")
        }
        #expect(problems.contains { !$0.events.isEmpty && $0.tellsEnd }, "the test has tested something")
    }

    /// Time goes on, and something happens.
    private func step(_ desk: inout Desk, _ problems: inout [Problem], _ random: inout SeededRandom) throws {
        try desk.pass(Int.random(in: 0..<900, using: &random))
        switch Int.random(in: 0..<12, using: &random) {
        case 0: try desk.deliver()
        case 1:
            let end = desk.now + .minutes(Int.random(in: 5..<240, using: &random))
            let row = SilenceRow(
                agent: "fs0\(Int.random(in: 0..<5, using: &random))", group: nil, organisation: nil, category: nil,
                start: desk.now, end: end, owner: "jo", reason: "test", created: desk.now)
            try desk.handle(.silence(.add(row)) { _ in })
            desk.settings = desk.station.settings
        case 2:
            try desk.handle(.silence(.end(Int64.random(in: 1..<6, using: &random))) { _ in })
            desk.settings = desk.station.settings
        default:
            for _ in 0..<Int.random(in: 1..<6, using: &random) {
                let number = Int.random(in: 0..<problems.count, using: &random)
                if problems[number].tellsEnd, Int.random(in: 0..<4, using: &random) == 0 {
                    try desk.take(problems[number].body("resolved"))
                    problems[number].events = []
                } else {
                    problems[number].events.append(try desk.take(problems[number].body("firing")))
                }
            }
        }
    }
}
