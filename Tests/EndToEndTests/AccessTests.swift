import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Access")
    struct AccessTests {
        @Test("with tokens, nobody posts or looks without the right one, and no token is ever logged")
        func tokens() async throws {
            let admin = "admin-5d1f0c7a"
            let intake = "intake-93be2a44"
            let change: @Sendable (inout ConfigurationCopy) -> Void = {
                $0.set("AdminToken", admin, in: "LISTEN")
                $0.set("IntakeToken", intake, in: "LISTEN")
                $0.set("LogLevel", "debug", in: "GLOBAL")
            }
            try await Scene.with(change: change) { scene in
                let service = try scene.serve()
                let pages = [("GET", "/stats", admin, intake), ("POST", "/v1/alerts", intake, admin)]
                for (method, path, right, wrong) in pages {
                    let body = method == "POST" ? Alert.cancelled.body : []
                    for header in [[], ["Authorization: Bearer \(wrong)"], ["Authorization: Basic \(right)"]] {
                        let answer = try service.ask(method, path, Alert.headers + header, body)
                        #expect(answer.status == 401, "\(path) \(header)")
                        #expect(answer.field("www-authenticate") == "Bearer")
                    }
                    let answer = try service.ask(
                        method, path, Alert.headers + ["Authorization: Bearer \(right)"], body)
                    #expect(answer.status == 200, "\(path): \(answer.json.compact)")
                }
                for path in ["/v1/events", "/v1/events/00000000-0000-7000-8000-000000000000"] {
                    #expect(try service.ask("GET", path).status == 401)
                }
                for path in ["/health", "/ready"] { #expect(try service.ask("GET", path).status == 200) }
                #expect(try scene.run("check", "--config", scene.config).code == 0)
                try service.stop()
                let said = service.program.errors + service.program.output
                for secret in [admin, intake, "sandbox-private"] { #expect(!said.contains(secret)) }
            }
        }

        @Test("without an AdminToken only this machine may look, and nobody on behalf of others")
        func loopback() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                #expect(try service.ask("GET", "/stats").status == 200)
                #expect(try service.ask("GET", "/stats", ["X-Forwarded-For: 192.0.2.7"]).status == 403)
                let connection = try Connection(service.address)
                try connection.send(Array("GET /stats HTTP/1.1\r\nHost: itp.example\r\n\r\n".utf8))
                #expect(try connection.answer().status == 403)
                try service.stop()
            }
        }

        @Test("listening to others without an IntakeToken is an error, and serve takes alerts on this machine alone")
        func open() async throws {
            let change: @Sendable (inout ConfigurationCopy) -> Void = { $0.set("Address", "0.0.0.0:0", in: "LISTEN") }
            try await Scene.with(change: change) { scene in
                let line = scene.configuration.line(beginning: "Address=", of: "ITPSvcCfg.ini")
                let check = try scene.run("check", "--config", scene.config)
                #expect(check.code == 1)
                #expect(check.output.contains("ITPSvcCfg.ini:\(line): error: 0.0.0.0:0 is reachable"), "\(check)")
                let service = try scene.serve(["--listen", "127.0.0.1:0"])
                let reasons = try service.ask("GET", "/health").json["reasons"]?.array ?? []
                #expect(reasons.contains { $0.string?.contains("no IntakeToken") == true }, "\(reasons)")
                let proxied = try service.ask(
                    "POST", "/v1/alerts", Alert.headers + ["X-Forwarded-For: 10.0.0.1"], Alert.dhcp.body)
                #expect(proxied.status == 403)
                try service.stop()
            }
        }

        @Test("--listen on other addresses without an IntakeToken says that others' alerts are refused")
        func openByOption() async throws {
            try await Scene.with { scene in
                let service = try scene.serve(["--listen", "0.0.0.0:0"])
                #expect(service.program.errors.contains("there is no IntakeToken"))
                try service.stop()
            }
        }
    }
}
