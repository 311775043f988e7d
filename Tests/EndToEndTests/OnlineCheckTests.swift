import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Online check")
    struct OnlineCheckTests {
        @Test("check --online finds nothing wrong with the example, and names what the PSA does not know by its line")
        func names() async throws {
            try await Scene.with { scene in
                let sound = try scene.run("check", "--online", "--config", scene.config)
                #expect(sound.code == 0, "\(sound.output)\(sound.errors)")

                var configuration = scene.configuration
                configuration.set("PSA_CW_Priority", "Gold", in: "RMM_SETTINGS", of: "ITPConfig.ini")
                try configuration.write(to: scene.config)
                let place = configuration.line(beginning: "PSA_CW_Priority=")
                let found = try scene.run("check", "--online", "--config", scene.config)
                #expect(found.code == 1)
                #expect(
                    found.output.contains("ITPConfig.ini:\(place): error: ConnectWise has no board 'Gold'"),
                    "\(found.output)")
                #expect(try scene.run("check", "--config", scene.config).code == 0)
                let json = try JSON(
                    parsing: scene.run("check", "--online", "--json", "--config", scene.config).output)
                #expect(json.array?.contains { $0["line"]?.integer == Int64(place) } == true)

                configuration.set("PSA_AV3", "planted-secret", in: "RMM_SETTINGS", of: "ITPConfig.ini")
                try configuration.write(to: scene.config)
                let refused = try scene.run("check", "--online", "--config", scene.config)
                #expect(refused.code == 1 && refused.output.contains("HTTP 401"), "\(refused.output)")
                #expect(!refused.output.contains("planted-secret"))
            }
        }
    }
}
