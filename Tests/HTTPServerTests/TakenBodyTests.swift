import Dispatch
import Platform
import TestSupport
import Testing

@testable import HTTPServer

/// A pass takes a body as it lies in what was read, if all of it is there.
struct TakenBodyTests {
    private static func post(_ body: String, _ more: String = "") -> String {
        "POST /a HTTP/1.1\r\nHost: a\r\n\(more)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
    }

    @Test("bodies are taken in their order, also of several requests in one piece; the handler has all others")
    func order() async throws {
        let taker = BodyTaker()
        try await withServer(taker.handler) { _, address in
            let client = try TestClient(address)
            try client.send(Self.post("one"))
            #expect(try client.answer().body == "taken one")
            let get = "GET /b HTTP/1.1\r\nHost: a\r\n\r\n"
            try client.send(Self.post("two") + Self.post("three") + get + Self.post("four"))
            #expect(try client.answer().body == "taken two")
            #expect(try client.answer().body == "taken three")
            #expect(try client.answer().body == "whole ")
            // The handler has not been given what was sent before it: so it does not overtake that.
            #expect(try client.answer().body == "whole four")
            // The body comes after its head has been read: the head asks for that.
            let parts = Self.post("five", "Expect: 100-continue\r\n")
            try client.send(String(parts.dropLast(4)))
            #expect(try client.answer().head.hasPrefix("HTTP/1.1 100"))
            try client.send("five" + Self.post("six", "Connection: close\r\n"))
            #expect(try client.answer().body == "whole five")
            #expect(try client.rest().hasSuffix("whole six"))
            #expect(taker.bodies == ["one", "two", "three"])
            let order = ["taken one", "taken two", "taken three", "whole ", "whole four", "whole five", "whole six"]
            #expect(taker.order == order)
        }
    }

    @Test("what has come while others were read is handed over with them")
    func together() async throws {
        try withTemporaryFolder { folder in
            let other = Guarded<@Sendable () -> Void>({})
            let taker = BodyTaker(onTake: { body in
                let send = other.with { $0 }
                if body == "one" { send() }
            })
            let server = HTTPServer(limits: .patient, handler: taker.handler)
            // A socket at which what was sent is there when the call that sends it returns.
            let address = try server.start("unix:\(folder)/itp.sock")
            defer { server.stop(drainSeconds: 0) }
            let clients = try (0..<2).map { _ in try TestClient(address) }
            for client in clients {
                try client.send(Self.post("first"))
                #expect(try client.answer().body == "taken first")
            }
            let late = clients[1].sending(Self.post("two"))
            other.with { $0 = late }
            try clients[0].send(Self.post("one"))
            #expect(try clients[0].answer().body == "taken one")
            #expect(try clients[1].answer().body == "taken two")
            #expect(taker.batches == [["first"], ["first"], ["one", "two"]])
        }
    }

    @Test("after an answer the turn waits for the next request before the queue does anything else")
    func waits() async throws {
        try withTemporaryFolder { folder in
            let (order, meanwhile) = (Guarded<[String]>([]), Guarded<@Sendable () -> Void>({}))
            let taker = BodyTaker(onTake: { body in order.with { $0.append(body) } })
            var handler = taker.handler
            let answers = handler.onBatch
            handler.onBatch = { batch in
                let asks = meanwhile.with { $0 }
                if order.with({ $0.last }) == "one" { asks() }
                answers(batch)
            }
            // No turn ever lasts so long that the queue has to be given up.
            let server = HTTPServer(limits: .patient, clock: StoppedSecond(0), handler: handler)
            let address = try server.start("unix:\(folder)/itp.sock")
            defer { server.stop(drainSeconds: 0) }
            let (one, other) = (try TestClient(address), try TestClient(address))
            try other.send(Self.post("first"))
            #expect(try other.answer().body == "taken first")
            let next = other.sending(Self.post("two"))
            let queue = try #require(taker.queue)
            meanwhile.with {
                $0 = {
                    queue.async { order.with { $0.append("queue") } }
                    next()
                }
            }
            try one.send(Self.post("one"))
            #expect(try one.answer().body == "taken one")
            #expect(try other.answer().body == "taken two")
            queue.sync {}
            #expect(order.with { $0 } == ["first", "one", "two", "queue"])
        }
    }

    @Test("a body that its pass leaves goes to the handler, and none is counted as in flight when all are answered")
    func left() async throws {
        let taker = BodyTaker(refusing: { $0.hasPrefix("odd") })
        var limits = HTTPLimits.patient
        limits.maxBodyBytesInFlight = 10
        try await withServer(taker.handler, limits) { _, address in
            let client = try TestClient(address)
            for number in 0..<20 {
                // Each takes more than half of the room that there is for all.
                let body = number % 2 == 0 ? "even \(number % 10)" : "odd  \(number % 10)"
                try client.send(Self.post(body))
                #expect(try client.answer().body == (number % 2 == 0 ? "taken \(body)" : "whole \(body)"))
            }
            try client.send(Self.post("more than ten"))
            #expect(try client.answer().head.hasPrefix("HTTP/1.1 503"))
        }
    }
}
