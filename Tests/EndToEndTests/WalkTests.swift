import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// The README's way from the demonstration to one's own sender and rule, each command as it stands there.
    @Suite("A new user's half hour", .enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed"))
    struct WalkTests {
        @Test("an own sender gets a ticket, replay says what an own rule will change, and the rule then does so")
        func walk() async throws {
            try await onThread("itp-walk") {
                try withTemporaryFolder { folder in
                    var blocks = try WalkTests.blocks()[...]
                    let service = "127.0.0.1:\(try freePort())"
                    let sandbox = "127.0.0.1:\(try freePort())"
                    try ConfigurationCopy().write(to: folder + "/config")
                    try DocumentTests.putProgramsInPlace(folder)
                    /// Runs the next block; the ports are those that are free here.
                    func next(_ beginning: String) throws -> String {
                        let popped = blocks.popFirst()
                        let block = try #require(popped)
                        try #require(block.hasPrefix(beginning), "\(block)")
                        let here = block.replacing("127.0.0.1:8080", with: service)
                            .replacing("127.0.0.1:9090", with: sandbox).replacing(".build/release/itp", with: "itp")
                        let result = try Program.run(
                            ["-ec", "PATH=\(folder)/bin:$PATH; cd \(folder)\n" + here], in: folder, program: "/bin/sh")
                        #expect(result.code == 0, "\(block)\(result)")
                        return result.output
                    }
                    let first = blocks.popFirst()
                    let start = try #require(first).split(separator: "\n")
                    #expect(start == ["cp -r config mine", ".build/release/itp demo --config mine --data mine-data"])
                    try ConfigurationCopy().write(to: folder + "/mine")
                    let demo = try Program(
                        [
                            "demo", "--config", folder + "/mine", "--data", folder + "/mine-data", "--listen", service,
                            "--sandbox-listen", sandbox,
                        ], in: folder)
                    _ = try demo.serviceAddress()
                    // The service listens a moment before its first configuration is in the ledger.
                    var early = ""
                    let couldReplay = try waitUntil(seconds: 10) {
                        let replay = try Program.run(
                            ["replay", "--config", folder + "/mine", "--data", folder + "/mine-data"], in: folder)
                        early = "\(replay)"
                        return replay.code == 0 && replay.output.hasPrefix("the journal holds no alert of that time")
                    }
                    #expect(couldReplay, "\(early)")

                    _ = try next("cat >> mine/ITPSvcCfg.ini")
                    let explained = try next(".build/release/itp check --config mine")
                    #expect(explained.contains("mine: 0 errors, 2 warnings\n"), "\(explained)")
                    #expect(explained.contains("→ ticketed: ") && explained.contains("company: Acme Dental"))
                    #expect(explained.contains("priority: High"))
                    // As if it came now, and not at the time that samples have.
                    #expect(!explained.contains("2026-11-21 12:00"))
                    #expect(try next("curl -s -X POST").contains("\"accepted\":true"))
                    let tickets = { try Connection(sandbox).ask("GET", "/sandbox/tickets").json.array ?? [] }
                    #expect(try waitUntil(seconds: 10) { try tickets().count == 1 })
                    #expect(try next("curl -s http").contains("EVT|Doorbell|door.open|gate-3"))
                    let replayed = try next("cp -r mine new")
                    #expect(replayed.contains("→ cancelled: "), "\(replayed)")
                    let row = replayed.split(separator: "\n").first { $0.hasPrefix("tickets ") } ?? ""
                    #expect(row.split(separator: " ") == ["tickets", "1", "0", "-1"], "\(replayed)")
                    #expect(replayed.contains("new ITPConfig.ini:"), "\(replayed)")
                    #expect(try next("cp new/ITPConfig.ini mine/").contains("\"accepted\":true"))
                    let newest = {
                        try Connection(service).ask("GET", "/v1/events?limit=1").json["events"]?.array?.first
                    }
                    #expect(try waitUntil(seconds: 10) { try newest()?["disposition"]?.string == "cancelled" })
                    #expect(try tickets().count == 1 && blocks.isEmpty)
                    try demo.send(signal: SIGTERM)
                    #expect(try demo.end(within: 10) == .exited(0))
                }
            }
        }

        /// The blocks of that part of the README.
        private static func blocks() throws -> [String] {
            let text = try DocumentTests.text("README.md")
            let start = try #require(text.firstRange(of: "## Your own sender, your own rule\n")?.upperBound)
            let rest = text[start...]
            let part = rest.firstRange(of: "\n## ").map { rest[..<$0.lowerBound] } ?? rest
            return part.split(separator: "```sh\n").dropFirst().compactMap { block in
                block.split(separator: "```", omittingEmptySubsequences: false).first.map(String.init)
            }
        }
    }
}
