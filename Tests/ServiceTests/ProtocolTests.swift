import Formats
import Glibc
import HTTPServer
import Platform
import Service
import Testing

/// What the service says to requests that are well formed, by method, path and headers; sent as raw bytes.
@Suite struct ProtocolTests {
    private struct Row: Sendable {
        var request: String
        var status: Int
        /// What the answer's head holds.
        var holds: String

        init(_ request: String, _ status: Int, _ holds: String = "") {
            self.request = request
            self.status = status
            self.holds = holds
        }
    }

    private static let json = "Host: localhost~Content-Type: application/json~"
    private static let rows = [
        Row("GET /health HTTP/1.1~Host: localhost~~", 200, "Content-Type: application/json"),
        Row("HEAD /health HTTP/1.1~Host: localhost~~", 200, "Content-Length: "),
        Row("GET /ready HTTP/1.1~Host: localhost~~", 200), Row("GET /nothing HTTP/1.1~Host: localhost~~", 404),
        Row("HEAD /nothing HTTP/1.1~Host: localhost~~", 404),
        Row("OPTIONS * HTTP/1.1~Host: localhost~~", 204, "Allow: GET, HEAD, POST, OPTIONS"),
        Row("OPTIONS /v1/alerts HTTP/1.1~Host: localhost~~", 204, "Allow: POST, OPTIONS"),
        Row("OPTIONS /health HTTP/1.1~Host: localhost~~", 204, "Allow: GET, HEAD, OPTIONS"),
        Row("OPTIONS /nothing HTTP/1.1~Host: localhost~~", 404),
        Row("GET /v1/alerts HTTP/1.1~Host: localhost~~", 405, "Allow: POST, OPTIONS"),
        Row("PUT /v1/alerts HTTP/1.1~\(json)Content-Length: 2~~{}", 405, "Allow: POST, OPTIONS"),
        Row("post /v1/alerts HTTP/1.1~\(json)Content-Length: 2~~{}", 405),
        Row("POST /health HTTP/1.1~Host: localhost~Content-Length: 0~~", 405, "Allow: GET, HEAD, OPTIONS"),
        Row("DELETE /v1/events HTTP/1.1~Host: localhost~~", 405, "Allow: GET, HEAD, OPTIONS"),
        Row("POST /v1/alerts HTTP/1.1~\(json)~", 411),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Length: 0~~", 400),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Length: 99999999999~~", 413),
        Row("POST /v1/alerts HTTP/1.1~Host: localhost~Content-Type: text/html~Content-Length: 2~~{}", 415),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Encoding: br~Content-Length: 2~~{}", 415, "Accept-Encoding: gzip"),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Encoding: gzip, gzip~Content-Length: 2~~{}", 415),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Encoding: gzip~Content-Length: 2~~{}", 400),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Length: 2~~{}", 422),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Length: 2~~{x", 400),
        Row("POST /v1/alerts HTTP/1.1~Host: itp.example~Content-Length: 2~~{}", 403),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Length: 15~~{\"subject\":\"x\"}", 200, "Date: "),
        Row("POST /v1/alerts HTTP/1.1~\(json)Transfer-Encoding: chunked~~f~{\"subject\":\"x\"}~0~~", 200),
        Row("POST /v1/alerts?x=y HTTP/1.1~\(json)Content-Length: 15~~{\"subject\":\"x\"}", 200),
        Row("POST http://localhost/v1/alerts HTTP/1.1~\(json)Content-Length: 15~~{\"subject\":\"x\"}", 200),
        Row("POST /v1/alerts HTTP/1.1~\(json)Content-Encoding: identity~Content-Length: 15~~{\"subject\":\"x\"}", 200),
    ]

    @Test("every method, path and kind of body gets its status")
    func statuses() async throws {
        try await Scene.with("[RMM_SETTINGS]\nTimeZone=UTC\nPSA_Type=GEN\nPSA_Email=psa@x.example\n") { scene in
            try scene.serve { running in
                for row in Self.rows {
                    let answer = try raw(running.service.address, Array(row.request.wired.utf8))
                    #expect(answer.hasPrefix("HTTP/1.1 \(row.status) "), "\(row.request)\n\(answer)")
                    #expect(answer.contains(row.holds), "\(row.request)\n\(answer)")
                    if row.request.hasPrefix("HEAD") { #expect(answer.hasSuffix("\r\n\r\n"), "\(row.request)") }
                }
            }
        }
    }

    /// gzip without its sum and length at the end.
    private static let cutOff: [UInt8] = [
        0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 2, 3, 0xAB, 0x56, 0x2A, 0x2E, 0x4D, 0xCA, 0x4A, 0x4D, 0x2E, 0x51, 0xB2, 0x52,
        0xAA,
        0x50, 0xAA, 0x05, 0x00,
    ]

    @Test("a compressed alert is taken, and one that holds more than MaxBody is refused with 413")
    func compressed() async throws {
        try await Scene.with(
            "[RMM_SETTINGS]\nTimeZone=UTC\nPSA_Type=GEN\nPSA_Email=psa@x.example\n",
            service: "[LISTEN]\nMaxBody=64 KiB\n"
        ) {
            scene in
            try scene.serve { running in
                for (body, status) in [
                    (gzipStored(Array("{\"subject\":\"x\"}".utf8)), 200),
                    (gzipStored(Array(repeating: 0x20, count: 20_000) + Array("{\"subject\":\"x\"}".utf8)), 200),
                    (bomb(65_537), 413), (bomb(8_000_000), 413), (Self.cutOff, 400),
                ] {
                    let head =
                        "POST /v1/alerts HTTP/1.1~\(Self.json)Content-Encoding: gzip~Content-Length: \(body.count)~~"
                    let answer = try raw(running.service.address, Array(head.wired.utf8) + body)
                    #expect(answer.hasPrefix("HTTP/1.1 \(status) "), "\(body.count): \(answer)")
                }
            }
        }
    }

    /// gzip that stores the bytes as they are.
    private func gzipStored(_ bytes: [UInt8]) -> [UInt8] {
        let count = UInt16(bytes.count)
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3, 1]
        for word in [count, ~count] { out += [UInt8(word & 0xFF), UInt8(word >> 8)] }
        out += bytes
        let crc = Self.crc32(bytes)
        for number in [crc, UInt32(bytes.count)] { out += (0..<4).map { UInt8(number >> (8 * $0) & 0xFF) } }
        return out
    }

    /// gzip of so many bytes of zero, with repetitions of 258 of them at the price of two bits: fixed codes, one literal
    /// zero, then lengths of 258 at distance 1. What it says of its sum at the end is wrong, which nobody gets to see.
    private func bomb(_ count: Int) -> [UInt8] {
        var out: [UInt8] = [0x1F, 0x8B, 8, 0, 0, 0, 0, 0, 0, 3]
        var (bits, used) = (UInt32(0), UInt32(0))
        func put(_ value: UInt32, _ width: UInt32, greatestFirst: Bool) {
            for index in 0..<width {
                let bit = value >> (greatestFirst ? width - 1 - index : index) & 1
                bits |= bit << used
                used += 1
                if used == 8 {
                    out.append(UInt8(bits))
                    (bits, used) = (0, 0)
                }
            }
        }
        put(1, 1, greatestFirst: false)
        put(1, 2, greatestFirst: false)
        put(0x30, 8, greatestFirst: true)
        for _ in 0..<(count / 258 + 1) {
            put(0b1100_0101, 8, greatestFirst: true)
            put(0, 5, greatestFirst: true)
        }
        put(0, 7, greatestFirst: true)
        put(0, 7, greatestFirst: false)
        return out + [UInt8](repeating: 0, count: 8)
    }

    private static func crc32(_ bytes: [UInt8]) -> UInt32 {
        var crc: UInt32 = 0xFFFF_FFFF
        for byte in bytes {
            crc ^= UInt32(byte)
            for _ in 0..<8 { crc = crc & 1 == 1 ? crc >> 1 ^ 0xEDB8_8320 : crc >> 1 }
        }
        return ~crc
    }
}

