import Events
import Formats
import Storage
import TestSupport
import Testing

@testable import Sandbox

/// A flood of alerts of one customer against the sandbox's ConnectWise, in virtual time.
@Suite struct FloodTests {
    private static let alerts = 1000
    private static let critical = 5
    private static let flow = "\n[TICKET FLOW]\nTicketFloodLimit=10\nTicketFloodInterval=3600\nStormExempt=1\n"

    /// A thousand different problems within a minute, a few of them P1.
    private static var script: [String] {
        (1...alerts).map { number in
            let priority = number % (alerts / critical) == 0 ? 1 : 3
            let subject = "EVT|Disk|D\(number)|a|b|MB-DISK.EVT.S.P\(priority).Alm"
            return "{\"subject\":\"\(subject)\",\"agent\":\"m\(number).servers.acme\",\"state\":\"firing\"}"
        }
    }

    @Test(
        "1,000 alerts of one customer in a minute: ten tickets, one for each P1, and one storm ticket that names the rest"
    )
    func flood() async throws {
        let settings = try SimulationTests.settings(Self.flow)
        try await inTurn {
            for (seed, kills) in [(1, 0), (2, 3), (3, 4)] as [(UInt64, Int)] {
                var world = try World(seed: seed, alerts: Self.alerts, settings: settings, psa: ConnectWiseSandbox())
                world.script = Self.script
                world.killsLeft = kills
                world.faultsLeft = kills * 5
                try world.run()
                try world.examine()
                #expect(world.violations == [], "seed \(seed)")
                try Self.examine(world)
            }
        }
    }

    private static func examine(_ world: World) throws {
        var filter = HistoryFilter()
        filter.limit = 10_000
        let events = try world.ledger.history.events(filter).events
        let flooded = events.filter { $0.disposition == "flooded" }.map(\.origin.id.description)
        let ticketed = events.filter { $0.disposition == "ticketed" }
        #expect(ticketed.count { $0.priority == 1 } == critical)
        #expect(ticketed.count { $0.priority != 1 } == 10)
        #expect(flooded.count == alerts - critical - 10)
        #expect(world.psa.tickets.count == 10 + critical + 1)
        let storms = world.psa.tickets.filter { $0.summary.hasPrefix("Storm of alerts") }
        let storm = try #require(storms.first)
        #expect(storms.count == 1)
        // What ITP allows itself in a text, which every PSA takes; ConnectWise's summary takes 100.
        let texts = storm.notes.map(\.text)
        #expect(storm.summary.utf16.count <= 100)
        #expect(texts.allSatisfy { $0.utf16.count <= 8000 })
        let all = texts.joined(separator: "\n")
        #expect(flooded.filter { !all.contains("(event \($0)") } == [])
        #expect((storm.description ?? "").contains("Alerts in this storm:"))
        let parts = texts.filter { $0.hasPrefix("Storm, part ") }
        for (index, part) in parts.enumerated() { #expect(part.hasPrefix("Storm, part \(index + 2)\n")) }
        let summary = try #require(texts.first { $0.hasPrefix("The storm is over") })
        // None of them has said that it is over, and they are more than may become tickets.
        let again = texts.filter { $0.hasPrefix("Still firing after the storm") }.joined(separator: "\n")
        #expect(flooded.filter { "\($0)" != storm.externalRef && !again.contains("(event \($0)") } == [])
        #expect(summary.contains("took in \(flooded.count) alerts"))
        #expect(summary.contains("in \(parts.count) note"))
    }
}
