import Events
import Formats

/// Names into IDs. Priorities, queues and the like are choices of picklists, which differ from database to database.
extension Autotask {
    func newTicket(
        _ action: TicketAction, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> NewTicket {
        var resolver = AutotaskResolver(catalogue: catalogue, now: now)
        let body = try resolver.body(action)
        return NewTicket(body: body, remarks: resolver.remarks)
    }

    func note(_ text: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> JSON {
        let fields = try catalogue.rows(.noteFields, now) { !$0.isEmpty }
        let types = AutotaskPick.all(of: "noteType", fields)
        let type =
            types.first { $0.label.equalsIgnoringCase("Task Notes") } ?? types.first(where: \.isDefault)
            ?? types.first { $0.label.firstIndexIgnoringCase(of: "workflow") == nil }
        let publish = AutotaskPick.all(of: "publish", fields)
        let isInternal = publish.first { $0.label.firstIndexIgnoringCase(of: "internal") != nil }
        return [
            "title": "ITP",
            "description": .string(
                Autotask.shortened(text, to: AutotaskPick.length(of: "description", fields, else: 32_000))),
            "noteType": .integer(type?.value ?? 3), "publish": .integer(isInternal?.value ?? 2),
        ]
    }

    /// The end of a note, which holds the marker by which it is found again; the middle makes way.
    private static let tailUnits = 4000

    private static func shortened(_ text: String, to limit: Int) -> String {
        guard text.utf16.count > limit, limit > 2 * tailUnits else { return TicketReplies.cut(text, to: limit) }
        var units = 0
        let tail = text.reversed().prefix { character in
            units += character.utf16.count
            return units < tailUnits
        }
        return TicketReplies.cut(text, to: limit - tailUnits) + "\n" + String(tail.reversed())
    }
}

struct AutotaskResolver {
    let catalogue: Catalogue
    let now: Instant
    var remarks: [String] = []

    /// What the manual's rules of tickets give where neither rule nor configuration names a time.
    private static let dueSeconds = 12 * 3600

    mutating func body(_ action: TicketAction) throws(Unresolved) -> JSON {
        let draft = action.draft
        let found = try draft.company.match { name, orID, remarks throws(Unresolved) in
            try liveCompany(name, orID: orID, &remarks)
        }
        remarks = found.remarks
        guard let queue = try pick(draft.board, of: "queueID") else {
            throw .refused("the queue '\(draft.board)' does not exist in Autotask, or is inactive")
        }
        let fields = try catalogue.rows(.ticketFields, now) { !$0.isEmpty }
        let description = [draft.description, action.terms.previously].filter { !$0.isEmpty }.joined(separator: "\n\n")
        var body: [(String, JSON)] = [
            ("companyID", .integer(found.id)),
            ("title", .string(cut(draft.subject, "title", fields, 255))),
            ("description", .string(cut(description, "description", fields, 8000))),
            ("externalID", .string(action.reference.description)),
            ("queueID", .integer(queue.value)),
            (
                "dueDateTime",
                .string(TicketReplies.time(now + .seconds(draft.dueSeconds ?? AutotaskResolver.dueSeconds)))
            ),
        ]
        let optional: [(String, Int64?)] = [
            ("status", try status(draft, fields)), ("priority", try priority(draft, fields)),
            ("source", try source(draft)), ("billingCodeID", try workType(draft)),
            ("configurationItemID", try configurationItem(draft, company: found.id)),
        ]
        for (name, id) in optional {
            if let id { body.append((name, .integer(id))) }
        }
        try classify(draft.classification, &body)
        return .members(body)
    }

    private func cut(_ text: String, _ property: String, _ fields: [JSON], _ fallback: Int) -> String {
        TicketReplies.cut(text, to: AutotaskPick.length(of: property, fields, else: fallback))
    }

    private func pick(_ name: String, of property: String, under parent: Int64? = nil) throws(Unresolved)
        -> AutotaskPick?
    {
        let find = { (fields: [JSON]) in
            AutotaskPick.all(of: property, fields).first {
                $0.label.equalsIgnoringCase(name) && (parent == nil || $0.parent == parent)
            }
        }
        return find(try catalogue.rows(.ticketFields, now) { find($0) != nil })
    }

    private mutating func status(_ draft: TicketDraft, _ fields: [JSON]) throws(Unresolved) -> Int64? {
        for name in draft.statusNames {
            if let pick = try pick(name, of: "status") { return pick.value }
        }
        if draft.status != nil || draft.isClosed {
            let asked = draft.statusNames.joined(separator: "' or '")
            remarks.append("no status '\(asked)': Autotask's default")
        }
        let picks = AutotaskPick.all(of: "status", fields)
        return (picks.first(where: \.isDefault) ?? picks.first { $0.value == 1 })?.value
    }

    /// Autotask wants a priority: without one by name its default, else the middle one by its usual name.
    private mutating func priority(_ draft: TicketDraft, _ fields: [JSON]) throws(Unresolved) -> Int64? {
        if let name = draft.priorityName {
            if let pick = try pick(name, of: "priority") { return pick.value }
            if name == "Information", let pick = try pick("Info", of: "priority") { return pick.value }
            remarks.append("no priority '\(name)': Autotask's default")
        }
        let picks = AutotaskPick.all(of: "priority", fields)
        let middle = picks.first { $0.label.equalsIgnoringCase("Medium") }
        return (picks.first(where: \.isDefault) ?? middle ?? picks.first)?.value
    }

    private mutating func source(_ draft: TicketDraft) throws(Unresolved) -> Int64? {
        guard let name = draft.source else { return nil }
        let pick = try pick(name, of: "source")
        if pick == nil { remarks.append("no source '\(name)': left out") }
        return pick?.value
    }

    private mutating func workType(_ draft: TicketDraft) throws(Unresolved) -> Int64? {
        guard let name = draft.workType else { return nil }
        let id = try catalogue.rows(.billingCodes(name), now) { !$0.isEmpty }.first?.id
        if id == nil { remarks.append("no work type '\(name)': left out") }
        return id
    }

    /// The agent within its company: by its machine's name, then its full name; none is no error.
    private func configurationItem(_ draft: TicketDraft, company: Int64) throws(Unresolved) -> Int64? {
        guard !draft.agent.isEmpty else { return nil }
        let names = [String(draft.agent.prefix { $0 != "." }), draft.agent].filter { !$0.isEmpty }
        // What is not there now is looked for again after a day, not for every ticket.
        let rows = try catalogue.rows(.configurationItems(company: company, names: names), now) { _ in true }
        return names.lazy.compactMap { name in
            rows.first { row in
                ["referenceTitle", "rmmDeviceAuditHostname"].contains {
                    row[$0]?.string?.equalsIgnoringCase(name) ?? false
                }
            }
        }.first?.id
    }

    /// A sub-issue type belongs to its issue type; one that does not is left out, never in the ticket's way.
    mutating func classify(
        _ wanted: TicketDraft.Classification, _ body: inout [(String, JSON)]
    ) throws(Unresolved) {
        guard !wanted.type.isEmpty else { return }
        guard let type = try pick(wanted.type, of: "issueType") else {
            remarks.append("no issue type '\(wanted.type)': no classification")
            return
        }
        body.append(("issueType", .integer(type.value)))
        guard !wanted.subtype.isEmpty else { return }
        guard let sub = try pick(wanted.subtype, of: "subIssueType", under: type.value) else {
            remarks.append("no sub-issue type '\(wanted.subtype)' of '\(wanted.type)': left out")
            return
        }
        body.append(("subIssueType", .integer(sub.value)))
    }

    /// The company of that name, ID or number, in this order, that is active.
    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String]
    ) throws(Unresolved) -> Int64? {
        let number = orID ? Int64(name) : nil
        let rows = try catalogue.rows(.autotaskCompanies(name, id: number), now) { !$0.isEmpty }
        let isText = { (row: JSON, key: String) in row[key]?.string?.trimmed.equalsIgnoringCase(name) ?? false }
        let ranked =
            rows.filter { isText($0, "companyName") } + rows.filter { number != nil && $0.id == number }
            + rows.filter { isText($0, "companyNumber") }
        for row in ranked {
            if row["isActive"]?.bool != false { return row.id }
            let remark = "the company '\(name)' is inactive"
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return nil
    }
}
