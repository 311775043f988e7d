public import Events
public import Formats
public import Settings

/// What the administrator is told of: failures and cancellations, by `NotifyFailCancel`.
public enum AdminNotice {
    private static let failures: Set<Disposition> = [.unparseable, .failed]
    private static let cancellations: Set<Disposition> = [
        .cancelled, .droppedCode, .duplicate, .blacklisted, .summarised, .restricted,
    ]

    /// Whether a disposition is told of.
    public static func tells(_ disposition: Disposition, _ notices: NoticeSettings) -> Bool {
        guard !notices.addresses.isEmpty else { return false }
        return notices.tellsFailures && failures.contains(disposition)
            || notices.tellsCancellations && cancellations.contains(disposition)
    }

    /// What a verdict is told as; nil where nobody is told. What could not be parsed and goes on all the same is told.
    static func of(_ work: Work, _ disposition: Disposition, _ settings: Settings) -> Disposition? {
        let notices = settings.global.notices
        if work.isDirectPass, !failures.contains(disposition), tells(.unparseable, notices) { return .unparseable }
        return tells(disposition, notices) ? disposition : nil
    }

    /// Lines of one disposition that a notice holds; more are counted.
    public static let linesKept = 25

    /// One event of a notice, in a line.
    public static func line(
        subject: String, agent: String, event: Identifier, reason: String, at time: Instant
    ) -> String {
        let agent = agent.isEmpty ? "" : " [\(agent)]"
        return cutText(inOneLine("\(time) \(subject)\(agent): \(reason)"), to: 360) + " (event \(event))"
    }

    /// What has been collected of one disposition.
    public struct Collected: Sendable, Equatable {
        /// What became of the events.
        public var disposition: Disposition
        /// How many there were.
        public var count: Int
        /// The first of them, a line each.
        public var lines: [String]

        /// Makes one.
        public init(_ disposition: Disposition, count: Int, lines: [String]) {
            self.disposition = disposition
            self.count = count
            self.lines = lines
        }
    }

    /// The mail that tells of all that was collected, failures first; nil where that is nothing.
    public static func message(_ collected: [Collected], id: String, _ notices: NoticeSettings) -> MessageOrder? {
        let ordered = Disposition.allCases.compactMap { disposition in
            collected.first { $0.disposition == disposition && $0.count > 0 }
        }.sorted { failures.contains($0.disposition) && !failures.contains($1.disposition) }
        guard !ordered.isEmpty else { return nil }
        let count = { (of: Set<Disposition>, word: String) -> String? in
            let sum = ordered.filter { of.contains($0.disposition) }.map(\.count).reduce(0, +)
            return sum == 0 ? nil : "\(sum) \(word)\(sum == 1 ? "" : "s")"
        }
        let what = [count(failures, "failure"), count(cancellations, "cancellation")].compactMap(\.self)
        let paragraphs = ordered.map { group -> String in
            let left = group.count - group.lines.count
            let more = left > 0 ? ["… and \(left) more: GET /v1/events?disposition=\(group.disposition.rawValue)"] : []
            return
                (["\(group.disposition.rawValue): \(group.count)"] + group.lines.map { "  " + $0 }
                + more.map { "  " + $0 })
                .joined(separator: "\n")
        }
        return message(
            id: id, subject: "ITP: " + what.joined(separator: ", "), body: paragraphs.joined(separator: "\n\n"), notices
        )
    }

    /// A notice of its own.
    public static func message(id: String, subject: String, body: String, _ notices: NoticeSettings) -> MessageOrder {
        MessageOrder(
            id: id, channel: .notice, tenant: "", recipients: notices.addresses, from: notices.from,
            subject: cutText(inOneLine(subject), to: 200), body: cutText(body, to: 64 << 10), dedupKey: id, events: [],
            priority: 0)
    }
}
