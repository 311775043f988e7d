import Events
import Settings

/// What the monthly table (`LogDir`) says of an event, beside what the history knows of it.
public struct EventSummary: Sendable, Equatable {
    /// The names of the table's columns.
    public static let columns = [
        "Time", "EventGUID", "Source", "OrgID", "Agent", "HostClass", "Subject", "AltSubject", "Name", "Category",
        "Data1", "Data2", "Data3", "Priority", "Action", "RStatus", "EStatus", "Disposition", "Reason", "PSA",
        "Ticket", "Millis",
    ]

    /// `HostClass`, the event's real class.
    public var hostClass: String
    /// `AltSubject`, as `<altsubject>` in a text.
    public var altSubject: String
    /// `Name` to `Data3`; all empty where the subject cannot be parsed.
    public var monitor: [String]
    /// `Action`.
    public var action: String
    /// `RStatus` and `EStatus`: how the procedure ended, and what the ticket is therefore.
    public var statuses: [String]

    /// Its cells, to be kept while the event is on its way.
    public var cells: [String] { [hostClass, altSubject] + monitor + [action] + statuses }

    /// A summary from its cells; nil where they are none.
    public init?(cells: [String]) {
        guard cells.count == 10 else { return nil }
        hostClass = cells[0]
        altSubject = cells[1]
        monitor = Array(cells[2...6])
        action = cells[7]
        statuses = Array(cells[8...9])
    }

    init(_ work: Work, _ settings: Settings) {
        let values = MacroValues(
            rewrite: ComposeStage.psaRewrite(work, settings.psaRewrites),
            isEmail: work.tenant?.account?.system == .email)
        hostClass = work.hostClass.rawValue
        altSubject = values.value("altsubject", work) ?? ""
        monitor =
            work.parsed.map { [$0.monitor.name, $0.monitor.category] + $0.data } ?? Array(repeating: "", count: 5)
        action = work.parsed?.monitor.action.word ?? ""
        statuses = ["rstatus", "estatus"].map { values.value($0, work) ?? "" }
    }
}
