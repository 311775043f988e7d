import Formats
import Glibc
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

        /// `ITP_KILL_SEEDS=100` tries more than the few that every run tries.
        private static let seeds: ClosedRange<UInt64> =
            1...max(1, getenv("ITP_KILL_SEEDS").flatMap { UInt64(String(cString: $0)) } ?? 1)

        @Test("ten kills lose no accepted alert and make no second ticket", arguments: seeds, [false, true])
        func kills(seed: UInt64, psaFails: Bool) async throws {
            try await Scene.with { scene in
                if psaFails { try KillTests.orderFaults(scene, seed) }
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
                try service.settleAll(seconds: 60)
                try KillTests.expectOneOutcomeEach(posters.answered, service, scene)
                // A sandbox that answers everything is asked for nothing twice.
                let posts = try scene.sandboxPage("counts")["ticketPosts"]?.members ?? []
                if !psaFails { #expect(posts.filter { $0.value.integer != 1 }.isEmpty, "\(posts)") }
                try service.stop()
                #expect(try scene.run("journal", "verify", scene.data + "/journal").code == 0)
            }
        }

        /// One call in ten is done and its answer lost, one in twenty each is not done or answered late, until it was enough.
        private static func orderFaults(_ scene: Scene, _ seed: UInt64) throws {
            let faults = [("reset-after", 0.1), ("status:503", 0.05), ("reset-before", 0.05), ("latency:60", 0.05)]
            let rules: JSON = .array(
                faults.enumerated().map { index, fault in
                    [
                        "vendor": "connectwise", "match": "", "fault": .string(fault.0),
                        "probability": .number("\(fault.1)"), "count": 10,
                        "seed": .integer(seed &* 10 &+ UInt64(index)),
                    ]
                })
            let answer = try Connection(scene.sandboxAddress).ask("POST", "/sandbox/faults", [], rules.bytes)
            guard answer.status == 201 else { throw Trouble("the sandbox takes no faults: \(answer.json.compact)") }
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
                loseLedger(scene)
                service = try scene.serve(["--after-restore=lookup"])
                #expect(
                    service.program.logLines("the journal holds undecided alerts").first?["records"]?.string == "300")
                try service.settleAll()
                #expect(try service.events().map { $0["id"]?.string ?? "" } == ids)
                try service.stop()
            }
        }

        @Test("a journal without its ledger is refused; decided again, it makes no ticket twice")
        func lostLedger() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                let ids = try (1...3).map { try service.post(Alert.dhcp.of(agent: "fs\($0).servers.acme")) }
                for id in ids { #expect(try service.settledEvent(id)["disposition"]?.string == "ticketed") }
                try service.stop()
                loseLedger(scene)
                let refused = try scene.run("serve", "--config", scene.config, "--data", scene.data)
                #expect(refused.code == 1)
                #expect(refused.errors.contains("--after-restore=lookup"))

                service = try scene.serve(["--after-restore=lookup"])
                for id in ids { #expect(try service.settledEvent(id)["disposition"]?.string == "ticketed") }
                #expect(try scene.tickets().map(\.reference).sorted() == ids.sorted())
                try service.stop()

                loseLedger(scene)
                service = try scene.serve(["--after-restore=settled"])
                #expect(try service.events().isEmpty)
                #expect(try scene.tickets().count == 3)
                try service.stop()
            }
        }

        /// As if the disk had kept the journal alone.
        private func loseLedger(_ scene: Scene) {
            for end in ["", "-wal", "-shm"] { removeTemporaryFolder(scene.data + "/ledger.db" + end) }
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
