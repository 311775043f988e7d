import Dispatch
import Formats
import Platform
import Testing

/// Named sources through a running service.
struct SourceIntakeTests {
    private static let rules = """
        \(Scene.connectWise)
        [RMM_SETTINGS_north]
        PSA_Type=CWF
        PSA_URL=http://127.0.0.1:9
        PSA_AV1=north
        PSA_AV2=env:HOME
        PSA_AV3=env:HOME
        PSA_ClientID=guid
        PSA_CW_Board=Alerts
        [ORG northern]
        MSP=north
        """

    private static let mapping = """
        Subject=EVT|Door|{/n}|||DOOR-X.EVT.X.P3.Log
        Agent={/agent}
        Org={/org // "acme"}
        DeliveryId={/id}
        Default=fire
        """

    private static func with(_ lines: String, _ body: @escaping @Sendable (RunningService) throws -> Void) async throws
    {
        try await Scene.with(rules, service: "[SOURCE door]\n\(lines)\n\(mapping)") { scene in
            try scene.serve { try body($0) }
        }
    }

    private static func receipt(_ answer: (status: Int, json: JSON)) throws -> String {
        guard answer.status == 200, let id = answer.json["ids"]?.array?.first?.string else {
            throw Trouble("not accepted: \(answer)")
        }
        return id
    }

