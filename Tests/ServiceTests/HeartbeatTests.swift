import Formats
import Platform
import TestSupport
import Testing

@testable import Service

@Suite("Heartbeat", .timeLimit(.minutes(1)))
struct HeartbeatTests {
    /// A server that answers every request with a status, and what it was asked for.
    private struct Ear {
        let heard = Guarded<[String]>([])
        let server: LineServer

        init(status: Guarded<Int>) throws {
            server = try LineServer { [heard] session in
                var asked: String?
                while let line = session.readLine() {
                    if asked == nil { asked = line }
                    guard line.isEmpty, let request = asked else { continue }
                    heard.with { $0.append(request) }
                    session.write("HTTP/1.1 \(status.with { $0 }) Said\r\nContent-Length: 0\r\n\r\n")
                    asked = nil
                }
            }
        }
    }

    @Test(
        "the service calls the address, a failure degrades its health without the address's secret part, and it mends")
    func service() async throws {
        let status = Guarded(500)
        let ear = try Ear(status: status)
        defer { ear.server.stop() }
        let url = "http://127.0.0.1:\(ear.server.port)/ping/secret"
        try await Scene.with(soundRules + tenant, service: "[GLOBAL]\nDebug=Y\nHeartbeat=\(url)\n") { scene in
            try scene.serve { running throws in
                #expect(waitUntil { ear.heard.with { $0.contains("GET /ping/secret HTTP/1.1") } })
                #expect(try waitUntil { try running.health.status == "degraded" })
                let reasons = try running.health.reasons.joined()
                #expect(reasons == "the heartbeat to 127.0.0.1:\(ear.server.port) fails: it answers with 500")
                // Another address begins anew.
                status.with { $0 = 204 }
                scene.source.write("[GLOBAL]\nDebug=Y\nHeartbeat=\(url)/2\n", to: "ITPSvcCfg.ini")
                #expect(try running.reload().status == 200)
                #expect(waitUntil { ear.heard.with { $0.contains("GET /ping/secret/2 HTTP/1.1") } })
                #expect(try waitUntil { try running.health.status == "ok" })
            }
        }
    }

    @Test("it goes on beat by beat, and is silent while nothing works")
    func beats() async throws {
        try await onThread("itp-heartbeat-test") {
            let ear = try Ear(status: Guarded(200))
            defer { ear.server.stop() }
            let courier = try Courier(Courier.Settings(version: "test"))
            defer { courier.stop() }
            let (isWell, asked) = (Guarded(false), Guarded(0))
            let runner = HeartbeatRunner(
                courier, everyMilliseconds: 5,
                isWell: {
                    asked.with { $0 += 1 }
                    return isWell.with { $0 }
                }, trouble: { _ in })
            runner.take("http://127.0.0.1:\(ear.server.port)/")
            #expect(asked.with { $0 } == 0, "nothing is called before the start")
            runner.start()
            #expect(waitUntil { asked.with { $0 } >= 3 })
            #expect(ear.heard.with { $0.isEmpty })
            isWell.with { $0 = true }
            #expect(waitUntil { ear.heard.with { $0.count } >= 3 })
            runner.stop()
        }
    }
}
