import Formats
import HTTPServer
import Platform
import Testing

/// Answers that go on.
struct StreamTests {
    private static let request = "GET /stream HTTP/1.1\r\nHost: a\r\n\r\n"
    private static let beginning = HTTPResponse(
        status: 200, headers: [("Content-Type", "text/event-stream"), ("Content-Length", "9")], body: Array("one ".utf8)
    )

    @Test("the pieces come as they are sent, without a length, and the end is that of the connection")
    func pieces() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { server, address in
            let client = try TestClient(address)
            try client.send(Self.request)
            let exchange = await shelf.next(1)[0]
            let stream = try #require(exchange.respondStream(Self.beginning))
            #expect(exchange.respondStream(Self.beginning) == nil)
            stream.send(Array("two ".utf8))
            stream.send(Array("three".utf8))
            // What is sent meanwhile is not looked at.
            try client.send("nonsense")
            stream.close()
            let text = try client.rest()
            #expect(text.hasPrefix("HTTP/1.1 200 OK\r\n") && text.contains("\r\nConnection: close\r\n"))
            #expect(!text.contains("Content-Length"))
            #expect(text.hasSuffix("\r\n\r\none two three"))
            #expect(server.stats.badRequests.isEmpty)
        }
    }

    @Test("to HEAD it is the head alone")
    func head() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { _, address in
            let client = try TestClient(address)
            try client.send(Self.request.replacing("GET", with: "HEAD"))
            let stream = await shelf.next(1)[0].respondStream(Self.beginning)
            stream?.send([65])
            #expect(try client.rest().hasSuffix("\r\n\r\n"))
        }
    }

    @Test("who goes away is noticed", arguments: [false, true])
    func gone(halfClosed: Bool) async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { server, address in
            let client = try TestClient(address)
            try client.send(Self.request)
            let stream = try #require(await shelf.next(1)[0].respondStream(Self.beginning))
            #expect(stream.isOpen)
            if halfClosed { client.finishSending() } else { client.close() }
            while server.stats.openConnections > 0 { await Task.yield() }
            #expect(!stream.isOpen)
            stream.send([65])
            stream.close()
        }
    }

    @Test("who does not read is cut off, and holds a bounded number of bytes until then")
    func slow() async throws {
        let shelf = Shelf()
        try await withServer(shelf.handler) { server, address in
            let client = try TestClient(address)
            try client.send(Self.request)
            let stream = try #require(await shelf.next(1)[0].respondStream(Self.beginning))
            let piece = Array(repeating: UInt8(ascii: "x"), count: 64 << 10)
            var sent = 0
            while stream.isOpen, sent < 1 << 30 {
                stream.send(piece)
                sent += piece.count
                await Task.yield()
            }
            #expect(!stream.isOpen)
            while server.stats.openConnections > 0 { await Task.yield() }
            client.close()
        }
    }

    @Test("a stop ends it")
    func stop() async throws {
        let shelf = Shelf()
        let server = HTTPServer(limits: .patient, handler: shelf.handler)
        let address = try server.start("127.0.0.1:0")
        let client = try TestClient(address)
        try client.send(Self.request)
        let stream = await shelf.next(1)[0].respondStream(Self.beginning)
        server.stop(drainSeconds: 10)
        #expect(stream?.isOpen == false)
        #expect(try client.rest().hasSuffix("one "))
    }
}
