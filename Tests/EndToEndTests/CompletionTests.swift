import Formats
import Glibc
import Platform
import TestSupport
import Testing

extension EndToEnd {
    /// Completions are made of what each command accepts; here they are held against what `--help` says.
    @Suite("Completions and the manual")
    struct CompletionTests {
        /// The lines of `--help` that name a command: its name, the options and the choices of its first word.
        private static func help(in folder: String) throws -> [(name: String, usage: String, options: [String])] {
            let text = try Program.run(["--help"], in: folder).output
            return text.split(separator: "\n").filter { $0.hasPrefix("  itp ") }.map { line in
                let usage = line.dropFirst(2).firstRange(of: "  ").map { line[line.startIndex..<$0.lowerBound] } ?? line
                let words = usage.dropFirst(6).split { " []|=".contains($0) }
                return (
                    String(words[0]), usage.dropFirst(2).trimmed,
                    Set(words.filter { $0.hasPrefix("--") }.map(String.init)).sorted()
                )
            }
        }

        /// What bash offers behind these words.
        private static func offered(_ words: [String], _ file: String, in folder: String) throws -> Set<String> {
            let script = """
                . '\(file)'; COMP_WORDS=(itp \(words.joined(separator: " "))); COMP_CWORD=\(words.count); _itp
                printf '%s\\n' "${COMPREPLY[@]}"
                """
            let said = try Program.run(["--norc", "-c", script], in: folder, program: "/bin/bash")
            #expect(said.code == 0 && said.errors.isEmpty, "\(words): \(said)")
            return Set(said.output.split(separator: "\n").map(String.init))
        }

        @Test("bash offers every command and option of --help, no other option, and what a value may be")
        func bash() async throws {
            try await onThread("itp-completion") {
                try withTemporaryFolder { folder in
                    let file = folder + "/itp.bash"
                    let script = try Program.run(["completion", "bash"], in: folder).output
                    try Files.replace(file, with: Array(script.utf8))
                    let commands = try CompletionTests.help(in: folder)
                    #expect(commands.count >= 18)
                    let names = try CompletionTests.offered(["''"], file, in: folder)
                    #expect(names == Set(commands.map(\.name) + ["--help", "--version"]))
                    for command in commands where command.name != "bench" {
                        let options = try CompletionTests.offered([command.name, "x", "--"], file, in: folder)
                        #expect(options == Set(command.options + ["--help"]), "\(command.name)")
                    }
                    let cases: [([String], Set<String>)] = [
                        (["serve", "--after-restore", "''"], ["lookup", "settled"]),
                        (["serve", "--listen", "''"], []),
                        (["journal", "re"], ["repair"]), (["setup", "a"], ["autotask"]),
                        (["silence", "p"], ["preview"]), (["completion", "z"], ["zsh"]),
                    ]
                    for (words, expected) in cases {
                        #expect(try CompletionTests.offered(words, file, in: folder) == expected, "\(words)")
                    }
                    let folders = try CompletionTests.offered(["serve", "--config", folder + "/"], file, in: "/")
                    #expect(folders.isEmpty, "a file is no folder: \(folders)")
                    let files = try CompletionTests.offered(["explain", folder + "/itp"], file, in: folder)
                    #expect(files == [file])
                }
            }
        }

        @Test("zsh and fish are offered the same, and can read it where they are installed")
        func others() async throws {
            try await onThread("itp-completion") {
                try withTemporaryFolder { folder in
                    let zsh = try Program.run(["completion", "zsh"], in: folder).output
                    let fish = try Program.run(["completion", "fish"], in: folder).output
                    for command in try CompletionTests.help(in: folder) {
                        #expect(zsh.contains("'\(command.name):"))
                        #expect(fish.contains(" -a \(command.name) -d "))
                        let own =
                            zsh.split(separator: "\n").first { $0.contains(" \(command.name)) _arguments ") } ?? ""
                        for option in command.options {
                            #expect(own.contains("'\(option)=[") || own.contains("'\(option)'"), "\(command.name)")
                            let line = "from \(command.name)' -l \(option.dropFirst(2))"
                            #expect(fish.contains(line), "\(line)")
                        }
                    }
                    for (shell, text) in [("zsh", zsh), ("fish", fish)] where access("/usr/bin/\(shell)", X_OK) == 0 {
                        try Files.replace("\(folder)/completion", with: Array(text.utf8))
                        let read = try Program.run(
                            ["-n", folder + "/completion"], in: folder, program: "/usr/bin/\(shell)")
                        #expect(read.code == 0 && read.errors.isEmpty, "\(shell): \(read)")
                    }
                    #expect(try Program.run(["completion", "tcsh"], in: folder).code == 2)
                }
            }
        }

        @Test("the manual has every command as --help has it, and man finds nothing to complain of")
        func manual() async throws {
            try await onThread("itp-manual") {
                try withTemporaryFolder { folder in
                    let page = try Program.run(["manual"], in: folder).output
                    #expect(page.hasPrefix(".TH ITP 1"))
                    let plain = page.replacing("\\-", with: "-")
                    for command in try CompletionTests.help(in: folder) {
                        let usage = command.usage.replacing("…", with: "...")
                        #expect(plain.contains(".B \(usage)\n"), "\(usage)")
                    }
                    guard access("/usr/bin/groff", X_OK) == 0 else { return }
                    try Files.replace(folder + "/itp.1", with: Array(page.utf8))
                    let set = try Program.run(
                        ["-man", "-ww", "-Tascii", "-P-cbou", folder + "/itp.1"], in: folder, program: "/usr/bin/groff")
                    #expect(set.code == 0 && set.errors.isEmpty, "\(set.errors)")
                    #expect(set.output.contains("itp journal verify|dump|stat|repair DIR"), "\(set.output)")
                }
            }
        }
    }
}
