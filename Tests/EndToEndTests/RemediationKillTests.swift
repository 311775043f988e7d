import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Ends while a procedure runs")
    struct RemediationKillTests {
        private func started(_ scene: Scene) throws -> [JSON] { try scene.sandboxPage("procedures").array ?? [] }

        /// The scene's configuration with the sandbox as its RMM.
        private func connect(_ scene: Scene) throws {
            var configuration = scene.configuration
            for (key, value) in [
                ("Poll", "1s"), ("Token", "sandbox-token"), ("User", "sandbox"),
                ("URL", "http://\(scene.sandboxAddress)/vsa"), ("Type", "VSA9"),
            ] { configuration.set(key, value, in: "RMM") }
            configuration.set("*.SVC", "Mend", in: "REMEDIATION", of: "ITPConfig.ini")
            try configuration.write(to: scene.config)
        }

        @Test("kill -9 while a procedure runs: it is found again, run once, and becomes one closed ticket")
        func kill() async throws {
            try await Scene.with { scene in
                try connect(scene)
                let procedure: JSON = ["name": "Mend", "seconds": 3600]
                _ = try Connection(scene.sandboxAddress).ask("POST", "/sandbox/procedures", [], procedure.bytes)
                var service = try scene.serve()
                let id = try service.post(Alert(subject: "EVT|Spooler|1|||MB-SPOOL.SVC.S.P2.Act"))
                #expect(try waitUntil { try started(scene).count == 1 })
                for _ in 0..<3 {
                    try service.program.kill()
                    service = try scene.serve()
                    #expect(try service.event(id)["state"] == "parked")
                }
                let hour: JSON = ["advance": 3601]
                _ = try Connection(scene.sandboxAddress).ask("POST", "/sandbox/clock", [], hour.bytes)
                #expect(try service.settledEvent(id)["disposition"] == "ticketed")
                #expect(try started(scene).compactMap { $0["status"]?.string } == ["Success THEN"])
                #expect(try scene.tickets().map { $0["status"] } == ["Completed"])
                try service.stop()
            }
        }
    }
}
