import Formats

/// One property of what the vendor is sent.
struct BMSField: Sendable {
    enum Kind: Sendable {
        case id, text, date, flag, list, object
    }

    var name: String
    var kind: Kind
    var isRequired = false
    var table: BMSTable?

    /// Reads `name:kind` words: `i` id, `t` text, `d` date, `f` flag, `l` list, `o` object; `!` after it for required.
    static func table(_ words: String, _ targets: [String: BMSTable] = [:]) -> [BMSField] {
        let kinds: [Character: Kind] = ["i": .id, "t": .text, "d": .date, "f": .flag, "l": .list, "o": .object]
        return words.split { $0 == " " || $0 == "\n" }.compactMap { word in
            let parts = word.split(separator: ":")
            guard parts.count == 2, let kind = parts[1].first.flatMap({ kinds[$0] }) else { return nil }
            let name = String(parts[0])
            return BMSField(name: name, kind: kind, isRequired: parts[1].hasSuffix("!"), table: targets[name])
        }
    }

    static let ticket = table(
        """
        title:t! details:t! accountId:i! locationId:i! contactId:i softwareAssetId:i hardwareAssetId:i queueId:i
        statusId:i! priorityId:i! typeId:i! issueTypeId:i subIssueTypeId:i contractId:i assigneeId:i workTypeId:i
        sourceId:i! slaId:i openDate:d! dueDate:d secondaryAssignees:l ccs:l tempAttachments:l customFieldsData:l
        useDefaultContract:f
        """,
        [
            "accountId": .accounts, "locationId": .locations, "contactId": .contacts, "queueId": .queues,
            "hardwareAssetId": .hardwareAssets, "statusId": .statuses, "priorityId": .priorities, "typeId": .types,
            "issueTypeId": .issueTypes, "subIssueTypeId": .subIssueTypes, "assigneeId": .assignees,
            "workTypeId": .workTypes, "sourceId": .sources, "slaId": .slas,
        ])
    private static let noteTables: [String: BMSTable] = [
        "typeId": .noteTypes, "statusId": .statuses, "assigneeId": .assignees, "queueId": .queues,
    ]
    static let note = table(
        """
        id:i details:t! isInternal:f! typeId:i! statusId:i noteDate:d! attachments:l tempAttachments:l
        emailNotification:o attachmentIds:l
        """, noteTables)
    static let assignment = table(
        """
        id:i details:t! isInternal:f! typeId:i! statusId:i! noteDate:d! assigneeId:i queueId:i secondaryAssignees:l
        emailNotification:o
        """, noteTables)
    static let resolution = table(
        "id:i comment:t! statusId:i isPublishToKnowledgeBase:f isInternal:f knowledgeBaseCategoryId:i", noteTables)
}

extension BMSSandbox {
    /// Not public; this is what the sandbox takes.
    static let maximumTitleUnits = 255

    /// The body as JSON; the vendor takes it under several names, and forms under none.
    static func json(_ request: SandboxRequest) throws(BMSFault) -> JSON {
        let type = (request.header("Content-Type") ?? "").split(separator: ";").first?.trimmed.lowercased() ?? ""
        guard
            ["application/json", "text/json"].contains(type)
                || type.hasPrefix("application/") && type.hasSuffix("+json")
        else { throw .http(415) }
        guard let json = JSON(ifValid: request.body) else { throw .refused("The request body is not valid.") }
        return json
    }

    /// What was sent, by the properties' own names; anything that is missing, unknown or of the wrong kind is refused.
    func input(_ sent: JSON, _ fields: [BMSField]) throws(BMSFault) -> [String: JSON] {
        guard let members = sent.members else { throw .refused("The request body is not valid.") }
        var values: [String: JSON] = [:]
        for member in members {
            guard let field = fields.first(where: { $0.name.equalsIgnoringCase(member.name) }) else {
                throw .refused("\(member.name) is not a property of this object.")
            }
            guard member.value != .null else { continue }
            values[field.name] = try checked(member.value, field)
        }
        for field in fields where field.isRequired && values[field.name] == nil {
            throw .refused("The \(field.name) field is required.")
        }
        return values
    }

    private func checked(_ value: JSON, _ field: BMSField) throws(BMSFault) -> JSON {
        switch field.kind {
        case .id:
            // Numbers as texts are not numbers here.
            guard let id = value.integer, (0...Int64(Int32.max)).contains(id) else { break }
            if let table = field.table, row(table, id) == nil { throw .refused("\(field.name) \(id) was not found.") }
            return value
        case .text:
            guard let text = value.string else { break }
            if field.isRequired, text.trimmed.isEmpty { throw .refused("The \(field.name) field is required.") }
            if field.name == "title", text.utf16.count > BMSSandbox.maximumTitleUnits {
                throw .refused("title must be at most \(BMSSandbox.maximumTitleUnits) characters long.")
            }
            return value
        case .date:
            if let text = value.string.flatMap({ SandboxTime.normalised($0) }) {
                return .string(String(text.dropLast()))
            }
        case .flag: if value.bool != nil { return value }
        case .list: if value.array != nil { return value }
        case .object: if value.members != nil { return value }
        }
        throw .refused("The value for \(field.name) is not valid.")
    }

    /// What holds between a ticket's properties.
    func checkTicket(_ values: [String: JSON]) throws(BMSFault) {
        let id: (String) -> Int64? = { values[$0]?.integer }
        guard id("queueId") != nil || id("assigneeId") != nil else {
            throw .refused("Either QueueId or AssigneeId is required.")
        }
        let account = id("accountId")
        guard row(.accounts, account)?.values["isActive"]?.bool == true else {
            throw .refused("The account is not active.")
        }
        let owned: [(String, BMSTable)] = [
            ("locationId", .locations), ("contactId", .contacts), ("hardwareAssetId", .hardwareAssets),
        ]
        for (name, table) in owned {
            guard let row = row(table, id(name)), row.values["accountId"]?.integer != account else { continue }
            throw .refused("\(name) \(row.id) does not belong to the account.")
        }
        if let sub = row(.subIssueTypes, id("subIssueTypeId")), sub.values["issueTypeId"]?.integer != id("issueTypeId")
        {
            throw .refused("subIssueTypeId \(sub.id) does not belong to the issue type.")
        }
    }
}
