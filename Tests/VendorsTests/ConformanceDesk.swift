import Events
import Formats
import Platform
import Settings
import Testing
import Vendors

@testable import Sandbox

/// The PSAs that every case of the conformance kit is run against: their stand-ins of the sandbox, and what differs.
enum ConformingPSA: String, CaseIterable, Sendable {
    case connectWise, autotask, bms

    /// The secrets that may not be shown anywhere.
    var secrets: [String] {
        switch self {
        case .connectWise: ["sandbox-public", "sandbox-private"]
        case .autotask: ["sandbox-secret", "sandbox-code"]
        case .bms: ["sandbox-password"]
        }
    }

    var account: String {
        switch self {
        case .connectWise:
            """
            PSA_Type=CWF
            PSA_URL=http://127.0.0.1:9090/connectwise
            PSA_AV1=itp
            PSA_AV2=sandbox-public
            PSA_AV3=sandbox-private
            PSA_ClientID=6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11
            PSA_CW_Board=Alerts
            """
        case .autotask:
            """
            PSA_Type=ATK
            PSA_AV1=api@sandbox.example
            PSA_AV2=sandbox-secret
            PSA_AV3=sandbox-code
            PSA_AT_Queue=Alerts
            """
        case .bms:
            """
            PSA_Type=BMS
            PSA_URL=http://127.0.0.1:9090/bms
            PSA_AV1=sandbox
            PSA_AV2=sandbox-password
            PSA_AV3=itp
            PSA_BMS_Queue=Alerts
            PSA_BMS_Type=Incident
            """
        }
    }

    var sandbox: any VendorSandbox {
        switch self {
        case .connectWise: ConnectWiseSandbox()
        case .autotask: AutotaskSandbox(baseURL: "https://webservices1.autotask.net")
        case .bms: BMSSandbox()
        }
    }

    /// The path of a call that makes a ticket.
    var creation: String {
        switch self {
        case .connectWise: "POST service/tickets"
        case .autotask: "POST Tickets"
        case .bms: "POST servicedesk/tickets"
        }
    }
}

/// A lane, a stand-in of its PSA, and whoever commits and calls for it.
struct ConformanceDesk {
    let kind: ConformingPSA
    var lane: LaneStation
    var psa: any VendorSandbox
    var now = Instant(milliseconds: 1_795_227_247_000)
    /// Calls and intents in their order, without hosts.
    var log: [String] = []
    var calls: [VendorCall] = []
    var credentials: [String] = []
    /// Second tickets of one event that the lane said to have closed.
    var closedDoubles = 0
    /// Answers in place of the PSA's own, by `METHOD path`.
    var scripted: [String: [VendorOutcome]] = [:]
    /// Whether the answer to the next call that writes is lost after the PSA has carried it out.
    var losesNextWrite = false
    /// The answer to every PATCH in place of the PSA's own.
    var refusesPatches: VendorOutcome?
    /// So much time passes once, after the next ticket is made.
    var passes: Instant.Span?
    private var nextRow: Int64 = 0

    static let reference = Identifier(milliseconds: 5, random: (6, 7))

    init(_ kind: ConformingPSA, _ more: String = "") throws {
        self.kind = kind
        psa = kind.sandbox
        lane = LaneStation(try ConformanceDesk.account(kind, more), quietPeriod: .seconds(60))
    }

