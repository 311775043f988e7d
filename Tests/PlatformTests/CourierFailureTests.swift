import Dispatch
import Platform
import TestSupport
import Testing

@Suite("What the courier says when a call fails")
struct CourierFailureTests {
    private static let methods = ["GET", "POST"]

    @Test("a refused connection means not sent", arguments: methods)
    func refused(method: String) async throws {
        let refusing = try LoopbackServer.refusingPort()
        defer { refusing.release() }
        try await withCourier(answering: Script { _ in .hang }) { courier, _ in
            let call = OutgoingCall(method: method, url: "http://127.0.0.1:\(refusing.port)/")
            #expect(await courier.outcome(call).notSentReason?.contains("connect") == true)
        }
    }

    @Test("a TLS handshake that does not end in time means not sent")
    func handshake() async throws {
        try await withCourier(answering: Script { _ in .bytesThenClose("no TLS here") }) { courier, server in
            let call = OutgoingCall(
                method: "POST", url: "https://127.0.0.1:\(server.port)/", totalTimeoutSeconds: 0.3)
            #expect(await courier.outcome(call).notSentReason != nil)
            #expect(server.requests.isEmpty)
        }
    }

    @Test("a peer that speaks no TLS, or hangs up in the handshake, means not sent", arguments: ["no TLS here", ""])
    func noTLS(greeting: String) async throws {
        let peer = try LoopbackServer(greeting: greeting) { _ in .hang }
        defer { peer.stop() }
        try await withCourier(answering: Script { _ in .hang }) { courier, _ in
            let call = OutgoingCall(method: "POST", url: "https://127.0.0.1:\(peer.port)/", body: [1])
            #expect(await courier.outcome(call).notSentReason != nil)
        }
    }

