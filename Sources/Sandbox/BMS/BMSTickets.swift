import Formats

/// `servicedesk/tickets` and what stands below it.
extension BMSSandbox {
    mutating func ticketResource(
        _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(BMSFault) -> SandboxReply {
        switch (path.first, request.method) {
        case (nil, "POST"): return try createTicket(request, now: now)
        case (nil, "GET"): return try search(BMSFilter(request), request)
        case ("search", "POST") where path.count == 1:
            return try search(BMSFilter(try BMSSandbox.json(request)), request)
        case ("merge", "POST") where path.count == 1: return try mergeTickets(request, now: now)
        case (nil, _), ("search", _), ("merge", _): throw .http(405)
        default: break
        }
        guard let word = path.first, let id = Int64(word), path.count <= 3 else { throw .http(404) }
        guard let at = index(of: id) else { throw .noTicket(word) }
        guard path.count == 1 else { return try part(at, Array(path.dropFirst()), request, now: now) }
        switch request.method {
        case "GET": return BMSSandbox.success(ticket(all[at]))
        case "PUT":
            let values = try input(try BMSSandbox.json(request), BMSField.ticket)
            return try store(at, values, now: now)
        case "PATCH": return try patch(at, request, now: now)
        case "DELETE":
            all.remove(at: at)
            return BMSSandbox.success(true)
        default: throw .http(405)
        }
    }

    /// Where a ticket stands in the list, which is in the order of ids.
    func index(of id: Int64) -> Int? {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle].id < id { low = middle + 1 } else { high = middle }
        }
        return low < all.count && all[low].id == id ? low : nil
    }

    private mutating func createTicket(_ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        var values = try input(try BMSSandbox.json(request), BMSField.ticket)
        try checkTicket(values)
        if values["tempAttachments"]?.array?.isEmpty == false {
            throw .refused("The temporary attachment was not found.")
        }
        values["ticketNumber"] = .string("ITP-\(nextTicket)")
        values["createdBy"] = .integer(BMSSeed.apiUser)
        values["createdOn"] = BMSSandbox.time(now)
        values["occurrenceCount"] = 1
        all.append(Record(nextTicket, values))
        nextTicket += 1
        touch(all.count - 1, by: BMSSeed.apiUser, now: now)
        settle(all.count - 1, before: nil, now: now)
        return BMSSandbox.success(ticket(all[all.count - 1]))
    }

    /// Puts what was sent in the place of all that can be sent.
    private mutating func store(
        _ at: Int, _ values: [String: JSON], by user: Int64 = BMSSeed.apiUser, now: Int64
    ) throws(BMSFault) -> SandboxReply {
        try checkTicket(values)
        replace(at, values, by: user, now: now)
        return BMSSandbox.success(ticket(all[at]))
    }

    /// Changes a ticket without any check.
    mutating func replace(_ at: Int, _ values: [String: JSON], by user: Int64, now: Int64) {
        let old = all[at]
        for field in BMSField.ticket { all[at].values[field.name] = values[field.name] }
        touch(at, by: user, now: now)
        settle(at, before: old, now: now)
    }

    /// Notes who was at a ticket, and when.
    mutating func touch(_ at: Int, by user: Int64, now: Int64) {
        all[at].values["modifiedBy"] = .integer(user)
        all[at].values["modifiedOn"] = BMSSandbox.time(now)
        all[at].values["lastActivityUpdate"] = BMSSandbox.time(now)
    }

    /// What follows from a change of the status.
    private mutating func settle(_ at: Int, before: Record?, now: Int64) {
        guard all[at].values["statusId"] != before?.values["statusId"] else { return }
        all[at].values["lastStatusUpdate"] = BMSSandbox.time(now)
        let wasClosed = before.map { isClosed($0) } ?? false
        if isClosed(all[at]), !wasClosed {
            all[at].values["completedDate"] = BMSSandbox.time(now)
        } else if !isClosed(all[at]), wasClosed {
            all[at].values["completedDate"] = nil
            all[at].values["reOpenedDate"] = BMSSandbox.time(now)
        }
    }

    func isClosed(_ ticket: Record) -> Bool {
        row(.statuses, ticket.values["statusId"]?.integer)?.values["typeId"]?.integer == 3
    }

    /// JSON patches as RFC 6902 has them, on the properties that can be sent.
    private mutating func patch(_ at: Int, _ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        guard let operations = try BMSSandbox.json(request).array, !operations.isEmpty else {
            throw .refused("A JSON patch is a list of operations.")
        }
        var sent = BMSField.ticket.compactMap { field in
            all[at].values[field.name].map { JSON.Member(field.name, $0) }
        }
        for operation in operations {
            guard let op = operation.member("op")?.string, ["add", "replace", "remove"].contains(op),
                let path = operation.member("path")?.string, path.hasPrefix("/")
            else { throw .refused("The JSON patch is not valid.") }
            guard let field = BMSField.ticket.first(where: { $0.name.equalsIgnoringCase(path.dropFirst()) }) else {
                throw .refused("The target location specified by path '\(path)' was not found.")
            }
            sent.removeAll { $0.name == field.name }
            guard op != "remove" else { continue }
            guard let value = operation.member("value") else { throw .refused("The JSON patch is not valid.") }
            sent.append(JSON.Member(field.name, value))
        }
        return try store(at, try input(.object(sent), BMSField.ticket), now: now)
    }

    /// The whole ticket, with the names that go with its ids.
    func ticket(_ record: Record) -> JSON {
        var shown = record
        for (property, table, name) in BMSSandbox.joined {
            shown.values[name] = row(table, record.values[property]?.integer)?.values["name"]
        }
        let account = row(.accounts, record.values["accountId"]?.integer)
        shown.values["accountCode"] = account?.values["accountCode"]
        shown.values["totalTimeSpent"] = .number(String(timeSpent(record.id)))
        return BMSSandbox.json(shown, BMSSandbox.ticketNames)
    }

    private static let joined: [(String, BMSTable, String)] = [
        ("accountId", .accounts, "accountName"), ("locationId", .locations, "locationName"),
        ("contactId", .contacts, "contactName"), ("hardwareAssetId", .hardwareAssets, "hardwareAssetName"),
        ("statusId", .statuses, "statusName"), ("priorityId", .priorities, "priorityName"),
        ("typeId", .types, "typeName"), ("issueTypeId", .issueTypes, "issueTypeName"),
        ("subIssueTypeId", .subIssueTypes, "subIssueTypeName"), ("workTypeId", .workTypes, "workTypeName"),
        ("sourceId", .sources, "sourceName"), ("queueId", .queues, "queueName"),
        ("assigneeId", .assignees, "assigneeName"), ("createdBy", .assignees, "createdByName"),
        ("slaId", .slas, "slaName"),
    ]

    private static let ticketNames = """
        id createdBy createdOn modifiedBy modifiedOn ticketNumber title details accountId accountCode accountName \
        locationId locationName contactId contactName softwareAssetId softwareAssetName hardwareAssetId \
        hardwareAssetName vsaAssetId statusId statusName priorityId priorityName typeId typeName issueTypeId \
        issueTypeName subIssueTypeId subIssueTypeName contractId workTypeId workTypeName sourceId sourceName openDate \
        dueDate completedDate lastActivityUpdate lastStatusUpdate occurrenceCount lastOccurrenceDate \
        rmmTicketReference slaId slaName queueId queueName assigneeId assigneeName reOpenedDate createdByName \
        totalTimeSpent integrationTypeId
        """.split(separator: " ").map(String.init)
}
