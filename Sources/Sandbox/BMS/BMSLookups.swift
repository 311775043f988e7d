import Formats

/// What names and ids there are.
extension BMSSandbox {
    static let maximumPageRecords = 100
    static let defaultPageRecords = 25

    func lookup(_ words: [String], _ request: SandboxRequest) throws(BMSFault) -> SandboxReply {
        let numbered = words.map { Int64($0) == nil ? $0 : "*" }.joined(separator: "/")
        let id = words.lazy.compactMap { Int64($0) }.first ?? 0
        let (table, names): (BMSTable, [String])
        switch numbered {
        case "system/queues/lookup": (table, names) = (.queues, ["isActive"])
        case "system/priorities/lookup": (table, names) = (.priorities, ["color", "isDefault"])
        case "system/statuses/lookup":
            (table, names) = (
                .statuses, ["fontColor", "color", "statusOrder", "typeId", "isSystemStatus", "slaEventId", "isActive"]
            )
        case "system/issuetypes/lookup": (table, names) = (.issueTypes, ["isActive"])
        case "system/issuetypes/*/issuesubtypes/lookup": (table, names) = (.subIssueTypes, [])
        case "system/worktypes/lookup": (table, names) = (.workTypes, ["isDefault", "isActive"])
        case "system/slas/lookup": (table, names) = (.slas, ["isDefault", "isActive"])
        case "hr/assignees/lookup":
            (table, names) = (.assignees, ["url", "emailAddress", "jobTitle", "pictureName", "pictureURL"])
        case "crm/accounts/lookup": (table, names) = (.accounts, ["tenantName", "isActive"])
        case "crm/accounts/*/locations/lookup": (table, names) = (.locations, ["accountId", "isMain"])
        case "crm/accounts/*/contacts/lookup":
            (table, names) = (.contacts, ["locationId", "locationName", "phone", "emailAddress"])
        case "crm/accounts/summary": return try accounts(request)
        case "servicedesk/hardwareasset/searchselect": return try assets(request)
        case "servicedesk/hardwareasset/*/status", "servicedesk/hardwareasset/*":
            return try asset(id, words.last == "status", request)
        default:
            guard words.count == 3, words[0] == "system", ["lookup", "tenantlookup"].contains(words[1]),
                let found = BMSSandbox.named[words[2]]
            else { throw .http(404) }
            (table, names) = (found, ["isDefault", "isActive"])
        }
        guard request.method == "GET" else { throw .http(405) }
        let rows = (tables[table] ?? []).filter { isWanted($0, table, parent: id, request) }
        let isPaged = table == .accounts || table == .contacts || table == .assignees
        let shown = try isPaged ? page(rows, request.parameter("PageSize"), request.parameter("PageNumber")) : rows
        return BMSSandbox.success(.array(shown.map { BMSSandbox.json($0, ["id", "name"] + names) }))
    }

    /// The tables' names are not public; these are those of the properties that point into them.
    private static let named: [String: BMSTable] = [
        "tickettype": .types, "ticketsource": .sources, "ticketnotetype": .noteTypes,
    ]

    private func isWanted(_ row: Record, _ table: BMSTable, parent: Int64, _ request: SandboxRequest) -> Bool {
        switch table {
        case .subIssueTypes: return row.values["issueTypeId"]?.integer == parent
        case .locations: return row.values["accountId"]?.integer == parent
        case .contacts where row.values["accountId"]?.integer != parent: return false
        case .accounts:
            let withInactive = request.parameter("Filter.WithInactiveAccounts")?.lowercased() == "true"
            if !withInactive, row.values["isActive"]?.bool != true { return false }
        default: break
        }
        guard [.accounts, .contacts, .assignees].contains(table) else { return true }
        return BMSSandbox.contains(row.values["name"], request.parameter("Filter.Name"))
    }

