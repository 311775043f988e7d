import Formats

/// What the world around all vendors needs of this one, and what people do in the PSA's own windows.
extension ConnectWiseSandbox: VendorSandbox {
    func counted(_ request: SandboxRequest) -> CallMeter.Call? {
        let words = request.path.lowercased().split(separator: "/").dropFirst(4)
        let object = words.prefix(2).filter { Int64($0) == nil }.joined(separator: "/")
        return CallMeter.Call(object: object, account: "company")
    }

    func refusal(_ excess: CallMeter.Excess) -> SandboxReply { failure(429, retryAfterSeconds: nil) }

    func ticketReference(_ request: SandboxRequest) -> String? {
        guard request.method == "POST",
            request.path.lowercased().split(separator: "/").suffix(2) == ["service", "tickets"]
        else { return nil }
        return reference("externalXRef", in: request)
    }

    mutating func perform(_ work: TechnicianWork, on ticket: Int64, now: Int64) throws(SandboxRefusal) {
        guard let at = index(of: ticket) else { throw .noTicket(ticket) }
        let time = SandboxTime.text(now)
        let by = SandboxMSP.technicians[0]
        let old = all[at].record
        switch work {
        case .status(let name):
            let board = old[["board", "id"]].integer
            let rows = (tables[.statuses] ?? []).filter { $0[["board", "id"]].integer == board }
            set("status", .status, try row("status", name, rows), at)
        case .priority(let name): set("priority", .priority, try row("priority", name, tables[.priorities] ?? []), at)
        case .owner(let name):
            guard let index = SandboxMSP.technician(name) else { throw .unknown("member", name) }
            let member = ConnectWiseSeed.firstTechnician + Int64(index)
            all[at].record.values["owner"] = links.reference(.member, member, tables)
            all[at].record.values["resources"] = .string(SandboxMSP.technicians[index].identifier)
        case .note(let text, let isInternal):
            let flag = isInternal ? "internalAnalysisFlag" : "detailDescriptionFlag"
            all[at].notes.append(note(text, flags: [flag], ticket: ticket, time, by: by.identifier))
        case .time(let hours, let text): enter(hours: hours, text, at, by, now: now)
        case .merge(let target):
            guard let into = index(of: target) else { throw .noTicket(target) }
            merge(at, into: into, now: now)
        case .delete:
            remove(at)
            return
        }
        settleClosing(&all[at].record, before: old, time, by: by.identifier)
        touch(at, time, by: by.identifier)
    }

    private mutating func set(_ property: String, _ kind: Reference, _ row: Record, _ at: Int) {
        all[at].record.values[property] = links.reference(kind, row)
    }

    private func row(_ what: String, _ name: String, _ rows: [Record]) throws(SandboxRefusal) -> Record {
        guard let row = rows.first(where: { $0.values["name"]?.string?.equalsIgnoringCase(name) == true }) else {
            throw .unknown(what, name)
        }
        return row
    }

    private mutating func enter(
        hours: Double, _ text: String, _ at: Int, _ by: SandboxMSP.Technician, now: Int64
    ) {
        let record = all[at].record
        let values: [String: JSON] = [
            "company": record.values["company"] ?? .null, "chargeToId": .integer(record.id),
            "chargeToType": "ServiceTicket",
            "member": links.reference(.member, ConnectWiseSeed.firstTechnician, tables),
            "timeStart": .string(SandboxTime.text(now - Int64(hours * 3_600_000))),
            "timeEnd": .string(SandboxTime.text(now)), "actualHours": .number(String(hours)), "notes": .string(text),
            "billableOption": "Billable", "addToDetailDescriptionFlag": true, "enteredBy": .string(by.identifier),
            "dateEntered": .string(SandboxTime.text(now)),
            "_info": ["lastUpdated": .string(SandboxTime.text(now)), "updatedBy": .string(by.identifier)],
        ]
        timeEntries.append(Record(Int64(8001 + timeEntries.count), values))
        let spent = (record.values["actualHours"]?.double ?? 0) + hours
        all[at].record.values["actualHours"] = .number(String(spent))
    }

