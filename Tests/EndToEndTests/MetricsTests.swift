import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    struct MetricsTests {
        @Test("promtool, where it is installed, finds nothing wrong with the page of metrics and the alert rules")
        func promtool() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let id = try service.post(.dhcp)
                _ = try service.settledEvent(id)
                let page = try service.ask("GET", "/metrics")
                #expect(page.status == 200 && page.head.contains("text/plain; version=0.0.4"))
                let file = scene.folder + "/metrics"
                try Files.replace(file, with: page.body)
                let result = try Program.run(
                    [file], in: scene.folder, program: Repository.root + "/scripts/check-metrics")
                #expect(result.code == 0, "\(result.output)\(result.errors)")
                #expect(!result.output.isEmpty)
                try service.stop()
            }
        }
    }
}
