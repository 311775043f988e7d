import Formats

/// What hangs on a ticket: its notes and its configuration items.
extension ConnectWiseSandbox {
    /// The flags that say where a note is shown; one at least must be set.
    static let placements = ["detailDescriptionFlag", "internalAnalysisFlag", "resolutionFlag"]

    mutating func partOfTicket(
        _ at: Int, _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let isReading = request.method == "GET"
        switch (path[0], path.dropFirst().first) {
        case ("notes", nil) where path.count == 1:
            if request.method == "POST" { return try addNote(at, request, now: now) }
            guard isReading else { throw .wrongVerb }
            return try list(all[at].notes, ConnectWiseSchema.note, request)
        case ("notes", "count") where path.count == 2:
            guard isReading else { throw .wrongVerb }
            return try count(all[at].notes, ConnectWiseSchema.note, request)
        case ("notes", let id?) where path.count == 2:
            guard isReading else { throw .wrongVerb }
            guard let note = all[at].notes.first(where: { String($0.id) == id }) else {
                throw .noRecord("serviceNote", id)
            }
            return SandboxReply(status: 200, json: try selected(note, ConnectWiseSchema.note, request))
        case ("allnotes", nil):
            guard isReading else { throw .wrongVerb }
            return try list(all[at].notes.map { ticketNote($0, at) }, ConnectWiseSchema.ticketNote, request)
        case ("merge", nil):
            guard request.method == "POST" else { throw .wrongVerb }
            return try merge(at, request, now: now)
        case ("configurations", nil):
            if request.method == "POST" { return try attach(at, request, now: now) }
            guard isReading else { throw .wrongVerb }
            return try list(attached(at), ConnectWiseSchema.configurationReference, request)
        case ("configurations", "count") where path.count == 2:
            guard isReading else { throw .wrongVerb }
            return try count(attached(at), ConnectWiseSchema.configurationReference, request)
        case ("configurations", let id?) where path.count == 2:
            return try oneConfiguration(at, id, request, now: now)
        default: throw .noResource
        }
    }

