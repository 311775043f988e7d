import Platform
import Testing

/// How a test's server answers.
struct Script: Sendable {
    let answer: @Sendable (LoopbackServer.Request) -> LoopbackServer.Answer
}

/// Runs `body` with a courier and a server that are gone afterwards.
func withCourier(
    maxCalls: Int = 64, maxWaiting: Int = 1024, proxy: Courier.Proxy? = nil, answering script: Script,
    _ body: (Courier, LoopbackServer) async throws -> Void
) async throws {
    var settings = Courier.Settings(version: "1.2.3")
    settings.maxSimultaneousCalls = maxCalls
    settings.maxWaitingCalls = maxWaiting
    settings.proxy = proxy
    let server = try LoopbackServer(script.answer)
    let courier = try Courier(settings)
    // The courier goes first: its closed connections let the server's threads end.
    defer {
        courier.stop()
        server.stop()
    }
    try await body(courier, server)
}

extension Courier {
    func outcome(_ call: OutgoingCall) async -> CallOutcome {
        await withCheckedContinuation { continuation in
            send(call) { continuation.resume(returning: $0) }
        }
    }
}

extension Courier {
    /// The outcomes of calls, each of which is sent as soon as the one before has come back. A test's task may wait for minutes for
    /// its turn among the others; libcurl keeps an idle connection for two.
    func outcomes(_ calls: OutgoingCall...) async -> [CallOutcome] {
        await withCheckedContinuation { continuation in
            send(calls[...], after: []) { continuation.resume(returning: $0) }
        }
    }

    private func send(
        _ calls: ArraySlice<OutgoingCall>, after earlier: [CallOutcome],
        end: @escaping @Sendable ([CallOutcome]) -> Void
    ) {
        guard let call = calls.first else { return end(earlier) }
        send(call) { self.send(calls.dropFirst(), after: earlier + [$0], end: end) }
    }
}

extension CallOutcome {
    var reply: IncomingReply? {
        guard case .reply(let reply) = self else { return nil }
        return reply
    }
    var notSentReason: String? {
        guard case .notSent(let reason) = self else { return nil }
        return reason
    }
    var ambiguousReason: String? {
        guard case .ambiguous(let reason) = self else { return nil }
        return reason
    }
}

let fine = "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

@Suite("What the courier carries")
struct CourierTests {
    @Test("a GET brings back status, headers and body")
    func get() async throws {
        try await withCourier(
            answering: Script { _ in
                .bytes("HTTP/1.1 404 Not Found\r\nX-Trace:  a b \r\nx-trace: second\r\nContent-Length: 5\r\n\r\nnope!")
            }
        ) { courier, server in
            let reply = try #require(
                await courier.outcome(
                    OutgoingCall(url: server.url + "/a?b=c", headers: [("X-Key", "k"), ("X-Empty", "")])
                )
                .reply)
            #expect(reply.status == 404)
            #expect(reply.header("X-TRACE") == "a b")
            #expect(reply.headers.map(\.1) == ["a b", "second", "5"])
            #expect(reply.body == Array("nope!".utf8))
            let request = try #require(server.requests.first)
            #expect(request.method == "GET")
            #expect(request.target == "/a?b=c")
            #expect(request.headers["x-key"] == "k")
            #expect(request.headers["x-empty"] == "")
            #expect(request.headers["user-agent"] == "ITP/1.2.3")
        }
    }

    @Test("a body arrives byte by byte as it was given", arguments: ["POST", "PUT", "PATCH", "DELETE"])
    func body(method: String) async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            let bytes = (0..<100_000).map { UInt8(truncatingIfNeeded: $0) }
            let call = OutgoingCall(
                method: method, url: server.url, headers: [("Content-Type", "application/json")], body: bytes)
            #expect(await courier.outcome(call).reply?.status == 200)
            let request = try #require(server.requests.first)
            #expect(request.method == method)
            #expect(request.body == bytes)
            #expect(request.headers["content-type"] == "application/json")
            #expect(request.headers["expect"] == nil)
        }
    }

    @Test("a POST without body says so and claims no content type")
    func emptyPost() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            #expect(await courier.outcome(OutgoingCall(method: "POST", url: server.url)).reply != nil)
            #expect(server.requests.first?.headers["content-length"] == "0")
            #expect(server.requests.first?.headers["content-type"] == nil)
        }
    }

    @Test("a HEAD ends with its head")
    func head() async throws {
        try await withCourier(answering: Script { _ in .bytes("HTTP/1.1 200 OK\r\nContent-Length: 99\r\n\r\n") }) {
            courier, server in
            let reply = await courier.outcome(OutgoingCall(method: "HEAD", url: server.url)).reply
            #expect(reply?.header("content-length") == "99")
            #expect(reply?.body == [])
        }
    }

    @Test("GETs share a connection")
    func keepAlive() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            let call = OutgoingCall(url: server.url)
            #expect(await courier.outcomes(call, call, call).allSatisfy { $0.reply != nil })
            #expect(server.requests.map(\.connection) == [1, 1, 1])
        }
    }

    @Test("POSTs never share a connection that was used before")
    func freshConnections() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            let post = OutgoingCall(method: "POST", url: server.url)
            let outcomes = await courier.outcomes(OutgoingCall(url: server.url), post, post)
            #expect(outcomes.allSatisfy { $0.reply != nil })
            #expect(server.requests.map(\.connection) == [1, 2, 3])
        }
    }

    @Test("a redirect is handed back, not followed")
    func redirect() async throws {
        try await withCourier(
            answering: Script { _ in
                .bytes("HTTP/1.1 302 Found\r\nLocation: /elsewhere\r\nContent-Length: 0\r\n\r\n")
            }
        ) { courier, server in
            #expect(await courier.outcome(OutgoingCall(url: server.url)).reply?.status == 302)
            #expect(server.requests.count == 1)
        }
    }

    @Test("interim answers and trailers are no headers of the reply")
    func interim() async throws {
        try await withCourier(
            answering: Script { _ in
                .bytes(
                    "HTTP/1.1 103 Early Hints\r\nX-Early: 1\r\n\r\nHTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n"
                        + "2\r\nok\r\n0\r\nX-Late: 1\r\n\r\n")
            }
        ) { courier, server in
            let reply = await courier.outcome(OutgoingCall(url: server.url)).reply
            #expect(reply?.headers.map(\.0) == ["Transfer-Encoding"])
            #expect(reply?.body == Array("ok".utf8))
        }
    }

    @Test("a hundred calls at once all come back, each with its own answer")
    func parallel() async throws {
        try await withCourier(
            answering: Script { request in
                .bytes(
                    "HTTP/1.1 200 OK\r\nContent-Length: \(request.body.count)\r\n\r\n\(String(decoding: request.body, as: UTF8.self))"
                )
            }
        ) { courier, server in
            let url = server.url
            let good = await withTaskGroup(of: Bool.self) { group in
                for index in 1...100 {
                    group.addTask {
                        let call = OutgoingCall(method: "POST", url: url, body: Array("number \(index)".utf8))
                        return await courier.outcome(call).reply?.body == call.body
                    }
                }
                return await group.reduce(0) { $0 + ($1 ? 1 : 0) }
            }
            #expect(good == 100)
            #expect(server.requests.count == 100)
        }
    }
}
