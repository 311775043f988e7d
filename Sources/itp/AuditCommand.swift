import Events
import Formats
import Glibc
import Service
import Settings

/// `itp audit`: proves that every accepted alert is accounted for.
enum AuditCommand {
    static let command = Command(
        name: "audit", usage: "audit [--since 30d] [--data DIR] [--journal DIR] [--json]",
        summary: "proves that every accepted alert is accounted for, or lists which is not",
        accepted: Arguments.Accepted(values: ["since": "TIME", "data": "DIR", "journal": "DIR"], flags: ["json"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let data = arguments["data"] ?? "data"
        let journal = try arguments["journal"] ?? PastConfiguration.inUse(dataFolder: data)?.service.journalDirectory
        let report = try Audit.run(
            dataFolder: data, journal: journal, since: arguments.since(default: .back(.hours(30 * 24))))
        writeLine(arguments.has("json") ? report.json.pretty : report.text, to: STDOUT_FILENO)
        return report.isSound ? 0 : 1
    }
}
