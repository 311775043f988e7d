import Formats
import Glibc
import Platform
import TestSupport
import Testing

@testable import HTTPServer

private let closing = "GET / HTTP/1.1\r\nHost: a\r\nConnection: close\r\n"

/// Answers with the peer as the handler sees it.
private let whoIsThere = TestHandler { batch in
    for exchange in batch {
        let peer = exchange.request.peer
        exchange.respond(.text(200, "\(peer.host) loopback=\(peer.isLoopback) forwarded=\(peer.isForwarded)"))
    }
}

private func rules(_ trusted: String..., expectsPreface: Bool = false) -> EntryRules {
    var rules = EntryRules()
    rules.trusted.blocks = trusted.compactMap { IPBlock($0) }
    rules.expectsPreface = expectsPreface
    return rules
}

struct EntryTests {
    @Test(
        "the client of a trusted proxy is the last one that nobody trusted has named, and never this machine",
        arguments: [
            (["198.51.100.7"], "198.51.100.7"), (["198.51.100.7, 10.0.0.9"], "198.51.100.7"),
            (["127.0.0.1, 198.51.100.7"], "198.51.100.7"), (["198.51.100.8", "198.51.100.7"], "198.51.100.7"),
            (["10.0.0.9"], "10.0.0.9"), (["127.0.0.1"], "127.0.0.1"), (["[2001:db8::7]:443"], "2001:db8::7"),
            (["198.51.100.7:4711"], "198.51.100.7"), (["::ffff:198.51.100.7"], "198.51.100.7"),
            (["unknown"], "10.0.0.1"), (["198.51.100.7, unknown"], "10.0.0.1"), ([" , "], "10.0.0.1"),
        ])
    func forwarded(values: [String], client: String) throws {
        let text = "GET / HTTP/1.1\r\nHost: a\r\n" + values.map { "X-Forwarded-For: \($0)\r\n" }.joined() + "\r\n"
        var parser = HTTPHeadParser()
        guard case .complete(let head, _) = parser.parse(Array(text.utf8).span) else { throw Unreadable() }
        let peer = HTTPPeer(host: "10.0.0.1", isLoopback: false, address: IPAddress("10.0.0.1"))
        let found = Forwarding.client(head, peer, rules("10.0.0.0/8").trusted)
        #expect(found.host == client && !found.isLoopback && found.isForwarded)
    }

    private struct Unreadable: Error {}

    @Test("X-Forwarded-For counts from trusted proxies alone")
    func trust() async throws {
        try await withServer(whoIsThere) { server, address in
            let request = closing + "X-Forwarded-For: 198.51.100.7\r\n\r\n"
            var client = try TestClient(address)
            try client.send(request)
            #expect(try client.rest().hasSuffix("127.0.0.1 loopback=true forwarded=false"))
            server.apply(rules("127.0.0.1"))
            client = try TestClient(address)
            try client.send(request)
            #expect(try client.rest().hasSuffix("198.51.100.7 loopback=false forwarded=true"))
            client = try TestClient(address)
            try client.send(closing + "\r\n")
            #expect(try client.rest().hasSuffix("127.0.0.1 loopback=true forwarded=false"))
        }
    }

    private static let preface: [UInt8] =
        [0x0D, 0x0A, 0x0D, 0x0A, 0, 0x0D, 0x0A, 0x51, 0x55, 0x49, 0x54, 0x0A, 0x21, 0x11, 0, 12]
        + [192, 0, 2, 7, 10, 0, 0, 1, 0x30, 0x39, 0, 80]

