import Events
import Formats

/// A draft with its names turned into an account's IDs.
struct ResolvedTicket: Equatable {
    var company: Int64
    var board: Int64
    var status: Int64?
    var priority: Int64?
    var source: String?
    var type: Int64?
    var subtype: Int64?
    var item: Int64?
    var team: Int64?
    /// `Low`, `Medium` or `High`.
    var severity: String?
    var impact: String?
    /// What was asked for and is not there; for the trace.
    var remarks: [String] = []
}

extension ConnectWiseConnection {
    /// Turns a draft's names into IDs with what has been read so far.
    func newTicket(
        _ action: TicketAction, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> NewTicket {
        let resolver = ConnectWiseResolver(catalogue: catalogue, now: now)
        var ticket = try resolver.resolve(action.draft)
        if let team {
            ticket.team = try resolver.find(team, in: .teams(board: ticket.board))?.id
            if ticket.team == nil { ticket.remarks.append("no team '\(team)' on the board: left out") }
        }
        ticket.severity = level(severity, "severity", &ticket)
        ticket.impact = level(impact, "impact", &ticket)
        return NewTicket(body: body(ticket, action), remarks: ticket.remarks)
    }

    /// Both have three levels, whatever they are called on people's screens (grade V).
    private func level(_ name: String?, _ what: String, _ ticket: inout ResolvedTicket) -> String? {
        guard let name else { return nil }
        let level = ["Low", "Medium", "High"].first { $0.equalsIgnoringCase(name) }
        if level == nil { ticket.remarks.append("no \(what) '\(name)': left out") }
        return level
    }

    /// The agent among its company's configuration items: by its machine's name, then its full name.
    func asset(
        of draft: TicketDraft, on ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> TicketRequest? {
        guard !draft.agent.isEmpty else { return nil }
        let resolver = ConnectWiseResolver(catalogue: catalogue, now: now)
        let company = try draft.company.match { name, orID, remarks throws(Unresolved) in
            try resolver.liveCompany(name, orID: orID, &remarks)
        }
        let names = [String(draft.agent.prefix { $0 != "." }), draft.agent].filter { !$0.isEmpty }
        // What is not there now is looked for again after a day, not for every ticket.
        let rows = try catalogue.rows(.configurations(company: company.id, names: names), now) { _ in true }
        let found = names.lazy.compactMap { name in rows.first { $0.hasName(name) }?.id }.first
        return found.map { .part(["id": .integer($0)], at: "service/tickets/\(ticket)/configurations") }
    }
}

struct ConnectWiseResolver {
    let catalogue: Catalogue
    let now: Instant

    func resolve(_ draft: TicketDraft) throws(Unresolved) -> ResolvedTicket {
        let company = try draft.company.match { name, orID, remarks throws(Unresolved) in
            try liveCompany(name, orID: orID, &remarks)
        }
        guard let board = try find(draft.board, in: .boards), let boardID = board.id else {
            throw .refused("the board '\(draft.board)' does not exist in ConnectWise")
        }
        if board["inactiveFlag"]?.bool == true || board["inactive"]?.bool == true {
            throw .refused("the board '\(draft.board)' is inactive in ConnectWise")
        }
        var ticket = ResolvedTicket(company: company.id, board: boardID, remarks: company.remarks)
        try resolveStatus(draft, &ticket)
        if let name = draft.priorityName {
            ticket.priority = try find(name, in: .priorities)?.id
            // The fifth default has two names: `Information`, else `Info`.
            if ticket.priority == nil, name == "Information" {
                ticket.priority = try find("Info", in: .priorities)?.id
            }
            if ticket.priority == nil { ticket.remarks.append("no priority '\(name)': the PSA's default") }
        }
        if let name = draft.source {
            ticket.source = try find(name, in: .sources)?["name"]?.string
            if ticket.source == nil { ticket.remarks.append("no source '\(name)': left out") }
        }
        try resolveClassification(draft.classification, &ticket)
        return ticket
    }

    func find(_ name: String, in list: CatalogueList) throws(Unresolved) -> JSON? {
        let rows = try catalogue.rows(list, now) { $0.contains { $0.isNamed(name) } }
        // A name goes before an ID that happens to be written the same.
        return rows.first { $0.hasName(name) } ?? rows.first { $0.isNamed(name) }
    }

    /// The company of that name, ID or identifier, in this order, that takes tickets.
    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String]
    ) throws(Unresolved) -> Int64? {
        let number = orID ? Int64(name) : nil
        let rows = try catalogue.rows(ConnectWiseResolver.companies(name, id: number), now) { !$0.isEmpty }
        let isText = { (row: JSON, key: String) in row[key]?.string?.trimmed.equalsIgnoringCase(name) ?? false }
        let ranked =
            rows.filter { isText($0, "name") } + rows.filter { number != nil && $0.id == number }
            + rows.filter { isText($0, "identifier") }
        for row in ranked {
            guard let barred = try bar(row) else { return row.id }
            let remark = "the company '\(name)' is \(barred)"
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return nil
    }

    static func companies(_ name: String, id: Int64?) -> CatalogueList {
        let literal = ConnectWiseConnection.quoted(name)
        let byID = id.map { " or id=\($0)" } ?? ""
        return .companies(condition: "(name=\(literal) or identifier=\(literal)\(byID)) and deletedFlag=False")
    }

    /// Why a company takes no tickets, or nil: its status may be inactive or refuse to save.
    private func bar(_ company: JSON) throws(Unresolved) -> String? {
        guard let status = company["status"]?.id else { return nil }
        let rows = try catalogue.rows(.companyStatuses, now) { $0.contains { $0.id == status } }
        guard let row = rows.first(where: { $0.id == status }) else { return nil }
        if row["disallowSavingFlag"]?.bool == true { return "barred from saving" }
        return row["inactiveFlag"]?.bool == true ? "inactive" : nil
    }

    private func resolveStatus(_ draft: TicketDraft, _ ticket: inout ResolvedTicket) throws(Unresolved) {
        for name in draft.statusNames {
            guard let row = try find(name, in: .statuses(board: ticket.board)), row["inactive"]?.bool != true else {
                continue
            }
            ticket.status = row.id
            return
        }
        let asked = draft.statusNames.joined(separator: "' or '")
        guard draft.isClosed else {
            if draft.status != nil { ticket.remarks.append("no status '\(asked)' on the board: its default") }
            return
        }
        let rows = try catalogue.rows(.statuses(board: ticket.board), now) { !$0.isEmpty }
        ticket.status = rows.first { $0["closedStatus"]?.bool == true && $0["inactive"]?.bool != true }?.id
        let taken = ticket.status == nil ? "its default, as none closes" : "the first that closes"
        ticket.remarks.append("no status '\(asked)' on the board: \(taken)")
    }

    /// Picks type, subtype and item from the associations, so that only legal combinations are sent; what is not there
    /// is left out, never in the ticket's way.
    func resolveClassification(
        _ wanted: TicketDraft.Classification, _ ticket: inout ResolvedTicket
    ) throws(Unresolved) {
        guard !wanted.type.isEmpty else { return }
        let list = CatalogueList.associations(board: ticket.board)
        let has = { (row: JSON, key: String, name: String) in name.isEmpty || row[key]?.isNamed(name) == true }
        let matches = { (rows: [JSON], depth: Int) in
            rows.first {
                has($0, "type", wanted.type) && (depth < 2 || has($0, "subType", wanted.subtype))
                    && (depth < 3 || has($0, "item", wanted.item))
            }
        }
        let rows = try catalogue.rows(list, now) { matches($0, 3) != nil }
        let names = [wanted.type, wanted.subtype, wanted.item]
        for depth in [3, 2, 1] {
            guard let row = matches(rows, depth) else { continue }
            ticket.type = row["type"]?.id
            if depth > 1, !wanted.subtype.isEmpty { ticket.subtype = row["subType"]?.id }
            if depth > 2, !wanted.item.isEmpty { ticket.item = row["item"]?.id }
            let left = names.dropFirst(depth).filter { !$0.isEmpty }
            if !left.isEmpty {
                ticket.remarks.append("'\(left.joined(separator: "', '"))' is not associated with the type: left out")
            }
            return
        }
        ticket.remarks.append("no type '\(wanted.type)' on the board: no classification")
    }
}
