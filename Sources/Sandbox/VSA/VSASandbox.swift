import Formats

/// Kaseya VSA 9's stand-in: its REST interface under `/vsa/api/v1.0/`, as far as agents, organisations and procedures go.
///
/// Its times and sessions follow the sandbox's clock. A procedure on an agent that is offline waits until it is online.
struct VSASandbox: Sendable {
    static let user = "sandbox"
    static let token = "sandbox-token"
    /// The standard logon policy.
    static let sessionMilliseconds: Int64 = 30 * 60_000
    /// Sessions are told in the server's time, this many minutes from UTC.
    static let offsetMinutes: Int64 = -300
    static let maximumSessions = 100
    /// More runs are not kept: the oldest go.
    static let maximumRuns = 10_000
    /// Rows of one page.
    static let pageRows = 100

    /// A machine with the agent on it.
    struct Agent: Sendable {
        var id: String
        var machine: SandboxMSP.Agent
        var organisation: String
        /// 0 offline, 1 online, 198 suspended, 199 never checked in.
        var online = 1
    }

    /// A customer.
    struct Organisation: Sendable {
        var id: String
        var reference: String
        var name: String
        var fields: [(String, String)]
        var staff: (name: String, email: String)
    }

    /// A procedure: how long it takes, and what it then says of itself.
    struct Procedure: Sendable {
        var id: String
        var name: String
        var path: String
        /// nil = it never ends.
        var milliseconds: Int64?
        var status: String
    }

    /// A procedure that was started on an agent.
    struct Run: Sendable {
        var id: String
        var procedure: Procedure
        var agent: String
        var prompts: [(String, String)]
        var callback: String?
        var startedAt: Int64
        /// Whether the runner of scripts was asked for it, and not VSA.
        var isRunners = false
        /// Whether the callback has been taken by whoever sends it.
        var isTold = false

        /// When it ends, on an agent that is online.
        var end: Int64? { procedure.milliseconds.map { startedAt + $0 } }
    }

    var agents: [Agent]
    var organisations: [Organisation]
    var procedures: [Procedure]
    var runs: [Run] = []
    var sessions: [(token: String, end: Int64)] = []
    private var issued: Int64 = 0
    var started: Int64 = 0

    /// IDs are decimal texts that fit into no number.
    static func id(_ kind: Int, _ number: Int) -> String {
        "7\(kind)00000000000000000000" + "\(10_000 + number)".dropFirst()
    }

    /// A stand-in with the sandbox's customers and no runs.
    init() {
        let seed = [
            ("acme", "Acme Dental", "Normal", "", "AcmeDental"),
            ("globex", "Globex Manufacturing", "Priority", "", "Globex"),
            ("initech", "Initech Legal", "Normal", "TENANT2", "Initech"),
        ]
        organisations = seed.enumerated().map { index, organisation in
            var fields = [("ServiceLevel", organisation.2)]
            if !organisation.3.isEmpty { fields.append(("MSP", organisation.3)) }
            return Organisation(
                id: VSASandbox.id(1, index + 1), reference: organisation.0, name: organisation.1, fields: fields,
                staff: ("Duty Manager", "duty@\(organisation.0).example"))
        }
        agents = SandboxMSP.agents.enumerated().map { index, machine in
            let at = seed.firstIndex { $0.4 == machine.company } ?? 0
            return Agent(id: VSASandbox.id(2, index + 1), machine: machine, organisation: VSASandbox.id(1, at + 1))
        }
        procedures = [
            Procedure(
                id: "", name: "WIN-Remediation-Service", path: "Shared\\ITP", milliseconds: 2000, status: "Success THEN"
            ),
            Procedure(
                id: "", name: "WIN-Disk Cleanup", path: "Shared\\ITP", milliseconds: 2000,
                status: "Failed THEN in step 2"),
            Procedure(id: "", name: "WIN-Slow Task", path: "Shared\\ITP", milliseconds: nil, status: ""),
            Procedure(
                id: "", name: "ALL-Agent Onboarding - 1 - Init", path: "Shared\\Onboarding", milliseconds: 0,
                status: "Success THEN"),
        ]
        for index in procedures.indices { procedures[index].id = VSASandbox.id(3, index + 1) }
    }

