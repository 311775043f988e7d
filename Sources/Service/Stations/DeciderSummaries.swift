import Decisions
import Events
import Formats
import Settings
import Storage

/// The monthly table: one record an event, once it is known what has become of it.
extension DeciderStation {
    /// An event is decided: its record is written now, or kept until its delivery has come to something.
    mutating func summarise(_ verdict: Verdict, _ origin: EventOrigin, _ now: Instant) throws {
        guard let summary = verdict.summary, origin.source != Event.drillSource else { return }
        guard verdict.delivery == nil else { return try ledger.keep(summary, of: origin.id) }
        try write(summary, of: origin.id, now)
    }

    /// A lane has reported on an order: where that is its end, it is the end of its events.
    mutating func summarise(_ events: [Identifier], of order: OutboxRow, _ now: Instant) throws {
        guard settings.service.logDirectory != nil, try ledger.order(order.row) == nil else { return }
        for event in events { try summarise(event, now) }
    }

    /// What becomes of an event is known.
    mutating func summarise(_ event: Identifier, _ now: Instant) throws {
        guard settings.service.logDirectory != nil, let summary = try ledger.takeSummary(of: event) else { return }
        try write(summary, of: event, now)
    }

    private mutating func write(_ summary: EventSummary, of id: Identifier, _ now: Instant) throws {
        guard let event = try ledger.history.event(id) else { return }
        effects.append(.summary(CSV.record(DeciderStation.cells(event, summary, now)), at: event.origin.receivedAt))
    }

    private static func cells(_ event: HistoryEvent, _ summary: EventSummary, _ now: Instant) -> [String] {
        let received = event.origin.receivedAt
        let identity = ["\(received)", "\(event.origin.id)", event.origin.source, event.organisation, event.agent]
        let priority = event.priority == 0 ? "" : "P\(event.priority)"
        let end = [event.disposition ?? "", event.reason ?? "", event.psa ?? "", event.ticket?.number ?? ""]
        return identity + [summary.hostClass, event.subject, summary.altSubject] + summary.monitor
            + [priority, summary.action] + summary.statuses + end
            + ["\(max(0, (now - received).milliseconds))"]
    }
}