    static func account(_ kind: ConformingPSA, _ more: String = "") throws -> PSAAccount {
        let text = "[RMM_SETTINGS]\n\(kind.account)\n\(more)"
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array(text.utf8))
        let loaded = Settings.load(
            ConfigurationFiles(files: [file]), zones: utc, patterns: RegularExpression.compiler
        ) { reference throws(SecretFault) in throw SecretFault(reference) }
        return try #require(loaded.settings?.primary.account, "\(loaded.findings)")
    }

    static var draft: TicketDraft {
        var draft = TicketDraft()
        draft.subject = "Disk C: is full"
        draft.description = "The text\nfor the customer."
        draft.internalNote = "ITP event \(reference), for the technician"
        draft.priorityName = "High"
        draft.board = "Alerts"
        draft.classification = .init(type: "Server", subtype: "Disk")
        draft.company.name = "Acme Dental"
        draft.company.orgID = "acme"
        draft.agent = "fs01.servers.acme"
        return draft
    }

    mutating func order(
        _ kind: TicketAction.Kind = .create, ticket: TicketNumber? = nil, ambiguousSince: Instant? = nil,
        reopens: Bool = false, reference: Identifier = ConformanceDesk.reference,
        _ change: (inout TicketDraft) -> Void = { _ in }
    ) -> DeliveryOrder {
        nextRow += 1
        var draft = ConformanceDesk.draft
        change(&draft)
        var action = TicketAction(kind: kind, reference: reference, draft: draft)
        action.terms.reopens = reopens
        action.terms.closingStatuses = ["Completed", "Complete"]
        action.terms.openStatuses = ["New"]
        return DeliveryOrder(row: nextRow, action: action, ticket: ticket, ambiguousSince: ambiguousSince)
    }

    /// Carries out one order to its report.
    mutating func run(_ order: DeliveryOrder) throws -> DeliveryReport {
        var effects = lane.handle(.deliver(order), now: now)
        var report: DeliveryReport?
        while !effects.isEmpty {
            switch effects.removeFirst() {
            case .call(let row, let call):
                let outcome = try carryOut(call)
                if let passes, call.method == "POST", !call.url.contains("/security/") {
                    now = now + passes
                    self.passes = nil
                }
                effects += lane.handle(.outcome(row: row, outcome), now: now)
            case .declareIntent(let row):
                log.append("intent")
                effects += lane.handle(.intentIsDurable(row: row), now: now)
            case .condition: break
            case .counted: break
            case .closedDoubles(let count): closedDoubles += count
            case .credentials(let refused): credentials.append(refused ?? "taken")
            case .report(let row, let ended):
                #expect(row == order.row && report == nil)
                report = ended
            }
        }
        #expect(lane.load == 0)
        return try #require(report)
    }

    /// Makes a ticket and gives its number.
    mutating func make(_ change: (inout TicketDraft) -> Void = { _ in }) throws -> TicketNumber {
        let report = try run(order(.create, change))
        guard case .created(let number, _) = report else {
            Issue.record("\(report)")
            throw SecretFault("no ticket")
        }
        return number
    }

    private mutating func carryOut(_ call: VendorCall) throws -> VendorOutcome {
        let path = call.url.split(separator: "/", maxSplits: 2, omittingEmptySubsequences: false).last ?? ""
        let words = "/" + path.drop { $0 != "/" }.dropFirst()
        let target = HTTPTarget(call.url.contains(".autotask.net/") ? "/autotask" + words : words)
        let name = "\(call.method) \(ConformanceDesk.short(target.path))"
        let signsIn = target.path.contains("/security/")
        if call.method != "GET", !signsIn {
            #expect(log.contains("intent"), "a write without an intent")
        }
        log.append(name)
        calls.append(call)
        if call.method == "PATCH", let refusesPatches { return refusesPatches }
        if scripted[name]?.isEmpty == false, let outcome = scripted[name]?.removeFirst() { return outcome }
        let reply = psa.handle(
            SandboxRequest(
                method: call.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
                headers: call.headers.map { ($0.name, $0.value) }, body: call.body), now: now.milliseconds)
        if losesNextWrite, call.method != "GET", !signsIn {
            losesNextWrite = false
            return .ambiguous(reason: "connection reset")
        }
        return .reply(VendorReply(status: reply.status, body: reply.body))
    }

    /// The path below the interface's own beginning.
    private static func short(_ path: String) -> String {
        for beginning in ["/apis/3.0/", "/V1.0/", "/v1.0/", "/v2/"] {
            if let range = path.firstRange(of: beginning) { return String(path[range.upperBound...]) }
        }
        return path
    }

    mutating func byHand(_ work: TechnicianWork, _ ticket: TicketNumber) throws {
        now = now + .seconds(1)
        try psa.perform(work, on: try #require(Int64(ticket.id)), now: now.milliseconds)
        now = now + .seconds(1)
    }
}

/// The host is in UTC, and there is no other zone.
private let utc: ZoneResolver = { name throws(ZoneFault) in
    guard name.isEmpty else { throw ZoneFault("there is no zone '\(name)'") }
    return TZif.bytes(rule: "UTC0")
}
