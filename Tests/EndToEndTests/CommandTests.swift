import Formats
import Platform
import TestSupport
import Testing

extension EndToEnd {
    @Suite("Commands")
    struct CommandTests {
        @Test("check names five planted mistakes by file and line and ends with 1")
        func fiveMistakes() async throws {
            try await onThread("itp-check") {
                try withTemporaryFolder { folder in
                    var configuration = try ConfigurationCopy()
                    let rules = "ITPConfig.ini"
                    let mistakes = [
                        (rules, configuration.append("[ALERT REWRITTE]", to: rules), "ALERT REWRITE"),
                        (rules, configuration.append("[STAFF]\nno line of an INI file", to: rules), "="),
                        (rules, configuration.append("[TICKET FLOW]\nUpdateIntervall=60", to: rules), "UpdateInterval"),
                        (rules, configuration.append("[COVERAGE]\nWD_Start=25:00", to: rules), "25:00"),
                        (
                            "ITPSvcCfg.ini", configuration.append("[JOURNAL]\nSegmentSize=big", to: "ITPSvcCfg.ini"),
                            "big"
                        ),
                    ]
                    try configuration.write(to: folder + "/config")
                    let result = try Program.run(["check", "--config", folder + "/config"], in: folder)
                    #expect(result.code == 1)
                    for (file, line, word) in mistakes {
                        let place = "\(file):\(line): error: "
                        let found = result.output.split(separator: "\n").filter { $0.hasPrefix(place) }
                        #expect(found.count == 1, "\(place)\n\(result.output)")
                        #expect(found.first?.contains(word) == true, "\(place)\n\(result.output)")
                    }
                    #expect(result.output.contains("5 errors"), "\(result.output)")

                    let json = try Program.run(["check", "--json", "--config", folder + "/config"], in: folder)
                    #expect(json.code == 1)
                    let findings = try JSON(parsing: json.output).array ?? []
                    #expect(findings.filter { $0["severity"]?.string == "error" }.count == 5)
                }
            }
        }

        @Test("check finds no error in the example configuration")
        func exampleConfiguration() async throws {
            try await onThread("itp-check") {
                try withTemporaryFolder { folder in
                    let result = try Program.run(["check", "--config", Repository.root + "/config"], in: folder)
                    #expect(result.code == 0, "\(result.output)\(result.errors)")
                    #expect(result.output.contains(": 0 errors"), "\(result.output)")
                }
            }
        }

        @Test(
            "check --schedule lists what the clocks will do, the same each time, and ends with 1 where nobody can be told"
        )
        func schedule() async throws {
            try await onThread("itp-check") {
                try withTemporaryFolder { folder in
                    var configuration = try ConfigurationCopy()
                    _ = configuration.append(
                        "[RMM_SETTINGS]\nTimeZone=America/New_York\nWD_Start=08:00\nWD_End=16:59\nWE_End=00:00",
                        to: "ITPConfig.ini")
                    try configuration.write(to: folder + "/config")
                    let words = ["check", "--schedule", "--months", "13", "--config", folder + "/config"]
                    let result = try Program.run(words, in: folder)
                    #expect(result.code == 1, "\(result.errors)")
                    #expect(result.output.contains("schedule: error: the primary tells nobody while the help desk"))
                    #expect(result.output.contains("  the clocks go from 02:00 to 03:00\n"))
                    #expect(result.output.contains(" Mon 08:00 -05:00  help desk opens\n"))
                    #expect(try Program.run(words, in: folder).output == result.output)
                    let json = try JSON(parsing: Program.run(words + ["--json"], in: folder).output)
                    #expect(json["gaps"]?.array?.count == 1 && json["schedule"]?.array?.isEmpty == false)
                }
            }
        }

        @Test("a command line that cannot be understood ends with 2 and a hint in one line")
        func usage() async throws {
            try await onThread("itp-usage") {
                try withTemporaryFolder { folder in
                    let lines: [(words: [String], hint: String)] = [
                        (["chekc"], "did you mean 'check'?"), (["frobnicate"], "see itp --help"),
                        (["serve", "--confg", "x"], "did you mean --config?"),
                        (["serve", "--config"], "needs a value"),
                        (["check", "here"], "'here' is too much"),
                        (["check", "--months", "3"], "--months goes with --schedule"),
                        (["check", "--schedule", "--months=0"], "a number from 1 to 120"),
                        (["explain"], "a file, an event's ID or --subject is needed"),
                        (["journal", "verify"], "an argument is missing"),
                        (["journal", "burn", folder], "none of verify, dump, stat"),
                        (["serve", "--after-restore=maybe"], "lookup or settled"),
                    ]
                    for (words, hint) in lines {
                        let result = try Program.run(words, in: folder)
                        #expect(result.code == 2, "\(words): \(result)")
                        #expect(result.errors.contains(hint), "\(words): \(result)")
                        #expect(result.errors.split(separator: "\n").count == 1, "\(words): \(result)")
                        #expect(result.output.isEmpty)
                    }
                    let bare = try Program.run([], in: folder)
                    #expect(bare.code == 2)
                    #expect(bare.errors.contains("itp serve"))
                }
            }
        }

