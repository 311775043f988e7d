import Events
import Formats
import Platform
import Settings
import Testing
import Vendors

/// A ConnectWise of a few tables: what the contract says of lists, tickets and notes, and nothing else.
struct FakeConnectWise {
    var lists: [String: [JSON]] = [
        "company/companies": [
            FakeConnectWise.company(1, "Acme Dental", "AcmeDental"),
            FakeConnectWise.company(2, "Stark", "Stark", status: 2),
            FakeConnectWise.company(3, "Bar", "Bar", status: 3), FakeConnectWise.company(9, "Catch All", "CatchAll"),
        ],
        "company/companies/statuses": [
            ["id": 1, "name": "Active"], ["id": 2, "name": "Gone", "inactiveFlag": true],
            ["id": 3, "name": "Barred", "disallowSavingFlag": true],
        ],
        "service/boards": [
            ["id": 7, "name": "Alerts"], ["id": 8, "name": "Old", "inactiveFlag": true], ["id": 70, "name": "7"],
        ],
        "service/boards/7/statuses": [
            ["id": 71, "name": "New"], ["id": 72, "name": "Fresh"], ["id": 73, "name": "Stale", "inactive": true],
            ["id": 74, "name": "Done", "closedStatus": true], ["id": 75, "name": "Waiting", "defaultFlag": true],
        ],
        "service/boards/7/typeSubTypeItemAssociations": [
            FakeConnectWise.association("Server", 21, "Services", 22, "DHCP", 23),
            FakeConnectWise.association("Server", 21, "Disk", 24, "Capacity", 25),
        ],
        "service/priorities": [["id": 31, "name": "Medium"], ["id": 32, "name": "Info"]],
        "service/sources": [["id": 41, "name": "Monitor Alerts"]],
    ]
    /// Tickets by their ID, and the texts of their notes.
    var tickets: [Int64: JSON] = [:]
    var notes: [Int64: [String]] = [:]
    private var nextTicket: Int64 = 100

    static func company(_ id: Int64, _ name: String, _ identifier: String, status: Int64 = 1) -> JSON {
        [
            "id": .integer(id), "name": .string(name), "identifier": .string(identifier),
            "status": ["id": .integer(status)],
        ]
    }

    static func association(_ names: String, _ a: Int64, _ sub: String, _ b: Int64, _ item: String, _ c: Int64) -> JSON
    {
        [
            "type": ["id": .integer(a), "name": .string(names)], "subType": ["id": .integer(b), "name": .string(sub)],
            "item": ["id": .integer(c), "name": .string(item)],
        ]
    }

    mutating func answer(_ call: VendorCall) -> VendorOutcome {
        let target = HTTPTarget(call.url)
        let path = target.path.replacing("/v4_6_release/apis/3.0/", with: "")
        let query = { (name: String) in target.queryItems.first { $0.name == name }?.value ?? "" }
        if call.method == "PATCH" { return patch(path, JSON(ifValid: call.body) ?? .null) }
        if call.method == "POST" { return post(path, JSON(ifValid: call.body) ?? .null) }
        if path == "service/tickets" {
            let found = tickets.sorted { $0.key < $1.key }.map(\.value).filter {
                query("conditions") == "externalXRef=\"\($0["externalXRef"]?.string ?? "")\""
            }
            return reply(200, .array(found))
        }
        let parts = path.split(separator: "/")
        if path.hasPrefix("service/tickets/"), let id = Int64(parts[2]) {
            guard let ticket = tickets[id] else {
                return reply(404, ["code": "NotFound", "message": "no such ticket"])
            }
            guard parts.count == 4 else { return reply(200, ticket) }
            return reply(200, .array((notes[id] ?? []).reversed().map { JSON.members([("text", .string($0))]) }))
        }
        guard var rows = lists[path] else { return reply(404, ["code": "NotFound", "message": .string("no \(path)")]) }
        if path == "company/companies" { rows = rows.filter { isWanted($0, query("conditions")) } }
        let page = Int(query("page")) ?? 1
        let size = Int(query("pageSize")) ?? 25
        return reply(200, .array(Array(rows.dropFirst((page - 1) * size).prefix(size))))
    }

