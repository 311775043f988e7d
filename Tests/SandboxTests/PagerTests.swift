import Formats
import Sandbox
import Testing

@Suite("The pagers' stand-ins")
struct PagerTests {
    private static let genie = [("Authorization", "GenieKey sandbox-genie"), ("Content-Type", "application/json")]

    private func status(
        _ world: inout SandboxWorld, _ path: String, _ body: JSON, headers: [(String, String)] = genie,
        query: [(String, String)] = []
    ) -> Int {
        let request = SandboxRequest(method: "POST", path: path, query: query, headers: headers, body: body.bytes)
        guard case .reply(let reply) = world.take(request, now: 1_795_000_000_000).ending else { return 0 }
        return reply.status
    }

    private func get(_ world: inout SandboxWorld, _ path: String) throws -> JSON {
        let request = SandboxRequest(method: "GET", path: path, headers: Self.genie)
        guard case .reply(let reply) = world.take(request, now: 1_795_000_000_000).ending else { return .null }
        return try JSON(parsing: reply.body)
    }

    @Test("Opsgenie refuses what breaks a documented limit, and a wrong key")
    func opsgenieLimits() {
        var world = SandboxWorld()
        let long = { (count: Int) in JSON.string(String(repeating: "x", count: count)) }
        let cases: [(JSON, Int)] = [
            (["message": long(130)], 202), (["message": long(131)], 422), (["alias": "a"], 422),
            (["message": "m", "alias": long(513)], 422), (["message": "m", "description": long(15_001)], 422),
            (["message": "m", "priority": "P6"], 422), (["message": "m", "tags": [long(51)]], 422),
            (["message": "m", "details": ["a": 1]], 422), (["message": "m", "details": ["a": long(8000)]], 422),
            ([], 400),
        ]
        for (body, expected) in cases {
            #expect(status(&world, "/opsgenie/v2/alerts", body) == expected, "\(body.compact)")
        }
        let wrong = [("Authorization", "GenieKey other")]
        #expect(status(&world, "/opsgenie/v2/alerts", ["message": "m"], headers: wrong) == 401)
    }

    @Test("an open alias is counted, a closed one is another alert; the request tells what became of it")
    func opsgenieAlias() throws {
        var world = SandboxWorld()
        let alert: JSON = ["message": "m", "alias": "a"]
        for _ in 0..<2 { #expect(status(&world, "/opsgenie/v2/alerts", alert) == 202) }
        #expect(try get(&world, "/opsgenie/v2/alerts/a")["data"]?["count"] == 2)
        let alias = [("identifierType", "alias")]
        #expect(status(&world, "/opsgenie/v2/alerts/a/notes", ["note": "n"], query: alias) == 202)
        #expect(status(&world, "/opsgenie/v2/alerts/a/notes", [:], query: alias) == 422)
        #expect(status(&world, "/opsgenie/v2/alerts/a/close", [:], query: alias) == 202)
        #expect(status(&world, "/opsgenie/v2/alerts", alert) == 202)
        #expect(status(&world, "/opsgenie/v2/alerts/b/close", [:], query: alias) == 202)
        let pages = try get(&world, "/sandbox/pages").array ?? []
        #expect(pages.map { $0["status"]?.string } == ["closed", "open"] && pages.first?["notes"]?.array?.count == 1)
        let request = try get(&world, "/opsgenie/v2/alerts/requests/5a4d0b0c-0000-4000-8000-000000000006")
        #expect(request["data"]?["success"] == false && request["data"]?["status"]?.string == "Alert does not exist")
    }

    @Test("PagerDuty takes what its schema allows")
    func pagerDuty() throws {
        var world = SandboxWorld()
        let key = JSON.string(String(repeating: "a", count: 32))
        let payload: JSON = ["summary": "s", "source": "h", "severity": "error"]
        let good: JSON = ["routing_key": key, "event_action": "trigger", "dedup_key": "d", "payload": payload]
        let cases: [(JSON, Int)] = [
            (good, 202), (good, 202), (good.with(["routing_key": "short"]), 400),
            (good.with(["event_action": "open"]), 400),
            (good.with(["payload": payload.with(["severity": "high"])]), 400),
            (good.with(["payload": payload.with(["summary": .null])]), 400),
            (good.with(["event_action": "resolve", "dedup_key": .null]), 400),
            (good.with(["event_action": "resolve", "payload": .null]), 202), (good, 202),
        ]
        for (body, expected) in cases {
            #expect(status(&world, "/pagerduty/v2/enqueue", body) == expected, "\(body.compact)")
        }
        let pages = try get(&world, "/sandbox/pages").array ?? []
        #expect(pages.map { $0["status"]?.string } == ["closed", "open"] && pages.first?["count"] == 2)
        #expect(try !get(&world, "/sandbox/requests").compact.contains(String(repeating: "a", count: 32)))
    }

    @Test("the chats take their own form at their own address")
    func chats() throws {
        var world = SandboxWorld()
        #expect(status(&world, "/slack/services/T000/B000/sandbox", ["text": "hello"]) == 200)
        #expect(status(&world, "/slack/services/T000/B000/other", ["text": "hello"]) == 404)
        #expect(status(&world, "/slack/services/T000/B000/sandbox", ["blocks": []]) == 400)
        let flow = "/teams/workflows/sandbox/triggers/manual/paths/invoke"
        let card: JSON = ["type": "AdaptiveCard", "body": [["type": "TextBlock", "text": "hello"]]]
        let body: JSON = [
            "attachments": [["contentType": "application/vnd.microsoft.card.adaptive", "content": card]]
        ]
        #expect(status(&world, flow, body, query: [("sig", "sandbox-signature")]) == 202)
        #expect(status(&world, flow, body, query: [("sig", "other")]) == 401)
        #expect(status(&world, flow, ["text": "hello"], query: [("sig", "sandbox-signature")]) == 400)
        #expect(try get(&world, "/sandbox/pages").array?.compactMap { $0["message"]?.string } == ["hello", "hello"])
    }

    @Test("an ordered failure has the service's own form")
    func faults() throws {
        var world = SandboxWorld()
        _ = status(&world, "/sandbox/faults", ["vendor": "opsgenie", "fault": "status:503"])
        #expect(status(&world, "/opsgenie/v2/alerts", ["message": "m"]) == 503)
        #expect(try get(&world, "/sandbox/pages").array?.isEmpty == true)
    }
}
