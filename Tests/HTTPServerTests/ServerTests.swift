import Formats
import Glibc
import HTTPServer
import Platform
import Testing

private let get = "GET / HTTP/1.1\r\nHost: a\r\n\r\n"

private func post(_ body: String, _ headers: String = "") -> String {
    "POST /p HTTP/1.1\r\nHost: a\r\n\(headers)Content-Length: \(body.utf8.count)\r\n\r\n\(body)"
}

struct ServerTests {
    @Test("one connection serves many requests, of one shard or two", arguments: [1, 2])
    func keepAlive(shards: Int) async throws {
        try await withServer(.echo, shards: shards) { server, address in
            #expect(address.port != 0)
            let client = try TestClient(address)
            for number in 0..<50 {
                try client.send(post("\(number)"))
                let (head, body) = try client.answer()
                #expect(head.hasPrefix("HTTP/1.1 200 OK\r\n") && head.contains("Connection: keep-alive"))
                #expect(body == "POST /p \(number)")
            }
            #expect(server.stats.accepted == 1)
        }
    }

    @Test("a request that says close is answered, then the connection ends")
    func close() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send(post("x", "Connection: close\r\n") + get)
            let text = try client.rest()
            #expect(text.hasSuffix("POST /p x") && text.contains("Connection: close"))
        }
    }

    @Test("HTTP/1.0 is spoken, with the end of the connection after the answer")
    func version10() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send("GET /old HTTP/1.0\r\n\r\n")
            #expect(try client.rest().hasSuffix("\r\n\r\nGET /old "))
        }
    }

    @Test("a hundred requests in one piece get a hundred answers in order")
    func pipelining() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send((0..<100).map { post("\($0)") }.joined())
            for number in 0..<100 { #expect(try client.answer().body == "POST /p \(number)") }
        }
    }

    @Test("a request may come byte by byte")
    func byteByByte() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            for byte in post("body").utf8 { try client.send([byte]) }
            #expect(try client.answer().body == "POST /p body")
        }
    }

    @Test("answers given out of order, from another thread, leave in the order of the requests")
    func outOfOrder() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { _, address in
            let client = try TestClient(address)
            try client.send(post("1") + post("2") + post("3"))
            for exchange in await shelf.next(3).reversed() {
                exchange.respond(.text(200, TestHandler.describe(exchange.request)))
                exchange.respond(.text(200, "a second answer"))
            }
            for number in 1...3 { #expect(try client.answer().body == "POST /p \(number)") }
        }
    }

    @Test("a chunked body arrives whole, and its trailers do not")
    func chunked() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send(
                "POST /c HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n3\r\nabc\r\n2\r\nde\r\n0\r\nT: x\r\n\r\n"
                    + get)
            #expect(try client.answer().body == "POST /c abcde")
            #expect(try client.answer().body == "GET / ")
        }
    }

    @Test("a peer that waits for 100 Continue is told to go on")
    func expectation() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send("PUT /e HTTP/1.1\r\nHost: a\r\nContent-Length: 2\r\nExpect: 100-continue\r\n\r\n")
            #expect(try client.answer().head == "HTTP/1.1 100 Continue\r\n\r\n")
            try client.send("ok")
            #expect(try client.answer().body == "PUT /e ok")
        }
    }

    @Test("HEAD gets the length of the body, but not the body")
    func head() async throws {
        try await withServer(.echo) { _, address in
            let client = try TestClient(address)
            try client.send("HEAD /h HTTP/1.1\r\nHost: a\r\n\r\n" + get)
            #expect(try client.answer(toHead: true).head.contains("Content-Length: 8\r\n"))
            #expect(try client.answer().body == "GET / ")
        }
    }

    @Test("204 and 304 have neither body nor length", arguments: [204, 304])
    func bodiless(status: Int) async throws {
        let handler = TestHandler { $0.forEachRespond(HTTPResponse(status: status, body: [1, 2])) }
        try await withServer(handler) { _, address in
            let client = try TestClient(address)
            try client.send(get + get)
            #expect(try !client.answer().head.contains("Content-Length"))
            #expect(try client.answer().head.hasPrefix("HTTP/1.1 \(status) "))
        }
    }

    @Test("no header of an answer can bring another with it")
    func headerInjection() async throws {
        let response = HTTPResponse(status: 200, headers: [("X", "a\r\nSet-Cookie: b"), ("content-length", "999")])
        let handler = TestHandler { $0.forEachRespond(response) }
        try await withServer(handler) { _, address in
            let client = try TestClient(address)
            try client.send(get)
            let head = try client.answer().head
            #expect(head.contains("X: a  Set-Cookie: b\r\n"))
            #expect(head.contains("Content-Length: 0\r\n") && !head.contains("999"))
        }
    }

    @Test("a large answer arrives whole at a peer that reads late")
    func largeAnswer() async throws {
        let body = [UInt8](repeating: UInt8(ascii: "x"), count: 20 << 20)
        let handler = TestHandler { $0.forEachRespond(HTTPResponse(status: 200, body: body)) }
        try await withServer(handler) { _, address in
            let client = try TestClient(address)
            try client.send("GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n")
            #expect(try client.rest().utf8.count > 20 << 20)
        }
    }

    @Test("raw bytes go out as they are, then the connection ends")
    func raw() async throws {
        let handler = TestHandler { $0[0].respondRaw(Array("HTTP/1.1 200 OK\r\nContent-Le".utf8), thenReset: false) }
        try await withServer(handler) { _, address in
            let client = try TestClient(address)
            try client.send(get)
            #expect(try client.rest() == "HTTP/1.1 200 OK\r\nContent-Le")
        }
    }

    @Test("an exchange can be reset, with or without some bytes before it", arguments: [true, false])
    func reset(withBytes: Bool) async throws {
        let handler = TestHandler { batch in
            if withBytes { batch[0].respondRaw([65], thenReset: true) } else { batch[0].abort(reset: true) }
        }
        try await withServer(handler) { _, address in
            let client = try TestClient(address)
            try client.send(get)
            let error = #expect(throws: SystemError.self) { try client.rest() }
            #expect(error?.code == ECONNRESET)
        }
    }

    @Test("an exchange can be closed without an answer")
    func abort() async throws {
        try await withServer(TestHandler { $0[0].abort(reset: false) }) { _, address in
            let client = try TestClient(address)
            try client.send(get)
            #expect(try client.rest().isEmpty)
        }
    }

    @Test("two hundred connections at once are all served, in one go")
    func manyConnections() async throws {
        try await withServer(.echo) { server, address in
            let clients = try (0..<200).map { _ in try TestClient(address) }
            for (number, client) in clients.enumerated() { try client.send(post("\(number)")) }
            for (number, client) in clients.enumerated() { #expect(try client.answer().body == "POST /p \(number)") }
            #expect(server.stats.openConnections == 200)
        }
    }

    @Test("the peer's address is known")
    func peer() async throws {
        let handler = TestHandler { batch in
            for exchange in batch {
                exchange.respond(.text(200, "\(exchange.request.peer.host) \(exchange.request.peer.isLoopback)"))
            }
        }
        try await withServer(handler) { server, address in
            let client = try TestClient(address)
            try client.send(get)
            #expect(try client.answer().body == "127.0.0.1 true")
        }
    }

    @Test(
        "an address that is none is refused with a hint",
        arguments: ["", "localhost", "a:b", "1.2.3.4:99999", "::1:80"])
    func badAddress(text: String) {
        let server = HTTPServer(limits: .patient, handler: TestHandler.echo)
        #expect(throws: ListenError.badAddress(text)) { try server.start(text) }
        server.stop(drainSeconds: 0)
    }

    @Test("a taken port is refused with the kernel's reason, and a second address may be listened on")
    func addresses() async throws {
        try await withServer(.echo) { server, address in
            let other = HTTPServer(limits: .patient, handler: TestHandler.echo)
            let error = #expect(throws: ListenError.self) { try other.start(address.description) }
            #expect(error?.description.contains("Address already in use") == true)
            let second = try server.start("127.0.0.1:0")
            let client = try TestClient(second)
            try client.send(get)
            #expect(try client.answer().body == "GET / ")
        }
    }
}

extension [HTTPExchange] {
    func forEachRespond(_ response: HTTPResponse) { for exchange in self { exchange.respond(response) } }
}
