import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// Every command that a document shows is run as it stands there, but for ports and folders. `curl` counts an answer that is a
    /// refusal as a failure.
    @Suite("The documents' commands", .enabled(if: access("/usr/bin/curl", X_OK) == 0, "curl is not installed"))
    struct DocumentTests {
        /// Pages whose commands are run here, one after the other, beside one service.
        private static let pages = [
            "docs/getting-started.md", "docs/operations.md", "docs/sandbox.md", "docs/troubleshooting.md",
        ]
        /// Pages whose commands other tests run, and which.
        private static let elsewhere = [
            "README.md": "ReadmeTests, WalkTests", "docs/trust.md": "TrustTests, PastTests",
            "docs/performance.md": "BenchTests, and the figures themselves",
            "docs/email.md": "for a Postfix: Tests/EndToEnd/senders",
        ]
        /// What is no business of a test: it would change the machine, or needs what is not there. Its words are still looked at.
        private static let foreign = ["make", "sudo", "docker", "mkdir", "Benchmarks", "TMPDIR", "SERVERS"]

        @Test("each command of the pages ends well")
        func commands() async throws {
            let address = "127.0.0.1:\(try freePort())"
            let change: @Sendable (inout ConfigurationCopy) -> Void = { $0.set("Address", address, in: "LISTEN") }
            try await Scene.with(change: change) { scene in
                let service = try scene.serve()
                for alert in [Alert.dhcp, .cancelled] { _ = try service.settledEvent(try service.post(alert)) }
                try DocumentTests.putProgramsInPlace(scene.folder)
                for page in DocumentTests.pages {
                    for block in try ReadmeTests.commands(of: page) where !DocumentTests.isForeign(block) {
                        let here = DocumentTests.adapted(block, scene, service)
                        let result = try Program.run(["-ec", here], in: scene.folder, program: "/bin/sh")
                        #expect(result.code == 0, "\(page): \(block)\(result)")
                    }
                }
                try service.stop()
            }
        }

        @Test("no page shows a command that no test looks at; what a test does not run is there")
        func complete() throws {
            let makefile = try DocumentTests.text("Makefile")
            for name in try SystemDisk().list(Repository.root + "/docs").map({ "docs/" + $0 }) + ["README.md"] {
                let blocks = try ReadmeTests.commands(of: name)
                let isLookedAt = DocumentTests.pages.contains(name) || DocumentTests.elsewhere[name] != nil
                #expect(blocks.isEmpty || isLookedAt, "\(name) shows commands: add it to the pages")
                for line in blocks.flatMap({ $0.split(separator: "\n") }) {
                    let command = line.firstRange(of: " #").map { line[..<$0.lowerBound] } ?? line
                    let words = command.split(separator: " ").map(String.init)
                    if let target = words.firstIndex(of: "make").map({ words[$0 + 1] }) {
                        #expect(makefile.contains("\n\(target): "), "\(name): make \(target)")
                    }
                    if let script = words.first(where: { $0.hasPrefix("Benchmarks/") || $0.hasPrefix("scripts/") }) {
                        #expect(access("\(Repository.root)/\(script)", X_OK) == 0, "\(name): \(script)")
                    }
                }
                for line in try DocumentTests.text(name).split(separator: "\n") where line.hasPrefix("    ") {
                    let word = line.split(separator: " ").first ?? ""
                    #expect(!["itp", "curl", "make"].contains(word), "\(name): '\(line)' belongs into a block of sh")
                }
            }
        }

        @Test("the page on operations has every command, that on troubleshooting every disposition")
        func lists() throws {
            let operations = try DocumentTests.text("docs/operations.md")
            let help = try withTemporaryFolder { try Program.run(["--help"], in: $0).output }
            for line in help.split(separator: "\n") where line.hasPrefix("  itp ") {
                let name = line.split(separator: " ")[1]
                #expect(operations.contains("`itp \(name)`"), "\(name)")
            }
            let questions = try DocumentTests.text("docs/troubleshooting.md")
            let source = try DocumentTests.text("Sources/Events/Disposition.swift").split(separator: "\n")
            let cases = source.prefix { !$0.hasPrefix("}") }.filter { $0.hasPrefix("    case ") }
            #expect(cases.count > 15)
            for line in cases {
                let words = line.split { " \"".contains($0) }
                #expect(questions.contains("`\(words[words.count - 1])`"), "\(line)")
            }
        }

        static func text(_ path: String) throws -> String {
            String(decoding: try Files.read("\(Repository.root)/\(path)", maxBytes: 1 << 20), as: UTF8.self)
        }

        private static func isForeign(_ block: String) -> Bool {
            foreign.contains(String(block.prefix { $0.isLetter }))
        }

        /// `bin/` with the program by its name, and a curl that fails where the answer is a refusal.
        static func putProgramsInPlace(_ folder: String) throws {
            try check("mkdir", on: folder) { mkdir(folder + "/bin", 0o700) }
            let program = try Program.path()
            try check("symlink", on: folder) { symlink(program, folder + "/bin/itp") }
            let curl = "#!/bin/sh\nexec /usr/bin/curl --fail-with-body \"$@\"\n"
            try Files.replace(folder + "/bin/curl", with: Array(curl.utf8))
            try check("chmod", on: folder) { chmod(folder + "/bin/curl", 0o700) }
        }

        private static func adapted(_ block: String, _ scene: Scene, _ service: Service) -> String {
            let here = block.replacing("127.0.0.1:8080", with: service.address)
                .replacing("127.0.0.1:9090", with: scene.sandboxAddress)
                .replacing("127.0.0.1:2525", with: scene.mailAddress)
                .replacing("/etc/itp", with: scene.config).replacing("/var/lib/itp", with: scene.data)
            return "PATH=\(scene.folder)/bin:$PATH; cd \(scene.folder)\n" + here
        }
    }
}
