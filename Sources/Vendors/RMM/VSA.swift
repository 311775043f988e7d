import Events
import Formats
import Settings

/// Kaseya VSA 9's REST interface (`/api/v1.0`), as far as agents and their procedures go.
///
/// Unverified against a real server: paths, envelope and requests are those of Kaseya's own PowerShell module. The names in the
/// history (`ScriptName`, `LastExecutionTime`, `Status`) and the answer of `runnowgetid` are not public: what is not found there
/// counts as unknown, never as a success.
struct VSA: RMMSystem {
    let name = "VSA"
    private let settings: RMMSettings
    /// Rows that the server gives at once.
    private static let pageRows = 100
    /// Earlier runs of one procedure that are remembered, the latest.
    private static let earlierRows = 20

    init(_ settings: RMMSettings) { self.settings = settings }

    var secrets: [String] {
        let login = Base64.encode(Array("\(settings.user):\(settings.token)".utf8))
        return [settings.token, login].filter { !$0.isEmpty }
    }

    // MARK: The session

    func signIn() -> VendorCall? {
        let login = Base64.encode(Array("\(settings.user):\(settings.token)".utf8))
        return VendorCall(
            method: "GET", url: settings.url + "/api/v1.0/auth",
            headers: [.init("Authorization", "Basic \(login)"), .init("Accept", "application/json")])
    }

    /// A session ends at `SessionExpiration` plus `OffSetInMinutes`; it is renewed a minute before.
    func session(in reply: VendorReply, _ now: Instant) -> RMMSession? {
        guard meaning(of: reply) == .done, let result = result(reply), let token = result["Token"]?.string,
            !token.isEmpty
        else { return nil }
        let written = result["SessionExpiration"]?.string ?? ""
        // Without a zone it is the server's, which the offset leads to UTC from.
        let end = Instant(rfc3339: written) ?? Instant(rfc3339: written + "Z")
        let offset = result["OffSetInMinutes"]?.integer ?? 0
        let until = end.map { $0 + .minutes(Int(clamping: offset)) } ?? now + .minutes(20)
        // Clocks differ: a session that was just given is good for a while.
        return RMMSession(token: token, until: max(until - .minutes(1), now + .minutes(1)))
    }

    // MARK: Before the start

    func question(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession) -> VendorCall? {
        guard let agent = progress.agentID else {
            return get("/assetmgmt/agents?$filter=\(VSA.filter("AgentName", run.agent))", session)
        }
        if !progress.isAllowed { return get("/system/orgs/\(VSA.escaped(progress.organisationID ?? ""))", session) }
        if progress.procedureID == nil {
            return get(
                "/automation/agentprocs?$filter=\(VSA.filter("AgentProcedureName", run.procedure))", session)
        }
        return progress.earlier == nil ? history(agent, run, session) : nil
    }

    func learn(_ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun) -> RMMAnswer {
        if progress.agentID == nil { return learnAgent(reply, &progress, run) }
        if !progress.isAllowed { return learnOrganisation(reply, &progress, run) }
        if progress.procedureID == nil { return learnProcedure(reply, &progress, run) }
        progress.earlier = rows(reply).map { VSA.mark($0) }
        return .known
    }

    private func learnAgent(_ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun) -> RMMAnswer {
        let found = rows(reply).filter { $0["AgentName"]?.string?.equalsIgnoringCase(run.agent) == true }
        guard let agent = found.first, let id = VSA.text(agent["AgentId"]) else {
            return .refused("VSA knows no agent '\(run.agent)'")
        }
        guard found.count == 1 else { return .refused("VSA knows \(found.count) agents '\(run.agent)'") }
        switch VSA.text(agent["Online"]) {
        case "1", "2", "11", "12": break
        case "0": return .refused("the agent '\(run.agent)' is offline")
        case "198": return .refused("the agent '\(run.agent)' is suspended")
        case "199": return .refused("the agent '\(run.agent)' has never checked in")
        case let state: return .refused("the agent '\(run.agent)' is in a state that is not known (\(state ?? "none"))")
        }
        progress.agentID = id
        progress.organisationID = VSA.text(agent["OrgId"])
        return .known
    }

