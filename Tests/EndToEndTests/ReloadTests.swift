import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Reload")
    struct ReloadTests {
        private let rules = "ITPConfig.ini"

        @Test(
            "no alert is lost while the configuration is reloaded and broken, and a start with it uses the last good one"
        )
        func reload() async throws {
            try await Scene.with { [rules] scene in
                var service = try scene.serve()
                let alerts = (0..<300).map { Alert.cancelled.of(agent: "host\($0).servers.acme") }
                let posters = try Posters(alerts, connections: 2)
                posters.post(to: service.address, limit: 100)
                try posters.wait(for: 100)
                posters.post(to: service.address, limit: 200)

                var changed = scene.configuration
                _ = changed.append("; a comment", to: rules)
                try changed.write(to: scene.config)
                try service.program.send(signal: 1)
                let isUsed = waitUntil { service.program.logLines("the configuration is in use").count > 1 }
                #expect(isUsed, "\(service.program.errors)")
                let good = try service.ask("GET", "/stats").json["settings"]

                let line = changed.append("[GLOBAL]\nNoticeBatch=soon", to: rules)
                try changed.write(to: scene.config)
                try service.program.send(signal: 1)
                let isTold = try waitUntil {
                    let reasons = try service.ask("GET", "/health").json["reasons"]?.array ?? []
                    return reasons.contains { $0.string?.hasPrefix("\(rules):\(line): error: ") == true }
                }
                #expect(isTold, "\(service.program.errors)")
                #expect(try service.ask("GET", "/stats").json["settings"] == good)
                try posters.wait(for: 200)
                try service.stop()

                service = try scene.serve()
                #expect(try service.ask("GET", "/health").json["status"] == "degraded")
                posters.post(to: service.address, limit: 300)
                try posters.wait(for: 300)
                posters.end()
                try service.settleAll()
                for id in posters.answered.values {
                    #expect(try service.event(id)["disposition"] == "cancelled")
                }
                #expect(try service.settledEvent(service.post(.dropped))["settings"] == good)
                try service.stop()
            }
        }

        @Test("explain tells of a past event as it does of a file")
        func past() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let id = try service.post(.cancelled)
                _ = try service.settledEvent(id)
                let told = try scene.run("explain", id, "--config", scene.config, "--listen", service.address)
                #expect(told.code == 0, "\(told)")
                let line = scene.configuration.line(beginning: "EVT|Service Control Manager")
                for part in ["→ cancelled: ", "  rewrite: saw ", "      by ITPConfig.ini:\(line): ", "state confirmed"]
                {
                    #expect(told.output.contains(part), "\(part)\n\(told.output)")
                }
                let json = try scene.run(
                    "explain", id, "--config", scene.config, "--listen", service.address, "--json")
                #expect(try JSON(parsing: json.output)["id"]?.string == id)
                let other = String(id.dropLast()) + (id.hasSuffix("0") ? "1" : "0")
                let gone = try scene.run("explain", other, "--config", scene.config, "--listen", service.address)
                #expect(gone.code == 1)
                #expect(gone.errors.contains("no event \(other)"), "\(gone)")
                try service.stop()
            }
        }
    }
}