extension String {
    /// With line ends where `~` stands.
    var wired: String { split(separator: "~", omittingEmptySubsequences: false).joined(separator: "\r\n") }
}

/// Sends bytes, says that nothing more comes, and reads up to the server's end.
func raw(_ address: BoundAddress, _ bytes: [UInt8]) throws -> String {
    let socket = try check("socket", on: "test") { Glibc.socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
    defer { _ = close(socket) }
    var limit = timeval(tv_sec: 20, tv_usec: 0)
    setsockopt(socket, SOL_SOCKET, SO_RCVTIMEO, &limit, socklen_t(MemoryLayout<timeval>.size))
    var name = sockaddr_in()
    name.sin_family = sa_family_t(AF_INET)
    name.sin_port = in_port_t(address.port).bigEndian
    inet_pton(AF_INET, address.host, &name.sin_addr)
    try check("connect", on: "\(address)") {
        withUnsafePointer(to: &name) { pointer in
            pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) {
                connect(socket, $0, socklen_t(MemoryLayout<sockaddr_in>.size))
            }
        }
    }
    var rest = bytes[...]
    while !rest.isEmpty {
        let count = rest.withUnsafeBytes { send(socket, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
        // Refused in the middle of the body: the answer is there to be read.
        if count < 0 { break }
        rest = rest.dropFirst(count)
    }
    shutdown(socket, Int32(SHUT_WR))
    var all: [UInt8] = []
    var buffer = [UInt8](repeating: 0, count: 65536)
    while true {
        let count = try check("recv", on: "test") {
            buffer.withUnsafeMutableBytes { recv(socket, $0.baseAddress, $0.count, 0) }
        }
        if count == 0 { return String(decoding: all, as: UTF8.self) }
        all += buffer[..<count]
    }
}
