import Formats

/// What people do in the PSA's own windows, and how its tickets look in the form that all PSAs share.
extension BMSSandbox {
    mutating func perform(_ work: TechnicianWork, on ticket: Int64, now: Int64) throws(SandboxRefusal) {
        guard let at = index(of: ticket) else { throw .noTicket(ticket) }
        let by = BMSSeed.firstTechnician
        var values = all[at].values
        switch work {
        case .status(let name): values["statusId"] = .integer(try id(.statuses, "status", name))
        case .priority(let name): values["priorityId"] = .integer(try id(.priorities, "priority", name))
        case .owner(let name):
            guard let index = SandboxMSP.technician(name) else { throw .unknown("assignee", name) }
            values["assigneeId"] = .integer(by + Int64(index))
        case .note(let text, let isInternal):
            enter(text, isInternal: isInternal, type: 71, at, by: by, now: now)
            return
        case .time(let hours, let text):
            enter(
                activity: "TimeLog", at,
                ["timeSpent": .number(String(hours)), "notes": .string(text), "workTypeName": "Remote Support"], by: by,
                now: now)
            touch(at, by: by, now: now)
            return
        case .merge(let target):
            guard let into = index(of: target) else { throw .noTicket(target) }
            merge(at, into: into, by: by, now: now)
            return
        case .delete:
            all.remove(at: at)
            return
        }
        replace(at, values, by: by, now: now)
    }

    private func id(_ table: BMSTable, _ what: String, _ name: String) throws(SandboxRefusal) -> Int64 {
        guard let row = tables[table]?.first(where: { $0.values["name"]?.string?.equalsIgnoringCase(name) == true })
        else { throw .unknown(what, name) }
        return row.id
    }

    mutating func perform(_ work: AdministratorWork) throws(SandboxRefusal) {
        switch work {
        case .company(let name, let isActive):
            let at = try account(name)
            tables[.accounts]?[at].values["isActive"] = .bool(isActive)
        case .renameCompany(let name, let new):
            let at = try account(name)
            tables[.accounts]?[at].values["name"] = .string(new)
            tables[.accounts]?[at].values["accountName"] = .string(new)
        case .renameBoard(let name, let new):
            let queue = try id(.queues, "queue", name)
            guard let at = tables[.queues]?.firstIndex(where: { $0.id == queue }) else { return }
            tables[.queues]?[at].values["name"] = .string(new)
        case .expireTokens: sessions = []
        }
    }

    private func account(_ name: String) throws(SandboxRefusal) -> Int {
        let at = tables[.accounts]?.firstIndex { row in
            ["name", "accountCode"].contains { row.values[$0]?.string?.equalsIgnoringCase(name) == true }
        }
        guard let at else { throw .unknown("account", name) }
        return at
    }

    /// Every ticket in the shape that all PSAs share.
    public var tickets: [SandboxTicket] { all.map { shared($0) } }

    private func shared(_ ticket: Record) -> SandboxTicket {
        let values = ticket.values
        let name: (BMSTable, String) -> String? = { row($0, values[$1]?.integer)?.values["name"]?.string }
        let account = row(.accounts, values["accountId"]?.integer)
        let notes = notes[ticket.id] ?? []
        return SandboxTicket(
            psa: SandboxVendor.bms.rawValue, id: ticket.id, number: values["ticketNumber"]?.string ?? "",
            summary: values["title"]?.string ?? "", description: values["details"]?.string, internalText: nil,
            status: name(.statuses, "statusId") ?? "", isClosed: isClosed(ticket),
            company: account?.values["accountCode"]?.string ?? "", board: name(.queues, "queueId") ?? "",
            priority: name(.priorities, "priorityId"), type: name(.issueTypes, "issueTypeId"),
            subtype: name(.subIssueTypes, "subIssueTypeId"), item: nil,
            configuration: name(.hardwareAssets, "hardwareAssetId"),
            externalRef: BMSSandbox.marker(in: values["title"]?.string, values["details"]?.string),
            notes: notes.map { note in
                SandboxTicket.Note(
                    text: note.values["details"]?.string ?? "",
                    flags: [note.values["isInternal"]?.bool == true ? "internal" : "public"],
                    createdAt: (note.values["createdOn"]?.string ?? "") + "Z")
            },
            attachments: notes.flatMap { $0.values["attachments"]?.array ?? [] }.map { file in
                SandboxTicket.Attachment(
                    name: file["originalFileName"]?.string ?? "", bytes: Int(file["fileSize"]?.integer ?? 0))
            },
            createdAt: (values["createdOn"]?.string ?? "") + "Z", updatedAt: (values["modifiedOn"]?.string ?? "") + "Z")
    }
}
