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
            let spent = timeEntries(of: all[at].record.id).map { timeNote($0) }
            return try list(all[at].notes.map { ticketNote($0, at) } + spent, ConnectWiseSchema.ticketNote, request)
        case ("merge", nil):
            guard request.method == "POST" else { throw .wrongVerb }
            return try mergeTickets(at, request, now: now)
        case ("timeentries", nil), ("documents", nil):
            guard isReading else { throw .wrongVerb }
            let id = all[at].record.id
            let rows =
                path[0] == "documents"
                ? documents.filter { $0.ticket == id }.map { document in
                    Record(document.record.id, ["name": document.record.values["title"] ?? ""])
                } : timeEntries(of: id).map { Record($0.id, [:]) }
            return try list(rows, ConnectWiseSchema.namedReference, request)
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
    mutating func note(
        _ text: String, flags: [String], ticket: Int64, _ time: String, by member: String = ConnectWiseSandbox.member
    ) -> Record {
        defer { nextNote += 1 }
        let row = tables[.members]?.first { $0.values["identifier"]?.string == member }
        var values: [String: JSON] = [
            "ticketId": .integer(ticket), "text": .string(text), "dateCreated": .string(time),
            "createdBy": .string(member), "member": row.map { links.reference(.member, $0) } ?? .null,
            "_info": ["lastUpdated": .string(time), "updatedBy": .string(member)],
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
        values["originalAuthor"] = .text(note.name("member"))
        return Record(note.id, values)
    }

    /// A time entry as the collection of all notes shows it.
    private func timeNote(_ entry: Record) -> Record {
        var values: [String: JSON] = [
            "noteType": "TimeEntryNote", "text": entry.values["notes"] ?? "", "detailDescriptionFlag": true,
            "internalAnalysisFlag": false, "resolutionFlag": false, "isMarkdownFlag": true, "bundledFlag": false,
            "mergedFlag": false, "createdByParentFlag": false,
        ]
        for name in ["timeStart", "timeEnd", "member", "_info"] { values[name] = entry.values[name] }
        values["originalAuthor"] = .text(entry.name("member"))
        return Record(entry.id, values)
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
