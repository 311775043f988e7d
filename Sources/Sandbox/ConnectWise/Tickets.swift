import Formats

/// `service/tickets` and what stands below it.
extension ConnectWiseSandbox {
    mutating func ticketResource(
        _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        guard let first = path.first else {
            switch request.method {
            case "GET": return try list(nil, ConnectWiseSchema.ticket, request)
            case "POST": return try createTicket(request, now: now)
            default: throw .wrongVerb
            }
        }
        if path == ["count"] {
            guard request.method == "GET" else { throw .wrongVerb }
            return try count(nil, ConnectWiseSchema.ticket, request)
        }
        if path == ["search"] { return try search(request) }
        guard let id = Int64(first) else { throw .noResource }
        guard let at = index(of: id) else { throw .noRecord("ticket", first) }
        if path.count > 1 { return try partOfTicket(at, Array(path.dropFirst()), request, now: now) }
        switch request.method {
        case "GET":
            return SandboxReply(
                status: 200, json: try selected(all[at].record, ConnectWiseSchema.ticket, request))
        case "PATCH": return try patchTicket(at, request, now: now)
        case "PUT": return try replaceTicket(at, request, now: now)
        case "DELETE":
            remove(at)
            return SandboxReply(status: 204)
        default: throw .wrongVerb
        }
    }

    /// Where a ticket stands in the list, which is in the order of ids.
    func index(of id: Int64) -> Int? {
        var (low, high) = (0, all.count)
        while low < high {
            let middle = (low + high) / 2
            if all[middle].record.id < id { low = middle + 1 } else { high = middle }
        }
        return low < all.count && all[low].record.id == id ? low : nil
    }

    /// Keeps the list by which tickets are found by their reference.
    private mutating func enter(reference record: Record, isGone: Bool = false) {
        guard let reference = record.values["externalXRef"]?.string?.lowercased() else { return }
        var ids = ticketsByReference[reference] ?? []
        ids.removeAll { $0 == record.id }
        if !isGone { ids.insert(record.id, at: ids.firstIndex { $0 > record.id } ?? ids.count) }
        ticketsByReference[reference] = ids.isEmpty ? nil : ids
    }

    mutating func remove(_ at: Int) {
        enter(reference: all[at].record, isGone: true)
        all.remove(at: at)
    }

    /// The body as JSON; anything that is not declared as JSON is refused before it is read.
    func body(_ request: SandboxRequest, _ resource: String) throws(ConnectWiseFault) -> JSON {
        let type = (request.header("Content-Type") ?? "").split(separator: ";").first?.trimmed.lowercased() ?? ""
        guard type == "application/json" || type.hasPrefix("application/vnd.connectwise.com+json") else {
            throw .notJSON
        }
        do {
            return try JSON(parsing: request.body)
        } catch {
            throw .invalidObject(
                resource,
                [
                    ConnectWiseFault.Detail(
                        code: "InvalidJson", message: "The body is not JSON: \(error.description)", resource: resource,
                        field: "")
                ])
        }
    }

    func object(_ request: SandboxRequest, _ resource: String) throws(ConnectWiseFault) -> [String: JSON] {
        guard let members = try body(request, resource).members else { throw .invalidObject(resource, []) }
        return Dictionary(members.map { ($0.name, $0.value) }) { _, last in last }
    }

    private func search(_ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        guard request.method == "POST" else { throw .wrongVerb }
        let filter = try Filter(body: .object(try object(request, "filterValues").map { JSON.Member($0, $1) }), request)
        let found = try matching(nil, ConnectWiseSchema.ticket, filter)
        let ordered = try sorted(found, ConnectWiseSchema.ticket, filter.orderBy)
        return try page(ordered, ConnectWiseSchema.ticket, request)
    }