    /// Answers one request.
    mutating func handle(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        let words = request.path.split(separator: "/").dropFirst().map(String.init)
        guard words.count > 2, words[0].equalsIgnoringCase("api"), words[1] == "v1.0" else {
            return SandboxReply(status: 404)
        }
        let path = words.dropFirst(2).map { String($0) }
        if path == ["auth"] { return signIn(request, now: now) }
        let bearer = (request.header("Authorization") ?? "").split(separator: " ")
        guard bearer.count == 2, bearer[0].equalsIgnoringCase("Bearer"),
            sessions.contains(where: { $0.token == bearer[1] && $0.end > now })
        else { return VSASandbox.error(401, "Unauthorized") }
        return answer(path, request, now: now)
    }

    /// The envelope of a refusal.
    static func error(_ status: Int, _ sentence: String) -> SandboxReply {
        SandboxReply(
            status: status,
            json: ["Result": .null, "ResponseCode": .integer(status), "Status": "Error", "Error": .string(sentence)])
    }

    /// The envelope of a result; what went well has the error `None`.
    static func result(_ result: JSON, total: Int? = nil) -> SandboxReply {
        var members: [(String, JSON)] = total.map { [("TotalRecords", .integer($0))] } ?? []
        members += [("Result", result), ("ResponseCode", 0), ("Status", "OK"), ("Error", "None")]
        return SandboxReply(status: 200, json: .members(members))
    }

    private mutating func signIn(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        guard request.method == "GET" else { return VSASandbox.error(405, "Method Not Allowed") }
        let words = (request.header("Authorization") ?? "").split(separator: " ")
        let login = "\(VSASandbox.user):\(VSASandbox.token)"
        guard words.count == 2, words[0].equalsIgnoringCase("Basic"), words[1] == Base64.encode(Array(login.utf8))
        else {
            return VSASandbox.error(401, "Invalid credentials")
        }
        issued += 1
        let token = "sandbox-session-\(issued)"
        sessions.removeAll { $0.end <= now }
        if sessions.count >= VSASandbox.maximumSessions { sessions.removeFirst() }
        let end = now + VSASandbox.sessionMilliseconds
        sessions.append((token, end))
        // Told in the server's time: who adds the offset comes to UTC.
        let told = end - VSASandbox.offsetMinutes * 60_000
        return VSASandbox.result([
            "TenantId": "1", "Token": .string(token), "UserName": .string(VSASandbox.user), "RoleId": 2, "ScopeId": 2,
            "AdminId": .string(VSASandbox.id(9, 1)), "SessionExpiration": .string(SandboxTime.text(told)),
            "OffSetInMinutes": .integer(VSASandbox.offsetMinutes),
        ])
    }

    private mutating func answer(_ path: [String], _ request: SandboxRequest, now: Int64) -> SandboxReply {
        switch (request.method, path.count) {
        case ("GET", 2) where path == ["assetmgmt", "agents"]: return page(agents.map { row($0, now) }, request)
        case ("GET", 2) where path == ["system", "orgs"]: return page(organisations.map { row($0) }, request)
        case ("GET", 2) where path == ["automation", "agentprocs"]: return page(procedures.map { row($0) }, request)
        case ("GET", 3) where path.starts(with: ["assetmgmt", "agents"]):
            guard let agent = agents.first(where: { $0.id == path[2] }) else {
                return VSASandbox.error(404, "Not found")
            }
            return VSASandbox.result(row(agent, now))
        case ("GET", 4) where path.starts(with: ["assetmgmt", "assets"]) && path[3] == "customfields":
            guard let agent = agents.first(where: { $0.id == path[2] }) else {
                return VSASandbox.error(404, "Not found")
            }
            return page(
                [("Location", agent.machine.location), ("Owner", agent.machine.owner)].map {
                    ["FieldName": .string($0.0), "FieldValue": .string($0.1)]
                }, request)
        case ("GET", 3) where path.starts(with: ["system", "orgs"]):
            guard let organisation = organisations.first(where: { $0.id == path[2] }) else {
                return VSASandbox.error(404, "Not found")
            }
            return VSASandbox.result(row(organisation))
        case ("GET", 4) where path.starts(with: ["system", "orgs"]) && path[3] == "staff":
            guard let organisation = organisations.first(where: { $0.id == path[2] }) else {
                return VSASandbox.error(404, "Not found")
            }
            return page([staff(of: organisation)], request)
        case ("GET", 4) where path.starts(with: ["automation", "agentprocs"]):
            guard let agent = agents.first(where: { $0.id == path[2] }) else {
                return VSASandbox.error(404, "Not found")
            }
            if path[3] == "history" { return page(history(agent, now), request) }
            return path[3] == "scheduledprocs" ? page(pending(agent, now), request) : VSASandbox.error(404, "Not found")
        case ("PUT", 5) where path.starts(with: ["automation", "agentprocs"]):
            return run(agent: path[2], procedure: path[3], verb: path[4], request, now: now)
        default:
            return VSASandbox.error(404, "No HTTP resource was found that matches the request URI")
        }
    }

