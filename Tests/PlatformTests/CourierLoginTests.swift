import Formats
import Platform
import Testing

@Suite("Logging in on demand")
struct CourierLoginTests {
    private static func call(_ server: LoopbackServer, isIdempotent: Bool = true) -> OutgoingCall {
        var call = OutgoingCall(
            method: "POST", url: server.url + "/records", headers: [("Content-Type", "text/plain")],
            body: Array("find".utf8), isIdempotent: isIdempotent)
        call.login = OutgoingCall.Login(user: #"EXAMPLE\itp"#, password: "pa55:word")
        return call
    }

    private static func challenge(_ scheme: String) -> LoopbackServer.Answer {
        .bytes("HTTP/1.1 401 Unauthorized\r\nWWW-Authenticate: \(scheme)\r\nContent-Length: 0\r\n\r\n")
    }

    @Test("who is not asked shows no password")
    func notAsked() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            #expect(await courier.outcome(Self.call(server)).reply?.status == 200)
            #expect(server.requests.map { $0.headers["authorization"] } == [nil])
        }
    }

    @Test("Basic: the request comes again, whole, with user and password")
    func basic() async throws {
        let expected = "Basic " + Base64.encode(Array(#"EXAMPLE\itp:pa55:word"#.utf8))
        let script = Script {
            $0.headers["authorization"] == expected ? .bytes(fine) : Self.challenge("Basic realm=\"a\"")
        }
        try await withCourier(answering: script) { courier, server in
            let reply = await courier.outcome(Self.call(server)).reply
            #expect(reply?.status == 200 && reply?.body == Array("ok".utf8))
            #expect(server.requests.last?.body == Array("find".utf8))
        }
    }

    @Test("NTLM: negotiated over one connection, and the body comes with the last message")
    func ntlm() async throws {
        // The server's challenge: no target, Unicode and NTLM, eight bytes to be answered.
        let parts: [[UInt8]] = [
            Array("NTLMSSP\0".utf8), [2, 0, 0, 0], [0, 0, 0, 0, 48, 0, 0, 0], [1, 0x82, 0, 0],
            [1, 2, 3, 4, 5, 6, 7, 8],
            [0, 0, 0, 0, 0, 0, 0, 0], [0, 0, 0, 0, 48, 0, 0, 0],
        ]
        let second = "NTLM " + Base64.encode(parts.flatMap(\.self))
        let script = Script { request in
            let given = request.headers["authorization"]?.split(separator: " ").last.flatMap {
                Base64.decode(String($0))
            }
            guard let given, given.count > 12 else { return Self.challenge("NTLM") }
            return given[8] == 3 ? .bytes(fine) : Self.challenge(second)
        }
        try await withCourier(answering: script) { courier, server in
            #expect(await courier.outcome(Self.call(server)).reply?.status == 200)
            #expect(server.requests.last?.body == Array("find".utf8))
            #expect(Set(server.requests.suffix(2).map(\.connection)).count == 1)
        }
    }

    @Test("a wrong password comes back as 401; a call that must not be sent twice has no login")
    func refused() async throws {
        try await withCourier(answering: Script { _ in Self.challenge("Basic realm=\"a\"") }) { courier, server in
            #expect(await courier.outcome(Self.call(server)).reply?.status == 401)
            #expect(await courier.outcome(Self.call(server, isIdempotent: false)).notSentReason != nil)
        }
    }
}