    @Test("a balancer's preface names the client, whole or byte by byte, and whoever is not trusted needs none")
    func preface() async throws {
        try await withServer(whoIsThere) { server, address in
            server.apply(rules("127.0.0.1", expectsPreface: true))
            for size in [1000, 1, 27] {
                let client = try TestClient(address)
                let bytes = Self.preface + Array((closing + "X-Forwarded-For: 198.51.100.7\r\n\r\n").utf8)
                for start in stride(from: 0, to: bytes.count, by: size) {
                    try client.send(Array(bytes[start..<min(start + size, bytes.count)]))
                }
                #expect(try client.rest().hasSuffix("192.0.2.7 loopback=false forwarded=true"))
            }
            let plain = try TestClient(address)
            try plain.send(closing + "\r\n")
            #expect(throws: SystemError.self) { try plain.rest() }
            #expect(server.stats.requests == 3)
            server.apply(rules("10.0.0.0/8", expectsPreface: true))
            let other = try TestClient(address)
            try other.send(closing + "\r\n")
            #expect(try other.rest().hasSuffix("127.0.0.1 loopback=true forwarded=false"))
        }
    }

    @Test("one address has no more than its share of the connections, a trusted one any number")
    func share() async throws {
        try await withServer(.echo) { server, address in
            var fair = EntryRules()
            fair.maxConnectionsPerAddress = 2
            server.apply(fair)
            let clients = try (0..<2).map { _ in try TestClient(address) }
            for client in clients {
                try client.send("GET / HTTP/1.1\r\nHost: a\r\n\r\n")
                #expect(try client.answer().head.hasPrefix("HTTP/1.1 200"))
            }
            let third = try TestClient(address)
            let refusal = try third.rest()
            #expect(refusal.hasPrefix("HTTP/1.1 503 ") && refusal.contains("Retry-After: "))
            #expect(refusal.contains("from your address"))
            clients[0].close()
            #expect(try waitUntil { try TestClient.ask(address, closing + "\r\n").hasPrefix("HTTP/1.1 200") })
            fair.trusted.blocks = [try #require(IPBlock("127.0.0.0/8"))]
            server.apply(fair)
            let many = try (0..<5).map { _ in try TestClient(address) }
            for client in many { try client.send(closing + "\r\n") }
            for client in many { #expect(try client.rest().hasPrefix("HTTP/1.1 200")) }
        }
    }

    @Test("a connection ends with its last request that it may send, which is told so")
    func requestCap() async throws {
        var limits = HTTPLimits.patient
        limits.maxRequestsPerConnection = 3
        try await withServer(.echo, limits) { _, address in
            let client = try TestClient(address)
            try client.send(String(repeating: "GET / HTTP/1.1\r\nHost: a\r\n\r\n", count: 5))
            let text = try client.rest()
            #expect(text.split(separator: "HTTP/1.1 200 OK").count == 3)
            #expect(text.split(separator: "Connection: keep-alive").count == 3 && text.contains("Connection: close"))
        }
    }

    @Test(
        "a Unix socket is served, made anew where it was left over, refused where it is in use, and removed at the end")
    func local() async throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        let path = "\(folder)/s"
        let leftOver = try Listener.open("unix:\(path)")
        _ = close(leftOver.socket)
        let server = HTTPServer(limits: .patient, handler: whoIsThere)
        let bound = try server.start("unix:\(path)")
        #expect("\(bound)" == "unix:\(path)")
        #expect(try TestClient.ask(bound, closing + "\r\n").hasSuffix("unix loopback=true forwarded=false"))
        #expect(throws: ListenError.self) { try Listener.open("unix:\(path)") }
        #expect(throws: ListenError.badAddress("unix:relative")) { try Listener.open("unix:relative") }
        server.stop(drainSeconds: 0)
        #expect(try SystemDisk().list(folder).isEmpty)
    }

    @Test("a socket that somebody else has opened is served, IPv4, IPv6 or Unix")
    func adopted() async throws {
        let folder = try makeTemporaryFolder()
        defer { removeTemporaryFolder(folder) }
        for place in ["127.0.0.1:0", "unix:\(folder)/s"] {
            let server = HTTPServer(limits: .patient, handler: whoIsThere)
            let (socket, original) = try Listener.open(place)
            let bound = try server.adopt(socket)
            #expect(bound == original)
            #expect(try TestClient.ask(bound, closing + "\r\n").contains(" loopback=true"))
            server.stop(drainSeconds: 0)
        }
        #expect(try SystemDisk().list(folder) == ["s"], "the name is whoever's that opened it")
    }
}
