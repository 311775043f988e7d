import Formats
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Fire drill")
    struct DrillProgramTests {
        @Test("drill makes a ticket at the PSA and closes it; with the PSA gone it ends with 1")
        func drill() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let words = ["drill", "--config", scene.config, "--listen", service.address]
                let result = try Program.run(words, in: scene.folder)
                #expect(result.code == 0, "\(result)\n\(service.program.errors)")
                let tickets = try scene.tickets()
                #expect(tickets.count == 1 && tickets.first?.json["closed"] == true, "\(tickets.map(\.json.compact))")
                let number = tickets.first?.json["id"]?.integer ?? 0
                #expect(result.output.contains("ticket \(number) was made and closed"), "\(result.output)")
                #expect(try service.ask("GET", "/stats").json["dispositions"]?.members?.isEmpty == true)

                try scene.sandbox.kill()
                let failed = try Program.run(words + ["--timeout", "2", "--json"], in: scene.folder)
                #expect(failed.code == 1)
                let trial = try JSON(parsing: failed.output).array?.first
                #expect(trial?["ok"] == false && trial?["reason"]?.string?.isEmpty == false)
                try service.stop()
            }
        }
    }
}
