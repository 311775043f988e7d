import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp check`: everything that is wrong with a configuration, in one run.
enum CheckCommand {
    static let command = Command(
        name: "check", usage: "check [--config DIR] [--json]", summary: "says what is wrong with a configuration",
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(
            words, Arguments.Accepted(values: ["config": "DIR"], flags: ["json"]))
        let folder = arguments["config"] ?? "config"
        var loaded = Settings.load(
            try ConfigurationFolder.read(folder), zones: ZoneFolder.resolve, patterns: RegularExpression.compiler,
            now: SystemClock().now,
            secrets: ConfigurationFolder.resolveSecret)
        if let settings = loaded.settings { loaded.findings += try SourceSamples.check(folder, settings).findings }
        let errors = loaded.findings.filter { $0.severity != .warning }.count
        if arguments.has("json") {
            let findings = loaded.findings.map { finding -> JSON in
                [
                    "file": .string(finding.file), "line": .integer(finding.line),
                    "severity": .string(finding.severity == .warning ? "warning" : "error"),
                    "message": .string(finding.message),
                ]
            }
            writeLine(JSON.array(findings).pretty, to: STDOUT_FILENO)
            return errors == 0 ? 0 : 1
        }
        for finding in loaded.findings { writeLine(finding.description, to: STDOUT_FILENO) }
        let warnings = loaded.findings.count - errors
        writeLine("\(folder): \(count(errors, "error")), \(count(warnings, "warning"))", to: STDOUT_FILENO)
        return errors == 0 ? 0 : 1
    }

    private static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }
}