    /// Merges other tickets into this one: they name it as their parent and take the status that is sent.
    private mutating func merge(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "ticketMerge")
        let parent = all[at].record
        let ids = (sent["mergeTicketIds"]?.array ?? []).compactMap(\.integer)
        guard !ids.isEmpty else { throw .invalidObject("ticketMerge", [.missing("mergeTicketIds", "ticketMerge")]) }
        for id in ids {
            guard let child = index(of: id), id != parent.id else { throw .noRecord("ticket", "\(id)") }
            var values = all[child].record.values
            if let status = sent["status"], status != .null { values["status"] = status }
            _ = try store(values, withDefaults: false, child, now: now)
            all[child].record.values["mergedParentTicket"] = [
                "id": .integer(parent.id), "summary": parent.values["summary"] ?? "",
            ]
        }
        return SandboxReply(status: 200, json: all[at].record.json(ConnectWiseSchema.ticket))
    }

    private mutating func addNote(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "serviceNote")
        var errors: [ConnectWiseFault.Detail] = []
        let text = sent["text"]?.string ?? ""
        // Whether the vendor takes a note without a text is not settled; a sender of one has a defect in any case.
        if text.trimmed.isEmpty { errors.append(.missing("text", "serviceNote")) }
        let flags = ConnectWiseSchema.note.fields.filter { $0.kind == .flag }
        for field in flags {
            guard let value = sent[field.name], value != .null, value.bool == nil else { continue }
            errors.append(
                ConnectWiseFault.Detail(
                    code: "InvalidObject", message: "\(field.name) has a value of the wrong kind.",
                    resource: "serviceNote", field: field.name))
        }
        let set = flags.map(\.name).filter { sent[$0]?.bool == true }
        if !set.contains(where: { ConnectWiseSandbox.placements.contains($0) }) {
            errors.append(
                ConnectWiseFault.Detail(
                    code: "InvalidObject",
                    message: "Please choose where to display the notes in order to save this record.",
                    resource: "serviceNote", field: "detailDescriptionFlag"))
        }
        guard errors.isEmpty else { throw .invalidObject("serviceNote", errors) }
        let time = SandboxTime.text(now)
        let note = note(text, flags: set, ticket: all[at].record.id, time)
        all[at].notes.append(note)
        touch(at, time)
        return SandboxReply(status: 201, json: note.json(ConnectWiseSchema.note))
    }

    /// A new note with an id of its own.
    mutating func note(_ text: String, flags: [String], ticket: Int64, _ time: String) -> Record {
        defer { nextNote += 1 }
        var values: [String: JSON] = [
            "ticketId": .integer(ticket), "text": .string(text), "dateCreated": .string(time),
            "createdBy": .string(caller),
            "member": links.reference(
                .member, caller == ConnectWiseSandbox.member ? ConnectWiseSeed.member : ConnectWiseSeed.technician,
                tables),
            "_info": ["lastUpdated": .string(time), "updatedBy": .string(caller)],
        ]
        for field in ConnectWiseSchema.note.fields where field.kind == .flag {
            values[field.name] = .bool(flags.contains(field.name))
        }
        values["internalFlag"] = .bool(flags.contains("internalAnalysisFlag"))
        values["externalFlag"] = .bool(flags.contains { $0 == "detailDescriptionFlag" || $0 == "resolutionFlag" })
        return Record(nextNote, values)
    }

    /// A note as the collection of all notes shows it.
    private func ticketNote(_ note: Record, _ at: Int) -> Record {
        var values = note.values
        let ticket = all[at].record
        values["noteType"] = "TicketNote"
        values["ticket"] = [
            "id": .integer(ticket.id), "summary": ticket.values["summary"] ?? "",
            "_info": ["ticket_href": .string("\(links.base)/service/tickets/\(ticket.id)")],
        ]
        values["isMarkdownFlag"] = true
        values["bundledFlag"] = false
        values["mergedFlag"] = false
        values["createdByParentFlag"] = false
        values["originalAuthor"] = note.values["member"]?["name"] ?? ""
        return Record(note.id, values)
    }

    private func attached(_ at: Int) -> [Record] {
        all[at].configurations.compactMap { id in
            guard let row = tables[.configurations]?.first(where: { $0.id == id }) else { return nil }
            var values = row.values
            values["_info"] = [
                "name": row.values["name"] ?? "",
                "configuration_href": .string("\(links.base)/company/configurations/\(id)"),
            ]
            return Record(id, values)
        }
    }

    private mutating func attach(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "configuration")
        let id = sent["id"]?.integer
        let device = sent["deviceIdentifier"]?.string
        guard id != nil || device != nil else {
            throw .invalidObject("configuration", [.missing("id or deviceIdentifier", "configuration")])
        }
        let row = tables[.configurations]?.first { row in
            id.map { $0 == row.id } ?? (row.values["deviceIdentifier"]?.string == device)
        }
        guard let row else {
            throw .invalidObject(
                "configuration",
                [
                    ConnectWiseFault.Detail(
                        code: "NotFound", message: "The configuration was not found.", resource: "configuration",
                        field: id == nil ? "deviceIdentifier" : "id")
                ])
        }
        guard !all[at].configurations.contains(row.id) else {
            throw .invalidObject(
                "configuration",
                [
                    ConnectWiseFault.Detail(
                        code: "ObjectExists", message: "The configuration is attached already.",
                        resource: "configuration", field: "id")
                ])
        }
        all[at].configurations.append(row.id)
        touch(at, SandboxTime.text(now))
        let shown = attached(at).last ?? row
        return SandboxReply(status: 201, json: shown.json(ConnectWiseSchema.configurationReference))
    }

    private mutating func oneConfiguration(
        _ at: Int, _ id: String, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        guard let row = attached(at).first(where: { String($0.id) == id }) else {
            throw .noRecord("configuration", id)
        }
        switch request.method {
        case "GET": return SandboxReply(status: 200, json: row.json(ConnectWiseSchema.configurationReference))
        case "DELETE":
            all[at].configurations.removeAll { $0 == row.id }
            touch(at, SandboxTime.text(now))
            return SandboxReply(status: 204)
        default: throw .wrongVerb
        }
    }
}
