import Formats

/// What people do in the PSA's own windows, and how its tickets look in the form that all PSAs share.
extension AutotaskSandbox {
    private static let technician = AutotaskSeed.firstTechnician

    mutating func perform(_ work: TechnicianWork, on ticket: Int64, now: Int64) throws(SandboxRefusal) {
        guard let at = index(.tickets, ticket), var values = rows[.tickets]?[at].values else { throw .noTicket(ticket) }
        let by = AutotaskSandbox.technician
        switch work {
        case .status(let name): values["status"] = .integer(try pick("status", name))
        case .priority(let name): values["priority"] = .integer(try pick("priority", name))
        case .owner(let name):
            guard let index = SandboxMSP.technician(name) else { throw .unknown("technician", name) }
            values["assignedResourceID"] = .integer(AutotaskSeed.firstTechnician + Int64(index))
            values["assignedResourceRoleID"] = .integer(AutotaskSeed.role)
        case .note(let text, let isInternal):
            _ = note(text, isInternal: isInternal, ticket, now: now)
            return
        case .time(let hours, let text):
            nextOther += 1
            rows[.timeEntries, default: []].append(
                Record(
                    nextOther,
                    [
                        "ticketID": .integer(ticket), "resourceID": .integer(by), "roleID": .integer(AutotaskSeed.role),
                        "hoursWorked": .number(String(hours)), "summaryNotes": .string(text),
                        "dateWorked": .string(SandboxTime.text(now)), "createDateTime": AutotaskSandbox.time(now),
                        "creatorUserID": .integer(by),
                    ]))
            touch(ticket: ticket, by: by, now: now)
            return
        case .merge(let target):
            guard let into = row(.tickets, target) else { throw .noTicket(target) }
            let number = into.values["ticketNumber"]?.string ?? ""
            _ = note("This ticket was merged into \(number).", isInternal: true, ticket, now: now)
            values["status"] = .integer(AutotaskSeed.completeStatus)
            values["problemTicketId"] = .integer(target)
        case .delete:
            // The API cannot delete a ticket, but an administrator can.
            rows[.tickets]?.remove(at: at)
            return
        }
        change(ticket: at, to: values, by: by, now: now)
    }

    private mutating func note(_ text: String, isInternal: Bool, _ ticket: Int64, now: Int64) -> Int64 {
        note(
            [
                "ticketID": .integer(ticket), "title": "Note", "description": .string(text), "noteType": 3,
                "publish": isInternal ? 2 : 1,
            ], by: AutotaskSandbox.technician, now: now)
    }

    private func pick(_ field: String, _ label: String) throws(SandboxRefusal) -> Int64 {
        guard let pick = picklists[.tickets]?[field]?.first(where: { $0.label.equalsIgnoringCase(label) }) else {
            throw .unknown(field, label)
        }
        return pick.value
    }

    mutating func perform(_ work: AdministratorWork) throws(SandboxRefusal) {
        switch work {
        case .company(let name, let isActive):
            let at = try company(name)
            rows[.companies]?[at].values["isActive"] = .bool(isActive)
        case .renameCompany(let name, let new):
            let at = try company(name)
            rows[.companies]?[at].values["companyName"] = .string(new)
        case .renameBoard(let name, let new):
            guard let at = picklists[.tickets]?["queueID"]?.firstIndex(where: { $0.label.equalsIgnoringCase(name) })
            else { throw .unknown("queue", name) }
            picklists[.tickets]?["queueID"]?[at].label = new
        // Nobody is ever signed in.
        case .expireTokens: break
        }
    }

    private func company(_ name: String) throws(SandboxRefusal) -> Int {
        let at = rows[.companies]?.firstIndex { row in
            ["companyName", "companyNumber"].contains { row.values[$0]?.string?.equalsIgnoringCase(name) == true }
        }
        guard let at else { throw .unknown("company", name) }
        return at
    }

    var tickets: [SandboxTicket] {
        let notes = Dictionary(grouping: rows[.ticketNotes] ?? []) { $0.values["ticketID"]?.integer ?? 0 }
        let files = Dictionary(grouping: rows[.ticketAttachments] ?? []) { $0.values["parentID"]?.integer ?? 0 }
        return (rows[.tickets] ?? []).map { shared($0, notes[$0.id] ?? [], files[$0.id] ?? []) }
    }

    private func shared(_ ticket: Record, _ notes: [Record], _ files: [Record]) -> SandboxTicket {
        let values = ticket.values
        let label: (String) -> String? = { self.label(.tickets, $0, values[$0]?.integer) }
        let company = values["companyID"]?.integer.flatMap { row(.companies, $0) }
        let item = values["configurationItemID"]?.integer.flatMap { row(.configurationItems, $0) }
        return SandboxTicket(
            psa: SandboxVendor.autotask.rawValue, id: ticket.id, number: values["ticketNumber"]?.string ?? "",
            summary: values["title"]?.string ?? "", description: values["description"]?.string, internalText: nil,
            status: label("status") ?? "", isClosed: isClosed(values["status"]?.integer),
            company: company?.values["companyNumber"]?.string ?? "", board: label("queueID") ?? "",
            priority: label("priority"), type: label("issueType"), subtype: label("subIssueType"), item: nil,
            configuration: item?.values["referenceTitle"]?.string, externalRef: values["externalID"]?.string,
            notes: notes.map { note in
                SandboxTicket.Note(
                    text: note.values["description"]?.string ?? "",
                    flags: [note.values["publish"]?.integer == 1 ? "public" : "internal"],
                    createdAt: note.values["createDateTime"]?.string ?? "")
            },
            attachments: files.map { file in
                SandboxTicket.Attachment(
                    name: file.values["fullPath"]?.string ?? "", bytes: Int(file.values["fileSize"]?.integer ?? 0))
            },
            createdAt: values["createDate"]?.string ?? "", updatedAt: values["lastActivityDate"]?.string ?? "")
    }
}
