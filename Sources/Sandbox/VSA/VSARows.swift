import Formats

/// Readings of VSA's collections: rows, the part of OData that its clients use, pages.
extension VSASandbox {
    func row(_ agent: Agent, _ now: Int64) -> JSON {
        let parts = agent.machine.name.split(separator: ".", maxSplits: 1).map(String.init)
        return [
            "AgentId": .string(agent.id), "AgentName": .string(agent.machine.name), "Online": .integer(agent.online),
            "OSType": .string(agent.machine.system), "OSInfo": .string(agent.machine.system),
            "OrgId": .string(agent.organisation),
            "MachineGroup": .string(parts.count > 1 ? parts[1] : ""), "ComputerName": .string(parts[0]),
            "IPAddress": .string(agent.machine.address), "AgentGuid": .string(agent.machine.guid),
            "LastCheckInTime": .string(SandboxTime.text(agent.online == 0 ? now - 3_600_000 : now)),
        ]
    }

    func row(_ organisation: Organisation) -> JSON {
        [
            "OrgId": .string(organisation.id), "OrgName": .string(organisation.name),
            "OrgRef": .string(organisation.reference),
            "CustomFields": .array(
                organisation.fields.map { ["FieldName": .string($0.0), "FieldValue": .string($0.1)] }),
        ]
    }

    func staff(of organisation: Organisation) -> JSON {
        [
            "StaffId": .string(organisation.id + "1"), "StaffFullName": .string(organisation.staff.name),
            "StaffEmail": .string(organisation.staff.email), "Function": "PriNotify",
        ]
    }

    func row(_ procedure: Procedure) -> JSON {
        [
            "AgentProcedureId": .string(procedure.id), "AgentProcedureName": .string(procedure.name),
            "Path": .string(procedure.path), "Description": "",
        ]
    }

    /// A page of rows: `$filter`, `$orderby`, `$skip` and `$top`; a hundred rows at most, whatever is asked for.
    func page(_ rows: [JSON], _ request: SandboxRequest) -> SandboxReply {
        var rows = rows
        if let filter = request.parameter("$filter") {
            var rest = filter
            repeat {
                let (condition, next) = VSASandbox.split(rest)
                guard let (name, value) = VSASandbox.condition(condition) else {
                    return VSASandbox.error(400, "The query specified in the URI is not valid: '\(condition)'")
                }
                guard !name.hasSuffix("Id") else {
                    return VSASandbox.error(400, "Unrecognized 'Edm.Int32' literal '\(value)'")
                }
                rows = rows.filter { ($0[name]?.string ?? "").equalsIgnoringCase(value) }
                rest = next
            } while !rest.isEmpty
        }
        if let order = request.parameter("$orderby")?.split(separator: " ").map(String.init), let name = order.first {
            let isDown = order.count > 1 && order[1].equalsIgnoringCase("desc")
            let sorted = rows.enumerated().sorted {
                ($0.element[name]?.string ?? "", $0.offset) < ($1.element[name]?.string ?? "", $1.offset)
            }.map(\.element)
            rows = isDown ? sorted.reversed() : sorted
        }
        let total = rows.count
        let skip = request.parameter("$skip").flatMap { Int($0) } ?? 0
        let top = request.parameter("$top").flatMap { Int($0) } ?? VSASandbox.pageRows
        guard skip >= 0, top >= 0 else { return VSASandbox.error(400, "$skip and $top are whole numbers") }
        return VSASandbox.result(
            .array(Array(rows.dropFirst(skip).prefix(min(top, VSASandbox.pageRows)))), total: total)
    }

    /// The first of conditions that are joined with `and`, and the rest.
    private static func split(_ filter: String) -> (first: String, rest: String) {
        var isQuoted = false
        var at = filter.startIndex
        while at < filter.endIndex {
            if filter[at] == "'" { isQuoted.toggle() }
            if !isQuoted, filter[at...].hasPrefix(" and ") {
                return (String(filter[..<at]), String(filter[filter.index(at, offsetBy: 5)...]))
            }
            at = filter.index(after: at)
        }
        return (filter, "")
    }

    /// `Name eq 'value'`, in which a quote is written twice; nil for anything else.
    private static func condition(_ text: String) -> (name: String, value: String)? {
        let words = text.split(separator: " ", maxSplits: 2).map(String.init)
        guard words.count == 3, words[1] == "eq", words[2].count >= 2, words[2].hasPrefix("'"), words[2].hasSuffix("'")
        else { return nil }
        let inner = String(words[2].dropFirst().dropLast())
        let value = inner.replacing("''", with: "\u{0}")
        return value.contains("'") ? nil : (words[0], value.replacing("\u{0}", with: "'"))
    }
}

/// The sandbox's own pages about VSA: what was run, and how machines and procedures are.
extension SandboxWorld {
    /// `{"name": …, "path": …, "seconds": 5, "status": "Success THEN"}`: a procedure as it is from now on; without `seconds` it
    /// never ends. One of the same name and path is replaced.
    mutating func setProcedure(_ json: JSON) throws(SandboxRefusal) {
        guard let name = json["name"]?.string, !name.isEmpty else { throw SandboxRefusal("'name' must be a text") }
        let path = json["path"]?.string ?? "Shared\\ITP"
        var procedure = VSASandbox.Procedure(
            id: VSASandbox.id(3, vsa.procedures.count + 1), name: name, path: path,
            milliseconds: json["seconds"]?.integer.map { max(0, min($0, 86_400)) * 1000 },
            status: json["status"]?.string ?? "Success THEN")
        if let index = vsa.procedures.firstIndex(where: { $0.name == name && $0.path == path }) {
            procedure.id = vsa.procedures[index].id
            vsa.procedures[index] = procedure
        } else {
            guard vsa.procedures.count < 1000 else { throw SandboxRefusal("there are 1000 procedures at most") }
            vsa.procedures.append(procedure)
        }
    }

    /// `{"name": …, "online": 0}`: a machine's state from now on.
    mutating func setAgent(_ json: JSON) throws(SandboxRefusal) {
        guard let index = vsa.agents.firstIndex(where: { $0.machine.name == json["name"]?.string }) else {
            throw SandboxRefusal("'name' must be an agent's full name", status: 404)
        }
        guard let online = json["online"]?.integer, [0, 1, 2, 11, 12, 198, 199].contains(online) else {
            throw SandboxRefusal("'online' must be 0, 1, 2, 11, 12, 198 or 199")
        }
        vsa.agents[index].online = Int(online)
    }
}