    private mutating func createTicket(_ request: SandboxRequest, now: Int64) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "ticket")
        var rules = ConnectWiseTicketRules(tables: tables, associations: associations, links: links)
        var ticket = Ticket(record: Record(nextTicket, try rules.checked(sent, withDefaults: true)))
        try initialTexts(sent)
        nextTicket += 1
        let time = SandboxTime.text(now)
        ticket.record.values["_info"] = [
            "lastUpdated": .string(time), "updatedBy": .string(ConnectWiseSandbox.member),
            "dateEntered": .string(time), "enteredBy": .string(ConnectWiseSandbox.member),
        ]
        settleClosing(&ticket.record, before: nil, time)
        ticket.initialDescription = sent["initialDescription"]?.string
        ticket.initialInternalAnalysis = sent["initialInternalAnalysis"]?.string
        let texts = [
            ("initialDescription", "detailDescriptionFlag"), ("initialInternalAnalysis", "internalAnalysisFlag"),
            ("initialResolution", "resolutionFlag"),
        ]
        for (name, flag) in texts {
            guard let text = sent[name]?.string, !text.isEmpty else { continue }
            ticket.notes.append(note(text, flags: [flag], ticket: ticket.record.id, time))
        }
        all.append(ticket)
        enter(reference: ticket.record)
        return SandboxReply(status: 201, json: ticket.record.json(ConnectWiseSchema.ticket))
    }

    private func initialTexts(_ sent: [String: JSON]) throws(ConnectWiseFault) {
        for name in ["initialDescription", "initialInternalAnalysis", "initialResolution"] {
            guard let value = sent[name], value != .null, value.string == nil else { continue }
            throw .invalidObject(
                "ticket",
                [
                    ConnectWiseFault.Detail(
                        code: "InvalidObject", message: "\(name) has a value of the wrong kind.", resource: "ticket",
                        field: name)
                ])
        }
    }

    /// PUT: everything is replaced, and what is left out falls back to its default.
    private mutating func replaceTicket(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "ticket")
        let missing = ["severity", "impact"].filter { sent[$0] == nil || sent[$0] == .null }
        guard missing.isEmpty else { throw .invalidObject("ticket", missing.map { .missing($0, "ticket") }) }
        return try store(sent, withDefaults: true, at, now: now)
    }

    /// Checks a changed record as a whole and puts it in the place of the old one.
    mutating func store(
        _ values: [String: JSON], withDefaults: Bool, _ at: Int, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let old = all[at].record
        var rules = ConnectWiseTicketRules(tables: tables, associations: associations, links: links)
        var record = Record(old.id, try rules.checked(values, withDefaults: withDefaults))
        for field in ConnectWiseSchema.ticket.fields where field.access == .readOnly {
            record.values[field.name] = old.values[field.name]
        }
        record.values["_info"] = old.values["_info"]
        let time = SandboxTime.text(now)
        settleClosing(&record, before: old, time)
        enter(reference: old, isGone: true)
        enter(reference: record)
        all[at].record = record
        touch(at, time)
        return SandboxReply(status: 200, json: all[at].record.json(ConnectWiseSchema.ticket))
    }

    /// The closed flag follows the status; so do the date and the closer.
    func settleClosing(
        _ record: inout Record, before: Record?, _ time: String, by member: String = ConnectWiseSandbox.member
    ) {
        let status = record[["status", "id"]].integer
        let isClosed = tables[.statuses]?.first { $0.id == status }?.values["closedStatus"]?.bool ?? false
        let wasClosed = before?.values["closedFlag"]?.bool ?? false
        record.values["closedFlag"] = .bool(isClosed)
        guard isClosed != wasClosed else { return }
        record.values["closedDate"] = isClosed ? .string(time) : nil
        record.values["closedBy"] = isClosed ? .string(member) : nil
    }

    /// Notes a change in the ticket's `_info`.
    mutating func touch(_ at: Int, _ time: String, by member: String = ConnectWiseSandbox.member) {
        var members = all[at].record.values["_info"]?.members ?? []
        for index in members.indices {
            if members[index].name == "lastUpdated" { members[index].value = .string(time) }
            if members[index].name == "updatedBy" { members[index].value = .string(member) }
        }
        all[at].record.values["_info"] = .object(members)
    }

    /// A ticket in the shape that all PSAs share.
    func shared(_ ticket: Ticket, _ files: [Document]) -> SandboxTicket {
        let record = ticket.record
        let configuration = tables[.configurations]?.first { $0.id == ticket.configurations.first }
        return SandboxTicket(
            psa: SandboxVendor.connectwise.rawValue, id: record.id, number: String(record.id),
            summary: record.values["summary"]?.string ?? "",
            description: ticket.initialDescription, internalText: ticket.initialInternalAnalysis,
            status: record.name("status") ?? "", isClosed: record.values["closedFlag"]?.bool ?? false,
            company: record[["company", "identifier"]].string ?? "", board: record.name("board") ?? "",
            priority: record.name("priority"), type: record.name("type"), subtype: record.name("subType"),
            item: record.name("item"), configuration: configuration?.values["name"]?.string,
            externalRef: record.values["externalXRef"]?.string,
            notes: ticket.notes.map { note in
                SandboxTicket.Note(
                    text: note.values["text"]?.string ?? "",
                    flags: ConnectWiseSandbox.placements.filter { note.values[$0]?.bool == true },
                    createdAt: note.values["dateCreated"]?.string ?? "")
            },
            attachments: files.map { file in
                SandboxTicket.Attachment(
                    name: file.record.values["fileName"]?.string ?? "", bytes: file.bytes.count)
            },
            createdAt: record[["_info", "dateEntered"]].string ?? "",
            updatedAt: record[["_info", "lastUpdated"]].string ?? "")
    }
}