    /// An alert may name a machine of another customer than it speaks for: nothing is run there.
    private func learnOrganisation(
        _ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun
    ) -> RMMAnswer {
        let organisation = result(reply)
        let names = ["OrgRef", "OrgId", "OrgName"].compactMap { VSA.text(organisation?[$0])?.lowercased() }
        guard let shown = names.first else { return .refused("VSA does not tell whose agent '\(run.agent)' is") }
        if !run.organisation.isEmpty, !names.contains(run.organisation.lowercased()) {
            return .refused("the agent '\(run.agent)' belongs to '\(shown)', and the alert to '\(run.organisation)'")
        }
        if let allowed = run.allowed, !allowed.contains(where: names.contains) {
            return .refused("the agent '\(run.agent)' belongs to '\(shown)', for which the source may not speak")
        }
        progress.isAllowed = true
        return .known
    }

    private func learnProcedure(
        _ reply: VendorReply, _ progress: inout RunProgress, _ run: ProcedureRun
    ) -> RMMAnswer {
        let found = rows(reply).filter { $0["AgentProcedureName"]?.string?.equalsIgnoringCase(run.procedure) == true }
        guard let procedure = found.first, let id = VSA.text(procedure["AgentProcedureId"]) else {
            return .refused("VSA knows no procedure '\(run.procedure)'")
        }
        guard found.count == 1 else {
            let paths = found.prefix(5).map { $0["Path"]?.string ?? "?" }.joined(separator: ", ")
            return .refused(
                "VSA knows \(found.count) procedures '\(run.procedure)' (\(paths)); give them names of their own")
        }
        progress.procedureID = id
        return .known
    }

    // MARK: The run

    /// Without anything to hand over `runnow`, which takes no body; else `runnowgetid`.
    func start(_ progress: RunProgress, _ order: RunOrder, _ session: RMMSession) -> VendorCall {
        let path =
            "/automation/agentprocs/\(VSA.escaped(progress.agentID ?? ""))/\(VSA.escaped(progress.procedureID ?? ""))"
        guard !order.run.arguments.isEmpty || order.callback != nil else {
            return call("PUT", path + "/runnow", session)
        }
        var body: [(String, JSON)] = [
            (
                "ScriptPrompts",
                .array(
                    order.run.arguments.map {
                        ["Caption": .string($0.name), "Name": .string($0.name), "Value": .string($0.value)]
                    })
            )
        ]
        if let callback = order.callback { body.append(("CallbackUrl", .string(callback))) }
        var call = call("PUT", path + "/runnowgetid", session)
        call.headers.append(.init("Content-Type", "application/json"))
        call.body = JSON.members(body).bytes
        return call
    }

    /// The answer's shape is not public: an ID by itself or in an object.
    func runID(in reply: VendorReply) -> String? {
        guard let json = JSON(ifValid: reply.body) else { return nil }
        let result = json["Result"] ?? json
        return VSA.text(result)
            ?? ["Id", "ID", "ExecutionId", "AgentProcedureExecutionId"].lazy.compactMap {
                VSA.text(result[$0])
            }.first
    }

    /// The history; where it is unclear whether it was started, in turn with what waits to be run.
    func look(_ progress: RunProgress, _ run: ProcedureRun, _ session: RMMSession, turn: Int) -> VendorCall? {
        let agent = progress.agentID ?? ""
        if VSA.looksAtPending(progress, turn) {
            return get("/automation/agentprocs/\(VSA.escaped(agent))/scheduledprocs", session)
        }
        return history(agent, run, session)
    }

    private static func looksAtPending(_ progress: RunProgress, _ turn: Int) -> Bool {
        !progress.isStarted && turn % 2 == 1
    }

