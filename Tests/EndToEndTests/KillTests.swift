import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Ends without warning")
    struct KillTests {
        /// Every alert is a problem of its own; one in five is cancelled by a rule.
        private static let alerts = (0..<200).map { number in
            (number % 5 == 4 ? Alert.cancelled : Alert.dhcp).of(agent: "host\(number).servers.acme")
        }
        private static let ticketCount = 160

        /// Memory for five alerts.
        private let smallMemory: @Sendable (inout ConfigurationCopy) -> Void = {
            $0.set("MemoryEvents", "5", in: "QUEUE")
        }

        @Test("ten kills lose no accepted alert and make no second ticket", arguments: [UInt64(1), 2, 3])
        func kills(seed: UInt64) async throws {
            try await Scene.with { scene in
                var random = SeededRandom(seed: seed)
                let posters = try Posters(KillTests.alerts, connections: 4)
                defer { posters.end() }
                var service = try scene.serve()
                for life in 1...10 {
                    let count = life * 17 + random.pick(-8...8)
                    posters.post(to: service.address, limit: count + random.pick(0...12))
                    try posters.wait(for: count)
                    // Half of the kills strike among answers, the others somewhere in deciding and delivering.
                    if random.oneIn(2) { letPass(milliseconds: random.pick(0...120)) }
                    try service.program.kill()
                    service = try scene.serve()
                }
                posters.post(to: service.address, limit: KillTests.alerts.count)
                try posters.wait(for: KillTests.alerts.count)
                try service.settleAll(seconds: 30)
                try KillTests.expectOneOutcomeEach(posters.answered, service, scene)
                try service.stop()
                #expect(try scene.run("journal", "verify", scene.data + "/journal").code == 0)
            }
        }

        private static func expectOneOutcomeEach(
            _ answered: [Int: String], _ service: Service, _ scene: Scene
        ) throws {
            let events = try service.events()
            let byID = Dictionary(grouping: events) { $0["id"]?.string ?? "" }
            let tickets = try scene.tickets()
            let byReference = Dictionary(grouping: tickets, by: \.reference)
            #expect(byID.count == events.count, "an event is there twice")
            #expect(byReference.count == tickets.count, "a ticket was made twice")
            #expect(tickets.count == ticketCount)
            for (index, id) in answered {
                let event = try #require(byID[id]?.first, "alert \(index) was accepted as \(id) and is lost")
                #expect(event["agent"]?.string == alerts[index].agent)
                #expect(event["disposition"]?.string != nil, "\(event.compact)")
            }
            for (id, found) in byID {
                let isTicketed = found.first?["disposition"]?.string == "ticketed"
                #expect((byReference[id]?.count ?? 0) == (isTicketed ? 1 : 0), "\(found.map(\.compact))")
            }
            for reference in byReference.keys { #expect(byID[reference] != nil, "ticket \(reference) has no event") }
            let ticketed = events.filter { $0["disposition"]?.string == "ticketed" }
            #expect(Set(ticketed.map { $0["agent"]?.string }).count == ticketCount)
            // The sandbox answers everything, so nothing had to be asked for twice.
            let posts = try scene.sandboxPage("counts")["ticketPosts"]?.members ?? []
            #expect(posts.filter { $0.value.integer != 1 }.isEmpty, "\(posts)")
        }

        @Test("a restart decides what the journal holds and the ledger does not, in order and each once")
        func undecided() async throws {
            try await Scene.with(change: smallMemory) { scene in
                var service = try scene.serve()
                let ids = try KillTests.postPipelined(300, service)
                try service.program.kill()
                service = try scene.serve()
                try service.settleAll()
                #expect(try service.events().map { $0["id"]?.string ?? "" } == ids)
                try service.program.kill()
                // As if the disk had kept the journal alone.
                for end in ["", "-wal", "-shm"] { removeTemporaryFolder(scene.data + "/ledger.db" + end) }
                service = try scene.serve()
                #expect(
                    service.program.logLines("the journal holds undecided alerts").first?["records"]?.string == "300")
                try service.settleAll()
                #expect(try service.events().map { $0["id"]?.string ?? "" } == ids)
                try service.stop()
            }
        }

        @Test("a queue that is longer than memory waits on disk and is decided in order, each once")
        func longQueue() async throws {
            try await Scene.with(change: smallMemory) { scene in
                let service = try scene.serve()
                let ids = try KillTests.postPipelined(300, service)
                try service.settleAll()
                let events = try service.events()
                #expect(events.map { $0["id"]?.string ?? "" } == ids)
                #expect(events.allSatisfy { $0["disposition"]?.string == "cancelled" })
                try service.stop()
            }
        }

        /// Posts that many alerts that a rule cancels, 30 at a time under way; gives their IDs in order.
        private static func postPipelined(_ count: Int, _ service: Service) throws -> [String] {
            let connection = try Connection(service.address)
            var ids: [String] = []
            while ids.count < count {
                let pack = min(30, count - ids.count)
                let first = ids.count
                for number in first..<first + pack {
                    try connection.send(
                        "POST", "/v1/alerts", Alert.headers,
                        Alert.cancelled.of(agent: "host\(number).servers.acme").body)
                }
                for _ in 0..<pack {
                    let answer = try connection.answer()
                    ids.append(try #require(answer.json["ids"]?.array?.first?.string, "\(answer.head)"))
                }
            }
            return ids
        }
    }
}
