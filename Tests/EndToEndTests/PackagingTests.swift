import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// What ITP is installed and run with: systemd's units, docker-compose.yml, secrets in files.
    @Suite("Packaging")
    struct PackagingTests {
        private static func text(_ path: String) throws -> String {
            String(decoding: try Files.read("\(Repository.root)/\(path)", maxBytes: 1 << 20), as: UTF8.self)
        }

        private static func isInstalled(_ program: String) -> Bool { access("/usr/bin/\(program)", X_OK) == 0 }

        @Test("what the systemd unit starts is a service, and its tokens come from files that the environment names")
        func unitAndTokenFiles() async throws {
            try await Scene.with { scene in
                let unit = try PackagingTests.text("config/systemd/itp.service")
                let start = try #require(unit.split(separator: "\n").first { $0.hasPrefix("ExecStart=") })
                let words = try start.dropFirst("ExecStart=".count).split(separator: " ").map { word in
                    switch word {
                    case "/usr/local/bin/itp": try Program.path()
                    case "/etc/itp": scene.config
                    case "/var/lib/itp": scene.data
                    default: String(word)
                    }
                }
                try Files.replace(scene.folder + "/admin", with: Array("of-operators\n".utf8))
                try Files.replace(scene.folder + "/intake", with: Array("of-senders\n".utf8))
                let program = try Program(
                    [
                        "ITP_ADMIN_TOKEN_FILE=\(scene.folder)/admin", "ITP_INTAKE_TOKEN_FILE=\(scene.folder)/intake",
                    ] + words, in: scene.folder, program: "/usr/bin/env")
                let service = Service(program: program, address: try program.serviceAddress())
                #expect(try service.ask("GET", "/stats").status == 401)
                #expect(try service.ask("GET", "/stats", ["Authorization: Bearer of-operators"]).status == 200)
                let body = Alert.cancelled.body
                #expect(try service.ask("POST", "/v1/alerts", Alert.headers, body).status == 401)
                let token = ["Authorization: Bearer of-senders"]
                #expect(try service.ask("POST", "/v1/alerts", Alert.headers + token, body).status == 200)
                try service.stop()
            }
        }

        @Test("a token's file that cannot be read, or is empty, is told, and nobody else may send then")
        func missingTokenFile() async throws {
            try await Scene.with { scene in
                try Files.replace(scene.folder + "/empty", with: [])
                for (file, told) in [("missing", "missing: No such file"), ("empty", "/empty is empty")] {
                    let program = try Program(
                        [
                            "ITP_INTAKE_TOKEN_FILE=\(scene.folder)/\(file)", try Program.path(), "serve", "--config",
                            scene.config, "--data", scene.data, "--listen", "0.0.0.0:0",
                        ], in: scene.folder, program: "/usr/bin/env")
                    let address = try program.serviceAddress()
                    let service = Service(program: program, address: address.replacing("0.0.0.0", with: "127.0.0.1"))
                    #expect(try service.ask("GET", "/ready").status == 200)
                    try service.stop()
                    #expect(program.errors.contains("itp: ITP_INTAKE_TOKEN_FILE: "), "\(program.errors)")
                    #expect(program.errors.contains(told), "\(program.errors)")
                    #expect(program.errors.contains("alerts from other machines are refused"), "\(program.errors)")
                }
            }
        }

        @Test(
            "systemd finds nothing wrong with the units, and little that the service could do harm with",
            .enabled(if: isInstalled("systemd-analyze"), "systemd is not installed"))
        func units() async throws {
            try await onThread("itp-units") {
                try withTemporaryFolder { folder in
                    let unit = try PackagingTests.text("config/systemd/itp.service")
                    // Looked at without being installed: the program is elsewhere.
                    let here = unit.replacing("/usr/local/bin/itp", with: try Program.path())
                    try Files.replace(folder + "/itp.service", with: Array(here.utf8))
                    let socket = try PackagingTests.text("config/systemd/itp.socket")
                    try Files.replace(folder + "/itp.socket", with: Array(socket.utf8))
                    let verified = try Program.run(
                        ["verify", "--man=no", folder + "/itp.service", folder + "/itp.socket"], in: folder,
                        program: "/usr/bin/systemd-analyze")
                    #expect(verified.code == 0 && verified.errors.isEmpty, "\(verified)")
                    let exposure = try Program.run(
                        ["security", "--offline=true", "--threshold=15", "--no-pager", folder + "/itp.service"],
                        in: folder, program: "/usr/bin/systemd-analyze")
                    #expect(exposure.code == 0, "\(exposure.output)")
                }
            }
        }

        @Test("make install puts everything into place, and leaves a configuration that is there alone")
        func install() async throws {
            try await onThread("itp-install") {
                try withTemporaryFolder { folder in
                    let words = [try Program.path(), folder + "/tree"]
                    let script = Repository.root + "/scripts/install"
                    let first = try Program.run(words, in: folder, program: script)
                    #expect(first.code == 0 && first.errors.isEmpty, "\(first)")
                    let root = folder + "/tree"
                    for (path, beginning) in [
                        ("/usr/local/share/man/man1/itp.1", ".TH ITP 1"),
                        ("/usr/share/bash-completion/completions/itp", "_itp() {"),
                        ("/usr/local/share/zsh/site-functions/_itp", "#compdef itp"),
                        ("/usr/share/fish/vendor_completions.d/itp.fish", "complete -c itp "),
                        ("/etc/systemd/system/itp.service", "# ITP"), ("/etc/systemd/system/itp.socket", "# The"),
                        ("/usr/lib/sysusers.d/itp.conf", "# The user"), ("/etc/itp/ITPConfig.ini", "; The rules"),
                    ] {
                        let text = String(decoding: try Files.read(root + path, maxBytes: 1 << 20), as: UTF8.self)
                        #expect(text.hasPrefix(beginning), "\(path)")
                    }
                    let check = try Program.run(
                        ["check", "--config", root + "/etc/itp"], in: folder, program: root + "/usr/local/bin/itp")
                    #expect(check.code == 0, "\(check)")
                    try Files.replace(root + "/etc/itp/ITPConfig.ini", with: Array("; mine\n".utf8))
                    #expect(try Program.run(words, in: folder, program: script).code == 0)
                    let kept = try Files.read(root + "/etc/itp/ITPConfig.ini", maxBytes: 1 << 10)
                    #expect(kept == Array("; mine\n".utf8))
                }
            }
        }

        @Test(
            "docker-compose.yml is sound, and what is wrong with one is seen",
            .enabled(if: isInstalled("python3"), "Python is not installed"))
        func compose() async throws {
            try await onThread("itp-compose") {
                try withTemporaryFolder { folder in
                    let checker = Repository.root + "/scripts/check-compose"
                    let sound = try Program.run([], in: folder, program: checker)
                    #expect(sound.code == 0, "\(sound)")
                    guard !sound.output.contains("skipped") else { return }
                    let text = try PackagingTests.text("docker-compose.yml")
                    let mistakes = [
                        ("    read_only: true\n", "", "its root can be written to"),
                        ("    restart:", "    restrat:", "no 'restrat'"),
                        ("      - data:/", "      - dta:/", "the volume dta is not declared"),
                        ("./config:/", "./conf:/", "there is no ./conf"),
                        ("secrets: [intake_token, admin_token]", "secrets: [admin_token]", "names no secret"),
                        ("ITP_ADMIN_TOKEN_FILE:", "ITP_ADMIN_TOKEN:", "into the environment"),
                        ("\"127.0.0.1:8080:8080\"", "\"8080:8080\"", "open to everybody"),
                        ("    secrets: [admin_token]\n", "", "no secret of it"),
                    ]
                    var files: [String] = []
                    for (number, (old, new, _)) in mistakes.enumerated() {
                        try #require(text.contains(old), "\(old)")
                        files.append("\(folder)/\(number).yml")
                        try Files.replace(files[number], with: Array(text.replacing(old, with: new).utf8))
                    }
                    let broken = try Program.run(files, in: folder, program: checker)
                    #expect(broken.code == 1 && broken.output.isEmpty, "\(broken)")
                    for (number, (_, _, told)) in mistakes.enumerated() {
                        let lines = broken.errors.split(separator: "\n").filter { $0.hasPrefix("\(number).yml: ") }
                        #expect(lines.contains { $0.contains(told) }, "\(told): \(broken.errors)")
                    }
                }
            }
        }
    }
}
