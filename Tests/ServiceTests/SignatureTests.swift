import Events
import Formats
import Platform
import Testing

/// Signatures of senders with shared secrets, through a running service: published and computed vectors in
/// `Tests/Fixtures/signatures`.
struct SignatureTests {
    private struct Vector {
        var name: String
        var lines: String
        var headers: [(String, String)]
        var body: [UInt8]
        /// Of a form: the fields that the signature covers; empty = the whole body.
        var covers: [String]
    }

    private static let rules = Scene.connectWise

    private static func vectors() throws -> [Vector] {
        let path =
            "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/signatures/hmac.json"
        let list = try JSON(parsing: try Files.read(path, maxBytes: 1 << 20)).array ?? []
        return list.map { json in
            Vector(
                name: json["name"]?.string ?? "",
                lines: "Auth=\(json["auth"]?.string ?? "")\n\(json["lines"]?.string ?? "")",
                headers: (json["headers"]?.array ?? []).map { ($0.array?[0].string ?? "", $0.array?[1].string ?? "") },
                body: Array((json["body"]?.string ?? "").utf8),
                covers: (json["covers"]?.array ?? []).compactMap(\.string))
        }
    }

    private static func service(_ lines: [String]) -> String {
        lines.enumerated().map { index, lines in
            "[SOURCE s\(index)]\n\(lines)\nDecode=text\nSubject=EVT|S|1|||S.EVT.X.P3.Log\nDefault=fire\n"
        }.joined()
    }

    @Test("every vector verifies; with one bit of body, time or signature changed it gets 401")
    func vectorsVerify() async throws {
        let vectors = try Self.vectors()
        #expect(vectors.count == 9)
        // The vectors are years old: here the window is wide, the next test has the usual one.
        let lines = vectors.map { $0.lines + "\nHMAC.Tolerance=36500d" }
        try await Scene.with(Self.rules, service: Self.service(lines)) { scene in
            try scene.serve { service in
                for (index, vector) in vectors.enumerated() {
                    let path = "/v1/alerts/s\(index)"
                    #expect(try service.ask("POST", path, vector.headers, vector.body).status == 200, "\(vector.name)")
                    for position in Self.positions(vector) {
                        var body = vector.body
                        body[position] ^= 1
                        let answer = try service.ask("POST", path, vector.headers, body)
                        #expect(answer.status == 401, "\(vector.name), byte \(position)")
                        #expect(
                            answer.json["detail"]?.string
                                == "the request does not show that it comes from the source 's\(index)'")
                    }
                    for (at, header) in vector.headers.enumerated() where header.0 != "Content-Type" {
                        var headers = vector.headers
                        var value = Array(header.1.utf8)
                        // Of a signature's Base64 the last letters may hold bits that count for nothing.
                        value[value.count / 2] ^= 1
                        headers[at].1 = String(decoding: value, as: UTF8.self)
                        #expect(
                            try service.ask("POST", path, headers, vector.body).status == 401,
                            "\(vector.name), \(header.0)")
                        headers.remove(at: at)
                        let without = try service.ask("POST", path, headers, vector.body).status
                        #expect(without == 401, "\(vector.name), no \(header.0)")
                    }
                }
            }
        }
    }

    /// Bytes of the body that the signature covers: a few of the whole, or one of each field's value.
    private static func positions(_ vector: Vector) -> [Int] {
        if vector.covers.isEmpty { return Array(Set([0, vector.body.count / 2, vector.body.count - 1])) }
        let text = String(decoding: vector.body, as: UTF8.self)
        return vector.covers.compactMap { name in
            text.firstRange(of: "\(name)=").map { text.utf8.distance(from: text.startIndex, to: $0.upperBound) + 2 }
        }
    }

    @Test("an old signature is a replay; a new one is taken, also by the second of two secrets")
    func replay() async throws {
        let vector = try #require(try Self.vectors().first { $0.name == "standard-webhooks" })
        let lines =
            "Auth=hmac:standard-webhooks:whsec_AAAAAAAAAAAAAAAA, hmac:standard-webhooks:whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
        try await Scene.with(Self.rules, service: Self.service([lines])) { scene in
            try scene.serve { service in
                #expect(try service.ask("POST", "/v1/alerts/s0", vector.headers, vector.body).status == 401)
                let key = try #require(Base64.decode("MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"))
                let now = SystemClock().now.milliseconds / 1000
                for (seconds, status) in [(now, 200), (now - 290, 200), (now - 320, 401), (now + 320, 401)] {
                    let message = Array("msg_1.\(seconds).{}".utf8)
                    let code = try #require(Signatures.hmac(.sha256, key: key, message))
                    let headers = [
                        ("webhook-id", "msg_1"), ("webhook-timestamp", "\(seconds)"),
                        ("webhook-signature", "v1,AAAA v1,\(Base64.encode(code)) v1a,BBBB"),
                    ]
                    #expect(try service.ask("POST", "/v1/alerts/s0", headers, Array("{}".utf8)).status == status)
                }
            }
        }
    }
}
