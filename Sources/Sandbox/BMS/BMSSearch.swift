import Formats

/// What a search asks for. A filter that does not exist is passed over, as the vendor's framework does it.
struct BMSFilter {
    private var values: [String: String] = [:]
    private(set) var pageSize: String?
    private(set) var pageNumber: String?

    /// From the query of a GET: `Filter.Title=…`.
    init(_ request: SandboxRequest) {
        for (name, value) in request.query where name.lowercased().hasPrefix("filter.") {
            values[String(name.dropFirst(7)).lowercased()] = value
        }
        pageSize = request.parameter("PageSize")
        pageNumber = request.parameter("PageNumber")
    }

    /// From the body of a POST.
    init(_ json: JSON) throws(BMSFault) {
        guard json.members != nil else { throw .refused("The request body is not valid.") }
        let number: (String) -> String? = { name in
            guard let value = json.member(name), value != .null else { return nil }
            return value.integer.map { String($0) } ?? "not a number"
        }
        pageSize = number("PageSize")
        pageNumber = number("PageNumber")
        for member in json.member("Filter")?.members ?? [] where member.value != .null {
            values[member.name.lowercased()] = member.value.string ?? member.value.compact
        }
    }

    subscript(name: String) -> String? {
        let value = values[name.lowercased()]
        return value?.isEmpty == true ? nil : value
    }
}

extension BMSSandbox {
    /// The newest come first: no public text says what order there is.
    func search(_ filter: BMSFilter, _ request: SandboxRequest) throws(BMSFault) -> SandboxReply {
        let found = all.reversed().filter { matches($0, filter) }
        let shown = try page(found, filter.pageSize, filter.pageNumber)
        return BMSSandbox.success(.array(shown.map { ticket($0) }), total: found.count)
    }

    private func matches(_ ticket: Record, _ filter: BMSFilter) -> Bool {
        let values = ticket.values
        let name: (BMSTable, String) -> JSON? = { row($0, values[$1]?.integer)?.values["name"] }
        if !BMSSandbox.contains(values["title"], filter["title"]) { return false }
        if !BMSSandbox.contains(values["details"], filter["details"]) { return false }
        if !BMSSandbox.contains(values["ticketNumber"], filter["ticketNumber"]) { return false }
        if !BMSSandbox.contains(name(.accounts, "accountId"), filter["account"]) { return false }
        if !BMSSandbox.contains(name(.hardwareAssets, "hardwareAssetId"), filter["hardwareAssetName"]) { return false }
        if filter["excludeCompleted"] == "1", isClosed(ticket) { return false }
        let names: [(String, BMSTable, String)] = [
            ("statusNames", .statuses, "statusId"), ("queueNames", .queues, "queueId"),
            ("priorityNames", .priorities, "priorityId"), ("issueTypeNames", .issueTypes, "issueTypeId"),
            ("subIssueTypeNames", .subIssueTypes, "subIssueTypeId"), ("ticketTypeNames", .types, "typeId"),
        ]
        for (word, table, property) in names {
            guard let wanted = filter[word] else { continue }
            let label = name(table, property)?.string ?? ""
            if !wanted.split(separator: ",").contains(where: { $0.trimmed.equalsIgnoringCase(label) }) { return false }
        }
        let ids = [
            ("accountIds", "accountId"), ("sourceIds", "sourceId"), ("contactId", "contactId"),
            ("hardwareAssetId", "hardwareAssetId"), ("accountLocationId", "locationId"),
        ]
        for (word, property) in ids {
            guard let wanted = filter[word] else { continue }
            let id = values[property]?.integer
            if !wanted.split(separator: ",").contains(where: { Int64($0.trimmed) == id && id != nil }) { return false }
        }
        return isInTime(values, filter)
    }

    private func isInTime(_ values: [String: JSON], _ filter: BMSFilter) -> Bool {
        for property in ["createdOn", "openDate", "lastActivityUpdate", "completedDate", "dueDate"] {
            let value = values[property]?.string.flatMap { SandboxTime.normalised($0) }
            if let from = filter[property + "From"].flatMap({ SandboxTime.normalised($0) }), (value ?? "") < from {
                return false
            }
            if let to = filter[property + "To"].flatMap({ SandboxTime.normalised($0) }),
                value == nil || (value ?? "") > to
            {
                return false
            }
        }
        return true
    }
}
