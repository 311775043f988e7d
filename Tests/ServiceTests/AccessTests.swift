import Formats
import HTTPServer
import Platform
import Settings
import Testing

@testable import Service

@Suite struct AccessTests {
    private struct Unparsable: Error {}

    private func head(_ headers: [String]) throws -> HTTPHead {
        let hosted = headers.contains { $0.hasPrefix("Host:") } ? headers : ["Host: 127.0.0.1:8080"] + headers
        let text = "GET /x HTTP/1.1\r\n" + hosted.map { $0 + "\r\n" }.joined() + "\r\n"
        var parser = HTTPHeadParser()
        guard case .complete(let head, _) = parser.parse(Array(text.utf8).span) else { throw Unparsable() }
        return head
    }

    private func access(intake: [String] = [], admin: [String] = [], isOpen: Bool = false) -> Access {
        var settings = ServiceSettings()
        settings.intakeTokens = intake
        settings.adminTokens = admin
        settings.intakeIsOpen = isOpen
        return Access(settings)
    }

    /// The statuses of intake and of everything else; nil = may.
    private func answers(_ access: Access, _ headers: [String], isLoopback: Bool = true) throws -> [Int?] {
        let head = try head(headers)
        let peer = HTTPPeer(host: isLoopback ? "127.0.0.1" : "192.0.2.7", isLoopback: isLoopback)
        return [access.refusesIntake(head, peer)?.status, refusal(access, head, peer)?.status]
    }

    private func refusal(_ access: Access, _ head: HTTPHead, _ peer: HTTPPeer) -> HTTPResponse? {
        let sessions = Sessions(clock: SystemClock(), random: SystemRandom())
        guard case .refused(let response) = access.enter(head, peer, sessions) else { return nil }
        return response
    }

    @Test(
        "without tokens this machine alone may, and neither a proxy, another site's page nor a foreign name speaks for it",
        arguments: [
            ([], true), (["Host: localhost:8080"], true), (["Host: LOCALHOST"], true), (["Host: [::1]:8080"], true),
            (["Host: 127.9.9.9"], true), (["Origin: http://localhost:8080"], true),
            (["Host: itp.example"], false), (["Host: 127.evil.example"], false),
            (["Host: 127.0.0.1.evil.example"], false),
            (["Host: localhost.evil.example"], false), (["Origin: https://evil.example"], false),
            (["Origin: null"], false),
            (["Origin: https://127.evil.example"], false), (["X-Forwarded-For: 127.0.0.1"], false),
            (["Forwarded: for=1"], false), (["X-Real-IP: ::1"], false), (["Via: 1.1 x"], false),
        ])
    func withoutTokens(_ headers: [String], _ may: Bool) throws {
        let expected: Int? = may ? nil : 403
        #expect(try answers(access(), headers) == [expected, expected])
        #expect(try answers(access(), headers, isLoopback: false) == [403, 403])
    }

    @Test(
        "with tokens the right one lets in from anywhere, and nothing else does, not even this machine",
        arguments: [
            ("Authorization: Bearer in-1", nil, 401), ("Authorization: bearer in-2", nil, 401),
            ("Authorization: Bearer admin", 401, nil), ("Authorization: Bearer in-", 401, 401),
            ("Authorization: Bearer in-11", 401, 401), ("Authorization: Bearer ", 401, 401),
            ("Authorization: Basic in-1", 401, 401), ("Authorization: in-1", 401, 401), ("X: y", 401, 401),
        ] as [(String, Int?, Int?)])
    func withTokens(_ header: String, _ intake: Int?, _ admin: Int?) throws {
        let access = access(intake: ["in-1", "in-2"], admin: ["admin"])
        for isLoopback in [true, false] {
            #expect(try answers(access, [header], isLoopback: isLoopback) == [intake, admin])
        }
    }

    @Test("Auth=none opens intake and nothing else")
    func open() throws {
        #expect(try answers(access(isOpen: true), [], isLoopback: false) == [nil, 403])
    }

    @Test("a refusal says what is needed, and no token")
    func words() throws {
        let access = access(intake: ["in-secret"], admin: ["admin-secret"])
        let peer = HTTPPeer(host: "127.0.0.1", isLoopback: true)
        for response in [access.refusesIntake(try head([]), peer), refusal(access, try head([]), peer)] {
            let response = try #require(response)
            #expect(response.headers.contains { $0.0 == "WWW-Authenticate" && $0.1 == "Bearer" })
            let text = String(decoding: response.body, as: UTF8.self)
            #expect(text.contains("Token is needed"))
            #expect(!text.contains("secret"))
        }
    }
}
