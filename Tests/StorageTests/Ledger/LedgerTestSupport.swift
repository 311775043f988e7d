import Events
import Formats

@testable import Decisions
@testable import Storage

let lane = "CWF http://psa/acme"
let start = Instant(milliseconds: 1_800_000_000_000)

func id(_ number: Int) -> Identifier {
    Identifier(high: 0x0198_0000_0000_7000, low: 0x8000_0000_0000_0000 + UInt64(number))
}

func origin(_ number: Int, receipt: Int? = nil, item: Int = 0, at: Instant? = nil) -> EventOrigin {
    EventOrigin(
        id: id(number), receipt: id(receipt ?? number), sequence: UInt64(number), item: item,
        receivedAt: at ?? start + .seconds(number), source: "api")
}

func delivery(_ problem: String, _ event: Int, _ kind: TicketAction.Kind = .create) -> Verdict.Delivery {
    Verdict.Delivery(
        lane: lane, problem: problem,
        action: TicketAction(kind: kind, reference: id(event), draft: TicketDraft()))
}

func facts(subject: String = "disk full", agent: String = "fs01", org: String = "acme") -> Verdict.Facts {
    Verdict.Facts(
        subject: subject, agent: agent, organisation: org, tenant: "", priority: 2, settingsHash: "abc")
}

func verdict(
    _ disposition: Disposition = .ticketed, _ facts: Verdict.Facts = facts(), changes: [MemoryChange] = [],
    delivery: Verdict.Delivery? = nil
) -> Verdict {
    var trace = Trace()
    trace.note(.intake, saw: "an alert", "taken")
    return Verdict(
        disposition: disposition, reason: "because", facts: facts, trace: trace, changes: changes,
        deliveries: delivery.map { [$0] } ?? [])
}

func alert(_ number: Int) -> AlertRecord {
    AlertRecord(
        receipt: id(number), receivedAt: start, source: "api", peer: "127.0.0.1", deliveryID: nil,
        body: Array("{\"subject\":\"number \(number)\"}".utf8))
}

func notification(_ event: Int, problem: String = "p", channel: MessageOrder.Channel = .page) -> Notification {
    Notification(
        message: MessageOrder(
            id: "\(id(event)).\(channel.rawValue)", channel: channel, tenant: "", recipients: [], from: "",
            subject: "P2 disk", body: "full", dedupKey: id(event).description, events: [id(event)], priority: 2),
        organisation: "acme", problem: .init(lane: lane, name: problem), timing: .atOnce, wait: .seconds(60))
}

extension Ledger {
    static func inMemory() throws -> Ledger { try Ledger(path: ":memory:") }

    /// Enqueues and gives the rows that are due.
    func due(at now: Instant = start, limit: Int = 100) throws -> [Identifier] {
        try dueOrders(lane: lane, now: now, limit: limit).map(\.event)
    }

    func row(of event: Int) throws -> Int64 {
        let rows = try database.all("SELECT row FROM outbox WHERE event=?", id(event).value) { $0.integer(0) }
        return rows.first ?? 0
    }
}
