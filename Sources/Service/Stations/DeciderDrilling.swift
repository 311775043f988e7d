import Decisions
import Events
import Formats
import Mapping
import Settings
import Storage

/// Fire drills: whether the ticket was made and closed in time is looked at by a timer. One that fails is told like a customer's
/// emergency, and in `/health` until the next one succeeds.
extension DeciderStation {
    /// How long a drill may take.
    static let drillPatience = Instant.Span.minutes(5)

    /// An alert of a drill has been decided: its end is awaited once both are.
    mutating func awaitDrill(_ alert: AlertRecord, _ now: Instant) throws {
        guard let drill = FireDrill(alert), alert.receipt == drill.closing else { return }
        let subject = "\(drill.firing) \(drill.closing) \(drill.tenant)"
        effects.append(
            .setTimer(
                try ledger.setTimer(due: now + DeciderStation.drillPatience, kind: .drill, subject: subject)))
    }

    mutating func judgeDrill(_ subject: String, _ now: Instant) throws {
        let parts = subject.split(separator: " ", maxSplits: 2, omittingEmptySubsequences: false).map(String.init)
        guard parts.count == 3, let firing = Identifier(parts[0]), let closing = Identifier(parts[1]) else { return }
        let tenant = parts[2]
        let name = "drill \(tenant)"
        guard let failure = try drillFailure(firing, closing) else {
            effects.append(.condition(name, nil))
            return try tellTrouble(name, nil, now)
        }
        let whose = tenant.isEmpty ? "the primary" : "the tenant '\(tenant)'"
        let text = "the fire drill of \(whose) failed: \(failure)"
        effects.append(.condition(name, text))
        try tellTrouble(name, text, now, subject: "fire drill failed")
        try page(tenant, firing, text, now)
    }

    /// Why a drill has failed; nil where its ticket was made and closed.
    private func drillFailure(_ firing: Identifier, _ closing: Identifier) throws -> String? {
        for (event, wanted, what) in [(firing, "ticketed", "made"), (closing, "closed", "closed")] {
            guard let row = try ledger.history.event(event) else { return "its event \(event) is not decided" }
            let isDone = row.state == EventState.delivered.rawValue || row.state == EventState.confirmed.rawValue
            if isDone, row.disposition == wanted { continue }
            let last = try ledger.history.trace(row).last.map { "; last: \($0.decided)" } ?? ""
            return "its ticket is not \(what): \(row.disposition ?? row.state), \(row.state)\(last) (event \(event))"
        }
        return nil
    }

    /// Everybody who is told of an emergency, whatever the hour.
    private mutating func page(_ tenant: String, _ event: Identifier, _ text: String, _ now: Instant) throws {
        guard let settings = settings.tenant(tenant) else { return }
        var order = MessageOrder(
            id: "drill.\(event)", channel: .page, tenant: settings.id, recipients: [], from: settings.sender.base,
            subject: "ITP: fire drill failed", body: text, dedupKey: "drill.\(event)", events: [event], priority: 1)
        if let pager = settings.notifications.pager {
            order.recipients = pager.key == nil ? pager.addresses : []
            try ledger.enqueue(order, now: now)
        }
        guard !settings.notifications.onCall.isEmpty else { return }
        order.id += ".oncall"
        order.channel = .onCall
        order.recipients = settings.notifications.onCall
        try ledger.enqueue(order, now: now)
    }
}
