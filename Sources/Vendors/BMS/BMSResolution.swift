import Events
import Formats

/// Names into IDs.
extension BMS {
    func newTicket(
        _ action: TicketAction, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> NewTicket {
        var resolver = BMSResolver(catalogue: catalogue, now: now)
        let body = try resolver.body(action, type: type)
        return NewTicket(body: body, remarks: resolver.remarks)
    }

    func note(_ text: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> JSON {
        let rows = try catalogue.rows(.bmsNoteTypes, now) { !$0.isEmpty }
        let type =
            rows.first { $0.hasName("General Notes") } ?? rows.first { $0["isDefault"]?.bool == true } ?? rows.first
        guard let id = type?.id else { throw .refused("BMS has no type of notes") }
        return [
            "details": .string(text), "isInternal": true, "typeId": .integer(id),
            "noteDate": .string(TicketReplies.time(now)),
        ]
    }
}

struct BMSResolver {
    let catalogue: Catalogue
    let now: Instant
    var remarks: [String] = []

    /// The most that a title may have; not documented.
    private static let titleLimit = 255

    mutating func body(_ action: TicketAction, type: String?) throws(Unresolved) -> JSON {
        let draft = action.draft
        let found = try draft.company.match { name, orID, remarks throws(Unresolved) in
            try liveAccount(name, orID: orID, &remarks)
        }
        remarks = found.remarks
        guard let queue = try find(draft.board, .bmsQueues)?.id else {
            throw .refused("the queue '\(draft.board)' does not exist in BMS, or is inactive")
        }
        let locations = try catalogue.rows(.bmsLocations(of: found.id), now) { !$0.isEmpty }
        guard let location = (locations.first { $0["isMain"]?.bool == true } ?? locations.first)?.id else {
            throw .refused("the account has no location in BMS")
        }
        let details = [draft.description, action.terms.previously, BMS.marker(action.reference)]
            .filter { !$0.isEmpty }.joined(separator: "\n\n")
        var body: [(String, JSON)] = [
            ("title", .string(TicketReplies.cut(draft.subject, to: BMSResolver.titleLimit))),
            ("details", .string(details)), ("accountId", .integer(found.id)), ("locationId", .integer(location)),
            ("queueId", .integer(queue)), ("openDate", .string(TicketReplies.time(now))),
        ]
        let ids: [(String, Int64?)] = [
            ("statusId", try status(draft)),
            ("priorityId", try priority(draft)),
            ("typeId", try choice(type ?? "Alert", .bmsTypes, "type", isAsked: type != nil)),
            (
                "sourceId",
                try choice(draft.source ?? "Monitoring Alert", .bmsSources, "source", isAsked: draft.source != nil)
            ), ("workTypeId", try workType(draft)), ("hardwareAssetId", try asset(draft, account: found.id)),
        ]
        for (name, id) in ids {
            if let id { body.append((name, .integer(id))) }
        }
        if let due = draft.dueSeconds { body.append(("dueDate", .string(TicketReplies.time(now + .seconds(due))))) }
        try classify(draft.classification, &body)
        return .members(body)
    }

    /// The active row of that name.
    private func find(_ name: String, _ list: CatalogueList) throws(Unresolved) -> JSON? {
        let named = { (rows: [JSON]) in rows.first { $0.hasName(name) && $0["isActive"]?.bool != false } }
        return named(try catalogue.rows(list, now) { named($0) != nil })
    }

    /// BMS wants an ID of each of these: without one by name its default, else the first.
    private mutating func choice(
        _ name: String, _ list: CatalogueList, _ what: String, isAsked: Bool
    ) throws(Unresolved) -> Int64? {
        if let row = try find(name, list) { return row.id }
        if isAsked { remarks.append("no \(what) '\(name)': BMS's default") }
        let rows = try catalogue.rows(list, now) { _ in true }.filter { $0["isActive"]?.bool != false }
        return (rows.first { $0["isDefault"]?.bool == true } ?? rows.first)?.id
    }

    private mutating func status(_ draft: TicketDraft) throws(Unresolved) -> Int64? {
        for name in draft.statusNames.dropLast() {
            if let row = try find(name, .bmsStatuses) { return row.id }
        }
        return try choice(
            draft.statusNames.last ?? "New", .bmsStatuses, "status", isAsked: draft.status != nil || draft.isClosed)
    }

    private mutating func priority(_ draft: TicketDraft) throws(Unresolved) -> Int64? {
        if draft.priorityName == "Information", let row = try find("Information", .bmsPriorities) { return row.id }
        let name = draft.priorityName == "Information" ? "Info" : draft.priorityName
        return try choice(name ?? "Medium", .bmsPriorities, "priority", isAsked: name != nil)
    }

    private mutating func workType(_ draft: TicketDraft) throws(Unresolved) -> Int64? {
        guard let name = draft.workType else { return nil }
        let id = try find(name, .bmsWorkTypes)?.id
        if id == nil { remarks.append("no work type '\(name)': left out") }
        return id
    }

    /// The agent within its account: by its machine's name, then its full name; none is no error.
    private func asset(_ draft: TicketDraft, account: Int64) throws(Unresolved) -> Int64? {
        let machine = String(draft.agent.prefix { $0 != "." })
        guard !machine.isEmpty else { return nil }
        let rows = try catalogue.rows(.bmsAssets(account: account, machine), now) { _ in true }
        return [machine, draft.agent].lazy.compactMap { name in
            rows.first { $0["assetName"]?.string?.equalsIgnoringCase(name) ?? false }
        }.first?.id
    }

    /// A sub-issue type belongs to its issue type; one that does not is left out, never in the ticket's way.
    mutating func classify(
        _ wanted: TicketDraft.Classification, _ body: inout [(String, JSON)]
    ) throws(Unresolved) {
        guard !wanted.type.isEmpty else { return }
        guard let type = try find(wanted.type, .bmsIssueTypes)?.id else {
            remarks.append("no issue type '\(wanted.type)': no classification")
            return
        }
        body.append(("issueTypeId", .integer(type)))
        guard !wanted.subtype.isEmpty else { return }
        guard let sub = try find(wanted.subtype, .bmsSubtypes(of: type))?.id else {
            remarks.append("no sub-issue type '\(wanted.subtype)' of '\(wanted.type)': left out")
            return
        }
        body.append(("subIssueTypeId", .integer(sub)))
    }

    /// The account of that name, ID or code, in this order, that is active.
    func liveAccount(
        _ name: String, orID: Bool, _ remarks: inout [String]
    ) throws(Unresolved) -> Int64? {
        let isText = { (row: JSON, key: String) in row[key]?.string?.trimmed.equalsIgnoringCase(name) ?? false }
        let byName: ([JSON]) -> [JSON] = { $0.filter { isText($0, "accountName") } }
        var ranked = byName(try catalogue.rows(.bmsAccounts("AccountName", name), now) { !byName($0).isEmpty })
        if let number = orID ? Int64(name) : nil {
            let byID: ([JSON]) -> [JSON] = { $0.filter { $0.id == number } }
            ranked += byID(try catalogue.rows(.bmsAllAccounts, now) { !byID($0).isEmpty })
        }
        if !ranked.contains(where: { $0["isActive"]?.bool != false }) {
            let byCode: ([JSON]) -> [JSON] = { $0.filter { isText($0, "accountCode") } }
            ranked += byCode(try catalogue.rows(.bmsAccounts("AccountCode", name), now) { !byCode($0).isEmpty })
        }
        for row in ranked {
            if row["isActive"]?.bool != false { return row.id }
            let remark = "the company '\(name)' is inactive"
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return nil
    }
}
