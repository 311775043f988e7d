import Events
import Formats
import Glibc
import Platform
import Service
import Settings

/// `itp replay`: decides the journal's past under another configuration and says what would change.
enum ReplayCommand {
    static let command = Command(
        name: "replay",
        usage: "replay [--since 7d] [--config NEW] [--old DIR] [--data DIR] [--journal DIR] [--json]",
        summary: "decides the past under another configuration and says what would change",
        accepted: Arguments.Accepted(
            values: ["since": "TIME", "config": "DIR", "old": "DIR", "data": "DIR", "journal": "DIR"],
            flags: ["json"]),
        run: run)

    @Sendable static func run(_ words: [String]) throws -> Int32 {
        let arguments = try Arguments(words, command.accepted)
        let since = try arguments.since(default: .back(.hours(7 * 24)))
        let data = arguments["data"] ?? "data"
        let folder = arguments["config"] ?? "config"
        let new = try PastConfiguration.load(folder, dataFolder: data)
        let old =
            try arguments["old"].map { try PastConfiguration.load($0, dataFolder: data) }
            ?? PastConfiguration.inUse(dataFolder: data)
        guard let old else {
            throw UsageError(
                "the ledger in \(data) keeps no configuration that is sound; name the old one with --old DIR")
        }
        let past = try PastAlerts(dataFolder: data, journal: arguments["journal"] ?? old.service.journalDirectory)
        var replay = try Replay(past, since: since, old: old, new: new)
        var report = try replay.run()
        report.names = (arguments["old"] ?? "in use", folder)
        report.hashes = (old.hash, new.hash)
        writeLine(arguments.has("json") ? report.json.pretty : report.text, to: STDOUT_FILENO)
        return 0
    }
}

extension Arguments {
    private static let spanHint =
        "takes a length of time such as 30d, 12h or 90m, or a time such as 2026-11-21T02:00:00Z"

    /// `--since`: so long before the last alert, or from a time on.
    func since(default standard: ReplaySince) throws -> ReplaySince {
        guard let text = self["since"] else { return standard }
        if let time = Instant(rfc3339: text) { return .at(time) }
        guard let span = ReplaySince.span(text) else {
            throw UsageError("--since \(Arguments.spanHint), not '\(text)'")
        }
        return .back(span)
    }
}
