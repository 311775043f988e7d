public import Events
public import Formats
public import Settings

/// A fire drill: two alerts of ITP's own that go the whole way, one that makes a ticket and one that closes it.
public struct FireDrill: Sendable, Equatable {
    /// Whose PSA is tried; empty for the primary.
    public var tenant: String
    /// The event that makes the ticket.
    public var firing: Identifier
    /// The event that closes it.
    public var closing: Identifier

    /// Names a drill.
    public init(tenant: String, firing: Identifier, closing: Identifier) {
        self.tenant = tenant
        self.firing = firing
        self.closing = closing
    }

    /// Its two alerts, in their order.
    public func records(at now: Instant) -> [AlertRecord] {
        let body: JSON = [
            "tenant": .string(tenant), "firing": .string(firing.description), "closing": .string(closing.description),
        ]
        return [firing, closing].map { receipt in
            AlertRecord(
                receipt: receipt, receivedAt: now, source: Event.drillSource, peer: "", deliveryID: nil,
                body: body.bytes)
        }
    }

    /// The drill behind one of its alerts; nil where the body is none of ours.
    public init?(_ record: AlertRecord) {
        guard record.source == Event.drillSource, let json = JSON(ifValid: record.body),
            let tenant = json["tenant"]?.string, let firing = json["firing"]?.string.flatMap({ Identifier($0) }),
            let closing = json["closing"]?.string.flatMap({ Identifier($0) })
        else { return nil }
        self.init(tenant: tenant, firing: firing, closing: closing)
    }

    /// The event of one of its alerts. The ticket is the default company's, else that of a customer of the tenant.
    public static func event(of record: AlertRecord, _ settings: Settings) -> Event {
        let drill = FireDrill(record)
        let tenant = drill?.tenant ?? ""
        var event = Event(
            id: record.receipt, receipt: record.receipt, receivedAt: record.receivedAt, source: record.source,
            subject: "EVT|ITP|DRILL|\(tenant)||ITP-FIRE-DRILL.EVT.X.P3.Alm")
        event.agent.hostClass = .other
        event.organisation.tenant = tenant
        if settings.tenant(tenant)?.defaultCompany == nil {
            let customers = settings.organisations.values.filter { $0.tenant.equalsIgnoringCase(tenant) }
            event.organisation.id = customers.map(\.id).min() ?? ""
        }
        event.correlationKey = "\(record.source):\(drill?.firing ?? record.receipt)"
        event.state = drill?.closing == record.receipt ? .resolved : .firing
        event.body =
            event.state == .resolved
            ? "The fire drill is over: the ticket can be made and closed."
            : "A fire drill of ITP. Nothing has happened: this ticket proves that alerts become tickets, and is closed at once."
        return event
    }
}
