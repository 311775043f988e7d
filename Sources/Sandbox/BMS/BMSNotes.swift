import Formats

/// What hangs on a ticket.
extension BMSSandbox {
    static let maximumFileBytes = 10_000_000

    mutating func part(
        _ at: Int, _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(BMSFault) -> SandboxReply {
        let id = all[at].id
        switch (path[0], path.count, request.method) {
        case ("notes", 1, "GET"): return BMSSandbox.success(.array((notes[id] ?? []).map { note($0) }))
        case ("notes", 1, "POST"):
            let sent = try input(try BMSSandbox.json(request), BMSField.note)
            let note = try add(sent, at, by: BMSSeed.apiUser, now: now)
            return BMSSandbox.success(self.note(note))
        case ("notes", 2, "GET"), ("notes", 2, "DELETE"):
            guard let place = notes[id]?.firstIndex(where: { String($0.id) == path[1] }), let note = notes[id]?[place]
            else { throw .refused("Note \(path[1]) was not found.", code: 404) }
            guard request.method == "DELETE" else { return BMSSandbox.success(self.note(note)) }
            notes[id]?.remove(at: place)
            touch(at, by: BMSSeed.apiUser, now: now)
            return BMSSandbox.success(true)
        case ("resolve", 1, "POST"): return try resolve(at, request, now: now)
        case ("assignticket", 1, "POST"): return try assign(at, request, now: now)
        case ("activities", 1, "GET"):
            let found = activities[id] ?? []
            let shown = try page(found, request.parameter("PageSize"), request.parameter("PageNumber"))
            return BMSSandbox.success(
                .array(shown.map { BMSSandbox.json($0, BMSSandbox.activityNames) }), total: found.count)
        case ("notes", 1...2, _), ("resolve", 1, _), ("assignticket", 1, _), ("activities", 1, _): throw .http(405)
        default: throw .http(404)
        }
    }

    private static let activityNames = """
        id createdBy createdOn modifiedBy modifiedOn workTypeName noteTypeId activityType ticketId notes internalNotes \
        isInternal timeSpent createdByName
        """.split(separator: " ").map(String.init)

    private func note(_ note: Record) -> JSON {
        BMSSandbox.json(
            note,
            [
                "id", "createdBy", "createdOn", "modifiedBy", "modifiedOn", "details", "isInternal", "typeId",
                "typeName", "createdByName", "attachments",
            ])
    }

    /// Enters a note that was checked; one with a status changes the ticket's.
    private mutating func add(
        _ sent: [String: JSON], _ at: Int, by user: Int64, now: Int64
    ) throws(BMSFault) -> Record {
        var files: [JSON] = []
        for file in sent["attachments"]?.array ?? [] {
            guard let name = file.member("name")?.string, !name.isEmpty, file.member("type")?.string?.isEmpty == false,
                let bytes = file.member("base64Data")?.string.flatMap({ Base64.decode($0) }), !bytes.isEmpty,
                bytes.count <= BMSSandbox.maximumFileBytes
            else { throw .refused("An attachment needs Name, Type and Base64Data.") }
            files.append(["originalFileName": .string(name), "fileSize": .integer(bytes.count)])
        }
        let isInternal = sent["isInternal"]?.bool ?? false
        let note = enter(
            sent["details"]?.string ?? "", isInternal: isInternal, type: sent["typeId"]?.integer ?? 71, files: files,
            at,
            by: user, now: now)
        if let status = sent["statusId"] {
            var values = all[at].values
            values["statusId"] = status
            replace(at, values, by: user, now: now)
        }
        return note
    }

    /// Enters a note and what it leaves among the activities.
    @discardableResult
    mutating func enter(
        _ text: String, isInternal: Bool, type: Int64, files: [JSON] = [], _ at: Int, by user: Int64, now: Int64
    ) -> Record {
        let person = row(.assignees, user)?.values["name"] ?? .null
        let note = Record(
            nextNote,
            [
                "details": .string(text), "isInternal": .bool(isInternal), "typeId": .integer(type),
                "typeName": row(.noteTypes, type)?.values["name"] ?? .null, "createdBy": .integer(user),
                "createdOn": BMSSandbox.time(now), "modifiedBy": .integer(user), "modifiedOn": BMSSandbox.time(now),
                "createdByName": person, "attachments": .array(files),
            ])
        nextNote += 1
        notes[all[at].id, default: []].append(note)
        enter(
            activity: "Note", at,
            ["noteTypeId": .integer(type), isInternal ? "internalNotes" : "notes": .string(text)], by: user, now: now)
        touch(at, by: user, now: now)
        return note
    }

    mutating func enter(activity: String, _ at: Int, _ more: [String: JSON], by user: Int64, now: Int64) {
        let id = all[at].id
        var values: [String: JSON] = [
            "activityType": .string(activity), "ticketId": .integer(id), "createdBy": .integer(user),
            "createdOn": BMSSandbox.time(now), "modifiedBy": .integer(user), "modifiedOn": BMSSandbox.time(now),
            "createdByName": row(.assignees, user)?.values["name"] ?? .null,
        ]
        values.merge(more) { $1 }
        activities[id, default: []].append(Record(nextNote, values))
        nextNote += 1
    }

    func timeSpent(_ ticket: Int64) -> Double {
        (activities[ticket] ?? []).reduce(0) { $0 + ($1.values["timeSpent"]?.double ?? 0) }
    }

    private mutating func resolve(_ at: Int, _ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        var sent = try input(try BMSSandbox.json(request), BMSField.resolution)
        sent["details"] = sent["comment"]
        sent["typeId"] = 72
        if sent["statusId"] == nil {
            let completed = tables[.statuses]?.first { $0.values["typeId"]?.integer == 3 }
            sent["statusId"] = completed.map { .integer($0.id) }
        }
        _ = try add(sent, at, by: BMSSeed.apiUser, now: now)
        return BMSSandbox.success(ticket(all[at]))
    }

    private mutating func assign(_ at: Int, _ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        let sent = try input(try BMSSandbox.json(request), BMSField.assignment)
        guard sent["assigneeId"] != nil || sent["queueId"] != nil else {
            throw .refused("Either QueueId or AssigneeId is required.")
        }
        var values = all[at].values
        for name in ["assigneeId", "queueId"] where sent[name] != nil { values[name] = sent[name] }
        replace(at, values, by: BMSSeed.apiUser, now: now)
        _ = try add(sent, at, by: BMSSeed.apiUser, now: now)
        return BMSSandbox.success(ticket(all[at]))
    }

    mutating func mergeTickets(_ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        let sent = try BMSSandbox.json(request)
        guard let target = sent.member("destinationTicketId")?.integer.flatMap({ index(of: $0) }) else {
            throw .refused("DestinationTicketId was not found.")
        }
        var places: [Int] = []
        for id in sent.member("sourceTicketIds")?.array ?? [] {
            guard let place = id.integer.flatMap({ index(of: $0) }), place != target else {
                throw .refused("A source ticket was not found.")
            }
            places.append(place)
        }
        guard !places.isEmpty else { throw .refused("SourceTicketIds is required.") }
        for place in places { merge(place, into: target, by: BMSSeed.apiUser, now: now) }
        return BMSSandbox.success(["jobId": .string(Identifier(high: 0x4000, low: UInt64(nextNote)).description)])
    }

    /// The first ticket becomes a part of the second and is closed.
    mutating func merge(_ at: Int, into target: Int, by user: Int64, now: Int64) {
        let number = all[target].values["ticketNumber"]?.string ?? ""
        enter("This ticket was merged into \(number).", isInternal: true, type: 71, at, by: user, now: now)
        var values = all[at].values
        let closed = tables[.statuses]?.first { $0.values["name"] == "Closed" }
        values["statusId"] = closed.map { .integer($0.id) }
        replace(at, values, by: user, now: now)
    }
}
