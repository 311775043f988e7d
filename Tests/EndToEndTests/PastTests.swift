import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// The commands of docs/trust.md, as they stand there.
    @Suite("The past")
    struct PastTests {
        /// Every alert is a problem of its own; one in five is cancelled by a rule.
        private static let alerts = (0..<150).map { number in
            (number % 5 == 4 ? Alert.cancelled : Alert.dhcp).of(agent: "host\(number).servers.acme")
        }
        private static let ticketCount = 120

        /// Runs the document's command of that name in the scene's folder, with more words behind it.
        private static func run(_ name: String, _ scene: Scene, _ more: String = "") throws -> Program.Result {
            let commands = try ReadmeTests.commands(of: "docs/trust.md")
            let command = try #require(commands.first { $0.hasPrefix("itp \(name) ") }).trimmed.dropFirst(4)
            let script = "cd '\(scene.folder)' && exec '\(try Program.path())' \(command) \(more)"
            return try Program.run(["-c", script], in: scene.folder, program: "/bin/sh")
        }

        @Test("a replay beside the running service names the rule that would drop tickets, twice in the same bytes")
        func replay() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                for number in 0..<6 { _ = try service.post(Alert.dhcp.of(agent: "host\(number).servers.acme")) }
                try service.settleAll()
                var changed = scene.configuration
                let head = changed.line(beginning: "[ALERT REWRITE]")
                changed.set("EVT|DHCP Server|", "CANCEL", in: "ALERT REWRITE", of: "ITPConfig.ini")
                try changed.write(to: scene.folder + "/new")
                let result = try PastTests.run("replay", scene)
                #expect(result.code == 0, "\(result.errors)")
                #expect(result.output.contains("newly dropped: no longer reach the PSA: 6\n"), "\(result.output)")
                #expect(result.output.contains("6  new ITPConfig.ini:\(head + 1): "), "\(result.output)")
                #expect(result.output.contains("6 of 6 events that the old configuration decided (100.0 %)"))
                #expect(try PastTests.run("replay", scene).output == result.output)
                let json = try PastTests.run("replay", scene, "--json").output
                #expect(try JSON(parsing: json)["differences"]?["dropped"]?["count"] == 6)
                #expect(try PastTests.run("replay", scene, "--json").output == json)
                let wrong = try Program.run(["replay", "--since", "yesterday"], in: scene.folder)
                #expect(wrong.code == 2 && wrong.errors.contains("--since takes a length of time such as 30d"))
                try service.stop()
            }
        }

        @Test("a backup under load, put back after a kill, loses nothing and makes no ticket twice; the audit adds up")
        func backup() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                let posters = try Posters(PastTests.alerts, connections: 4)
                defer { posters.end() }
                posters.post(to: service.address, limit: PastTests.alerts.count)
                try posters.wait(for: 40)
                let copy = try PastTests.run("backup", scene)
                #expect(copy.code == 0, "\(copy.errors)")
                let again = try PastTests.run("backup", scene)
                #expect(again.code == 1 && again.errors.contains("is there already"), "\(again.errors)")
                try posters.wait(for: PastTests.alerts.count)
                try service.settleAll()
                let busy = try PastTests.run("restore", scene)
                #expect(busy.code == 1 && busy.errors.contains("is in use by process"), "\(busy.errors)")
                try service.program.kill()
                #expect(try PastTests.run("restore", scene).code == 0)

                let refused = try scene.run("serve", "--config", scene.config, "--data", scene.data)
                #expect(refused.code == 1 && refused.errors.contains("was put back from a backup"), "\(refused)")
                service = try scene.serve(["--after-restore=lookup"])
                try service.settleAll(seconds: 60)
                let events = try service.events()
                #expect(Set(events.compactMap { $0["id"]?.string }) == Set(posters.answered.values))
                let references = try scene.tickets().map(\.reference)
                #expect(references.count == PastTests.ticketCount && Set(references).count == PastTests.ticketCount)
                let posts = try scene.sandboxPage("counts")["ticketPosts"]?.members ?? []
                #expect(posts.count == PastTests.ticketCount && posts.allSatisfy { $0.value.integer == 1 })
                try PastTests.expectAudit(scene)
                try service.stop()
            }
        }

        private static func expectAudit(_ scene: Scene) throws {
            let audit = try run("audit", scene)
            #expect(audit.code == 0, "\(audit)")
            #expect(audit.output.hasPrefix("150 alerts accepted"), "\(audit.output)")
            #expect(audit.output.contains("150 accounted for: 150 events\n  120  ticketed\n  30  cancelled\n"))
        }
    }
}
