import Events
import Formats

/// Creating and changing records.
extension AutotaskSandbox {
    static let maximumFileBytes = 6_000_000
    static let attachmentWindowMilliseconds: Int64 = 300_000

    /// A POST, PATCH or PUT on an entity's own path, or on its path below a parent.
    mutating func write(
        _ entity: AutotaskEntity, parent: (entity: AutotaskEntity, id: Int64, property: String)?,
        _ request: SandboxRequest, now: Int64
    ) throws(AutotaskFault) -> SandboxReply {
        guard let sent = JSON(ifValid: try AutotaskSandbox.jsonBody(request))?.members else {
            throw .errors(["The body is no JSON object."])
        }
        guard entity.isWritable else { throw .noPermission }
        if let parent, row(parent.entity, parent.id) == nil {
            throw .record(
                ["Value does not reference an existing entity for \(parent.property) . "],
                isUpdate: request.method != "POST")
        }
        let id: Int64
        if request.method == "POST" {
            id = try create(entity, parent.map { ($0.property, $0.id) }, sent, now: now)
        } else {
            // The id is in the body and nowhere else.
            let value = sent.first { $0.name.lowercased() == "id" }?.value
            guard let wanted = value?.integer ?? value?.string.flatMap({ Int64($0) }) else {
                throw .record(["id is required."], isUpdate: true)
            }
            guard let at = index(entity, wanted),
                parent == nil || rows[entity]?[at].values[parent?.property ?? ""]?.integer == parent?.id
            else { throw .record(["No matching records found for id \(wanted)."], isUpdate: true) }
            try update(entity, at, sent, request.method == "PUT" ? .replace : .patch, now: now)
            id = wanted
        }
        return SandboxReply(status: 200, json: ["itemId": .integer(id)])
    }

    private mutating func create(
        _ entity: AutotaskEntity, _ parent: (property: String, id: Int64)?, _ sent: [JSON.Member], now: Int64
    ) throws(AutotaskFault) -> Int64 {
        var values = try checked(entity, sent, [:], .create)
        if let parent { values[parent.property] = .integer(parent.id) }
        switch entity {
        case .tickets: return made(ticket: values, by: AutotaskSandbox.resource, now: now)
        case .ticketNotes: return note(values, by: AutotaskSandbox.resource, now: now)
        case .ticketAttachments: try attach(&values, now: now)
        case .ticketAdditionalConfigurationItems:
            let company = parent.flatMap { row(.tickets, $0.id) }?.values["companyID"]
            let item = values["configurationItemID"]?.integer.flatMap { row(.configurationItems, $0) }
            guard item?.values["companyID"] == company, item?.values["isActive"]?.bool == true else {
                throw .record(["The configurationItemID is not active for the Ticket's Company."], isUpdate: false)
            }
        default: values["createDate"] = AutotaskSandbox.time(now)
        }
        nextOther += 1
        rows[entity, default: []].append(Record(nextOther, values))
        return nextOther
    }

    /// The record's values after a write. The rules hold the whole stand-in, and let it go before it changes.
    private func checked(
        _ entity: AutotaskEntity, _ sent: [JSON.Member], _ old: [String: JSON], _ mode: AutotaskRules.Mode
    ) throws(AutotaskFault) -> [String: JSON] {
        var rules = AutotaskRules(self, entity)
        return try rules.checked(sent, old, mode)
    }

    /// A time as the vendor writes those that it sets itself: with a fraction of a second.
    static func time(_ now: Int64) -> JSON { .string(Instant(milliseconds: now).description) }

    /// Enters a new ticket.
    private mutating func made(ticket sent: [String: JSON], by resource: Int64, now: Int64) -> Int64 {
        var values = sent
        let day = String(SandboxTime.text(now).prefix(10)).split(separator: "-").joined()
        ticketsOfDay[day, default: 0] += 1
        let digits = String(ticketsOfDay[day] ?? 0)
        values["ticketNumber"] = .string("T\(day).\(String(repeating: "0", count: max(0, 4 - digits.count)))\(digits)")
        values["createDate"] = AutotaskSandbox.time(now)
        values["creatorResourceID"] = .integer(resource)
        values["creatorType"] = 1
        if values["source"] == nil { values["source"] = 2 }
        let id = nextTicket
        nextTicket += 1
        settle(&values, before: nil, by: resource, now: now)
        rows[.tickets, default: []].append(Record(id, values))
        return id
    }

    private mutating func update(
        _ entity: AutotaskEntity, _ at: Int, _ sent: [JSON.Member], _ mode: AutotaskRules.Mode, now: Int64
    ) throws(AutotaskFault) {
        guard let old = rows[entity]?[at] else { return }
        var values = try checked(entity, sent, old.values, mode)
        values["id"] = .integer(old.id)
        if entity == .tickets {
            change(ticket: at, to: values, by: AutotaskSandbox.resource, now: now)
        } else {
            if entity == .ticketNotes { values["lastActivityDate"] = AutotaskSandbox.time(now) }
            rows[entity]?[at].values = values
        }
    }

