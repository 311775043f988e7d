import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Asked to end")
    struct StopTests {
        @Test("SIGTERM among requests: what was accepted was answered, and is there after the next start")
        func terminate() async throws {
            try await Scene.with { scene in
                let alerts = (0..<300).map { Alert.cancelled.of(agent: "host\($0).servers.acme") }
                let posters = try Posters(alerts, connections: 4)
                defer { posters.end() }
                var service = try scene.serve()
                posters.post(to: service.address, limit: alerts.count)
                try posters.wait(for: 60)
                try service.program.send(signal: 15)
                #expect(try service.program.end(within: 10) == .exited(0))
                #expect(service.program.logLines("the service has stopped").count == 1)

                service = try scene.serve()
                try service.settleAll()
                let answered = posters.answered
                #expect(Set(try service.events().compactMap { $0["id"]?.string }) == Set(answered.values))

                posters.post(to: service.address, limit: alerts.count)
                try posters.wait(for: alerts.count)
                try service.settleAll()
                let ids = try service.events().compactMap { $0["id"]?.string }
                #expect(ids.count == alerts.count)
                #expect(Set(ids) == Set(posters.answered.values))
                try service.stop()
            }
        }

        @Test("deliveries that are under way at SIGTERM go on after the next start, each ticket once")
        func deliveries() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                var ids: [String] = []
                for number in 0..<12 {
                    ids.append(try service.post(Alert.dhcp.of(agent: "host\(number).servers.acme")))
                }
                try service.stop()
                service = try scene.serve()
                try service.settleAll()
                #expect(try scene.tickets().map(\.reference).sorted() == ids.sorted())
                try service.stop()
            }
        }
    }
}
