import Dispatch
import Formats
import Glibc
import HTTPServer
import Platform
import Testing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

struct ServerLimitTests {
    @Test(
        "what is malformed or too large is answered with its status, and the connection ends",
        arguments: [
            ("GET / HTTP/1.1\r\n\r\n", 400, "missing-host"), ("GET / HTTP/1.1\nHost: a\n\n", 400, "bare-line-feed"),
            (
                "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\nTransfer-Encoding: chunked\r\n\r\n", 400,
                "length-and-transfer-encoding"
            ),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: gzip\r\n\r\n", 501, "unsupported-transfer-encoding"),
            ("GET / HTTP/3.0\r\nHost: a\r\n\r\n", 505, "unsupported-version"),
            ("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1001\r\n\r\n", 413, "body-too-large"),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3e9\r\n", 413, "body-too-large"),
            ("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\nxyz\r\n", 400, "bad-chunk-size"),
            ("GET /" + String(repeating: "x", count: 20_000), 414, "target-too-long"),
        ])
    func refused(text: String, status: Int, code: String) async throws {
        var limits = HTTPLimits.patient
        limits.maxBodyBytes = 1000
        try await withServer(.echo, limits) { server, address in
            let client = try TestClient(address)
            try client.send(text)
            let answer = try client.rest()
            #expect(answer.hasPrefix("HTTP/1.1 \(status) "))
            #expect(answer.contains("Content-Type: application/problem+json\r\n"))
            #expect(answer.contains("Connection: close\r\n"))
            #expect(answer.contains("\"code\":\"\(code)\"") && answer.contains("\"detail\":\"byte "))
        }
    }

    @Test("a peer that sends all of a body that is too large can still read the 413")
    func wholeLargeBody() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 20971520\r\n\r\n")
            try client.send([UInt8](repeating: 0, count: 20 << 20))
            client.finishSending()
            #expect(try client.rest().hasPrefix("HTTP/1.1 413 Content Too Large\r\n"))
        }
    }

    @Test("below a path that may have longer bodies they are taken, beside it not")
    func longerBodies() async throws {
        var limits = HTTPLimits.patient
        limits.maxBodyBytes = 1000
        limits.longerBodies = [("/mail", 2000)]
        try await withServer(.echo, limits) { _, address in
            for (path, length, status) in [
                ("/mail", 1500, 200), ("/mail/x?a=1", 2000, 200), ("/mail/x", 2001, 413), ("/mailbox", 1500, 413),
                ("/", 1500, 413),
            ] {
                let client = try TestClient(address)
                let head = "POST \(path) HTTP/1.1\r\nHost: a\r\nConnection: close\r\nContent-Length: \(length)\r\n\r\n"
                try client.send(head + String(repeating: "x", count: length))
                #expect(try client.rest().hasPrefix("HTTP/1.1 \(status) "), "\(path) \(length)")
            }
        }
    }

    @Test("refusals are counted by reason")
    func counted() async throws {
        let server = HTTPServer(limits: .patient, handler: TestHandler.echo)
        let address = try server.start("127.0.0.1:0")
        for _ in 0..<3 {
            let client = try TestClient(address)
            try client.send(get + "GET / HTTP/1.1\r\n\r\n")
            _ = try client.rest()
        }
        server.stop(drainSeconds: 5)
        #expect(server.stats.badRequests == ["missing-host": 3])
        #expect(server.stats.requests == 3 && server.stats.accepted == 3 && server.stats.openConnections == 0)
    }

    @Test("a head can be refused before its body is read")
    func notAdmitted() async throws {
        var handler = TestHandler.echo
        handler.onAdmit = { head, peer in
            head.target.path == "/closed" && peer.isLoopback ? .problem(status: 404) : nil
        }
        try await withServer(handler) { server, address in
            let early = try TestClient(address)
            try early.send("POST /closed HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\n\r\n")
            let answer = try early.rest()
            #expect(answer.hasPrefix("HTTP/1.1 404 ") && answer.contains("Connection: close"))
            let waiting = try TestClient(address)
            try waiting.send("POST /closed HTTP/1.1\r\nHost: a\r\nContent-Length: 100\r\nExpect: 100-continue\r\n\r\n")
            #expect(try waiting.rest().hasPrefix("HTTP/1.1 404 "))
            let bodiless = try TestClient(address)
            try bodiless.send("GET /closed HTTP/1.1\r\nHost: a\r\n\r\n" + get)
            #expect(try bodiless.answer().head.contains("Connection: keep-alive"))
            #expect(try bodiless.answer().body == "GET / ")
        }
    }

    @Test("a connection too many is told to come back later")
    func tooManyConnections() async throws {
        var limits = HTTPLimits.patient
        limits.maxConnections = 1
        try await withServer(.echo, limits) { server, address in
            let first = try TestClient(address)
            try first.send(get)
            _ = try first.answer()
            let second = try TestClient(address)
            let answer = try second.rest()
            #expect(answer.hasPrefix("HTTP/1.1 503 ") && answer.contains("Retry-After: 5\r\n"))
            try first.send(get)
            #expect(try first.answer().body == "GET / ")
        }
    }

    @Test("bodies are bounded in all, and an answered one makes room again")
    func bodiesInFlight() async throws {
        var limits = HTTPLimits.patient
        limits.maxBodyBytesInFlight = 10
        let shelf = Shelf()
        try await withServer(shelf.handler, limits) { server, address in
            let eight = "POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 8\r\n\r\n12345678"
            let first = try TestClient(address)
            try first.send(eight)
            var held = await shelf.next(1)
            #expect(server.stats.bodyBytesInFlight == 8)
            let second = try TestClient(address)
            try second.send(eight)
            #expect(try second.rest().hasPrefix("HTTP/1.1 503 "))
            let third = try TestClient(address)
            try third.send("POST / HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n8\r\n1234567")
            #expect(try third.rest().hasPrefix("HTTP/1.1 503 "))
            held[0].respond(.text(200, "done"))
            held = []
            _ = try first.answer()
            try first.send(eight)
            let again = await shelf.next(1)
            again[0].respond(.text(200, "again"))
            #expect(try first.answer().body == "again")
            #expect(server.stats.bodyBytesInFlight == 0)
        }
    }

    @Test("a body whose exchange is dropped without an answer makes room again")
    func droppedExchange() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { server, address in
            let client = try TestClient(address)
            try client.send("POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 1\r\n\r\n1")
            var held = await shelf.next(1)
            #expect(server.stats.bodyBytesInFlight == held.count)
            held = []
            #expect(server.stats.bodyBytesInFlight == 0)
        }
    }
}

