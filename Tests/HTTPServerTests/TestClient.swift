import Formats
import Glibc
import HTTPServer
import Platform
import Testing

/// A blocking socket to a server on this machine. A read that gets nothing for ten seconds fails.
final class TestClient {
    private let socket: Int32
    private var held: [UInt8] = []
    private var isOpen = true

    init(_ address: BoundAddress) throws {
        let family = address.path == nil ? AF_INET : AF_UNIX
        socket = try check("socket", on: "test") { Glibc.socket(family, Int32(SOCK_STREAM.rawValue), 0) }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        if let path = address.path {
            var name = sockaddr_un()
            name.sun_family = sa_family_t(AF_UNIX)
            withUnsafeMutableBytes(of: &name.sun_path) { $0.copyBytes(from: path.utf8) }
            try connect(to: &name, address)
            return
        }
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = in_port_t(address.port).bigEndian
        inet_pton(AF_INET, address.host, &name.sin_addr)
        try connect(to: &name, address)
    }

    /// Sends a request that asks for the connection's end, and gives all that comes.
    static func ask(_ address: BoundAddress, _ request: String) throws -> String {
        let client = try TestClient(address)
        try client.send(request)
        return try client.rest()
    }

    private func connect<Name>(to name: inout Name, _ address: BoundAddress) throws {
        try check("connect", on: "\(address)") {
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    Glibc.connect(socket, $0, socklen_t(MemoryLayout<Name>.size))
                }
            }
        }
    }

    deinit { close() }

    func close() {
        if isOpen { _ = Glibc.close(socket) }
        isOpen = false
    }

    func send(_ text: String) throws { try send(Array(text.utf8)) }

    /// Sends this when it is called, from any thread: little enough for the socket to take it in one piece.
    func sending(_ text: String) -> @Sendable () -> Void {
        let (socket, bytes) = (socket, Array(text.utf8))
        return { #expect(Glibc.send(socket, bytes, bytes.count, Int32(MSG_NOSIGNAL)) == bytes.count) }
    }

    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try check("send", on: "test") {
                rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a byte out of band, which is no part of the stream.
    func sendUrgent() throws {
        var byte: UInt8 = 0
        try check("send", on: "test") { Glibc.send(socket, &byte, 1, Int32(MSG_OOB)) }
    }

    /// Whether something can be read at once.
    var hasInput: Bool {
        var watched = pollfd(fd: socket, events: Int16(POLLIN), revents: 0)
        return poll(&watched, 1, 0) > 0
    }

    func finishSending() { shutdown(socket, Int32(SHUT_WR)) }

    /// Some more bytes; none at the peer's end.
    private func more() throws -> [UInt8] {
        var buffer = [UInt8](repeating: 0, count: 65536)
        let count = try check("recv", on: "test") {
            buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        }
        return Array(buffer[..<count])
    }

    /// Everything up to the peer's end.
    func rest() throws -> String {
        var all = held
        held = []
        while true {
            let piece = try more()
            if piece.isEmpty { return String(decoding: all, as: UTF8.self) }
            all += piece
        }
    }

    /// The next answer: its head and its body.
    func answer(toHead: Bool = false) throws -> (head: String, body: String) {
        while true {
            let text = String(decoding: held, as: UTF8.self)
            if let end = text.firstRange(of: "\r\n\r\n") {
                let head = String(text[..<end.upperBound])
                let length = toHead ? 0 : contentLength(head)
                if held.count >= head.utf8.count + length {
                    let body = held[head.utf8.count..<head.utf8.count + length]
                    held.removeFirst(head.utf8.count + length)
                    return (head, String(decoding: body, as: UTF8.self))
                }
            }
            let piece = try more()
            if piece.isEmpty { throw SystemError(call: "answer", subject: "the server closed: \(text)", code: 0) }
            held += piece
        }
    }

    private func contentLength(_ head: String) -> Int {
        guard let start = head.firstRange(of: "Content-Length: ") else { return 0 }
        return Int(head[start.upperBound...].prefix { $0 != "\r\n" }) ?? 0
    }
}

/// A handler made of two closures.
struct TestHandler: HTTPHandler {
    var onAdmit: @Sendable (HTTPHead, HTTPPeer) -> HTTPResponse? = { _, _ in nil }
    var onPass: @Sendable (inout (any HTTPPass)?) -> Void = { _ in }
    var onBatch: @Sendable ([HTTPExchange]) -> Void

    func handle(_ batch: [HTTPExchange]) { onBatch(batch) }
    func admit(_ head: HTTPHead, peer: HTTPPeer, pass: inout (any HTTPPass)?) -> HTTPResponse? {
        if let answer = onAdmit(head, peer) { return answer }
        onPass(&pass)
        return nil
    }

    /// Answers every request at once with its method, target and body.
    static let echo = TestHandler { batch in
        for exchange in batch { exchange.respond(.text(200, describe(exchange.request))) }
    }

    static func describe(_ request: HTTPRequest) -> String {
        "\(request.method) \(request.rawTarget) \(String(decoding: request.body, as: UTF8.self))"
    }
}

/// Exchanges that a handler has put aside, for a test to wait for.
final class Shelf: Sendable {
    private let arrivals: AsyncStream<HTTPExchange>
    private let arrival: AsyncStream<HTTPExchange>.Continuation

    init() { (arrivals, arrival) = AsyncStream.makeStream() }

    var handler: TestHandler {
        TestHandler { batch in for exchange in batch { self.arrival.yield(exchange) } }
    }

    /// The next so many exchanges.
    func next(_ count: Int) async -> [HTTPExchange] {
        var taken: [HTTPExchange] = []
        var iterator = arrivals.makeAsyncIterator()
        while taken.count < count, let exchange = await iterator.next(isolation: nil) { taken.append(exchange) }
        return taken
    }
}

extension HTTPLimits {
    /// Limits whose deadlines no test meets by accident, however busy the machine: deadlines are tested with made-up times.
    static var patient: HTTPLimits {
        var limits = HTTPLimits()
        limits.headerTimeoutSeconds = 600
        limits.bodyTimeoutSeconds = 600
        limits.idleTimeoutSeconds = 600
        limits.answerTimeoutSeconds = 600
        limits.halfClosedTimeoutSeconds = 600
        return limits
    }
}

/// Runs `body` against a server on a free port of the loopback address, and stops it afterwards.
func withServer(
    _ handler: TestHandler, _ limits: HTTPLimits = .patient, shards: Int = 1,
    _ body: (HTTPServer, BoundAddress) async throws -> Void
) async throws {
    let server = HTTPServer(limits: limits, shards: shards, handler: handler)
    let address = try server.start("127.0.0.1:0")
    defer { server.stop(drainSeconds: 0) }
    try await body(server, address)
}
