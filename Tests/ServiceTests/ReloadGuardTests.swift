import Formats
import Platform
import Service
import TestSupport
import Testing

@Suite("ReloadGuard", .timeLimit(.minutes(1)))
struct ReloadGuardTests {
    private static let guarded = soundRules + tenant + "[GLOBAL]\nReloadGuard=20%\n"

    @Test("a reload that would drop too many of last week's tickets is refused by name, and taken when it is forced")
    func refused() async throws {
        try await Scene.with(Self.guarded, service: service) { scene in
            try scene.serve { running throws in
                for number in 0..<10 {
                    let subject = "EVT|Spooler|\(number)|||MB-\(number < 3 ? "PRINT" : "DISK").EVT.S.P3.Alm"
                    #expect(try running.event(running.post(org: "acme", subject: subject))["disposition"] == "ticketed")
                }
                let hash = try running.ask("GET", "/stats").json["settings"]
                // Two of ten are as many as may be; three are not, even where the file lifts the guard with them.
                scene.source.write(Self.guarded + "[ALERT REWRITE]\nSpooler|0|=CANCEL\nSpooler|1|=CANCEL\n")
                #expect(try running.reload().status == 200)
                scene.source.write(Self.guarded)
                #expect(try running.reload().status == 200)
                scene.source.write(soundRules + tenant + "[ALERT REWRITE]\nMB-PRINT=CANCEL\n")
                let refused = try running.reload()
                #expect(refused.status == 422 && refused.json["hash"] == hash, "\(refused)")
                let detail = refused.json["detail"]?.string ?? ""
                #expect(
                    detail.contains("it would drop 3 of last week's 10 tickets (30.0 %, ReloadGuard=20%)"), "\(detail)")
                #expect(detail.contains("MB-PRINT=CANCEL (3)"), "\(detail)")
                #expect(try running.health.status == "degraded")
                let event = try running.event(running.post(org: "acme", subject: "EVT|S|9|||MB-PRINT.EVT.S.P3.Alm"))
                #expect(event["disposition"] == "ticketed")

                let forced = try running.ask("POST", "/admin/reload?force=1")
                #expect(forced.status == 200 && forced.json["hash"] != hash)
                #expect(try running.health.status == "ok")
            }
        }
    }
}
