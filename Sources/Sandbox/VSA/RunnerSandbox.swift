import Formats

/// A runner of scripts, as many a shop has one: `POST /runner/v1/runs` starts, `GET /runner/v1/runs/ID` tells. It knows VSA's agents
/// and procedures, refuses another customer's agent, and calls back where it is told to.
extension VSASandbox {
    static let runnerToken = "sandbox-runner"

    mutating func handleRunner(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        let words = request.path.split(separator: "/").dropFirst().map(String.init)
        let error = { (status: Int, text: String) in SandboxReply(status: status, json: ["error": .string(text)]) }
        guard request.header("Authorization") == "Bearer \(VSASandbox.runnerToken)" else {
            return error(401, "the token is wrong")
        }
        switch (request.method, words.count) {
        case ("POST", 2) where words == ["v1", "runs"]:
            guard let body = JSON(ifValid: request.body), let device = body["device"]?.string,
                let script = body["script"]?.string
            else { return error(400, "device and script are needed") }
            guard let agent = agents.first(where: { $0.machine.name.equalsIgnoringCase(device) }) else {
                return error(404, "there is no device '\(device)'")
            }
            let owner = organisations.first { $0.id == agent.organisation }?.reference ?? ""
            if let org = body["org"]?.string, !org.isEmpty, !org.equalsIgnoringCase(owner) {
                return error(403, "the device is another customer's")
            }
            guard let procedure = procedures.first(where: { $0.name == script }) else {
                return error(404, "there is no script '\(script)'")
            }
            started += 1
            let prompts = (body["arguments"]?.members ?? []).map { ($0.name, $0.value.string ?? "") }
            var run = Run(
                id: "run-\(started)", procedure: procedure, agent: agent.id, prompts: prompts,
                callback: body["callback"]?.string.flatMap { $0.isEmpty ? nil : $0 }, startedAt: now)
            run.isRunners = true
            if runs.count >= VSASandbox.maximumRuns { runs.removeFirst(VSASandbox.maximumRuns / 10) }
            runs.append(run)
            return SandboxReply(status: 201, json: runnerRow(run, now))
        case ("GET", 3) where words.starts(with: ["v1", "runs"]):
            guard let run = runs.first(where: { $0.isRunners && $0.id == words[2] }) else {
                return error(404, "no such run")
            }
            return SandboxReply(status: 200, json: runnerRow(run, now))
        default: return error(404, "there is nothing")
        }
    }

    func runnerRow(_ run: Run, _ now: Int64) -> JSON {
        let isGood = run.procedure.status.hasPrefix("Success")
        let status = isOver(run, now) ? (isGood ? "completed" : "failed") : "running"
        return [
            "run": ["id": .string(run.id), "status": .string(status), "output": .string(run.procedure.status)]
        ]
    }
}
