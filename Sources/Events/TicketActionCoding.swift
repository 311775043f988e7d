public import Formats

// The outbox keeps actions as JSON: readable with any SQLite tool, and a field that is missing has its default, so that
// fields can be added.

extension TicketAction {
    /// The action as the outbox keeps it.
    public var json: JSON {
        [
            "kind": .string(kind.rawValue),
            "reference": .string(reference.description),
            "draft": draft.json,
            "terms": terms.json,
            "file": file.map { .integer($0) } ?? .null,
        ]
    }

    /// Reads an action back; nil where the text is none.
    public init?(json: JSON) {
        guard let kind = json["kind"]?.string.flatMap(Kind.init(rawValue:)),
            let reference = json["reference"]?.string.flatMap({ Identifier($0) }),
            let draft = json["draft"]
        else { return nil }
        self.init(kind: kind, reference: reference, draft: TicketDraft(json: draft))
        if let terms = json["terms"] { self.terms = Terms(json: terms) }
        file = json["file"]?.integer
    }
}

extension TicketAction {
    /// The text of `json`, written straight into bytes, without what has its default anyway.
    public var compact: String {
        var out: [UInt8] = []
        out.reserveCapacity(draft.description.utf8.count + draft.internalNote.utf8.count + 768)
        out.append(contentsOf: "{\"kind\":".utf8)
        JSON.quote(kind.rawValue, into: &out)
        out.append(contentsOf: ",\"reference\":\"".utf8)
        reference.append(to: &out)
        out.append(contentsOf: "\",\"draft\":{\"priority\":".utf8)
        out.append(contentsOf: String(draft.priority).utf8)
        for (name, text) in draft.texts {
            guard let text else { continue }
            out.append(contentsOf: ",\"".utf8)
            out.append(contentsOf: name.utf8)
            out.append(contentsOf: "\":".utf8)
            JSON.quote(text, into: &out)
        }
        if draft.isClosed { out.append(contentsOf: ",\"isClosed\":true".utf8) }
        if draft.company.matchByID { out.append(contentsOf: ",\"matchByID\":true".utf8) }
        if let seconds = draft.dueSeconds { out.append(contentsOf: ",\"due\":\(seconds)".utf8) }
        if let mail = draft.mail {
            out.append(contentsOf: ",\"mail\":".utf8)
            mail.json.write(into: &out)
        }
        out.append(contentsOf: "},\"terms\":".utf8)
        terms.json.write(into: &out)
        if let file { out.append(contentsOf: ",\"file\":\(file)".utf8) }
        out.append(UInt8(ascii: "}"))
        return String(decoding: out, as: UTF8.self)
    }
}

extension TicketAction.Terms {
    /// What differs from the defaults, for which nothing need be written.
    var json: JSON {
        let plain = TicketAction.Terms()
        var members: [(String, JSON)] = []
        if reopens { members.append(("reopens", true)) }
        for (name, list) in [
            ("closedStates", closedStates), ("closingStatuses", closingStatuses), ("openStatuses", openStatuses),
        ] where !list.isEmpty {
            members.append((name, .array(list.map { .string($0) })))
        }
        if sparesTouched != plain.sparesTouched { members.append(("sparesTouched", .bool(sparesTouched))) }
        if !previously.isEmpty { members.append(("previously", .string(previously))) }
        if let expires { members.append(("expires", .integer(expires.milliseconds))) }
        if let listTitle { members.append(("listTitle", .string(listTitle))) }
        if insistsOnFiles { members.append(("insistsOnFiles", true)) }
        if attachesText { members.append(("attachesText", true)) }
        if let aside { members.append(("aside", .string(aside))) }
        return .members(members)
    }

    init(json: JSON) {
        let texts = { (name: String) in (json[name]?.array ?? []).compactMap(\.string) }
        self.init()
        reopens = json["reopens"]?.bool ?? reopens
        closedStates = texts("closedStates")
        closingStatuses = texts("closingStatuses")
        openStatuses = texts("openStatuses")
        sparesTouched = json["sparesTouched"]?.bool ?? sparesTouched
        previously = json["previously"]?.string ?? ""
        expires = json["expires"]?.integer.map { Instant(milliseconds: $0) }
        listTitle = json["listTitle"]?.string
        insistsOnFiles = json["insistsOnFiles"]?.bool ?? false
        attachesText = json["attachesText"]?.bool ?? false
        aside = json["aside"]?.string
    }
}

extension TicketDraft {
    /// The texts by their names; nil for those that are empty and need not be written for that.
    fileprivate var texts: [(name: String, text: String?)] {
        let filled = { (text: String) in text.isEmpty ? nil : text }
        return [
            ("subject", filled(subject)), ("description", filled(description)), ("internal", filled(internalNote)),
            ("priorityName", priorityName), ("board", filled(board)), ("status", status), ("source", source),
            ("type", filled(classification.type)), ("subtype", filled(classification.subtype)),
            ("item", filled(classification.item)), ("orgID", filled(company.orgID)), ("org", filled(company.name)),
            ("mapped", company.mapped), ("fallback", company.fallback), ("agent", filled(agent)),
            ("workType", workType), ("rep", representative),
        ]
    }

    var json: JSON {
        [
            "subject": .string(subject),
            "description": .string(description),
            "internal": .string(internalNote),
            "priority": .integer(priority),
            "priorityName": .text(priorityName),
            "board": .string(board),
            "status": .text(status), "isClosed": .bool(isClosed),
            "source": .text(source),
            "type": .string(classification.type),
            "subtype": .string(classification.subtype),
            "item": .string(classification.item),
            "orgID": .string(company.orgID),
            "org": .string(company.name),
            "mapped": .text(company.mapped),
            "fallback": .text(company.fallback),
            "matchByID": .bool(company.matchByID),
            "agent": .string(agent),
            "workType": .text(workType),
            "due": dueSeconds.map { .integer($0) } ?? .null,
            "rep": .text(representative),
            "mail": mail.map(\.json) ?? .null,
        ]
    }

    init(json: JSON) {
        let text = { (name: String) in json[name]?.string ?? "" }
        self.init()
        subject = text("subject")
        description = text("description")
        internalNote = text("internal")
        priority = json["priority"]?.integer.map { Int($0) } ?? 3
        priorityName = json["priorityName"]?.string
        board = text("board")
        status = json["status"]?.string
        isClosed = json["isClosed"]?.bool ?? false
        source = json["source"]?.string
        classification = Classification(type: text("type"), subtype: text("subtype"), item: text("item"))
        company.orgID = text("orgID")
        company.name = text("org")
        company.mapped = json["mapped"]?.string
        company.fallback = json["fallback"]?.string
        company.matchByID = json["matchByID"]?.bool ?? false
        agent = text("agent")
        workType = json["workType"]?.string
        dueSeconds = json["due"]?.integer.map { Int($0) }
        representative = json["rep"]?.string
        mail = json["mail"].flatMap { Mail(json: $0) }
    }
}

extension TicketDraft.Mail {
    var json: JSON {
        [
            "from": .string(from), "to": .array(to.map { .string($0) }), "subject": .string(subject),
            "after": .integer(after.milliseconds),
        ]
    }

    init?(json: JSON) {
        guard let to = json["to"]?.array else { return nil }
        self.init(
            from: json["from"]?.string ?? "", to: to.compactMap(\.string), subject: json["subject"]?.string ?? "",
            after: json["after"]?.integer.map { Instant.Span(milliseconds: $0) } ?? .minutes(5))
    }
}
