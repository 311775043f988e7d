import Formats
import Glibc
import Platform

/// An answer of an HTTP server.
struct Answer: Sendable {
    var status: Int
    /// The status line and the fields as they came.
    var head: String
    var body: [UInt8]

    /// The body as JSON; null where it is none.
    var json: JSON {
        do {
            return try JSON(parsing: body)
        } catch {
            return .null
        }
    }

    /// The value of a field, by its name in small letters.
    func field(_ name: String) -> String? {
        for line in head.split(separator: "\r\n").dropFirst() {
            let parts = line.split(separator: ":", maxSplits: 1)
            if parts.count == 2, parts[0].lowercased() == name { return parts[1].trimmed }
        }
        return nil
    }
}

/// A blocking, kept-alive connection to an HTTP server on this machine. What takes longer than ten seconds fails.
final class Connection {
    private let socket: Int32
    private var held: [UInt8] = []

    init(_ address: String) throws {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw Trouble("'\(address)' is no address") }
        socket = try check("socket", on: address) {
            Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue) | Int32(SOCK_CLOEXEC.rawValue), 0)
        }
        var limit = timeval(tv_sec: 10, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        setsockopt(socket, SOL_SOCKET, SO_SNDTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
        var name = sockaddr_in()
        name.sin_family = sa_family_t(AF_INET)
        name.sin_port = port.bigEndian
        inet_pton(AF_INET, String(parts[0]), &name.sin_addr)
        try check("connect", on: address) {
            withUnsafePointer(to: &name) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { close(socket) }

    /// Sends a request; its answer is read with `answer`, so that several may be under way.
    func send(_ method: String, _ path: String, _ headers: [String] = [], _ body: [UInt8] = []) throws {
        var head = "\(method) \(path) HTTP/1.1\r\nHost: 127.0.0.1\r\n"
        if method == "POST" { head += "Content-Length: \(body.count)\r\n" }
        for header in headers { head += header + "\r\n" }
        try send(Array((head + "\r\n").utf8) + body)
    }

    /// Sends bytes as they are.
    func send(_ bytes: [UInt8]) throws {
        var rest = bytes[...]
        while !rest.isEmpty {
            let count = try check("send", on: "test") {
                rest.withUnsafeBytes { Glibc.send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
            }
            rest = rest.dropFirst(count)
        }
    }

    /// Sends a request and waits for its answer.
    func ask(_ method: String, _ path: String, _ headers: [String] = [], _ body: [UInt8] = []) throws -> Answer {
        try send(method, path, headers, body)
        return try answer()
    }

    /// The next answer.
    func answer() throws -> Answer {
        while true {
            if let end = held.firstRange(of: Array("\r\n\r\n".utf8)) {
                let head = String(decoding: held[..<end.upperBound], as: UTF8.self)
                let words = head.split(separator: " ", maxSplits: 2)
                guard words.count > 1, let status = Int(words[1]) else { throw Trouble("'\(head)' is no answer") }
                var answer = Answer(status: status, head: head, body: [])
                let length = answer.field("content-length").flatMap { Int($0) } ?? 0
                if held.count >= end.upperBound + length {
                    answer.body = Array(held[end.upperBound..<end.upperBound + length])
                    held.removeFirst(end.upperBound + length)
                    return answer
                }
            }
            try readMore()
        }
    }

    private func readMore() throws {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = try check("recv", on: "test") {
            buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        }
        guard count > 0 else { throw Trouble("the connection was closed without an answer") }
        held += buffer[..<count]
    }
}
