import Formats

/// Opsgenie's Alert API, strict: what the documentation limits is refused with 422. Requests are carried out at once; the real
/// service does it later and answers 404 for them until then.
extension PagerSandbox {
    static func opsgenieError(_ status: Int, _ message: String, errors: [(String, String)] = []) -> SandboxReply {
        var json: [(String, JSON)] = [
            ("message", .string(message)), ("took", 0), ("requestId", "00000000-0000-4000-8000-000000000000"),
        ]
        if !errors.isEmpty { json.append(("errors", .members(errors.map { ($0.0, .string($0.1)) }))) }
        return SandboxReply(status: status, json: .members(json))
    }

    mutating func opsgenie(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        let words = request.path.split(separator: "/").dropFirst().map(String.init)
        guard words.starts(with: ["v2", "alerts"]) else { return PagerSandbox.opsgenieError(404, "no such path") }
        let authorization = request.header("Authorization") ?? ""
        guard authorization.hasPrefix("GenieKey ") else {
            return PagerSandbox.opsgenieError(401, "Could not authenticate: no GenieKey")
        }
        guard authorization == "GenieKey \(PagerSandbox.genieKey)" else {
            return PagerSandbox.opsgenieError(401, "Could not authenticate")
        }
        switch (request.method, words.count) {
        case ("POST", 2): return create(request, now)
        case ("GET", 2): return list()
        case ("GET", 4) where words[2] == "requests":
            guard let told = requests[words[3]] else { return PagerSandbox.opsgenieError(404, "Request not found") }
            return SandboxReply(status: 200, json: ["data": told, "took": 0, "requestId": .string(words[3])])
        case ("GET", 3): return show(words[2], request)
        case ("POST", 4): return act(words[3], on: words[2], request, now)
        default: return PagerSandbox.opsgenieError(405, "Method not allowed")
        }
    }

    private mutating func create(_ request: SandboxRequest, _ now: Int64) -> SandboxReply {
        guard let body = JSON(ifValid: request.body), body.members != nil else {
            return PagerSandbox.opsgenieError(400, "Body is not processable. Please check if it is valid JSON.")
        }
        let faults = PagerSandbox.faults(body)
        guard faults.isEmpty else {
            return PagerSandbox.opsgenieError(
                422, "Request body is not processable. Please check the errors.", errors: faults)
        }
        let time = SandboxTime.text(now)
        let alias = body["alias"]?.string ?? "sandbox-\(pages.count + 1)"
        trigger(
            SandboxPage(
                service: .opsgenie, alias: alias, message: body["message"]?.string ?? "",
                details: body["description"]?.string ?? "", priority: body["priority"]?.string ?? "P3", createdAt: time,
                updatedAt: time))
        return accepted("Create", alias: alias, isSuccess: true, "Created alert", time)
    }

    /// What breaks the documented limits.
    private static func faults(_ body: JSON) -> [(String, String)] {
        var faults: [(String, String)] = []
        let longest = [
            ("message", 130), ("alias", 512), ("description", 15_000), ("entity", 512), ("source", 100), ("user", 100),
        ]
        for (name, limit) in longest {
            guard let value = body[name] else { continue }
            guard let text = value.string else {
                faults.append((name, "Expected a text"))
                continue
            }
            if text.utf16.count > limit { faults.append((name, "Size must be between 0 and \(limit).")) }
        }
        if body["message"]?.string?.isEmpty ?? true { faults.append(("message", "Message can not be empty.")) }
        if let priority = body["priority"]?.string, !["P1", "P2", "P3", "P4", "P5"].contains(priority) {
            faults.append(("priority", "Priority must be one of P1 to P5."))
        }
        let tags = body["tags"]?.array ?? []
        if tags.count > 20 || tags.contains(where: { $0.string.map { $0.utf16.count > 50 } ?? true }) {
            faults.append(("tags", "There can be 20 tags of 50 characters."))
        }
        let details = body["details"]?.members ?? []
        let size = details.reduce(0) { $0 + $1.name.utf16.count + ($1.value.string?.utf16.count ?? 8001) }
        if size > 8000 { faults.append(("details", "Details must be texts of 8000 characters in all.")) }
        return faults
    }

    private mutating func accepted(
        _ action: String, alias: String, isSuccess: Bool, _ status: String, _ time: String
    ) -> SandboxReply {
        requestCount += 1
        let digits = String(requestCount, radix: 16)
        let id = "5a4d0b0c-0000-4000-8000-" + String(repeating: "0", count: 12 - digits.count) + digits
        requests[id] = [
            "success": .bool(isSuccess), "isSuccess": .bool(isSuccess), "action": .string(action),
            "processedAt": .string(time), "integrationId": "sandbox", "status": .string(status),
            "alertId": .string(isSuccess ? alias : ""), "alias": .string(alias),
        ]
        return SandboxReply(
            status: 202, json: ["result": "Request will be processed", "took": 0, "requestId": .string(id)])
    }

    private mutating func act(
        _ action: String, on name: String, _ request: SandboxRequest, _ now: Int64
    ) -> SandboxReply {
        guard ["close", "acknowledge", "notes"].contains(action) else {
            return PagerSandbox.opsgenieError(404, "no such path")
        }
        guard request.parameter("identifierType") == "alias" else {
            return PagerSandbox.opsgenieError(422, "the sandbox knows alerts by their alias: identifierType=alias")
        }
        let note = JSON(ifValid: request.body)?["note"]?.string
        if action == "notes", note?.isEmpty ?? true {
            return PagerSandbox.opsgenieError(422, "Note can not be empty.")
        }
        let time = SandboxTime.text(now)
        // The request is taken whatever it is about; that there is no such alert, its result says.
        let index =
            action == "notes" ? pages.lastIndex { $0.service == .opsgenie && $0.alias == name } : open(.opsgenie, name)
        guard let index else { return accepted(action, alias: name, isSuccess: false, "Alert does not exist", time) }
        pages[index].updatedAt = time
        if let note { pages[index].notes.append(note) }
        if action == "close" { pages[index].isOpen = false }
        if action == "acknowledge" { pages[index].isAcknowledged = true }
        return accepted(action, alias: name, isSuccess: true, "Done", time)
    }

    private func show(_ name: String, _ request: SandboxRequest) -> SandboxReply {
        guard let page = pages.last(where: { $0.service == .opsgenie && $0.alias == name }) else {
            return PagerSandbox.opsgenieError(404, "Alert with id [\(name)] does not exist")
        }
        return SandboxReply(status: 200, json: ["data": PagerSandbox.alert(page), "took": 0, "requestId": "sandbox"])
    }

    private func list() -> SandboxReply {
        let alerts = pages.filter { $0.service == .opsgenie }.suffix(100).map(PagerSandbox.alert)
        return SandboxReply(status: 200, json: ["data": .array(alerts), "took": 0, "requestId": "sandbox"])
    }

    private static func alert(_ page: SandboxPage) -> JSON {
        [
            "id": .string(page.alias), "tinyId": "1", "alias": .string(page.alias), "message": .string(page.message),
            "description": .string(page.details), "status": .string(page.isOpen ? "open" : "closed"),
            "acknowledged": .bool(page.isAcknowledged), "count": .integer(page.count),
            "priority": .string(page.priority),
            "createdAt": .string(page.createdAt), "updatedAt": .string(page.updatedAt), "source": "ITP",
        ]
    }
}