    /// Whether a text has a part in it, in any case; whether the vendor looks for a part or the whole is not settled.
    static func contains(_ value: JSON?, _ part: String?) -> Bool {
        guard let part, !part.isEmpty else { return true }
        return (value?.string ?? "").firstIndexIgnoringCase(of: part.lowercased()) != nil
    }

    /// A page; a size above the most is cut silently, which no public text settles.
    func page<Row>(_ rows: [Row], _ size: String?, _ number: String?) throws(BMSFault) -> [Row] {
        guard let size = Int(size ?? String(BMSSandbox.defaultPageRecords)), size > 0,
            let number = Int(number ?? "1"), (1...1_000_000).contains(number)
        else { throw .refused("PageSize and PageNumber must be positive numbers.") }
        let length = min(size, BMSSandbox.maximumPageRecords)
        return Array(rows.dropFirst((number - 1) * length).prefix(length))
    }

    static func json(_ row: Record, _ names: [String]) -> JSON {
        .object(names.map { JSON.Member($0, row.values[$0] ?? .null) })
    }

    func row(_ table: BMSTable, _ id: Int64?) -> Record? { tables[table]?.first { $0.id == id } }

    private func accounts(_ request: SandboxRequest) throws(BMSFault) -> SandboxReply {
        guard request.method == "GET" else { throw .http(405) }
        let found = (tables[.accounts] ?? []).filter { row in
            BMSSandbox.contains(row.values["accountName"], request.parameter("Filter.AccountName"))
                && BMSSandbox.contains(row.values["accountCode"], request.parameter("Filter.AccountCode"))
                && (request.parameter("Filter.IsActive").map {
                    String(row.values["isActive"]?.bool ?? false) == $0.lowercased()
                }
                    ?? true)
        }
        let names = [
            "id", "accountCode", "accountName", "accountTypeId", "accountType", "isActive", "tenantName", "createdOn",
        ]
        let shown = try page(found, request.parameter("PageSize"), request.parameter("PageNumber"))
        return BMSSandbox.success(.array(shown.map { BMSSandbox.json($0, names) }), total: found.count)
    }

    private func assets(_ request: SandboxRequest) throws(BMSFault) -> SandboxReply {
        guard request.method == "GET" else { throw .http(405) }
        let account = request.parameter("Filter.AccountId").flatMap { Int64($0) }
        let found = (tables[.hardwareAssets] ?? []).filter { row in
            BMSSandbox.contains(row.values["assetName"], request.parameter("Filter.AssetName"))
                && BMSSandbox.contains(row.values["ipAddress"], request.parameter("Filter.IPAddress"))
                && (account == nil || row.values["accountId"]?.integer == account)
        }
        let names = [
            "id", "categoryName", "categoryId", "locationName", "assetName", "serialNumber", "machineGroupId",
            "ipAddress", "contactId", "contactName", "accountId", "accountName", "isActive",
        ]
        let shown = try page(found, request.parameter("PageSize"), request.parameter("PageNumber"))
        return BMSSandbox.success(.array(shown.map { BMSSandbox.json(with(account: $0), names) }))
    }

    private func asset(_ id: Int64, _ isStatus: Bool, _ request: SandboxRequest) throws(BMSFault) -> SandboxReply {
        guard request.method == "GET" else { throw .http(405) }
        guard let row = row(.hardwareAssets, id) else { throw .refused("Asset \(id) was not found.", code: 404) }
        if isStatus { return BMSSandbox.success(["isOnline": true]) }
        let names = [
            "id", "name", "accountId", "accountName", "accountLocationId", "categoryId", "serialNumber", "isActive",
            "ipAddress", "osType", "agentId",
        ]
        return BMSSandbox.success(BMSSandbox.json(with(account: row), names))
    }

    private func with(account asset: Record) -> Record {
        var asset = asset
        asset.values["accountName"] = row(.accounts, asset.values["accountId"]?.integer)?.values["name"]
        return asset
    }
}