struct ServerStopTests {
    @Test("an answer to a connection that is gone is dropped, and the server goes on")
    func lateAnswer() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { _, address in
            let gone = try TestClient(address)
            try gone.send(get)
            let held = await shelf.next(1)
            gone.close()
            let other = try TestClient(address)
            try other.send(get)
            let next = await shelf.next(1)
            held[0].respond(.text(200, "to nobody"))
            next[0].respond(.text(200, "here"))
            #expect(try other.answer().body == "here")
        }
    }

    @Test("stopping answers what is in flight with close, and takes no more")
    func graceful() async throws {
        let shelf = Shelf()
        let server = HTTPServer(limits: .patient, handler: shelf.handler)
        let address = try server.start("127.0.0.1:0")
        let idle = try TestClient(address)
        let busy = try TestClient(address)
        try busy.send(get)
        let held = await shelf.next(1)
        // On a thread of its own: the tests' threads are few, and this one waits.
        let stopped = AsyncStream<Void>.makeStream()
        DispatchQueue(label: "stop").async {
            server.stop(drainSeconds: 10)
            stopped.continuation.finish()
        }
        #expect(try idle.rest().isEmpty)
        #expect(throws: SystemError.self, "refused while the rest is finished") { try TestClient(address) }
        held[0].respond(.text(200, "last words"))
        let answer = try busy.rest()
        #expect(answer.hasSuffix("last words") && answer.contains("Connection: close"))
        busy.close()
        for await _ in stopped.stream {}
        #expect(server.stats.openConnections == 0)
        #expect(throws: SystemError.self) { try TestClient(address) }
        #expect(throws: ListenError.self) { try server.start("127.0.0.1:0") }
    }

    @Test("a stop that has waited long enough resets what is left, and later answers are dropped")
    func deadline() async throws {
        let shelf = Shelf()
        let server = HTTPServer(limits: .patient, handler: shelf.handler)
        let address = try server.start("127.0.0.1:0")
        let client = try TestClient(address)
        try client.send(get)
        let held = await shelf.next(1)
        server.stop(drainSeconds: 0)
        let error = #expect(throws: SystemError.self) { try client.rest() }
        #expect(error?.code == ECONNRESET)
        held[0].respond(.text(200, "too late"))
        server.stop(drainSeconds: 0)
    }

    @Test("an exchange can be made without a server, to try a handler")
    func withoutServer() throws {
        var parser = HTTPHeadParser()
        guard case .complete(let head, _) = parser.parse(Array(get.utf8).span) else {
            throw SystemError(call: "parse", subject: "head", code: 0)
        }
        let answers = Guarded<[Int]>([])
        let request = HTTPRequest(head: head, body: [], peer: HTTPPeer(host: "::1", isLoopback: true))
        let exchange = HTTPExchange(request: request) { answer in
            if case .response(let response) = answer { answers.with { $0.append(response.status) } }
        }
        exchange.respond(.json(201, .object([])))
        exchange.respond(.json(500, .object([])))
        #expect(answers.with { $0 } == [201])
    }
}
