import Events
import Formats
import Settings

/// What Kaseya BMS knows of the configuration's names.
extension BMS: TicketDirectory {
    func faults(ofBoard name: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> [String] {
        try row("queue", [name], .bmsQueues, catalogue, now).map { [$0] } ?? []
    }

    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        let resolver = BMSResolver(catalogue: catalogue, now: now)
        guard let id = try resolver.liveAccount(name, orID: orID, &remarks) else { return nil }
        if try catalogue.rows(.bmsLocations(of: id), now, found: { !$0.isEmpty }).isEmpty {
            remarks.append("the company '\(name)' has no location, without which BMS takes no tickets")
            return nil
        }
        return id
    }

    func fault(
        of name: PSAName, boards: [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        switch name.kind {
        case .openStatus, .closingStatus: return try row("status", [name.value], .bmsStatuses, catalogue, now)
        case .priority:
            // The fifth default has two names.
            let names = name.value == "Information" && name.isDefault ? ["Information", "Info"] : [name.value]
            return try row("priority", names, .bmsPriorities, catalogue, now)
        case .source: return try row("source", [name.value], .bmsSources, catalogue, now)
        case .ticketType: return try row("ticket type", [name.value], .bmsTypes, catalogue, now)
        case .workType: return try row("work type", [name.value], .bmsWorkTypes, catalogue, now)
        case .company:
            var remarks: [String] = []
            if try liveCompany(name.value, orID: true, &remarks, catalogue, now) != nil { return nil }
            return remarks.first ?? "BMS has no account '\(name.value)'"
        case .classification:
            var resolver = BMSResolver(catalogue: catalogue, now: now)
            var body: [(String, JSON)] = []
            try resolver.classify(name.classification, &body)
            return resolver.remarks.first.map { $0 + "; add it in BMS, or write another one" }
        case .board, .team, .severity, .impact: return nil
        }
    }

    private func row(
        _ what: String, _ names: [String], _ list: CatalogueList, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let isNamed = { (row: JSON) in names.contains { row.hasName($0) } }
        let isThere = { (rows: [JSON]) in rows.contains { isNamed($0) && $0["isActive"]?.bool != false } }
        let rows = try catalogue.rows(list, now, found: isThere)
        if isThere(rows) { return nil }
        return rows.contains(where: isNamed)
            ? "the \(what) '\(names[0])' is inactive in BMS" : "BMS has no \(what) '\(names[0])'"
    }
}
