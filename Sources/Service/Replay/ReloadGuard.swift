import Events
import Settings

/// `ReloadGuard`: a reload that would keep too many of last week's tickets from the PSA is refused. It replays the journal
/// beside the running service.
struct ReloadGuard: Sendable {
    private static let week = Instant.Span.hours(7 * 24)
    private static let rulesTold = 3

    let dataFolder: String

    /// Why the new configuration is refused; nil where it may be used. The share is the one of the configuration in use: the
    /// file that drops too much does not lift it.
    func refusal(of new: Settings, insteadOf old: Settings) throws -> String? {
        guard let percent = old.global.reloadGuard else { return nil }
        let past = try PastAlerts(dataFolder: dataFolder, journal: old.service.journalDirectory)
        var replay = try Replay(past, since: .back(ReloadGuard.week), old: old, new: new)
        let report = try replay.run()
        guard report.droppedTickets * 100 > percent * report.oldTickets else { return nil }
        let rules = report.droppingRules.prefix(ReloadGuard.rulesTold).map { "\($0.name) (\($0.count))" }
        return "it would drop \(report.droppedTickets) of last week's \(report.oldTickets) tickets "
            + "(\(ReplayReport.percent(report.droppedTickets, of: report.oldTickets)), ReloadGuard=\(percent)%), by "
            + rules.joined(separator: ", ")
            + "; look at it with itp replay --since 7d, or take it with POST /admin/reload?force=1"
    }
}