    @Test(
        "a request of an open source is accepted with a receipt and becomes an event; every other source is not there")
    func accepted() async throws {
        try await Self.with("Auth=bearer:T0ken") { service in
            let answer = try service.ask(
                "POST", "/v1/alerts/Door", [("Authorization", "Bearer T0ken")],
                Array(#"{"n":"1","agent":"a.acme"}"#.utf8))
            #expect(answer.json["accepted"]?.integer == 1)
            let event = try service.event(try Self.receipt(answer))
            #expect(event["source"]?.string == "door")
            #expect(event["disposition"]?.string == "logged")
            #expect(event["agent"]?.string == "a.acme")
            #expect(try service.ask("POST", "/v1/alerts/window", [], Array("{}".utf8)).status == 404)
            #expect(try service.ask("POST", "/v1/alerts/zabbix", [], Array("{}".utf8)).status == 404)
        }
    }

    @Test("whoever does not show who he is gets 401, with nothing of what was expected")
    func refused() async throws {
        try await Self.with(
            "Auth=bearer:T0ken, header:X-Door:H3ader, query:key:Qu3ry, path:P4th, basic:me:pa55, ip:192.0.2.0/24"
        ) { service in
            let body = Array(#"{"n":"1"}"#.utf8)
            let wrong: [(String, [(String, String)])] = [
                ("/v1/alerts/door", []), ("/v1/alerts/door", [("Authorization", "Bearer T0kem")]),
                ("/v1/alerts/door", [("X-Door", "H3adex")]), ("/v1/alerts/door?key=Qu3rx", []),
                ("/v1/alerts/door/P4tx", []),
                ("/v1/alerts/door", [("Authorization", "Basic \(Base64.encode(Array("me:pa5".utf8)))")]),
            ]
            for (path, headers) in wrong {
                let answer = try service.ask("POST", path, headers, body)
                #expect(answer.status == 401, "\(path)")
                for secret in ["T0ken", "H3ader", "Qu3ry", "P4th", "pa55"] {
                    #expect(!answer.json.compact.contains(secret))
                }
            }
            let right: [(String, [(String, String)])] = [
                ("/v1/alerts/door", [("Authorization", "bearer T0ken")]), ("/v1/alerts/door", [("x-door", "H3ader")]),
                ("/v1/alerts/door?key=Qu3ry", []), ("/v1/alerts/door/P4th", []),
                ("/v1/alerts/door", [("Authorization", "Basic \(Base64.encode(Array("me:pa55".utf8)))")]),
            ]
            for (path, headers) in right {
                #expect(try service.ask("POST", path, headers, body).status == 200, "\(path)")
            }
        }
    }

    @Test("secrets in body and query are overwritten at equal length before anything is kept")
    func redacted() async throws {
        try await Self.with("Auth=body:/secret:s3cret-in-body\nRedact=other_token") { service in
            let body = #"{"secret":"s3cret-in-body","n":"1","other_token": "abc\"d","note":"s3cret-in-body"}"#
            let answer = try service.ask("POST", "/v1/alerts/door?other_token=qq", [], Array(body.utf8))
            let raw = try service.event(try Self.receipt(answer))["raw"]
            let text = raw?.compact ?? ""
            #expect(!text.contains("s3cret") && !text.contains("abc") && text.contains("**************"))
            let wrong = body.replacing("s3cret-in-body", with: "s3cret-in-bodi")
            #expect(try service.ask("POST", "/v1/alerts/door", [], Array(wrong.utf8)).status == 401)
        }
    }

    @Test("the same delivery again is one event and a redelivery")
    func redelivery() async throws {
        try await Self.with("Auth=none") { service in
            let body = Array(#"{"n":"1","id":"d-1"}"#.utf8)
            let first = try Self.receipt(try service.ask("POST", "/v1/alerts/door", [], body))
            #expect(try service.event(first)["disposition"]?.string == "logged")
            let again = try Self.receipt(try service.ask("POST", "/v1/alerts/door", [], body))
            let event = try service.event(again)
            #expect(event["disposition"]?.string == "redelivery")
            #expect(event["reason"]?.string?.contains(first) == true)
        }
    }

    @Test("a body that cannot be read is accepted and kept raw, or refused where the source says so")
    func malformed() async throws {
        try await Self.with("Auth=none") { service in
            let id = try Self.receipt(try service.ask("POST", "/v1/alerts/door", [], Array("{oops".utf8)))
            let event = try service.event(id)
            #expect(event["disposition"]?.string == "unparseable")
            #expect(event["subject"]?.string == "Unreadable alert from door")
        }
        try await Self.with("Auth=none\nOnMalformed=reject\nReject=406\nSuccess=202") { service in
            let refused = try service.ask("POST", "/v1/alerts/door", [], Array("{oops".utf8))
            #expect(refused.status == 406)
            #expect(try service.ask("POST", "/v1/alerts/door", [], Array("{}".utf8)).status == 202)
        }
        try await Self.with("Auth=none\nSuccess=202") { service in
            let answer = try service.ask("POST", "/v1/alerts/door", [], Array("{}".utf8))
            #expect(answer.status == 202)
            _ = try service.event(try #require(answer.json["ids"]?.array?.first?.string))
        }
    }

    @Test("a source speaks only for the tenants and organisations that it is allowed")
    func claims() async throws {
        try await Self.with("Auth=none\nTenants=primary") { service in
            let other = try Self.receipt(
                try service.ask("POST", "/v1/alerts/door", [], Array(#"{"n":"1","org":"northern"}"#.utf8)))
            #expect(try service.event(other)["disposition"]?.string == "unparseable")
            let own = try Self.receipt(try service.ask("POST", "/v1/alerts/door", [], Array(#"{"n":"1"}"#.utf8)))
            #expect(try service.event(own)["disposition"]?.string == "logged")
        }
        try await Self.with("Auth=none\nOrgs=northern") { service in
            let other = try Self.receipt(try service.ask("POST", "/v1/alerts/door", [], Array(#"{"n":"1"}"#.utf8)))
            #expect(try service.event(other)["reason"]?.string?.contains("none of its Orgs") == true)
        }
    }

    @Test("probes and handshakes are answered and are no alerts")
    func probes() async throws {
        try await Self.with("Auth=bearer:T0ken") { service in
            let probe = try service.ask("GET", "/v1/alerts/door")
            #expect(probe.json["status"]?.string == "ok")
            #expect(try service.ask("HEAD", "/v1/alerts/door").status == 200)
            #expect(
                try service.ask("OPTIONS", "/v1/alerts/door", [("WebHook-Request-Origin", "e.example")]).status == 200)
            #expect(try service.ask("GET", "/v1/alerts/window").status == 404)
            #expect(try service.ask("DELETE", "/v1/alerts/door").status == 405)
        }
    }

    @Test("a source is open or closed as soon as the configuration is read again")
    func reloaded() async throws {
        try await Scene.with(Self.rules, service: "") { scene in
            try scene.serve { service in
                let closed = try service.ask("POST", "/v1/alerts/door", [], Array("{}".utf8))
                #expect(closed.status == 404)
                scene.source.write("[SOURCE door]\nAuth=none\n\(Self.mapping)", to: "ITPSvcCfg.ini")
                #expect(try service.reload().status == 200)
                #expect(try service.ask("POST", "/v1/alerts/door", [], Array("{}".utf8)).status == 200)
            }
        }
    }
}
