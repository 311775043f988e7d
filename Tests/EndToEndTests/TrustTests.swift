import Formats
import TestSupport
import Testing

extension EndToEnd {
    /// The commands of docs/trust.md that ask the running service, as they stand there.
    @Suite("Trust")
    struct TrustTests {
        /// Runs every line of the document's block that begins so.
        private static func run(_ beginning: String, _ scene: Scene, _ more: String = "") throws -> [Program.Result] {
            let blocks = try ReadmeTests.commands(of: "docs/trust.md")
            let block = try #require(blocks.first { $0.hasPrefix("itp \(beginning)") })
            return try block.split(separator: "\n").map { line in
                let script = "cd '\(scene.folder)' && exec '\(try Program.path())' \(line.dropFirst(4)) \(more)"
                return try Program.run(["-c", script], in: scene.folder, program: "/bin/sh")
            }
        }

        @Test("silences are previewed, made, listed and ended; keys are looked at; a drill makes and closes a ticket")
        func commands() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                for number in 0..<2 {
                    let id = try service.post(Alert.dhcp.of(agent: "host\(number).servers.acme"))
                    #expect(try service.settledEvent(id)["disposition"]?.string == "ticketed")
                }
                let listen = "--listen \(service.address)"
                let silences = try TrustTests.run("silence preview", scene, listen)
                #expect(silences.map(\.code) == [0, 0, 0, 0], "\(silences)")
                let muted = "it would have muted 2 events, 2 of them tickets\n"
                #expect(silences[0].output.contains(muted) && silences[1].output.contains(muted), "\(silences)")
                #expect(silences[1].output.hasPrefix("silence 1: org acme, "))
                #expect(silences[2].output.hasSuffix("by jo@msp.example: moving the rack\n"))
                #expect(silences[3].output.hasPrefix("ended: 1: org acme"))
                let again = try scene.run("silence", "end", "1", "--config", scene.config, "--listen", service.address)
                #expect(again.code == 1 && again.errors.contains("the silence 1 ended at"), "\(again)")
                #expect(try scene.run("silence", "end").code == 2)
                #expect(try scene.run("silence", "mend").code == 2)

                let drill = try TrustTests.run("drill", scene, listen)
                #expect(drill.map(\.code) == [0], "\(drill)")
                #expect(try scene.tickets().count == 3)
                let keys = try TrustTests.run("check --keys", scene)
                #expect(keys.map(\.code) == [0] && keys[0].output.contains(": 0 errors"), "\(keys)")
                #expect(try scene.run("check", "--since", "3d").code == 2)
                try service.stop()
            }
        }
    }
}
