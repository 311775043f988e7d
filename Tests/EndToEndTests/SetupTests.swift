import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Setup")
    struct SetupTests {
        @Test("setup connectwise says what it would do, does it with --apply, and then nothing is left to do")
        func connectWise() async throws {
            let change: @Sendable (inout ConfigurationCopy) -> Void = {
                $0.set(
                    "MB-LAWN.EVT.S", "LWN;The lawn is too high;Gardening,Mowing,Stripes", in: "PSA REWRITE",
                    of: "ITPConfig.ini")
                $0.set("RMM_EmailFrom", "rmm@msp.example", in: "RMM_SETTINGS", of: "ITPConfig.ini")
                $0.set("UseUniqueSender", "Y", in: "RMM_SETTINGS", of: "ITPConfig.ini")
            }
            try await Scene.with(change: change) { scene in
                let all = ["--mkcontacts", "--test-ticket", "--config", scene.config]
                #expect(try scene.run("check", "--online", "--config", scene.config).code == 1)
                let plan = try Program.run(["setup", "connectwise"] + all, in: scene.folder)
                #expect(plan.code == 0, "\(plan.output)\(plan.errors)")
                for text in [
                    "would make: type 'Gardening' on the board 'Priority Alerts'",
                    "would make: contact 'RMM Alert' <acme@msp.example> of 'Acme Dental'",
                    "would make: ticket '[ITP] Test Alert' on 'Alerts' for 'Catch All'", "nothing has been changed",
                ] {
                    #expect(plan.output.contains(text), "\(text)\n\(plan.output)")
                }
                #expect(try scene.tickets().isEmpty)

                let made = try Program.run(["setup", "connectwise", "--apply"] + all, in: scene.folder)
                #expect(made.code == 0, "\(made.output)\(made.errors)")
                let ticket = try #require(try scene.tickets().first)
                #expect(ticket["summary"] == "[ITP] Test Alert" && ticket.json["closed"]?.bool == true)
                #expect(ticket.json["attachments"]?.array?.count == 1)
                let again = try scene.run("setup", "connectwise", "--apply", "--mkcontacts", "--config", scene.config)
                #expect(again.code == 0 && !again.output.contains("  made: "), "\(again.output)")
                #expect(try scene.run("check", "--online", "--config", scene.config).code == 0)
                #expect(try scene.run("setup", "connectwise", "--init").code == 2)
                #expect(try scene.run("setup", "bms", "--config", scene.config).code == 2)
            }
        }

        @Test("setup --init asks, checks, and writes what was answered, secrets into files of their own")
        func initial() async throws {
            try await Scene.with { scene in
                let autotask = [
                    "api@sandbox.example", "sandbox-secret", "sandbox-code", "http://\(scene.sandboxAddress)/autotask",
                    "Alerts", "", "Catch All",
                ]
                let bms = [
                    "http://\(scene.sandboxAddress)/bms", "sandbox", "sandbox-password", "itp", "Alerts", "",
                    "Incident",
                    "",
                ]
                for (word, answers) in [("autotask", autotask), ("bms", bms)] {
                    let folder = "\(scene.folder)/\(word)"
                    let dry = try run(word, answers, folder, scene)
                    #expect(
                        dry.code == 0 && dry.output.contains("nothing has been written"), "\(dry.output)\(dry.errors)")
                    var wrong = answers
                    wrong[word == "bms" ? 2 : 1] = "planted-secret"
                    let refused = try run(word, wrong, folder, scene, "--apply")
                    #expect(refused.code == 1 && refused.output.contains("nothing has been written"))
                    #expect(throws: (any Error).self) { try SystemDisk().list(folder) }

                    let written = try run(word, answers, folder, scene, "--apply")
                    #expect(written.code == 0, "\(written.output)\(written.errors)")
                    let said = [dry, refused, written].map { $0.output + $0.errors }.joined()
                    for secret in ["sandbox-secret", "sandbox-code", "sandbox-password", "planted-secret"] {
                        #expect(!said.contains(secret), "\(said)")
                    }
                    let rules = String(
                        decoding: try Files.read(folder + "/ITPConfig.ini", maxBytes: 1 << 20), as: UTF8.self)
                    #expect(rules.contains("PSA_AV2=file:\(folder)/secrets/psa_av2\n"), "\(rules)")
                    #expect(!rules.contains("sandbox-secret") && !rules.contains("sandbox-password"))
                    let check = try scene.run("check", "--online", "--config", folder)
                    #expect(check.code == 0, "\(check.output)")
                }
            }
        }

        private func run(
            _ word: String, _ answers: [String], _ folder: String, _ scene: Scene, _ more: String...
        ) throws -> Program.Result {
            let path = "\(scene.folder)/answers"
            try Files.replace(path, with: Array((answers.joined(separator: "\n") + "\n").utf8))
            let words = [try Program.path(), "setup", word, "--init", "--config", folder] + more
            return try Program.run(
                ["-c", "input=$1; shift; exec \"$@\" <\"$input\"", "sh", path] + words, in: scene.folder,
                program: "/bin/sh")
        }
    }
}