    func seen(_ reply: VendorReply, _ progress: RunProgress, _ run: ProcedureRun, turn: Int) -> RunSight {
        guard !VSA.looksAtPending(progress, turn) else {
            let isThere = rows(reply).contains { row in
                (row.members ?? []).contains { member in
                    let text = VSA.text(member.value)
                    return text == progress.procedureID || text?.equalsIgnoringCase(run.procedure) == true
                }
            }
            return isThere ? .running : .unseen
        }
        // Two runs may well end in the same second: as many as there were before are none of this one.
        var earlier = progress.earlier ?? []
        let others = rows(reply).filter { row in
            guard let index = earlier.firstIndex(of: VSA.mark(row)) else { return true }
            earlier.remove(at: index)
            return false
        }
        guard let row = others.first else { return .unseen }
        let status = (row["Status"]?.string ?? "").trimmed
        if VSA.unfinished.contains(status.lowercased()) { return .running }
        // Only what says that it succeeded has succeeded.
        return .ended(isGood: status.lowercased().hasPrefix("success"), inOneLine(status))
    }

    /// Its payload is not public: whatever it is, it is time to look.
    func told(_ body: [UInt8], _ run: ProcedureRun) -> RunSight { .unseen }

    private static let unfinished: Set<String> = ["", "pending", "scheduled", "started", "running", "in progress"]

    private func history(_ agent: String, _ run: ProcedureRun, _ session: RMMSession) -> VendorCall {
        get(
            "/automation/agentprocs/\(VSA.escaped(agent))/history?$filter=\(VSA.filter("ScriptName", run.procedure))"
                + "&$orderby=LastExecutionTime%20desc&$top=\(VSA.earlierRows)", session)
    }

    /// What tells one run from another.
    private static func mark(_ row: JSON) -> String {
        "\(text(row["LastExecutionTime"]) ?? "") \(text(row["Status"]) ?? "")"
    }

    // MARK: Answers

    func meaning(of reply: VendorReply) -> RMMMeaning {
        let words = "VSA answered \(reply.status)" + (fault(reply).map { ": \($0)" } ?? "")
        switch reply.status {
        case 200..<300:
            let json = JSON(ifValid: reply.body)
            let code = json?["ResponseCode"]?.integer ?? 0
            if reply.body.isEmpty || code == 0 && json?["Result"] != nil || reply.status == 204 { return .done }
            if code == 401 || code / 10_000 == 401 { return .unauthenticated }
            // What is no envelope was answered by something else.
            return json == nil
                ? .unclear(words + ", but not as VSA does; see URL") : code == 0 ? .done : .refused(words)
        case 401: return .unauthenticated
        case 429, 503: return .busy(words)
        case 408, 425, 500..<600: return .unclear(words)
        default: return .refused(words)
        }
    }

    /// `"Error": "None"` is none.
    private func fault(_ reply: VendorReply) -> String? {
        guard let error = JSON(ifValid: reply.body)?["Error"]?.string, !error.isEmpty, error != "None" else {
            return nil
        }
        return String(inOneLine(error).prefix(300))
    }

    func result(_ reply: VendorReply) -> JSON? { JSON(ifValid: reply.body)?["Result"] }

    func rows(_ reply: VendorReply) -> [JSON] { result(reply)?.array ?? [] }

    /// IDs are decimal texts of up to 26 digits; where one comes as a number, it is taken as it is written.
    static func text(_ json: JSON?) -> String? {
        guard let json else { return nil }
        if let text = json.string { return text.isEmpty ? nil : text }
        return json.integer.map { "\($0)" }
    }

    // MARK: Calls

    func get(_ path: String, _ session: RMMSession) -> VendorCall { call("GET", path, session) }

    private func call(_ method: String, _ path: String, _ session: RMMSession) -> VendorCall {
        VendorCall(
            method: method, url: settings.url + "/api/v1.0" + path,
            headers: [.init("Authorization", "Bearer \(session.token)"), .init("Accept", "application/json")])
    }

    /// `Name eq 'value'`, its quotes doubled, ready for a query.
    static func filter(_ name: String, _ value: String) -> String {
        escaped("\(name) eq '\(value.replacing("'", with: "''"))'")
    }

    /// Everything but letters, digits and `-._~` as `%XX`.
    static func escaped(_ text: String) -> String { TicketReplies.percentEncoded(text) }
}
