import Events
import Formats
import HTTPServer
import Settings
import Testing

@testable import Service

/// A source as its requests meet it.
struct OpenSourceTests {
    private struct NoHead: Error {}

    private func head(_ target: String = "/v1/alerts/door", _ fields: String...) throws -> HTTPHead {
        let lines = ["POST \(target) HTTP/1.1", "Host: x"] + fields
        var parser = HTTPHeadParser()
        guard
            case .complete(let head, _) = parser.parse(Array((lines.joined(separator: "\r\n") + "\r\n\r\n").utf8).span)
        else { throw NoHead() }
        return head
    }

    private func source(_ auth: SourceAuth..., headers: Set<String> = []) -> OpenSource {
        var settings = SourceSettings(name: "door", reference: RuleReference(file: "f", line: 1, text: "[SOURCE door]"))
        settings.auth = auth
        settings.headers = headers
        return OpenSource(settings)
    }

    private func isLetIn(_ source: OpenSource, _ head: HTTPHead, token: String? = nil) -> Bool {
        let gate = SourceGate(
            source: source, head: head, peer: HTTPPeer(host: "127.0.0.1", isLoopback: true),
            pathToken: token.map { Array($0.utf8)[...] })
        return !gate.refusesHead
    }

    @Test(
        "the headers that the mapping reads are kept in small letters and in their order, and none that shows who sends"
    )
    func kept() throws {
        let source = source(
            .header(name: "X-Token", "s"), headers: ["x-first", "x-token", "cookie", "x-second"])
        let head = try head(
            "/", "X-SECOND: 2", "X-Token: s", "Cookie: c", "Authorization: Bearer b", "CE-Type: t", "x-first: 1",
            "X-Amz-Sns-Topic-Arn: a", "Cex: no", "X-Third: 3")
        #expect(source.kept(head).map(\.name) == ["x-second", "ce-type", "x-first", "x-amz-sns-topic-arn"])
        #expect(source.kept(head).map(\.value) == ["2", "t", "1", "a"])
    }

    @Test(
        "a bearer token is taken behind its word in any case and any blanks, and nothing else is",
        arguments: [
            ("Bearer abc", true), ("bEARER   abc", true), ("Bearer\tabc", false), ("Bearerabc", false),
            ("Bearer", false),
            ("Basic abc", false), ("Bearer ab", false), ("Bearer abcd", false), ("Bearer abC", false),
            ("Bearer ", false),
        ])
    func bearer(value: String, isTaken: Bool) throws {
        #expect(isLetIn(source(.bearer("abc")), try head("/", "Authorization: \(value)")) == isTaken)
    }

    @Test("one of several ways is enough, and what needs the body lets the head pass")
    func several() throws {
        let both = source(.path("p"), .basic(user: "me", password: "x:y"))
        #expect(isLetIn(both, try head(), token: "p"))
        #expect(!isLetIn(both, try head(), token: "q"))
        #expect(isLetIn(both, try head("/", "Authorization: basic \(Base64.encode(Array("me:x:y".utf8)))")))
        #expect(!isLetIn(both, try head("/", "Authorization: Basic %%%")))
        #expect(isLetIn(source(.query(name: "k", "v w")), try head("/?a=1&k=v+w")))
        #expect(isLetIn(source(.path("p"), .sns(topic: "t")), try head()))
    }

    @Test("a source is found by its name in any case")
    func found() {
        let settings = SourceSettings(name: "Door", reference: RuleReference(file: "f", line: 1, text: "x"))
        let sources = OpenSources(["door": settings, "tür": settings])
        for name in ["door", "DOOR", "tür", "TÜR"] { #expect(sources[Array(name.utf8)[...]] != nil, "\(name)") }
        for name in ["", "doo", "doors"] { #expect(sources[Array(name.utf8)[...]] == nil) }
    }

    @Test("what follows a prefix of the target, and its query, are as they were written")
    func targets() throws {
        let prefix = Array("/v1/alerts".utf8)
        #expect(
            try head("/v1/alerts/a%20b?c=d").targetTail(after: prefix).map { String(decoding: $0, as: UTF8.self) }
                == "/a%20b?c=d")
        #expect(try head("/v1/alerts").targetTail(after: prefix)?.isEmpty == true)
        #expect(try head("/v1/alert").targetTail(after: prefix) == nil)
        #expect(try head("/v1/alerts/x?c=%20&d").rawQuery == "c=%20&d")
        #expect(try head("/v1/alerts/x").rawQuery.isEmpty)
    }
}
