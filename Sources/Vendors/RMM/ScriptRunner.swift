import Events
import Formats
import Settings

/// An RMM or a runner of scripts as `[RMM] Type=generic` describes it: a webhook starts, a look or a call-back tells the end.
struct ScriptRunner: RMMSystem {
    let name = "the RMM"
    private let settings: RMMSettings
    private let rmm: GenericRMM

    init(_ settings: RMMSettings, _ rmm: GenericRMM) {
        self.settings = settings
        self.rmm = rmm
    }

    var secrets: [String] { [settings.token].filter { !$0.isEmpty } }

    // There is no session: the token goes with every call.
    let hasSessions = false
    func signIn() -> VendorCall? { nil }
    func session(in reply: VendorReply, _ now: Instant) -> RMMSession? { nil }

    // And nothing is asked before the start: the RMM itself has to know agent and procedure.
    func question(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession) -> VendorCall? { nil }
    func learn(_ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun) -> RMMAnswer { .known }

    func refusal(_ run: ProcedureRun) -> String? {
        guard run.allowed != nil, !rmm.tellsCustomer else { return nil }
        return
            "the source speaks for some customers only, and the RMM is not told whose agent is meant (<org> in Start)"
    }

    func start(_ progress: RunProgress, _ order: RunOrder, _ session: RMMSession) -> VendorCall {
        let path = rmm.startPath.expanded { value($0, order).map(TicketReplies.percentEncoded) ?? "" }
        let body = rmm.startBody.expanded { name in
            if name == "args" {
                return JSON.members(order.run.arguments.map { ($0.name, .string($0.value)) }).compact
            }
            return value(name, order).map(ScriptRunner.inString) ?? ""
        }
        var call = call(rmm.method, path)
        if !body.isEmpty {
            call.headers.append(.init("Content-Type", "application/json"))
            call.body = Array(body.utf8)
        }
        return call
    }

    private func value(_ macro: String, _ order: RunOrder) -> String? {
        switch macro {
        case "procedure": order.run.procedure
        case "agent": order.run.agent
        case "org": order.run.organisation
        case "event": order.event.description
        case "callback": order.callback ?? ""
        case "args": JSON.members(order.run.arguments.map { ($0.name, .string($0.value)) }).compact
        default:
            order.run.arguments.first { GenericRMM.argumentMacro + $0.name.lowercased() == macro }?.value
        }
    }

    /// A text as it stands between the quotes of a JSON string.
    private static func inString(_ text: String) -> String { String(JSON.string(text).compact.dropFirst().dropLast()) }

    func runID(in reply: VendorReply) -> String? {
        rmm.runID.flatMap { path in JSON(ifValid: reply.body).flatMap { path.value(in: $0) } }.flatMap(
            ScriptRunner.text)
    }

    func look(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession, turn: Int) -> VendorCall? {
        guard let path = rmm.statusPath, !path.macros.contains("run") || progress.runID != nil else { return nil }
        let id = TicketReplies.percentEncoded(progress.runID ?? "")
        return call("GET", path.expanded { $0 == "run" ? id : nil })
    }

    func seen(_ reply: VendorReply, _ progress: RunProgress, _ run: ProcedureRun, turn: Int) -> RunSight {
        sight(reply.body)
    }

    func told(_ body: [UInt8], _ run: ProcedureRun) -> RunSight { sight(body) }

    private func sight(_ body: [UInt8]) -> RunSight {
        guard let json = JSON(ifValid: body), let status = rmm.status.value(in: json).flatMap(ScriptRunner.text) else {
            return .unseen
        }
        let isPassed = rmm.passed.contains(status.lowercased())
        guard isPassed || rmm.failed.contains(status.lowercased()) else { return .running }
        let detail = rmm.detail?.value(in: json).flatMap(ScriptRunner.text) ?? ""
        let words = [status, inOneLine(detail)].filter { !$0.isEmpty }.joined(separator: ", ")
        return .ended(isGood: isPassed, String(words.prefix(500)))
    }

    func meaning(of reply: VendorReply) -> RMMMeaning {
        let words = "the RMM answered \(reply.status)"
        switch reply.status {
        case 200..<300: return .done
        case 429, 503: return .busy(words)
        case 408, 425, 500..<600: return .unclear(words)
        default: return .refused(words)
        }
    }

    private func call(_ method: String, _ path: String) -> VendorCall {
        let headers = rmm.headers.map { header in
            VendorCall.Header(header.name, header.value.expanded { $0 == "token" ? settings.token : nil })
        }
        return VendorCall(
            method: method, url: settings.url + path, headers: headers + [.init("Accept", "application/json")])
    }

    private static func text(_ json: JSON) -> String? {
        json.string ?? json.integer.map { "\($0)" } ?? json.bool.map { "\($0)" }
    }
}
