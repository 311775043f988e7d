import Events
import Formats
import Settings

/// What ConnectWise knows of the configuration's names.
extension ConnectWiseConnection: TicketDirectory {
    func faults(ofBoard name: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> [String] {
        let resolver = ConnectWiseResolver(catalogue: catalogue, now: now)
        guard let board = try resolver.find(name, in: .boards), let id = board.id else {
            return ["ConnectWise has no board '\(name)'"]
        }
        if ConnectWiseConnection.isInactive(board) {
            return ["the board '\(name)' is inactive in ConnectWise; activate it, or write another one"]
        }
        var faults: [String] = []
        let isDefault = { (row: JSON) in row["defaultFlag"]?.bool == true && !ConnectWiseConnection.isInactive(row) }
        if try !catalogue.rows(.statuses(board: id), now, found: { $0.contains(where: isDefault) })
            .contains(where: isDefault)
        {
            faults.append("the board '\(name)' has no default status; set one in ConnectWise")
        }
        if try !catalogue.rows(.teams(board: id), now, found: { $0.contains(where: isDefault) })
            .contains(where: isDefault)
        {
            faults.append("the board '\(name)' has no default team; set one in ConnectWise")
        }
        return faults
    }

    static func isInactive(_ row: JSON) -> Bool {
        row["inactiveFlag"]?.bool == true || row["inactive"]?.bool == true
    }

    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        try ConnectWiseResolver(catalogue: catalogue, now: now).liveCompany(name, orID: orID, &remarks)
    }

    func fault(
        of name: PSAName, boards: [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let resolver = ConnectWiseResolver(catalogue: catalogue, now: now)
        switch name.kind {
        case .priority:
            // The fifth default has two names.
            let names = name.value == "Information" && name.isDefault ? ["Information", "Info"] : [name.value]
            return try simple("priority", names, .priorities, resolver)
        case .source: return try simple("source", [name.value], .sources, resolver)
        case .severity: return try simple("severity", [name.value], .severities, resolver)
        case .impact: return try simple("impact", [name.value], .impacts, resolver)
        case .company:
            var remarks: [String] = []
            if try resolver.liveCompany(name.value, orID: true, &remarks) != nil { return nil }
            return remarks.first ?? "ConnectWise has no company '\(name.value)'"
        case .openStatus: return try onBoards("status", name, boards, resolver) { .statuses(board: $0) }
        case .closingStatus: return try onBoards("status", name, boards, resolver) { .statuses(board: $0) }
        case .team: return try onBoards("team", name, boards, resolver) { .teams(board: $0) }
        case .classification: return try classificationFault(name, boards, resolver)
        case .board, .workType, .ticketType: return nil
        }
    }

    private func simple(
        _ what: String, _ names: [String], _ list: CatalogueList, _ resolver: ConnectWiseResolver
    ) throws(Unresolved) -> String? {
        for name in names {
            guard let row = try resolver.find(name, in: list) else { continue }
            return ConnectWiseConnection.isInactive(row) ? "the \(what) '\(name)' is inactive in ConnectWise" : nil
        }
        return "ConnectWise has no \(what) '\(names[0])'"
    }

    /// The boards that there are: the others have findings of their own.
    private func live(
        _ boards: [String], _ resolver: ConnectWiseResolver
    ) throws(Unresolved) -> [(name: String, id: Int64)] {
        var found: [(String, Int64)] = []
        for board in boards {
            if let id = try resolver.find(board, in: .boards)?.id { found.append((board, id)) }
        }
        return found
    }

    private func onBoards(
        _ what: String, _ name: PSAName, _ boards: [String], _ resolver: ConnectWiseResolver,
        _ list: (Int64) -> CatalogueList
    ) throws(Unresolved) -> String? {
        var without: [String] = []
        var isInactive = false
        for board in try live(boards, resolver) {
            let row = try resolver.find(name.value, in: list(board.id))
            guard let row, !ConnectWiseConnection.isInactive(row) else {
                without.append("'\(board.name)'")
                isInactive = row != nil
                continue
            }
        }
        guard !without.isEmpty else { return nil }
        let state = isInactive ? "is inactive" : "is missing"
        return "the \(what) '\(name.value)' \(state) on the board \(without.joined(separator: ", "))"
    }

    private func classificationFault(
        _ name: PSAName, _ boards: [String], _ resolver: ConnectWiseResolver
    ) throws(Unresolved) -> String? {
        var faults: [String] = []
        for board in try live(boards, resolver) {
            var ticket = ResolvedTicket(company: 0, board: board.id)
            try resolver.resolveClassification(name.classification, &ticket)
            if let remark = ticket.remarks.first { faults.append("board '\(board.name)': \(remark)") }
        }
        guard !faults.isEmpty else { return nil }
        return faults.joined(separator: "; ") + "; `itp setup connectwise` makes what [PSA REWRITE] names"
    }
}

extension CatalogueList {
    static let severities = CatalogueList(path: "service/severities", what: "reading severities")
    static let impacts = CatalogueList(path: "service/impacts", what: "reading impacts")

    static func teams(board: Int64) -> CatalogueList {
        CatalogueList(path: "service/boards/\(board)/teams", what: "reading the board's teams")
    }
}
