import Events
import Formats
import Sandbox
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// A night whose pages go over the lane of their pager to the sandbox, in virtual time.
struct PagerNight {
    static let keys: [String: String] = [
        "OpsGenie": "NotifyURL=http://sandbox/opsgenie\nNotifyKey=sandbox-genie",
        "PagerDuty": "NotifyURL=http://sandbox/pagerduty\nNotifyKey=\(String(repeating: "a", count: 32))",
        "Slack": "NotifyURL=http://sandbox/slack/services\nNotifyKey=T000/B000/sandbox",
        "Teams":
            "NotifyKey=http://sandbox/teams/workflows/sandbox/triggers/manual/paths/invoke?api-version=1&sig=sandbox-signature",
    ]
    static let mail = "[MAIL]\nURL=smtp://127.0.0.1:1\nFrom=itp@msp.example\n"

    var night: Night
    var world = SandboxWorld()
    private var lanes: [String: PageLaneStation] = [:]
    /// Answers that are under way when the service stops are lost.
    var losesAnswers = false

    init(
        _ service: String, keys: String = "NotifyOCEmail=oncall@msp.example", wait: Int = 0, mail: String = mail,
        at time: String = "2027-01-15T23:00:10Z"
    ) throws {
        let pager = "NotifyProcess=\(service)\n\(try #require(PagerNight.keys[service]))\n"
        night = try Night(keys + "\n" + pager, wait: wait, at: time, service: mail)
    }

    /// Time goes on; what the pager's lanes are handed is carried out as it comes.
    mutating func pass(to time: String) throws {
        try carryOut()
        let end = try #require(Instant(rfc3339: time))
        while let next = night.desk.timers.map(\.due).min(), next <= end {
            night.desk.now = max(night.desk.now, next)
            try night.desk.pass(0)
            try carryOut()
        }
        night.desk.now = end
    }

    @discardableResult
    mutating func alert(_ drive: String = "C", priority: Int = 2, state: String = "firing") throws -> Identifier {
        let id = try night.alert(drive, "MB-DISK.EVT.S.P\(priority).Alm", state: state)
        try carryOut()
        return id
    }

    mutating func report(_ report: DeliveryReport) throws {
        try night.desk.report(report)
        try carryOut()
    }

    /// A restart: what the lanes hold is lost.
    mutating func restart() throws {
        lanes = [:]
        try night.restart()
        try carryOut()
    }

    /// What has been noted of pages: the tickets' notes, without the events' IDs.
    var pageNotes: [String] = []

    private mutating func carryOut() throws {
        // The PSA takes these at once: the desk's next order is a ticket's.
        while let at = night.desk.handed.firstIndex(where: {
            $0.action.terms.aside?.hasPrefix("Page of event") == true
        }) {
            let order = night.desk.handed.remove(at: at)
            pageNotes.append(order.action.draft.description)
            let lane = night.desk.lane
            try night.desk.handle(.intent(lane: lane, row: order.row))
            try night.desk.handle(.report(lane: lane, row: order.row, .noted(order.ticket ?? ticket, remarks: [])))
        }
        while !night.desk.pages.isEmpty {
            let (name, order) = night.desk.pages.removeFirst()
            try carry(.deliver(order), name)
        }
    }

    private mutating func carry(_ message: PageLaneStation.Message, _ name: String) throws {
        for effect in lanes[name, default: PageLaneStation()].handle(message, now: night.desk.now) {
            switch effect {
            case .call(let row, let call):
                let outcome = ask(call)
                if !losesAnswers { try carry(.outcome(row: row, outcome), name) }
            case .report(let row, let report):
                try night.desk.handle(.pageReport(lane: name, row: row, report))
            case .condition: break
            }
        }
    }

    private mutating func ask(_ call: VendorCall) -> VendorOutcome {
        let target = HTTPTarget(String(call.url.dropFirst("http://sandbox".count)))
        let request = SandboxRequest(
            method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
            headers: call.headers.map { ($0.name, $0.value) }, body: call.body)
        switch world.take(request, now: night.desk.now.milliseconds).ending {
        case .reply(let reply):
            return .reply(
                VendorReply(
                    status: reply.status, retryAfter: reply.headers.first { $0.0 == "Retry-After" }?.1, body: reply.body
                ))
        case .reset, .hang: return .ambiguous(reason: "no answer")
        case .truncated, .garbage: return .ambiguous(reason: "no whole answer")
        }
    }

    // MARK: The sandbox

    private mutating func sandbox(_ method: String, _ path: String, _ body: JSON? = nil) throws -> JSON {
        let request = SandboxRequest(method: method, path: path, body: body?.bytes ?? [])
        guard case .reply(let reply) = world.take(request, now: night.desk.now.milliseconds).ending else {
            return .null
        }
        return reply.body.isEmpty ? .null : try JSON(parsing: reply.body)
    }

    /// `count` nil: until it is mended.
    mutating func fault(_ fault: String, match: String = "", count: Int? = nil) throws {
        var rule: [(String, JSON)] = [("fault", .string(fault)), ("match", .string(match))]
        if let count { rule.append(("count", .integer(count))) }
        _ = try sandbox("POST", "/sandbox/faults", .members(rule))
    }

    mutating func mend() throws { _ = try sandbox("DELETE", "/sandbox/faults") }

    mutating func requests() throws -> Int { try sandbox("GET", "/sandbox/requests").array?.count ?? 0 }

    /// What the pager shows: `time status message xcount`, and its notes; with `day` the time begins with the date.
    mutating func pages(day: Bool = false) throws -> [String] {
        try sandbox("GET", "/sandbox/pages").array?.map { page in
            let notes = (page["notes"]?.array ?? []).map { " | " + ($0.string ?? "").replacing("\n", with: " ") }
                .joined()
            let time = page["createdAt"]?.string?.prefix(19).dropFirst(day ? 0 : 11) ?? ""
            return "\(time) \(page["status"]?.string ?? "") \(page["message"]?.string ?? "")"
                + " x\(page["count"]?.integer ?? 0)\(notes)"
        } ?? []
    }

    /// The mails that are in the outbox: `time subject`; with `day` the time begins with the date.
    func mails(day: Bool = false) throws -> [String] {
        try night.desk.ledger.dueMessages(lane: "mail:", now: night.desk.now, limit: 1000).map {
            "\($0.created.description.prefix(19).dropFirst(day ? 0 : 11)) \($0.message.subject)"
        }
    }

    func lastStep(_ event: Identifier) throws -> String? { try night.desk.lastStep(event) }

    /// How many messages to pagers are in which state.
    func counts() throws -> [String] {
        try night.desk.ledger.history.messageCounts().filter { $0.lane == "page:" }.map { "\($0.state) \($0.count)" }
    }
}
