import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Bad input")
    struct BadInputTests {
        private struct Case: Sendable {
            var name: String
            var method = "POST"
            var path = "/v1/alerts"
            var headers = Alert.headers
            var body = #"{"subject":"a"}"#
            var status: Int
            /// What the problem says of what and where.
            var says: String
        }

        private static let cases = [
            Case(name: "broken JSON", body: #"{"subject":"a","#, status: 400, says: "byte 15"),
            Case(name: "no JSON at all", body: "disk is full", status: 400, says: "byte 0"),
            Case(name: "an empty body", body: "", status: 400, says: "byte 0"),
            Case(name: "a number", body: "17", status: 422, says: "an object was expected"),
            Case(name: "no subject", body: #"{"body":"a"}"#, status: 422, says: "/subject"),
            Case(name: "an empty subject", body: #"{"subject":" "}"#, status: 422, says: "/subject"),
            Case(name: "a wrong type", body: #"{"subject":["a"]}"#, status: 422, says: "/subject"),
            Case(
                name: "a wrong type in a batch", body: #"{"alerts":[{"subject":"a"},{"subject":{}}]}"#, status: 422,
                says: "/alerts/1/subject"),
            Case(name: "an empty batch", body: #"{"alerts":[]}"#, status: 422, says: "/alerts"),
            Case(name: "a wrong time", body: #"{"subject":"a","occurredAt":"noon"}"#, status: 422, says: "/occurredAt"),
            Case(name: "an unknown path", path: "/v1/alarms", status: 404, says: "/v1/alerts"),
            Case(name: "a wrong method", method: "GET", body: "", status: 405, says: "POST"),
            Case(name: "a wrong method on a page", path: "/v1/events", body: "", status: 405, says: "GET"),
            Case(name: "another type", headers: ["Content-Type: text/xml"], status: 415, says: "application/json"),
            Case(
                name: "a long key", headers: Alert.headers + ["Idempotency-Key: " + String(repeating: "k", count: 257)],
                status: 400, says: "256"),
            Case(
                name: "an odd event ID", method: "GET", path: "/v1/events/seventeen", body: "", status: 400,
                says: "seventeen"),
            Case(
                name: "an unknown event", method: "GET", path: "/v1/events/00000000-0000-7000-8000-000000000000",
                body: "", status: 404, says: "00000000-0000-7000-8000-000000000000"),
            Case(
                name: "an unknown filter", method: "GET", path: "/v1/events?colour=red", body: "", status: 400,
                says: "colour"),
        ]

        @Test("every bad request gets a problem that says what and where, and the service goes on")
        func table() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                for wrong in BadInputTests.cases {
                    let answer = try service.ask(wrong.method, wrong.path, wrong.headers, Array(wrong.body.utf8))
                    BadInputTests.expectProblem(answer, wrong.status, wrong.says, wrong.name)
                }
                #expect(try service.events().isEmpty)
                #expect(try service.settledEvent(try service.post(.cancelled))["disposition"]?.string == "cancelled")
                try service.stop()
            }
        }

        private static func expectProblem(_ answer: Answer, _ status: Int, _ says: String, _ name: String) {
            let problem = answer.json
            #expect(answer.status == status, "\(name): \(answer.head)")
            #expect(answer.field("content-type") == "application/problem+json", "\(name): \(answer.head)")
            #expect(problem["status"]?.integer == Int64(status), "\(name): \(problem.compact)")
            #expect(problem.compact.contains(says), "\(name): \(problem.compact)")
        }

        @Test("a body of 20 MiB is refused by its length, before it is read, and also while it comes in chunks")
        func tooLong() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let size = 20 << 20
                let announced = try Connection(service.address)
                try announced.send(
                    Array("POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nContent-Length: \(size)\r\n\r\n".utf8))
                BadInputTests.expectProblem(try announced.answer(), 413, "10485760", "announced")

                // As curl does it: the answer may come while the body is still being sent.
                let sent = try Connection(service.address)
                do {
                    try sent.send("POST", "/v1/alerts", Alert.headers, [UInt8](repeating: 0x20, count: size))
                } catch {
                    // The service has stopped listening, as it may.
                }
                BadInputTests.expectProblem(try sent.answer(), 413, "10485760", "sent")

                let chunked = try Connection(service.address)
                do {
                    try chunked.send(
                        Array(
                            "POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\nTransfer-Encoding: chunked\r\n\r\n".utf8))
                    let chunk = Array("100000\r\n".utf8) + [UInt8](repeating: 0x20, count: 1 << 20) + [0x0D, 0x0A]
                    for _ in 0..<20 { try chunked.send(chunk) }
                } catch {
                    // As above.
                }
                BadInputTests.expectProblem(try chunked.answer(), 413, "too large", "chunked")
                #expect(try service.settledEvent(try service.post(.cancelled))["disposition"]?.string == "cancelled")
                try service.stop()
            }
        }

        @Test("a request that could be read in two ways is refused and its connection closed")
        func smuggling() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let heads = [
                    "Content-Length: 2\r\nTransfer-Encoding: chunked", "Content-Length: 2\r\nContent-Length: 3",
                    "Content-Length: +2", "Content-Length : 2", "X-A: b\r\n c: d", "Content-Length: 2\nX-A: b",
                ]
                for head in heads {
                    let connection = try Connection(service.address)
                    try connection.send(
                        Array("POST /v1/alerts HTTP/1.1\r\nHost: 127.0.0.1\r\n\(head)\r\n\r\n{}".utf8))
                    let answer = try connection.answer()
                    #expect(answer.status == 400, "\(head): \(answer.head)")
                    #expect(throws: Trouble.self, "\(head)") { try connection.answer() }
                }
                #expect(try service.settledEvent(try service.post(.cancelled))["disposition"]?.string == "cancelled")
                try service.stop()
            }
        }

        @Test("the same Idempotency-Key again is a redelivery, also after a restart")
        func redelivery() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                let key = ["Idempotency-Key: 7"]
                let first = try service.settledEvent(try service.post(.cancelled, key))
                #expect(first["disposition"]?.string == "cancelled")
                let second = try service.settledEvent(try service.post(.cancelled, key))
                #expect(second["disposition"]?.string == "redelivery")
                #expect(second["reason"]?.string?.contains(first["receipt"]?.string ?? "?") == true)
                try service.stop()
                service = try scene.serve()
                let third = try service.settledEvent(try service.post(.cancelled, key))
                #expect(third["disposition"]?.string == "redelivery")
                try service.stop()
            }
        }

        @Test("a second service on the same data folder is refused, and the first one goes on")
        func secondService() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let second = try scene.run("serve", "--config", scene.config, "--data", scene.data)
                #expect(second.code == 1)
                #expect(second.errors.contains("in use by process \(service.program.processID)"), "\(second.errors)")
                // One line beside what the log says of the configuration.
                #expect(second.errors.split(separator: "\n").filter { !$0.hasPrefix("{") }.count == 1, "\(second)")
                #expect(try service.ask("GET", "/health").status == 200)
                try service.stop()
            }
        }

        @Test("an address that is taken is refused in one line, and the data folder is free again")
        func addressInUse() async throws {
            try await Scene.with { scene in
                let words = ["serve", "--config", scene.config, "--data", scene.data, "--listen", scene.sandboxAddress]
                let refused = try Program.run(words, in: scene.folder)
                #expect(refused.code == 1)
                #expect(refused.errors.contains("itp serve: "), "\(refused)")
                #expect(refused.errors.contains(scene.sandboxAddress), "\(refused)")
                try scene.serve().stop()
            }
        }
    }
}
