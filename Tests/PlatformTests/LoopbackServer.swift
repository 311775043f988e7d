import Glibc
import Platform

/// A raw TCP server on a free port of the loopback, for one test: a thread accepts, each connection gets a thread that
/// reads whole requests and lets the test's script answer them.
final class LoopbackServer: Sendable {
    /// One request as it came in.
    struct Request: Sendable {
        var method: String
        var target: String
        var headers: [String: String]
        var body: [UInt8]
        /// Which connection, counted from 1.
        var connection: Int
    }

    /// What to do with a request.
    enum Answer: Sendable {
        /// Write these bytes and keep the connection.
        case bytes(String)
        /// Write these bytes, then close in good order.
        case bytesThenClose(String)
        /// Reset the connection.
        case reset
        /// Never answer; the connection stays open until the other side closes it.
        case hang
    }

    private struct State: Sendable {
        var requests: [Request] = []
        var connections = 0
        var workers: [SystemThread] = []
        var isStopping = false
    }

    let port: UInt16
    private let listener: Int32
    private let state = Guarded(State())
    private let acceptor: Guarded<SystemThread?>
    private let script: @Sendable (Request) -> Answer
    private let greeting: String?

    var requests: [Request] { state.with { $0.requests } }
    var connectionCount: Int { state.with { $0.connections } }
    var url: String { "http://127.0.0.1:\(port)" }

    /// With a `greeting`, each connection gets these bytes unasked and is closed: no request is ever read.
    init(greeting: String? = nil, _ script: @escaping @Sendable (Request) -> Answer) throws {
        self.script = script
        self.greeting = greeting
        let listener = try LoopbackServer.bindFreePort()
        self.listener = listener
        port = try LoopbackServer.port(of: listener)
        acceptor = Guarded(nil)
        try check("listen", on: "loopback") { listen(listener, 256) }
        let thread = try SystemThread(name: "test-accept") { [weak self] in self?.accept(on: listener) }
        acceptor.with { $0 = thread }
    }

    /// Ends all threads; what is open is closed.
    func stop() {
        state.with { $0.isStopping = true }
        shutdown(listener, Int32(SHUT_RDWR))
        acceptor.with { $0 }?.join()
        for worker in state.with({ $0.workers }) { worker.join() }
        close(listener)
    }

    /// A port on which surely nobody listens: bound and never listened on, until `release` is called.
    static func refusingPort() throws -> (port: UInt16, release: () -> Void) {
        let descriptor = try bindFreePort()
        return (try port(of: descriptor), { close(descriptor) })
    }

    private static func bindFreePort() throws -> Int32 {
        let descriptor = try check("socket", on: "loopback") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try withUnsafePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try check("bind", on: "loopback") {
                    bind(descriptor, generic, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
        return descriptor
    }

    private static func port(of descriptor: Int32) throws -> UInt16 {
        var address = sockaddr_in()
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try check("getsockname", on: "loopback") { getsockname(descriptor, generic, &size) }
            }
        }
        return UInt16(bigEndian: address.sin_port)
    }

    private func accept(on listener: Int32) {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            if connection < 0 { return }
            let number = state.with { state in
                state.connections += 1
                return state.connections
            }
            guard let worker = try? SystemThread(name: "test-serve", { [self] in serve(connection, number) }) else {
                close(connection)
                continue
            }
            state.with { $0.workers.append(worker) }
        }
    }

    private func serve(_ connection: Int32, _ number: Int) {
        var pending: [UInt8] = []
        defer { close(connection) }
        if let greeting { return write(greeting, to: connection) }
        while let request = readRequest(connection, &pending, number) {
            state.with { $0.requests.append(request) }
            switch script(request) {
            case .bytes(let text):
                write(text, to: connection)
            case .bytesThenClose(let text):
                write(text, to: connection)
                return
            case .reset:
                var linger = linger(l_onoff: 1, l_linger: 0)
                setsockopt(connection, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
                return
            case .hang:
                var byte: UInt8 = 0
                while recv(connection, &byte, 1, 0) > 0 {}
                return
            }
        }
    }

    private func write(_ text: String, to connection: Int32) {
        var rest = Array(text.utf8)[...]
        while !rest.isEmpty {
            let count = rest.withUnsafeBytes {
                send(connection, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL))
            }
            if count <= 0 { return }
            rest = rest.dropFirst(count)
        }
    }

    private func readRequest(_ connection: Int32, _ pending: inout [UInt8], _ number: Int) -> Request? {
        let blankLine = Array("\r\n\r\n".utf8)
        while true {
            if let end = pending.firstRange(of: blankLine) {
                var request = parse(pending[..<end.lowerBound], number)
                let length = Int(request.headers["content-length"] ?? "0") ?? 0
                if pending.count >= end.upperBound + length {
                    request.body = Array(pending[end.upperBound..<end.upperBound + length])
                    pending.removeFirst(end.upperBound + length)
                    return request
                }
            }
            var chunk = [UInt8](repeating: 0, count: 16_384)
            let count = recv(connection, &chunk, chunk.count, 0)
            if count <= 0 { return nil }
            pending.append(contentsOf: chunk.prefix(count))
        }
    }

    private func parse(_ head: ArraySlice<UInt8>, _ number: Int) -> Request {
        let lines = String(decoding: head, as: UTF8.self).split(separator: "\r\n")
        let words = lines.first?.split(separator: " ") ?? []
        var headers: [String: String] = [:]
        for line in lines.dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            headers[parts[0].lowercased()] = parts.count > 1 ? String(parts[1].drop { $0 == " " }) : ""
        }
        return Request(
            method: String(words.first ?? ""), target: String(words.dropFirst().first ?? ""), headers: headers,
            body: [],
            connection: number)
    }
}