        @Test("--help names every command, each command has its own, and --version says which program it is")
        func help() async throws {
            try await onThread("itp-help") {
                try withTemporaryFolder { folder in
                    let help = try Program.run(["--help"], in: folder)
                    #expect(help.code == 0)
                    for name in ["serve", "demo", "sandbox", "check", "explain", "journal", "health"] {
                        #expect(help.output.contains("  itp \(name) "), "\(help.output)")
                        let own = try Program.run([name, "--help"], in: folder)
                        #expect(own.code == 0)
                        #expect(own.output.hasPrefix("itp \(name) "), "\(own.output)")
                        #expect(own.errors.isEmpty)
                    }
                    let version = try Program.run(["--version"], in: folder)
                    #expect(version.code == 0)
                    #expect(version.output.wholeMatch(of: /itp \d+\.\d+\.\d+\n/) != nil, "\(version.output)")
                }
            }
        }

        @Test("explain says for files and subjects what would be done and which line decides, and does nothing")
        func explain() async throws {
            try await Scene.with { scene in
                let file = scene.folder + "/alert.json"
                try Files.replace(file, with: Alert.dhcp.body)
                let text = try scene.run("explain", file, file, "--config", scene.config)
                #expect(text.code == 0, "\(text.errors)")
                for part in [
                    "→ ticketed: ", "would create in CWF", "company: Acme Dental", "board: Alerts, priority: Medium",
                    "Server / Services / DHCP", "→ duplicate: ",
                    "ITPConfig.ini:\(scene.configuration.line(beginning: "MB-DHCP-S.EVT.S.1033="))",
                ] { #expect(text.output.contains(part), "\(part)\n\(text.output)") }

                let json = try scene.run(
                    "explain", "--json", "--config", scene.config, "--subject", Alert.cancelled.subject)
                #expect(json.code == 0, "\(json.errors)")
                let verdict = try JSON(parsing: json.output)
                #expect(verdict["disposition"]?.string == "cancelled")
                #expect(verdict["action"] == .null)
                #expect(verdict["trace"]?.array?.last?["rule"]?["file"]?.string == "ITPConfig.ini")

                let bad = try scene.run("explain", "--config", scene.config, scene.folder + "/missing.json")
                #expect(bad.code == 1)
                #expect(bad.errors.contains("missing.json: No such file or directory"), "\(bad)")
                #expect(try scene.sandboxPage("counts")["requests"]?.members?.isEmpty == true)
            }
        }

        @Test("journal verify, stat and dump show what a stopped service has accepted")
        func journal() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let ids = try [Alert.cancelled, .unparseable].map { try service.post($0) }
                try service.settleAll()
                try service.stop()
                let journal = scene.data + "/journal"
                let verify = try scene.run("journal", "verify", journal)
                #expect(verify.code == 0)
                #expect(verify.output.contains("2 records, 0 damaged places"), "\(verify)")
                let stat = try scene.run("journal", "stat", journal)
                #expect(stat.code == 0)
                #expect(stat.output.contains("from record 1, watermark 0"), "\(stat)")
                let dump = try scene.run("journal", "dump", journal)
                #expect(dump.code == 0)
                let lines = try dump.output.split(separator: "\n").map { try JSON(parsing: String($0)) }
                #expect(lines.map { $0["receipt"]?.string ?? "" } == ids)
                #expect(lines.map { $0["sequence"]?.integer } == [1, 2])
                #expect(lines.first?["body"]?.string == String(decoding: Alert.cancelled.body, as: UTF8.self))

                let missing = try scene.run("journal", "verify", scene.folder + "/nowhere")
                #expect(missing.code == 1, "\(missing)")
                #expect(missing.errors.contains("nowhere"), "\(missing)")
            }
        }

        @Test("damage in the journal stops the start with place and command, and the command mends it")
        func damage() async throws {
            try await Scene.with { scene in
                var service = try scene.serve()
                for number in 0..<4 { _ = try service.post(Alert.cancelled.of(agent: "host\(number).servers.acme")) }
                try service.settleAll()
                try service.stop()
                let journal = scene.data + "/journal"
                let name = try #require(try SystemDisk().list(journal).first { $0.hasSuffix(".journal") })
                var bytes = try Files.read("\(journal)/\(name)", maxBytes: 128 << 20)
                let start = try #require(bytes.firstRange(of: Array("host1.servers".utf8))?.lowerBound)
                bytes[start] ^= 1
                try Files.replace("\(journal)/\(name)", with: bytes)

                let verify = try scene.run("journal", "verify", journal)
                #expect(verify.code == 1, "\(verify)")
                #expect(verify.errors.contains(name), "\(verify)")
                let serve = try scene.run("serve", "--config", scene.config, "--data", scene.data)
                #expect(serve.code == 1, "\(serve)")
                #expect(serve.errors.contains(name), "\(serve)")
                #expect(serve.errors.contains("itp journal repair"), "\(serve)")
                let repair = try scene.run("journal", "repair", journal)
                #expect(repair.code == 0, "\(repair)")
                service = try scene.serve()
                #expect(try service.events().count == 4)
                #expect(try service.settledEvent(try service.post(.unparseable))["disposition"] == "unparseable")
                try service.stop()
            }
        }

        @Test("health ends with 0 while the service works and with 1 when it is gone")
        func health() async throws {
            try await Scene.with { scene in
                let service = try scene.serve()
                let well = try scene.run("health", "--listen", service.address)
                #expect(well.code == 0, "\(well)")
                #expect(try JSON(parsing: well.output)["status"]?.string == "ok")
                try service.stop()
                let gone = try scene.run("health", "--listen", service.address)
                #expect(gone.code == 1, "\(gone)")
                #expect(gone.errors.contains("no answer from http://\(service.address)"), "\(gone)")
            }
        }
    }
}
