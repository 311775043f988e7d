import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("A PSA that fails")
    struct FaultTests {
        @Test("one ticket comes of every alert, whatever becomes of the call that makes it")
        func faults() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                // The first alert opens the connections that the lane keeps.
                _ = try service.settledEvent(try service.post(Alert.dhcp.of(agent: "first.servers.acme")))
                // How often the ticket is asked for: once where it was made, twice where it surely was not.
                let cases = [
                    "reset-after": 1, "truncate": 1, "garbage": 1, "reset-before": 2, "status:503": 2, "status:401": 2,
                ]
                var ids: [String: String] = [:]
                for (fault, _) in cases.sorted(by: { $0.key < $1.key }) {
                    try scene.order(fault: fault)
                    let agent = fault.split(separator: ":").joined() + ".servers.acme"
                    let id = try service.post(Alert.dhcp.of(agent: agent))
                    #expect(try waitUntil { try FaultTests.posts(id, scene) > 0 })
                    ids[fault] = id
                }
                try service.settleAll(seconds: 30)
                let tickets = try scene.tickets()
                for (fault, posts) in cases {
                    let id = try #require(ids[fault])
                    let event = try service.event(id)
                    #expect(tickets.filter { $0.reference == id }.count == 1, "\(fault)")
                    #expect(try FaultTests.posts(id, scene) == posts, "\(fault): \(event.compact)")
                    #expect(event["disposition"]?.string == "ticketed", "\(fault): \(event.compact)")
                    #expect(event["state"]?.string == "delivered", "\(fault): \(event.compact)")
                }
                #expect(tickets.count == cases.count + 1)
                #expect(try scene.sandboxPage("counts")["faults"]?.integer == Int64(cases.count))
                try service.stop()
            }
        }

        /// How often a ticket with that reference was asked for.
        private static func posts(_ id: String, _ scene: Scene) throws -> Int64 {
            try scene.sandboxPage("counts")["ticketPosts"]?[id]?.integer ?? 0
        }

        @Test("a PSA that is away when the alert comes gets its ticket when it is back")
        func away() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let rule: JSON = ["vendor": "connectwise", "match": "", "fault": "reset-before", "count": 2]
                let ordered = try Connection(scene.sandboxAddress).ask("POST", "/sandbox/faults", [], rule.bytes)
                #expect(ordered.status == 201)
                let event = try service.settledEvent(try service.post(.dhcp))
                #expect(event["state"]?.string == "delivered")
                #expect(try scene.tickets().map(\.reference) == [event["id"]?.string ?? ""])
                try service.stop()
            }
        }

        @Test("a ticket that the PSA refuses is not sent again at once; the event says why")
        func refused() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                try scene.order(fault: "status:422")
                let id = try service.post(.dhcp)
                // There is no e-mail to go by: it waits until somebody has mended what is wrong.
                var event = JSON.null
                let isTold = try waitUntil {
                    event = try service.event(id)
                    return event["trace"]?.array?.last?["decided"]?.string?.contains("422") == true
                }
                #expect(isTold && event["state"]?.string == "decided", "\(event.compact)")
                #expect(try FaultTests.posts(id, scene) == 1)
                try service.stop()
            }
        }
    }
}
