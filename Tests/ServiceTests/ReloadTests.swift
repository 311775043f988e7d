import Events
import Formats
import Platform
import Service
import TestSupport
import Testing

/// A primary whose PSA nobody answers for, so that nothing but deciding is seen; `Debug` keeps it from trying.
let soundRules = """
    [RMM_SETTINGS]
    PSA_Type=CWF
    PSA_URL=http://127.0.0.1:1/
    PSA_AV1=acme
    PSA_AV2=public
    PSA_AV3=private
    PSA_ClientID=guid
    PSA_CW_Board=Alerts
    [ORG acme]
    Name=Acme
    [ORG two]
    Name=Second
    MSP=TWO

    """
let tenant = "[RMM_SETTINGS_TWO]\nName=Second\n"
let service = "[GLOBAL]\nDebug=Y\n"

@Suite("Reload", .timeLimit(.minutes(1)))
struct ReloadTests {
    @Test("a reload swaps the configuration whole, and events name the one that decided them")
    func swap() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                let before = try running.event(running.post(org: "acme"))
                #expect(before["disposition"] == "ticketed")
                scene.source.write(soundRules + tenant + "[ALERT REWRITE]\nSpooler=CANCEL\n")
                let answer = try running.reload()
                #expect(answer.status == 200, "\(answer)")
                #expect(answer.json["accepted"] == true)
                let after = try running.event(running.post(org: "acme"))
                #expect(after["disposition"] == "cancelled")
                #expect(after["settings"] == answer.json["hash"])
                #expect(before["settings"] != after["settings"])
                #expect(try running.ask("GET", "/stats").json["settings"] == answer.json["hash"])
                #expect(try running.health.status == "ok")
            }
        }
    }

    @Test("files with errors are refused with all findings, the configuration in use stays, and health names the lines")
    func refused() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                let hash = try running.event(running.post(org: "acme"))["settings"]
                scene.source.write(soundRules + tenant + "[GLOBAL]\nDeDupPeriod=soon\n")
                let answer = try running.reload()
                #expect(answer.status == 422)
                #expect(answer.json["accepted"] == false)
                #expect(answer.json["hash"] == hash)
                #expect(answer.json["findings"]?.array?.contains { $0["line"]?.integer == 17 } == true)
                let health = try running.health
                #expect(health.status == "degraded")
                #expect(health.reasons.contains { $0.hasPrefix("ITPConfig.ini:17: error: DeDupPeriod") })
                #expect(try running.event(running.post(org: "acme", subject: "x|y"))["settings"] == hash)
                scene.source.write(soundRules + tenant)
                #expect(try running.reload().status == 200)
                #expect(try running.health.status == "ok")
            }
        }
    }

    @Test("a start with broken files uses what was accepted last, and says so")
    func lastGood() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            let hash = Guarded(JSON.null)
            try scene.serve { running throws in
                let settings = try running.event(running.post(org: "acme"))["settings"] ?? .null
                hash.with { $0 = settings }
            }
            scene.source.write("[GLOBAL]\nDeDupPeriod=soon\n")
            try scene.serve { running throws in
                #expect(try running.event(running.post(org: "acme", subject: "x"))["settings"] == hash.with { $0 })
                #expect(
                    try running.health.reasons.first
                        == "the configuration has errors: \(hash.with { $0 }.string ?? "") stays in use")
            }
        }
    }

    @Test("without any sound configuration alerts are taken, and decided once a reload brings one")
    func noneYet() async throws {
        try await Scene.with("[GLOBAL]\nDeDupPeriod=soon\n", service: service) { scene in
            let early = Guarded("")
            try scene.serve { running throws in
                let id = try running.post(org: "acme")
                early.with { $0 = id }
                #expect(try running.ask("GET", "/ready").status == 200)
                #expect(try running.health.status == "degraded")
                #expect(try running.reload().status == 422)
                #expect(try running.ask("GET", "/v1/events/\(id)").status == 404)
            }
            try scene.serve { running throws in
                let later = try running.post(org: "acme")
                scene.source.write(soundRules + tenant)
                #expect(try running.reload().status == 200)
                #expect(try running.event(early.with { $0 })["disposition"] == "ticketed")
                #expect(try running.event(later)["disposition"] == "duplicate")
                #expect(try running.health.status == "ok")
            }
        }
    }

    @Test("a file that has changed is read without being asked")
    func watched() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve(watchEvery: .init(milliseconds: 20)) { running throws in
                let before = try running.ask("GET", "/stats").json["settings"]
                scene.source.write(soundRules + tenant + "; a comment\n")
                #expect(try waitUntil { try running.ask("GET", "/stats").json["settings"] != before })
                scene.source.write("[GLOBAL]\nDeDupPeriod=soon\n")
                #expect(try waitUntil { try running.health.status == "degraded" })
            }
        }
    }

    @Test("a token that has left the configuration lets nobody in on a connection that it had opened")
    func sameConnection() async throws {
        let source =
            "[SOURCE door]\nAuth=bearer:%\nSubject=EVT|{/s}|A|||D.EVT.X.P3.Log\nAgent=a\nOrg=acme\nDefault=fire\n"
        @Sendable func written(_ token: String) -> String {
            service + "[LISTEN]\nIntakeToken=\(token)\nAdminToken=secret\n" + source.replacing("%", with: token)
        }
        try await Scene.with(soundRules + tenant, service: written("one")) { scene in
            try scene.serve { running throws in
                // The same heads every time, and libcurl keeps its connection.
                func statuses() throws -> [Int] {
                    try ["/v1/alerts/door", "/v1/alerts"].map { path in
                        let token = ("Authorization", "Bearer one")
                        let body = Array(#"{"s":"x","subject":"EVT|x|A|||D.EVT.X.P3.Log"}"#.utf8)
                        _ = try running.ask("POST", path, [token], body)
                        return try running.ask("POST", path, [token], body).status
                    }
                }
                #expect(try statuses() == [200, 200])
                scene.source.write(written("two"), to: "ITPSvcCfg.ini")
                #expect(try running.ask("POST", "/admin/reload", [("Authorization", "Bearer secret")]).status == 200)
                #expect(try statuses() == [401, 401])
                scene.source.write(written("one"), to: "ITPSvcCfg.ini")
                #expect(try running.ask("POST", "/admin/reload", [("Authorization", "Bearer secret")]).status == 200)
                #expect(try statuses() == [200, 200])
            }
        }
    }

    @Test("tokens are swapped as well, and what cannot change is told")
    func tokens() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                scene.source.write(
                    service + "[LISTEN]\nAdminToken=secret\nIntakeToken=other\nAddress=127.0.0.1:9\n"
                        + "[JOURNAL]\nSegmentSize=1 MiB\nDirectory=elsewhere\n", to: "ITPSvcCfg.ini")
                let answer = try running.reload()
                #expect(
                    answer.json["warnings"]?.array?.map { $0.string ?? "" } == [
                        "[LISTEN] Address has changed: that takes effect at the next start",
                        "[JOURNAL] Directory has changed: that takes effect at the next start",
                        "[JOURNAL] SegmentSize has changed: that takes effect at the next start",
                    ])
                #expect(try running.reload().status == 401)
                #expect(try running.ask("GET", "/stats").status == 401)
                #expect(try running.ask("POST", "/v1/alerts", [], Array("{}".utf8)).status == 401)
                let token = ("Authorization", "Bearer secret")
                #expect(try running.ask("POST", "/admin/reload", [token]).status == 200)
                #expect(try running.ask("GET", "/admin/reload", [token]).status == 405)
                let foreign = ("Origin", "https://elsewhere.example")
                #expect(try running.ask("POST", "/admin/reload", [token, foreign]).status == 403)
                let own = ("Origin", "http://\(running.service.address)")
                #expect(try running.ask("POST", "/admin/reload", [token, own]).status == 200)
            }
        }
    }
}