    // MARK: Runs

    /// `runnow` takes nothing; `runnowgetid` takes prompts, and where to call back.
    private mutating func run(
        agent: String, procedure: String, verb: String, _ request: SandboxRequest, now: Int64
    ) -> SandboxReply {
        guard ["runnow", "runnowgetid"].contains(verb) else { return VSASandbox.error(404, "Not found") }
        guard agents.contains(where: { $0.id == agent }),
            let procedure = procedures.first(where: { $0.id == procedure })
        else { return VSASandbox.error(404, "The procedure is missing, or may not be executed") }
        var prompts: [(String, String)] = []
        var callback: String?
        if verb == "runnowgetid" {
            guard let body = JSON(ifValid: request.body), let list = body["ScriptPrompts"]?.array else {
                return VSASandbox.error(400, "ScriptPrompts is required")
            }
            for prompt in list {
                guard prompt["Caption"]?.string != nil, let name = prompt["Name"]?.string,
                    let value = prompt["Value"]?.string
                else { return VSASandbox.error(400, "A prompt has Caption, Name and Value") }
                prompts.append((name, value))
            }
            callback = body["CallbackUrl"]?.string
        } else if !request.body.isEmpty {
            return VSASandbox.error(400, "runnow takes no body")
        }
        started += 1
        if runs.count >= VSASandbox.maximumRuns { runs.removeFirst(VSASandbox.maximumRuns / 10) }
        let id = VSASandbox.id(4, Int(started % 10_000))
        runs.append(
            Run(
                id: id, procedure: procedure, agent: agent, prompts: prompts, callback: callback, startedAt: now))
        return verb == "runnow" ? SandboxReply(status: 204) : VSASandbox.result(.string(id))
    }

    func isOver(_ run: Run, _ now: Int64) -> Bool {
        let isOnline = agents.first { $0.id == run.agent }.map { $0.online != 0 && $0.online < 198 } ?? false
        return isOnline && run.end.map { $0 <= now } ?? false
    }

    private func history(_ agent: Agent, _ now: Int64) -> [JSON] {
        runs.filter { $0.agent == agent.id && isOver($0, now) }.map { run in
            [
                "ScriptName": .string(run.procedure.name),
                "LastExecutionTime": .string(SandboxTime.text(run.end ?? now)),
                "Status": .string(run.procedure.status), "AdminLogin": .string(VSASandbox.user),
            ]
        }
    }

    private func pending(_ agent: Agent, _ now: Int64) -> [JSON] {
        runs.filter { $0.agent == agent.id && !isOver($0, now) }.map { run in
            [
                "AgentProcedureId": .string(run.procedure.id), "AgentProcedureName": .string(run.procedure.name),
                "NextExecTime": .string(SandboxTime.text(run.startedAt)),
            ]
        }
    }

    /// When the next callback is due; nil where none is.
    var nextCallback: Int64? { runs.compactMap { $0.isTold || $0.callback == nil ? nil : $0.end }.min() }

    /// The callbacks that are due, each once; what they say is made up, as it is not public.
    mutating func takeCallbacks(now: Int64) -> [(url: String, body: JSON)] {
        var due: [(url: String, body: JSON)] = []
        for index in runs.indices where !runs[index].isTold && isOver(runs[index], now) {
            guard let url = runs[index].callback else { continue }
            runs[index].isTold = true
            if runs[index].isRunners {
                due.append((url, runnerRow(runs[index], now)))
                continue
            }
            due.append(
                (url, ["ExecutionId": .string(runs[index].id), "Status": .string(runs[index].procedure.status)]))
        }
        return due
    }

    /// As `/sandbox/procedures` shows the runs.
    func shown(now: Int64) -> JSON {
        .array(
            runs.map { run in
                [
                    "id": .string(run.id), "procedure": .string(run.procedure.name),
                    "agent": .string(agents.first { $0.id == run.agent }?.machine.name ?? ""),
                    "prompts": .members(run.prompts.map { ($0.0, .string($0.1)) }),
                    "startedAt": .string(SandboxTime.text(run.startedAt)),
                    "status": .string(isOver(run, now) ? run.procedure.status : "running"),
                ]
            })
    }
}
