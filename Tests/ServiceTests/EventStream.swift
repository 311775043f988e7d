import Formats
import Glibc
import Platform

/// A client of server-sent events on this machine. A read that gets nothing for twenty seconds fails.
final class EventStream {
    private let socket: Int32
    private var held: [UInt8] = []
    private(set) var head = ""

    init(_ address: String, token: String? = nil) throws {
        let parts = address.split(separator: ":")
        guard parts.count == 2, let port = UInt16(parts[1]) else { throw Trouble("'\(address)' is no address") }
        socket = try check("socket", on: address) { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        var limit = timeval(tv_sec: 20, tv_usec: 0)
        setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
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
        var request = "GET /v1/stream HTTP/1.1\r\nHost: \(address)\r\n"
        if let token { request += "Authorization: Bearer \(token)\r\n" }
        let bytes = Array((request + "\r\n").utf8)
        try check("send", on: address) { bytes.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, 0) } }
        head = try upTo("\r\n\r\n")
    }

    deinit { close(socket) }

    /// The data of the next message of that kind; others are passed over. Throws at the stream's end.
    func next(_ kind: String) throws -> JSON {
        while true {
            let lines = try upTo("\n\n").split(separator: "\n")
            guard lines.contains("event: \(kind)"), let data = lines.first(where: { $0.hasPrefix("data: ") }) else {
                continue
            }
            return try JSON(parsing: Array(data.dropFirst(6).utf8))
        }
    }

    private func upTo(_ end: String) throws -> String {
        let mark = Array(end.utf8)
        while true {
            if let found = held.firstRange(of: mark) {
                defer { held.removeFirst(found.upperBound) }
                return String(decoding: held[..<found.lowerBound], as: UTF8.self)
            }
            var buffer = [UInt8](repeating: 0, count: 65_536)
            let count = try check("recv", on: "stream") {
                buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
            }
            guard count > 0 else { throw Trouble("the stream has ended") }
            held += buffer[..<count]
        }
    }
}