    private func isWanted(_ row: JSON, _ condition: String) -> Bool {
        let condition = condition.lowercased()
        let literal = { (key: String) in "\"\(row[key]?.string ?? "")\"".lowercased() }
        return condition.contains("name=" + literal("name"))
            || condition.contains("identifier=" + literal("identifier"))
            || condition.contains("or id=\(row["id"]?.integer ?? 0))")
    }

    private mutating func post(_ path: String, _ body: JSON) -> VendorOutcome {
        let parts = path.split(separator: "/")
        if parts.count == 4, let id = Int64(parts[2]) {
            notes[id, default: []].append(body["text"]?.string ?? "")
            return reply(201, ["id": .integer(500 + (notes[id]?.count ?? 0))])
        }
        nextTicket += 1
        tickets[nextTicket] = .members(
            [("id", .integer(nextTicket)), ("closedFlag", false)] + (body.members ?? []).map { ($0.name, $0.value) })
        return reply(201, tickets[nextTicket] ?? .null)
    }

    /// Puts a ticket into a status, and closes or opens it as the status says.
    private mutating func patch(_ path: String, _ body: JSON) -> VendorOutcome {
        let id = Int64(path.split(separator: "/").last ?? "") ?? 0
        let status = body.array?.first?["value"]?["id"]?.integer
        let rows = lists["service/boards/7/statuses"] ?? []
        guard let old = tickets[id], let row = rows.first(where: { $0["id"]?.integer == status }) else {
            return reply(400, ["code": "InvalidObject", "message": "no such status"])
        }
        let changed: [(String, JSON)] = [("status", row), ("closedFlag", row["closedStatus"] ?? false)]
        tickets[id] = .members(
            (old.members ?? []).filter { !["status", "closedFlag"].contains($0.name) }.map { ($0.name, $0.value) }
                + changed)
        return reply(200, tickets[id] ?? .null)
    }

    func reply(_ status: Int, _ body: JSON) -> VendorOutcome { .reply(VendorReply(status: status, body: body.bytes)) }
}

/// A lane, its PSA, and whoever commits and calls for it; everything that happened is written down.
struct Rig {
    var lane: LaneStation
    var psa = FakeConnectWise()
    var now = Instant(milliseconds: 1_795_227_247_000)
    /// Calls and intents in their order: `GET service/boards`, `intent 1`, `POST service/tickets`.
    var log: [String] = []
    /// What the lane said of its credentials.
    var credentials: [String] = []
    var calls: [VendorCall] = []
    /// What the lane said of its PSA.
    var conditions: [LaneCondition] = []
    /// Second tickets of one event that it said to have closed.
    var closedDoubles = 0
    /// Answers in place of the PSA's own, by `METHOD path`.
    var scripted: [String: [VendorOutcome]] = [:]
    /// Whether the answer to the next POST is lost after the PSA has carried it out.
    var losesNextPost = false
    private var nextRow: Int64 = 0

    static let secret = "private-key-value"
    static let reference = Identifier(milliseconds: 5, random: (6, 7))

    init(_ more: String = "", url: String = "https://psa.example/") throws {
        let rules = """
            [RMM_SETTINGS]
            PSA_Type=CWF
            PSA_URL=\(url)
            PSA_AV1=acme
            PSA_AV2=public-key
            PSA_AV3=env:KEY
            PSA_ClientID=guid
            PSA_CW_Board=Alerts
            """
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array((rules + "\n" + more).utf8))
        let loaded = Settings.load(
            ConfigurationFiles(files: [file]), zones: zones, patterns: RegularExpression.compiler
        ) { _ throws(SecretFault) in
            Rig.secret
        }
        lane = LaneStation(try #require(loaded.settings?.primary.account), quietPeriod: .seconds(60))
    }