    @Test("a POST whose connection is closed unanswered is ambiguous and arrives once")
    func closedAfterPost() async throws {
        try await withCourier(answering: Script { _ in .bytesThenClose("") }) { courier, server in
            let call = OutgoingCall(method: "POST", url: server.url, body: [1, 2, 3])
            #expect(await courier.outcome(call).ambiguousReason != nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a POST after a kept connection, closed unanswered, arrives once")
    func closedAfterKeptConnection() async throws {
        try await withCourier(answering: Script { $0.method == "GET" ? .bytes(fine) : .bytesThenClose("") }) {
            courier, server in
            for method in ["POST", "PATCH", "PUT", "DELETE"] {
                let call = OutgoingCall(method: method, url: server.url, body: [1])
                let outcomes = await courier.outcomes(OutgoingCall(url: server.url), call)
                #expect(outcomes.first?.reply != nil && outcomes.last?.ambiguousReason != nil)
                #expect(server.requests.filter { $0.method == method }.count == 1)
            }
        }
    }

    @Test("the same call, were it idempotent, would go out twice: the danger is real")
    func libraryRetries() async throws {
        try await withCourier(answering: Script { $0.method == "GET" ? .bytes(fine) : .bytesThenClose("") }) {
            courier, server in
            let call = OutgoingCall(method: "POST", url: server.url, body: [1], isIdempotent: true)
            let outcomes = await courier.outcomes(OutgoingCall(url: server.url), call)
            #expect(outcomes.first?.reply != nil && outcomes.last?.ambiguousReason != nil)
            #expect(server.requests.filter { $0.method == "POST" }.count == 2)
        }
    }

    @Test("a reset after the request is ambiguous")
    func reset() async throws {
        try await withCourier(answering: Script { _ in .reset }) { courier, server in
            let call = OutgoingCall(method: "POST", url: server.url, body: [1])
            #expect(await courier.outcome(call).ambiguousReason != nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test(
        "an answer that is cut off or no HTTP is ambiguous",
        arguments: [
            "HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nonly this",
            "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n5\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Le",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n",
            "HTTP/1.1 100 Continue\r\n\r\n",
            "rubbish that is no HTTP at all\r\n\r\n",
        ])
    func cutOff(answer: String) async throws {
        try await withCourier(answering: Script { _ in .bytesThenClose(answer) }) { courier, server in
            #expect(await courier.outcome(OutgoingCall(method: "POST", url: server.url)).ambiguousReason != nil)
            #expect(server.requests.count == 1)
        }
    }

    @Test("a reply that is longer than allowed is ambiguous, one of just that length is not")
    func oversized() async throws {
        try await withCourier(
            answering: Script { _ in .bytes("HTTP/1.1 200 OK\r\nContent-Length: 9\r\n\r\n123456789") }
        ) {
            courier, server in
            var call = OutgoingCall(method: "POST", url: server.url, maxReplyBytes: 8)
            #expect(await courier.outcome(call).ambiguousReason == "the reply's body is longer than 8 bytes")
            call.maxReplyBytes = 9
            #expect(await courier.outcome(call).reply?.body.count == 9)
        }
    }

    @Test("a reply with an endless head is ambiguous")
    func endlessHead() async throws {
        let line = "X-Long: " + String(repeating: "x", count: 1000) + "\r\n"
        let answer = "HTTP/1.1 200 OK\r\n" + String(repeating: line, count: 100) + "Content-Length: 0\r\n\r\n"
        try await withCourier(answering: Script { _ in .bytes(answer) }) { courier, server in
            let outcome = await courier.outcome(OutgoingCall(method: "POST", url: server.url))
            #expect(outcome.ambiguousReason == "the reply's head is longer than 65536 bytes")
        }
    }

    @Test("a server that does not answer in time leaves the call ambiguous")
    func timeout() async throws {
        try await withCourier(answering: Script { _ in .hang }) { courier, server in
            let call = OutgoingCall(method: "POST", url: server.url, totalTimeoutSeconds: 0.3)
            #expect(await courier.outcome(call).ambiguousReason?.contains("timed out") == true)
            #expect(server.requests.count <= 1)
        }
    }

    @Test("a call that is not valid is refused, without a word of its secrets")
    func invalid() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            let calls = [
                OutgoingCall(method: "GET X", url: server.url),
                OutgoingCall(url: "file:///etc/passwd?hunter2"),
                OutgoingCall(url: server.url + "/a b hunter2"),
                OutgoingCall(url: server.url, body: [1]),
                OutgoingCall(url: server.url, headers: [("X-Key", "hunter2\r\nX-Other: 1")]),
                OutgoingCall(url: server.url, headers: [("X Key", "hunter2")]),
                OutgoingCall(method: "POST", url: server.url, headers: [("Content-length", "0")]),
                OutgoingCall(url: "http://127.0.0.1:hunter2/"),
            ]
            for call in calls {
                let reason = try #require(await courier.outcome(call).notSentReason)
                #expect(!reason.contains("hunter2"), "\(reason)")
            }
            #expect(server.requests.isEmpty)
        }
    }

    @Test("the configured proxy gets the call, but for the excepted hosts")
    func configuredProxy() async throws {
        let proxy = try LoopbackServer { _ in
            .bytesThenClose("HTTP/1.1 200 OK\r\nX-Via: proxy\r\nContent-Length: 0\r\n\r\n")
        }
        defer { proxy.stop() }
        try await withCourier(
            proxy: Courier.Proxy(url: proxy.url, user: "u", password: "p", exceptions: ["127.0.0.1"]),
            answering: Script { _ in .bytes(fine) }
        ) { courier, server in
            let direct = await courier.outcome(OutgoingCall(url: server.url)).reply
            #expect(direct?.header("X-Via") == nil)
            let relayed = await courier.outcome(OutgoingCall(url: "http://psa.example/")).reply
            #expect(relayed?.header("X-Via") == "proxy")
            #expect(proxy.requests.first?.target == "http://psa.example/")
            #expect(proxy.requests.first?.headers["proxy-authorization"] == "Basic dTpw")
        }
    }

    @Test("beyond the bounded queue a call is refused")
    func queueFull() async throws {
        try await withCourier(
            maxCalls: 1, maxWaiting: 2, answering: Script { _ in .hang }
        ) { courier, server in
            // One on its way, two waiting: of four, at least one is refused, and of five, at least two.
            let outcomes = Guarded<[String]>([])
            for _ in 1...5 {
                courier.send(OutgoingCall(method: "POST", url: server.url, totalTimeoutSeconds: 600)) { outcome in
                    outcomes.with { $0.append(outcome.notSentReason ?? outcome.ambiguousReason ?? "reply") }
                }
            }
            #expect(outcomes.with { $0 }.count { $0 == "courier queue full" } >= 2)
            courier.stop()
            #expect(outcomes.with { $0 }.count == 5)
        }
    }

    @Test("stopping completes every call, and refuses later ones")
    func stopping() async throws {
        let arrived = DispatchSemaphore(value: 0)
        try await withCourier(
            maxCalls: 1,
            answering: Script { _ in
                arrived.signal()
                return .hang
            }
        ) { courier, server in
            let outcomes = Guarded<[String: CallOutcome]>([:])
            // On one thread from the first call to the stop: a call that hangs for a minute is given up.
            try await onThread("stopping") {
                for name in ["first", "second"] {
                    courier.send(OutgoingCall(method: "POST", url: server.url, totalTimeoutSeconds: 600)) { outcome in
                        outcomes.with { $0[name] = outcome }
                    }
                }
                arrived.wait()
                courier.stop()
            }
            #expect(outcomes.with { $0["first"] }?.ambiguousReason == "courier stopped")
            #expect(outcomes.with { $0["second"] }?.notSentReason == "courier stopped")
            #expect(await courier.outcome(OutgoingCall(url: server.url)).notSentReason == "courier stopped")
            courier.stop()
        }
    }

    @Test("a courier may be stopped from within a completion")
    func stoppingFromCompletion() async throws {
        try await withCourier(answering: Script { _ in .bytes(fine) }) { courier, server in
            let outcome = await withCheckedContinuation { continuation in
                courier.send(OutgoingCall(url: server.url)) { outcome in
                    courier.stop()
                    continuation.resume(returning: outcome)
                }
            }
            #expect(outcome.reply?.status == 200)
        }
    }
}