    /// Puts a ticket's new values in the place of the old ones and keeps the history.
    mutating func change(ticket at: Int, to new: [String: JSON], by resource: Int64, now: Int64) {
        guard let old = rows[.tickets]?[at] else { return }
        var values = new
        settle(&values, before: old.values, by: resource, now: now)
        for field in AutotaskEntity.tickets.fields
        where !field.isReadOnly && values[field.name] != old.values[field.name] {
            let text: (JSON?) -> String = { $0.map { $0.string ?? $0.compact } ?? "" }
            record(
                "Edit: \(field.name)", "'\(text(old.values[field.name]))' to '\(text(values[field.name]))'",
                ticket: old.id, by: resource, now: now)
        }
        rows[.tickets]?[at].values = values
    }

    private mutating func record(_ action: String, _ detail: String, ticket: Int64, by resource: Int64, now: Int64) {
        nextOther += 1
        rows[.ticketHistory, default: []].append(
            Record(
                nextOther,
                [
                    "action": .string(action), "detail": .string(detail), "ticketID": .integer(ticket),
                    "resourceID": .integer(resource), "date": AutotaskSandbox.time(now),
                ]))
    }

    /// What follows from a write: the completion date from the status, and who was last at the ticket.
    private func settle(_ values: inout [String: JSON], before: [String: JSON]?, by resource: Int64, now: Int64) {
        let isClosed = isClosed(values["status"]?.integer)
        if isClosed, before.map({ self.isClosed($0["status"]?.integer) }) != true {
            values["completedDate"] = AutotaskSandbox.time(now)
            values["completedByResourceID"] = .integer(resource)
        } else if !isClosed {
            values["completedDate"] = nil
            values["completedByResourceID"] = nil
        }
        values["lastActivityDate"] = AutotaskSandbox.time(now)
        values["lastTrackedModificationDateTime"] = AutotaskSandbox.time(now)
        values["lastActivityResourceID"] = .integer(resource)
        values["lastActivityPersonType"] = 1
    }

    /// Whether a status counts as closed, by its label.
    func isClosed(_ status: Int64?) -> Bool {
        label(.tickets, "status", status).map { SandboxMSP.closedStatuses.contains($0) } ?? false
    }

    func label(_ entity: AutotaskEntity, _ field: String, _ value: Int64?) -> String? {
        picklists[entity]?[field]?.first { $0.value == value }?.label
    }

    /// Notes that somebody was at a ticket.
    mutating func touch(ticket id: Int64?, by resource: Int64, now: Int64) {
        guard let at = id.flatMap({ index(.tickets, $0) }) else { return }
        rows[.tickets]?[at].values["lastActivityDate"] = AutotaskSandbox.time(now)
        rows[.tickets]?[at].values["lastActivityResourceID"] = .integer(resource)
    }

    /// Enters a new note.
    mutating func note(_ sent: [String: JSON], by resource: Int64, now: Int64) -> Int64 {
        var values = sent
        values["createDateTime"] = AutotaskSandbox.time(now)
        values["lastActivityDate"] = AutotaskSandbox.time(now)
        values["creatorResourceID"] = .integer(resource)
        nextNote += 1
        rows[.ticketNotes, default: []].append(Record(nextNote, values))
        touch(ticket: values["ticketID"]?.integer, by: resource, now: now)
        return nextNote
    }

    private mutating func attach(_ values: inout [String: JSON], now: Int64) throws(AutotaskFault) {
        guard values["attachmentType"]?.string == "FILE_ATTACHMENT" else {
            throw .record(["Only the attachmentType FILE_ATTACHMENT can be created."], isUpdate: false)
        }
        guard let bytes = values["data"]?.string.flatMap({ Base64.decode($0) }), !bytes.isEmpty else {
            throw .record(["data is required."], isUpdate: false)
        }
        guard bytes.count <= AutotaskSandbox.maximumFileBytes else {
            throw .record(["The file is larger than the maximum size."], isUpdate: false)
        }
        let name = values["fullPath"]?.string?.lowercased() ?? ""
        guard ![".exe", ".bat", ".cmd", ".js", ".vbs"].contains(where: { name.hasSuffix($0) }) else {
            throw .record(["The file's extension is not allowed."], isUpdate: false)
        }
        attached.removeAll { $0.at <= now - AutotaskSandbox.attachmentWindowMilliseconds }
        guard attached.reduce(bytes.count, { $0 + $1.bytes }) <= attachmentWindowBytes else {
            throw .record(
                ["Attachments are refused: more than \(attachmentWindowBytes) bytes in five minutes."], isUpdate: false)
        }
        attached.append((now, bytes.count))
        values["fileSize"] = .integer(bytes.count)
        values["attachDate"] = AutotaskSandbox.time(now)
        values["attachedByResourceID"] = .integer(AutotaskSandbox.resource)
        touch(ticket: values["parentID"]?.integer, by: AutotaskSandbox.resource, now: now)
    }
}