    /// A draft that the fake PSA can take.
    static var draft: TicketDraft {
        var draft = TicketDraft()
        draft.subject = "The subject"
        draft.description = "The text"
        draft.internalNote = "ITP event \(Rig.reference)"
        draft.priorityName = "Medium"
        draft.board = "Alerts"
        draft.source = "Monitor Alerts"
        draft.classification = .init(type: "Server", subtype: "Services", item: "DHCP")
        draft.company.name = "Acme Dental"
        draft.company.orgID = "acme"
        return draft
    }

    static func ticket(_ id: Int64) -> TicketNumber {
        TicketNumber(
            id: "\(id)", number: "\(id)",
            url:
                "https://psa.example/v4_6_release/services/system_io/Service/fv_sr100_request.rails?service_recid=\(id)"
        )
    }

    mutating func order(
        _ kind: TicketAction.Kind = .create, ticket: TicketNumber? = nil, ambiguousSince: Instant? = nil,
        terms: TicketAction.Terms = TicketAction.Terms(), wasTouched: Bool = false,
        _ change: (inout TicketDraft) -> Void = { _ in }
    ) -> DeliveryOrder {
        nextRow += 1
        var draft = Rig.draft
        change(&draft)
        var action = TicketAction(kind: kind, reference: Rig.reference, draft: draft)
        action.terms = terms
        return DeliveryOrder(
            row: nextRow, action: action, ticket: ticket, ambiguousSince: ambiguousSince, wasTouched: wasTouched)
    }

    /// Carries out one order to its report.
    mutating func run(_ order: DeliveryOrder) throws -> DeliveryReport {
        var effects = lane.handle(.deliver(order), now: now)
        var report: DeliveryReport?
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .call(let row, let call):
                effects += lane.handle(.outcome(row: row, carryOut(call)), now: now)
            case .declareIntent(let row):
                log.append("intent \(row)")
                effects += lane.handle(.intentIsDurable(row: row), now: now)
            case .condition(let condition): conditions.append(condition)
            case .counted: break
            case .closedDoubles(let count): closedDoubles += count
            case .credentials(let refused):
                credentials.append(refused.map { "refused \($0)" } ?? "taken")
            case .report(let row, let ended):
                #expect(row == order.row && report == nil)
                report = ended
            }
        }
        #expect(lane.load == 0)
        return try #require(report)
    }

    /// Carries out a new order to its report.
    mutating func deliver(
        _ kind: TicketAction.Kind = .create, ticket: TicketNumber? = nil, ambiguousSince: Instant? = nil,
        _ change: (inout TicketDraft) -> Void = { _ in }
    ) throws -> DeliveryReport {
        try run(order(kind, ticket: ticket, ambiguousSince: ambiguousSince, change))
    }

    private mutating func carryOut(_ call: VendorCall) -> VendorOutcome {
        let path = HTTPTarget(call.url).path.replacing("/v4_6_release/apis/3.0/", with: "")
        let name = "\(call.method) \(path)"
        if call.method != "GET" { #expect(log.last?.hasPrefix("intent") == true, "a write without an intent") }
        log.append(name)
        calls.append(call)
        if scripted[name]?.isEmpty == false, let outcome = scripted[name]?.removeFirst() { return outcome }
        let outcome = psa.answer(call)
        guard call.method == "POST", losesNextPost else { return outcome }
        losesNextPost = false
        return .ambiguous(reason: "connection reset")
    }

    func count(_ name: String) -> Int { log.count { $0 == name } }
}

extension VendorOutcome {
    static func status(_ status: Int, _ body: String = "", retryAfter: String? = nil) -> VendorOutcome {
        .reply(VendorReply(status: status, retryAfter: retryAfter, body: Array(body.utf8)))
    }
}

/// The host is in UTC, and there is no other zone.
private let zones: ZoneResolver = { name throws(ZoneFault) in
    guard name.isEmpty else { throw ZoneFault("there is no zone '\(name)'") }
    return TZif.bytes(rule: "UTC0")
}
