import Formats
import Glibc
import Platform

/// A client that is nothing but a blocking socket, so that no library can hide how an exchange ended.
final class Wire: Sendable {
    /// How the other side ended the connection.
    enum End: Equatable {
        case closed
        case reset
        /// The answer was whole, by its own length; the connection is still there.
        case open
        /// Nothing came for far too long.
        case silent
    }

    private let socket: Int32

    /// Connects to a port of this machine.
    init(port: Int) throws {
        let made = try check("socket", on: "test") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        socket = made
        var patience = timeval(tv_sec: 30, tv_usec: 0)
        setsockopt(made, SOL_SOCKET, SO_RCVTIMEO, &patience, socklen_t(MemoryLayout<timeval>.size))
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_port = in_port_t(UInt16(port)).bigEndian
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        try check("connect", on: "port \(port)") {
            withUnsafePointer(to: &address) { pointer in
                pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                    connect(made, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
                }
            }
        }
    }

    deinit { close(socket) }

    /// Sends a request with the vendor's credentials.
    func send(
        _ method: String, _ target: String, _ body: JSON? = nil, headers: [(String, String)] = Client.headers
    ) throws {
        var text = "\(method) \(target) HTTP/1.1\r\nHost: sandbox\r\n"
        for (name, value) in headers { text += "\(name): \(value)\r\n" }
        var bytes = Array((text + "Content-Length: \(body?.bytes.count ?? 0)\r\n\r\n").utf8)
        body?.write(into: &bytes)
        try send(bytes: bytes)
    }

    /// Sends bytes as they are.
    func send(bytes: [UInt8]) throws {
        var sent = 0
        while sent < bytes.count {
            sent += try check("send", on: "test") {
                Glibc.send(socket, Array(bytes[sent...]), bytes.count - sent, Int32(MSG_NOSIGNAL))
            }
        }
    }

    /// Waits for the answer's end: its whole length, or the end of the connection.
    func receive() -> (bytes: [UInt8], end: End) {
        var bytes: [UInt8] = []
        var buffer = [UInt8](repeating: 0, count: 65_536)
        while true {
            if let length = Wire.length(of: bytes), bytes.count >= length { return (bytes, .open) }
            let count = recv(socket, &buffer, buffer.count, 0)
            if count < 0, errno == EINTR { continue }
            if count < 0 { return (bytes, errno == EAGAIN ? .silent : .reset) }
            if count == 0 { return (bytes, .closed) }
            bytes += buffer[..<count]
        }
    }

    /// Waits for the last line of a mail server's reply, or the end of the connection.
    func receiveReply() -> (text: String, end: End) {
        var bytes: [UInt8] = []
        var byte: UInt8 = 0
        while true {
            let count = recv(socket, &byte, 1, 0)
            if count < 0, errno == EINTR { continue }
            let text = String(decoding: bytes, as: UTF8.self)
            if count < 0 { return (text, errno == EAGAIN ? .silent : .reset) }
            if count == 0 { return (text, .closed) }
            bytes.append(byte)
            guard byte == UInt8(ascii: "\n"), let line = bytes.dropLast(2).split(separator: UInt8(ascii: "\n")).last
            else { continue }
            // The last line has a blank after its code.
            if line.count < 4 || line[line.startIndex + 3] == UInt8(ascii: " ") {
                return (String(decoding: bytes, as: UTF8.self), .open)
            }
        }
    }

    /// Whether nothing has come yet, and the connection stands.
    var isSilent: Bool {
        var byte: UInt8 = 0
        return recv(socket, &byte, 1, Int32(MSG_DONTWAIT)) < 0 && errno == EAGAIN
    }

    /// How long the whole answer will be, once its head is there.
    private static func length(of bytes: [UInt8]) -> Int? {
        guard bytes.starts(with: "HTTP/".utf8), let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)) else {
            return nil
        }
        let head = String(decoding: bytes[..<end.lowerBound], as: UTF8.self)
        for line in head.split(separator: "\r\n") where line.lowercased().hasPrefix("content-length:") {
            return Int(line.dropFirst(15).trimmed).map { end.upperBound + $0 }
        }
        return end.upperBound
    }

    /// One request on a connection of its own: the status and the JSON of the answer.
    static func ask(_ port: Int, _ method: String, _ target: String, _ body: JSON? = nil) throws -> (Int, JSON) {
        let wire = try Wire(port: port)
        try wire.send(method, target, body)
        let bytes = wire.receive().bytes
        let status = Int(String(decoding: bytes.dropFirst(9).prefix(3), as: UTF8.self)) ?? 0
        guard let end = bytes.firstRange(of: Array("\r\n\r\n".utf8)), end.upperBound < bytes.count else {
            return (status, .null)
        }
        return (status, try JSON(parsing: Array(bytes[end.upperBound...])))
    }
}