    /// The first ticket becomes a part of the second and is closed.
    mutating func merge(_ at: Int, into target: Int, now: Int64) {
        let parent = all[target].record
        all[at].record.values["mergedParentTicket"] = [
            "id": .integer(parent.id), "summary": parent.values["summary"] ?? "",
            "_info": ["ticket_href": .string("\(links.base)/service/tickets/\(parent.id)")],
        ]
        all[target].record.values["hasMergedChildTicketFlag"] = true
        let board = all[at].record[["board", "id"]].integer
        let closed = (tables[.statuses] ?? []).first {
            $0[["board", "id"]].integer == board && $0.values["closedStatus"]?.bool == true
        }
        if let closed { set("status", .status, closed, at) }
    }

    mutating func perform(_ work: AdministratorWork) throws(SandboxRefusal) {
        switch work {
        case .company(let name, let isActive):
            let status = isActive ? ConnectWiseSeed.activeStatus : ConnectWiseSeed.inactiveStatus
            let at = try index(.companies, ["name", "identifier"], "company", name)
            let reference = links.reference(.companyStatus, status, tables)
            tables[.companies]?[at].values["status"] = reference
        case .renameCompany(let name, let new):
            let at = try index(.companies, ["name", "identifier"], "company", name)
            tables[.companies]?[at].values["name"] = .string(new)
        case .renameBoard(let name, let new):
            let at = try index(.boards, ["name"], "board", name)
            tables[.boards]?[at].values["name"] = .string(new)
            guard let row = tables[.boards]?[at] else { return }
            // The vendor joins the name in at each reading.
            for index in all.indices where all[index].record[["board", "id"]].integer == row.id {
                all[index].record.values["board"] = links.reference(.board, row)
            }
        // Nobody is ever signed in.
        case .expireTokens: break
        }
    }

    private func index(_ table: Table, _ names: [String], _ what: String, _ name: String) throws(SandboxRefusal) -> Int
    {
        let at = tables[table]?.firstIndex { row in
            names.contains { row.values[$0]?.string?.equalsIgnoringCase(name) == true }
        }
        guard let at else { throw .unknown(what, name) }
        return at
    }
}

/// Time entries, which are read only: nobody but people works by the hour.
extension ConnectWiseSandbox {
    func timeResource(_ path: [String], _ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        guard request.method == "GET" else { throw .wrongVerb }
        switch path {
        case []: return try list(timeEntries, ConnectWiseSchema.timeEntry, request)
        case ["count"]: return try count(timeEntries, ConnectWiseSchema.timeEntry, request)
        default:
            guard path.count == 1, let entry = timeEntries.first(where: { String($0.id) == path[0] }) else {
                throw .noRecord("timeEntry", path.first ?? "")
            }
            return SandboxReply(status: 200, json: try selected(entry, ConnectWiseSchema.timeEntry, request))
        }
    }

    func timeEntries(of ticket: Int64) -> [Record] {
        timeEntries.filter { $0.values["chargeToId"]?.integer == ticket }
    }

    /// A merge by the interface: what is named goes into the ticket of the path, and gets the status that is sent.
    mutating func mergeTickets(
        _ at: Int, _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        let sent = try object(request, "ticketMerge")
        guard let ids = sent["mergeTicketIds"]?.array, !ids.isEmpty else {
            throw .invalidObject("ticketMerge", [.missing("mergeTicketIds", "ticketMerge")])
        }
        guard let status = sent["status"], status.members != nil else {
            throw .invalidObject("ticketMerge", [.missing("status", "ticketMerge")])
        }
        var places: [Int] = []
        for id in ids {
            guard let place = id.integer.flatMap({ index(of: $0) }), place != at else {
                throw .noRecord("ticket", id.compact)
            }
            places.append(place)
        }
        let time = SandboxTime.text(now)
        for place in places {
            let old = all[place].record
            merge(place, into: at, now: now)
            let board = old[["board", "id"]].integer
            let row = (tables[.statuses] ?? []).first {
                $0[["board", "id"]].integer == board
                    && ($0.id == status["id"]?.integer || $0.values["name"] == status["name"])
            }
            guard let row else { throw .noRecord("status", status.compact) }
            all[place].record.values["status"] = links.reference(.status, row)
            settleClosing(&all[place].record, before: old, time)
            touch(place, time)
        }
        touch(at, time)
        return SandboxReply(status: 201, json: ["success": true, "message": "Success"])
    }
}
