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
    /// What was asked for and is not there; for the trace.
    var remarks: [String] = []
}

/// What resolving a draft came to.
enum ConnectWiseResolution: Equatable {
    /// This list has to be read first.
    case needs(CatalogueList)
    case resolved(ResolvedTicket)
    case refused(reason: String)
}

/// Why resolving stops: a list is missing, or the draft can never be resolved.
private enum Stop: Error {
    case needs(CatalogueList)
    case refused(String)
}

extension ConnectWiseCatalogue {
    /// Turns a draft's names into IDs with what has been read so far.
    func resolve(_ draft: TicketDraft, _ now: Instant) -> ConnectWiseResolution {
        do {
            let company = try self.company(draft.company, now)
            guard let board = try find(draft.board, in: .boards, now), let boardID = board.id else {
                throw Stop.refused("the board '\(draft.board)' does not exist in ConnectWise")
            }
            if board["inactiveFlag"]?.bool == true || board["inactive"]?.bool == true {
                throw Stop.refused("the board '\(draft.board)' is inactive in ConnectWise")
            }
            var ticket = ResolvedTicket(company: company.id, board: boardID, remarks: company.remarks)
            try resolveStatus(draft, &ticket, now)
            if let name = draft.priorityName {
                // The fifth default has two names: `Information`, else `Info`.
                let row = try find(name, in: .priorities, now)
                ticket.priority =
                    try row?.id ?? (name == "Information" ? find("Info", in: .priorities, now)?.id : nil)
                if ticket.priority == nil { ticket.remarks.append("no priority '\(name)': the PSA's default") }
            }
            if let name = draft.source {
                ticket.source = try find(name, in: .sources, now)?["name"]?.string
                if ticket.source == nil { ticket.remarks.append("no source '\(name)': left out") }
            }
            try resolveClassification(draft.classification, &ticket, now)
            return .resolved(ticket)
        } catch let Stop.needs(list) {
            return .needs(list)
        } catch let Stop.refused(reason) {
            return .refused(reason: reason)
        } catch {
            return .refused(reason: "\(error)")
        }
    }

    private func find(_ name: String, in list: CatalogueList, _ now: Instant) throws -> JSON? {
        guard let rows = rows(list, now, found: { $0.contains { $0.isNamed(name) } }) else { throw Stop.needs(list) }
        // A name goes before an ID that happens to be written the same.
        return rows.first { $0.hasName(name) } ?? rows.first { $0.isNamed(name) }
    }

    /// `[COMPANY MAP]`, else the name (or the org's ID instead of it) against the PSA's names, then its identifiers; else
    /// the fallback. Only what the configuration names may be a PSA's numeric ID: an org may be called `2020`.
    private func company(
        _ company: TicketDraft.Company, _ now: Instant
    ) throws -> (id: Int64, remarks: [String]) {
        let name = company.mapped ?? (company.matchByID ? company.orgID : company.name)
        var remarks: [String] = []
        if !name.isEmpty, let id = try liveCompany(name, orID: company.mapped != nil, &remarks, now) { return (id, []) }
        remarks.append("no company for '\(name)'")
        if let fallback = company.fallback {
            guard let id = try liveCompany(fallback, orID: true, &remarks, now) else {
                throw Stop.refused("\(remarks.joined(separator: ", ")), nor the default company '\(fallback)'")
            }
            return (id, remarks + ["taken by the default company '\(fallback)'"])
        }
        throw Stop.refused(remarks.joined(separator: ", ") + "; write [COMPANY MAP] or PSA_DefaultCompany")
    }

    /// The company of that name, ID or identifier, in this order, that takes tickets.
    private func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String], _ now: Instant
    ) throws -> Int64? {
        let literal = ConnectWiseConnection.quoted(name)
        let number = orID ? Int64(name) : nil
        let byID = number.map { " or id=\($0)" } ?? ""
        let list = CatalogueList.companies(
            condition: "(name=\(literal) or identifier=\(literal)\(byID)) and deletedFlag=False")
        guard let rows = rows(list, now, found: { !$0.isEmpty }) else { throw Stop.needs(list) }
        let isText = { (row: JSON, key: String) in row[key]?.string?.trimmed.equalsIgnoringCase(name) ?? false }
        let ranked =
            rows.filter { isText($0, "name") } + rows.filter { number != nil && $0.id == number }
            + rows.filter { isText($0, "identifier") }
        for row in ranked {
            guard let barred = try bar(row, now) else { return row.id }
            let remark = "the company '\(name)' is \(barred)"
            if !remarks.contains(remark) { remarks.append(remark) }
        }
        return nil
    }

    /// Why a company takes no tickets, or nil: its status may be inactive or refuse to save.
    private func bar(_ company: JSON, _ now: Instant) throws -> String? {
        guard let status = company["status"]?.id else { return nil }
        guard let rows = rows(.companyStatuses, now, found: { $0.contains { $0.id == status } }) else {
            throw Stop.needs(.companyStatuses)
        }
        guard let row = rows.first(where: { $0.id == status }) else { return nil }
        if row["disallowSavingFlag"]?.bool == true { return "barred from saving" }
        return row["inactiveFlag"]?.bool == true ? "inactive" : nil
    }

    private func resolveStatus(_ draft: TicketDraft, _ ticket: inout ResolvedTicket, _ now: Instant) throws {
        let name = draft.status ?? "New"
        guard let row = try find(name, in: .statuses(board: ticket.board), now), row["inactive"]?.bool != true else {
            if draft.status != nil { ticket.remarks.append("no status '\(name)' on the board: its default") }
            return
        }
        ticket.status = row.id
    }

    /// Picks type, subtype and item from the associations, so that only legal combinations are sent; what is not there
    /// is left out, never in the ticket's way.
    private func resolveClassification(
        _ wanted: TicketDraft.Classification, _ ticket: inout ResolvedTicket, _ now: Instant
    ) throws {
        guard !wanted.type.isEmpty else { return }
        let list = CatalogueList.associations(board: ticket.board)
        let has = { (row: JSON, key: String, name: String) in name.isEmpty || row[key]?.isNamed(name) == true }
        let matches = { (rows: [JSON], depth: Int) in
            rows.first {
                has($0, "type", wanted.type) && (depth < 2 || has($0, "subType", wanted.subtype))
                    && (depth < 3 || has($0, "item", wanted.item))
            }
        }
        guard let rows = rows(list, now, found: { matches($0, 3) != nil }) else { throw Stop.needs(list) }
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
