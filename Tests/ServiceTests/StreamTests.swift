import Formats
import HTTPServer
import Platform
import TestSupport
import Testing

@testable import Service

/// `/v1/stream` from a running service.
@Suite struct StreamTests {
    @Test("who watches is told the numbers and each event as it is decided, and of no other tenant's")
    func watch() async throws {
        let rules =
            Scene.connectWise + "\n[RMM_SETTINGS_DIRK]\nName=Dirk\n[ORG dock]\nName=D\nMSP=DIRK"
        let service = "[LISTEN]\nIntakeToken=in\nAdminToken=all\nAdminToken.d=dirk;Tenants=DIRK"
        try await Scene.with(rules, service: service) { scene in
            try scene.serve { running in
                let address = running.service.address.description
                let (all, dirk) = (try EventStream(address, token: "all"), try EventStream(address, token: "dirk"))
                #expect(all.head.contains("Content-Type: text/event-stream") && all.head.hasPrefix("HTTP/1.1 200"))
                let first = try all.next("status")
                #expect(first["accepted"]?.integer == 0 && first["health"]?["reasons"]?.array != nil)
                func post(_ org: String) throws -> String? {
                    let alert: JSON = [
                        "subject": "EVT|S|1|||MB-X.EVT.S.P3.Alm", "orgId": .string(org), "agent": .string("a.\(org)"),
                    ]
                    let headers = [("Authorization", "Bearer in"), ("Content-Type", "application/json")]
                    return try running.ask("POST", "/v1/alerts", headers, alert.bytes).json["ids"]?.array?.first?.string
                }
                let (other, theirs) = (try post("acme"), try post("dock"))
                var seen: [String?] = []
                while !seen.contains(theirs) || !seen.contains(other) {
                    seen += (try all.next("events")["events"]?.array ?? []).map { $0["id"]?.string }
                }
                var told: [String?] = []
                while !told.contains(theirs) {
                    told += (try dirk.next("events")["events"]?.array ?? []).map { $0["id"]?.string }
                }
                #expect(!told.contains(other))
                var numbers = try all.next("status")
                while numbers["accepted"]?.integer != 2 { numbers = try all.next("status") }
                #expect(try running.ask("GET", "/v1/stream").status == 401)
                // Another configuration may know other tokens: everybody has to come again.
                #expect(try running.ask("POST", "/admin/reload", [("Authorization", "Bearer all")]).status == 200)
                #expect(throws: (any Error).self) { while true { _ = try all.next("never") } }
            }
        }
    }

    @Test("only so many may watch at once, and who leaves makes room")
    func limit() async throws {
        try await Scene.with(Scene.connectWise) { scene in
            try scene.serve { running in
                let address = running.service.address.description
                var streams = try (0..<StreamHub.clientLimit).map { _ in try EventStream(address) }
                for stream in streams { _ = try stream.next("status") }
                #expect(try EventStream(address).head.hasPrefix("HTTP/1.1 503"))
                streams.removeLast()
                #expect(try waitUntil { try EventStream(address).head.hasPrefix("HTTP/1.1 200") })
            }
        }
    }
}
