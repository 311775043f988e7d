import Formats
import Platform
import Testing

@Suite("Tenants' last good versions", .timeLimit(.minutes(1)))
struct TenantVersionTests {
    private let rule = "[ALERT REWRITE_TWO]\nSpooler=CANCEL\n"
    private let broken = "[ALERT REWRITE_TWO]\nSpooler=CANCLE\n"

    @Test(
        "an error in a tenant's section leaves it at its last good version, also after a start, and stops nobody else")
    func frozen() async throws {
        try await Scene.with(soundRules + tenant + rule, service: service) { [broken] scene in
            let good = Guarded("")
            let check: @Sendable (RunningService) throws -> Void = { running throws in
                let hash = good.with { $0 }
                let two = try running.event(running.post(org: "two"))
                #expect(two["disposition"] == "cancelled")
                let steps = two["trace"]?.array ?? []
                #expect(steps.contains { $0["rule"]?["file"]?.string == "ITPConfig.ini@\(hash)" }, "\(two.compact)")
                #expect(try running.event(running.post(org: "acme"))["disposition"] == "cancelled")
                let reasons = try running.health.reasons
                #expect(reasons.first == "the tenant 'TWO' stays at its sections of \(hash)")
                #expect(reasons.contains { $0.hasPrefix("ITPConfig.ini:17: error: 'CANCLE' is no action") })
            }
            try scene.serve { running throws in
                let hash = try running.event(running.post(org: "two"))["settings"]?.string ?? ""
                good.with { $0 = hash }
                scene.source.write(soundRules + tenant + broken + "[ALERT REWRITE]\nSpooler=CANCEL\n")
                let answer = try running.reload()
                #expect(answer.status == 200)
                #expect(answer.json["tenants"]?["TWO"]?.string == hash)
                #expect(answer.json["hash"]?.string != hash)
                try check(running)
                // The next change finds the same version again.
                scene.source.write(soundRules + tenant + broken + "[ALERT REWRITE]\nSpool=CANCEL\n")
                #expect(try running.reload().json["tenants"]?["TWO"]?.string == hash)
                try check(running)
            }
            try scene.serve(check)
        }
    }

    @Test("a tenant without any good version is held: its events are parked and decided once it is mended")
    func held() async throws {
        try await Scene.with(soundRules, service: service) { [broken, rule] scene in
            let parked = Guarded("")
            scene.source.write(soundRules + tenant + broken)
            try scene.serve { running throws in
                let id = try running.post(org: "two")
                let event = try running.event(id, in: ["parked"])
                #expect(event["reason"] == "waits until the sections of the tenant 'TWO' are mended")
                #expect(event["disposition"] == .null)
                #expect(try running.event(running.post(org: "acme"))["disposition"] == "ticketed")
                #expect(
                    try running.health.reasons.first
                        == "the tenant 'TWO' has never had sound sections: its events wait")
                parked.with { $0 = id }
            }
            try scene.serve { running throws in
                // Another configuration in which it is still broken changes nothing for it.
                scene.source.write(soundRules + tenant + broken + "; more\n")
                #expect(try running.reload().json["tenants"]?["TWO"] == .null)
                #expect(try running.ask("GET", "/v1/events/\(parked.with { $0 })").json["state"] == "parked")
                scene.source.write(soundRules + tenant + rule)
                #expect(try running.reload().status == 200)
                #expect(try running.event(parked.with { $0 })["disposition"] == "cancelled")
                #expect(try running.health.status == "ok")
            }
        }
    }

    @Test("an error elsewhere refuses the file, whatever the tenants' sections are like")
    func both() async throws {
        try await Scene.with(soundRules + tenant, service: service) { [broken] scene in
            try scene.serve { running throws in
                scene.source.write(soundRules + tenant + broken + "[RESTRICTED]\nBKP=9\n")
                #expect(try running.reload().status == 422)
                // An org's rewrites are nobody's overlay: an error there is everybody's.
                scene.source.write(soundRules + tenant + "[PSA REWRITE_acme]\nA.B.S=;x\na.b.s=;y\n")
                #expect(try running.reload().status == 422)
                scene.source.write(soundRules + tenant + "[PSA REWRITE_TWO]\nA.B.S=;x\na.b.s=;y\n")
                #expect(try running.reload().status == 200)
            }
        }
    }
}
