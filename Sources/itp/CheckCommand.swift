import Events
import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp check`: everything that is wrong with a configuration, in one run; with `--schedule` also all that the clocks will do
/// to it.
enum CheckCommand {
    static let command = Command(
        name: "check",
        usage:
            "check [--config DIR] [--online] [--schedule [--months N]] [--keys [--since 30d] [--data DIR]] [--json]",
        summary: "says what is wrong with a configuration",
        accepted: Arguments.Accepted(
            values: ["config": "DIR", "months": "N", "since": "TIME", "data": "DIR"],
            flags: ["json", "online", "schedule", "keys"]),
        run: run)

    private static let monthsDefault = 12
    private static let monthsRange = 1...120

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let months = try months(arguments)
        for option in ["since", "data"] where arguments[option] != nil && !arguments.has("keys") {
            throw UsageError("--\(option) goes with --keys")
        }
        let folder = arguments["config"] ?? "config"
        let now = SystemClock().now
        let files = try ConfigurationFolder.read(folder)
        var loaded = Settings.load(
            files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler,
            now: now, secrets: ConfigurationFolder.resolveSecret)
        if let settings = loaded.settings {
            loaded.findings += Service.findings(settings)
            loaded.findings += try SourceSamples.check(folder, settings).findings
            if arguments.has("keys") {
                let past = try PastAlerts(
                    dataFolder: arguments["data"] ?? "data", journal: settings.service.journalDirectory)
                loaded.findings += try KeyLinter.findings(
                    past, since: arguments.since(default: .back(.hours(30 * 24))), settings)
            }
            if arguments.has("online") { loaded.findings += try OnlineCheck.findings(settings, files) }
        }
        let plan = months.flatMap { loaded.settings?.schedule(from: now, months: $0) }
        let errors = loaded.findings.filter { $0.severity != .warning }.count + (plan?.gaps.count ?? 0)
        if arguments.has("json") {
            writeLine(json(loaded.findings, plan, isAsked: months != nil).pretty, to: STDOUT_FILENO)
            return errors == 0 ? 0 : 1
        }
        var lines = loaded.findings.map(\.description)
        if let plan { lines += plan.lines + plan.gaps.map { "schedule: error: \($0)" } }
        if arguments.has("online"), loaded.settings == nil {
            lines.append("\(folder): no PSA was asked, as the configuration cannot be used")
        }
        if months != nil, plan == nil { lines.append("\(folder): no schedule, as the configuration cannot be used") }
        let warnings = loaded.findings.filter { $0.severity == .warning }.count
        lines.append("\(folder): \(count(errors, "error")), \(count(warnings, "warning"))")
        writeLine(lines.joined(separator: "\n"), to: STDOUT_FILENO)
        return errors == 0 ? 0 : 1
    }

    /// For how many months a schedule is wanted; nil = for none.
    private static func months(_ arguments: Arguments) throws -> Int? {
        guard arguments.has("schedule") else {
            if arguments["months"] != nil { throw UsageError("--months goes with --schedule") }
            return nil
        }
        guard let text = arguments["months"] else { return monthsDefault }
        guard let months = Int(text), monthsRange.contains(months) else {
            throw UsageError("--months takes a number from \(monthsRange.lowerBound) to \(monthsRange.upperBound)")
        }
        return months
    }

    /// The findings alone; with a schedule, an object of both.
    private static func json(_ findings: [Finding], _ plan: SchedulePlan?, isAsked: Bool) -> JSON {
        let listed = findings.map { finding -> JSON in
            [
                "file": .string(finding.file), "line": .integer(finding.line),
                "severity": .string(finding.severity == .warning ? "warning" : "error"),
                "message": .string(finding.message),
            ]
        }
        guard isAsked else { return .array(listed) }
        let parts = (plan?.parts ?? []).map { part -> JSON in
            [
                "title": .string(part.title),
                "rows": .array(
                    part.rows.map {
                        ["at": .string($0.at.description), "shown": .string($0.shown), "what": .string($0.what)]
                    }),
            ]
        }
        return [
            "findings": .array(listed), "schedule": .array(parts),
            "gaps": .array((plan?.gaps ?? []).map { .string($0) }),
        ]
    }

    private static func count(_ number: Int, _ word: String) -> String {
        "\(number) \(word)\(number == 1 ? "" : "s")"
    }
}
