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

        @Test("a call that the PSA leaves hanging does not hold up the end; its ticket is made after the next start")
        func hangingCall() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                try scene.order(fault: "hang")
                let id = try service.post(.dhcp)
                #expect(try waitUntil { try scene.sandboxPage("counts")["ticketPosts"]?[id]?.integer == 1 })
                try service.stop()
                service = try scene.serve()
                #expect(try service.settledEvent(id)["disposition"]?.string == "ticketed")
                #expect(try scene.tickets().map(\.reference) == [id])
                // Nobody knows whether the first call made the ticket: it is looked for before it is asked for again.
                let methods = (try scene.sandboxPage("requests").array ?? []).compactMap { request -> String? in
                    let path = request["path"]?.string ?? ""
                    // The agent's configuration is put on the ticket after it is made.
                    let isOfTicket = path.contains("/service/tickets") && !path.contains("/configurations")
                    return isOfTicket ? request["method"]?.string : nil
                }
                #expect(methods.first == "POST" && methods.last == "POST", "\(methods)")
                #expect(methods.count > 2 && methods.dropFirst().dropLast().allSatisfy { $0 == "GET" }, "\(methods)")
                try service.stop()
            }
        }

        @Test("idle connections and half a request do not hold up the end beyond its time")
        func halfRequest() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let idle = try Connection(service.address)
                #expect(try idle.ask("GET", "/health").status == 200)
                let half = try Connection(service.address)
                try half.send(Array("POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{".utf8))
                let other = try Connection(service.address)
                #expect(try other.ask("GET", "/health").status == 200)
                try service.stop()
                #expect(throws: (any Error).self) { try idle.ask("GET", "/health") }
            }
        }

        @Test("after SIGTERM nobody new is taken, and a request that was begun can be finished")
        func begun() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                let begun = try Connection(service.address)
                let body = Alert.cancelled.body
                try begun.send(
                    Array("POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(body.count)\r\n\r\n{".utf8))
                let other = try Connection(service.address)
                #expect(try other.ask("GET", "/health").status == 200)
                try service.program.send(signal: 15)
                let refuses = waitUntil(seconds: 3) {
                    do {
                        _ = try Connection(service.address)
                        return false
                    } catch {
                        return true
                    }
                }
                #expect(refuses)
                try begun.send(Array(body.dropFirst()))
                let answer = try begun.answer()
                #expect(answer.status == 200, "\(answer.head)")
                // An answer between the listener's close and the shard's turn to drain may still say keep-alive; the
                // connection is closed all the same, or the program would not end.
                #expect(try service.program.end(within: 10) == .exited(0))
                service = try scene.serve()
                let id = try #require(answer.json["ids"]?.array?.first?.string)
                #expect(try service.settledEvent(id)["disposition"]?.string == "cancelled")
                try service.stop()
            }
        }

        @Test("a second signal ends the program at once")
        func secondSignal() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let half = try Connection(service.address)
                try half.send(Array("POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: 100\r\n\r\n{".utf8))
                let other = try Connection(service.address)
                #expect(try other.ask("GET", "/health").status == 200)
                // Half a request would hold up a clean end for seconds.
                try service.program.send(signal: 15)
                try service.program.send(signal: 2)
                #expect(try service.program.end(within: 2) == .exited(1))
            }
        }
    }
}
