import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// What the documents tell a reader to type does what they say.
    @Suite("The documents' examples")
    struct ReadmeTests {
        @Test(
            "the README's commands give one ticket, and say why the second alert gave none",
            .enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed"))
        func readme() async throws {
            try await onThread("itp-readme") {
                try ReadmeTests.withDemo { shell in
                    let commands = try ReadmeTests.commands(of: "README.md")
                    let alert = try #require(commands.first { $0.contains("/v1/alerts") })
                    let tickets = try #require(commands.first { $0.contains("/sandbox/tickets") })
                    let events = try #require(commands.first { $0.contains("/v1/events") })
                    #expect(try shell(alert)["accepted"]?.integer == 1)
                    #expect(try waitUntil(seconds: 5) { try shell(tickets).array?.count == 1 })
                    let ticket = try #require(try shell(tickets).array?.first)
                    #expect(ticket["company"]?.string == "AcmeDental")
                    #expect(ticket["summary"]?.string == "DHCP has no free addresses")
                    #expect(try shell(alert)["accepted"]?.integer == 1)
                    #expect(
                        try waitUntil(seconds: 5) {
                            try shell(events)["events"]?.array?.first?["disposition"]?.string == "duplicate"
                        })
                    #expect(try shell(tickets).array?.count == 1)
                }
            }
        }

        @Test(
            "the fault of the sandbox's page is met, and there is one ticket",
            .enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed"))
        func fault() async throws {
            try await onThread("itp-readme") {
                try ReadmeTests.withDemo { shell in
                    let fault = try #require(
                        try ReadmeTests.commands(of: "docs/sandbox.md").first { $0.contains("/sandbox/faults") })
                    let alert = try #require(
                        try ReadmeTests.commands(of: "README.md").first { $0.contains("/v1/alerts") })
                    #expect(try shell(fault).array?.count == 1)
                    _ = try shell(alert)
                    let counts = "curl -s http://127.0.0.1:9090/sandbox/counts"
                    #expect(try waitUntil(seconds: 5) { try shell(counts)["faults"]?.integer == 1 })
                    let events = "curl -s http://127.0.0.1:8080/v1/events"
                    #expect(
                        try waitUntil(seconds: 10) {
                            try shell(events)["events"]?.array?.first?["state"]?.string == "delivered"
                        })
                    let posts = try shell(counts)["ticketPosts"]?.members ?? []
                    #expect(posts.map(\.value) == [1])
                    let technician = try #require(
                        try ReadmeTests.commands(of: "docs/sandbox.md").first { $0.contains("/sandbox/technician") })
                    #expect(try shell(technician)["done"]?.integer == 3)
                    let shown = try shell("curl -s http://127.0.0.1:9090/sandbox/tickets").array?.first
                    #expect(shown?["status"]?.string == "In Progress")
                }
            }
        }

        @Test(
            "the mail of the sandbox's page is taken and shown",
            .enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed"))
        func mail() async throws {
            try await onThread("itp-readme") {
                try withTemporaryFolder { folder in
                    let program = try Program(
                        ["sandbox", "--listen", "127.0.0.1:0", "--smtp", "127.0.0.1:0", "--until-stdin-closes"],
                        in: folder)
                    let address = try program.sandboxAddress()
                    let smtp = try #require(program.output.split(separator: "mail at ").last).prefix { $0 != "\n" }
                    let command = try #require(
                        try ReadmeTests.commands(of: "docs/sandbox.md").first { $0.contains("smtp://") })
                    let here = command.replacing("127.0.0.1:9090", with: address)
                        .replacing("127.0.0.1:2525", with: smtp)
                    let result = try Program.run(["-c", here], in: folder, program: "/bin/sh")
                    let mails = try JSON(parsing: result.output).array ?? []
                    #expect(mails.map { $0["subject"] } == ["A disk is full"])
                    #expect(mails.first?["to"] == ["desk@msp.example"])
                    try program.send(signal: SIGTERM)
                    #expect(try program.end(within: 10) == .exited(0))
                }
            }
        }

        /// Runs `body` beside a demonstration; the commands that it is handed meet the ports that are free here.
        private static func withDemo(_ body: ((String) throws -> JSON) throws -> Void) throws {
            try withTemporaryFolder { folder in
                let sandbox = "127.0.0.1:\(try freePort())"
                let program = try Program(
                    [
                        "demo", "--listen", "127.0.0.1:0", "--sandbox-listen", sandbox, "--data", folder + "/data",
                        "--config", Repository.root + "/config",
                    ], in: folder)
                let service = Service(program: program, address: try program.serviceAddress())
                try body { command in
                    let here = command.replacing("127.0.0.1:8080", with: service.address)
                        .replacing("127.0.0.1:9090", with: sandbox)
                    let result = try Program.run(["-c", here], in: folder, program: "/bin/sh")
                    return try JSON(parsing: result.output)
                }
                try service.stop()
            }
        }

        /// The blocks of shell commands of a document.
        static func commands(of document: String) throws -> [String] {
            let text = String(
                decoding: try Files.read("\(Repository.root)/\(document)", maxBytes: 1 << 20), as: UTF8.self)
            return text.split(separator: "```sh\n").dropFirst().compactMap { part in
                part.split(separator: "```", omittingEmptySubsequences: false).first.map(String.init)
            }
        }
    }
}
