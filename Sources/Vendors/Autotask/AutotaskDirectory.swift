import Events
import Formats
import Settings

/// What Autotask knows of the configuration's names.
extension Autotask: TicketDirectory {
    func faults(ofBoard name: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> [String] {
        try choice("queue", [name], "queueID", catalogue, now).map { [$0] } ?? []
    }

    func liveCompany(
        _ name: String, orID: Bool, _ remarks: inout [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        try AutotaskResolver(catalogue: catalogue, now: now).liveCompany(name, orID: orID, &remarks)
    }

    func fault(
        of name: PSAName, boards: [String], _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        switch name.kind {
        case .openStatus, .closingStatus: return try choice("status", [name.value], "status", catalogue, now)
        case .priority:
            // The fifth default has two names.
            let names = name.value == "Information" && name.isDefault ? ["Information", "Info"] : [name.value]
            return try choice("priority", names, "priority", catalogue, now)
        case .source: return try choice("source", [name.value], "source", catalogue, now)
        case .workType:
            let rows = try catalogue.rows(.billingCodes(name.value), now) { !$0.isEmpty }
            return rows.isEmpty ? "Autotask has no active work type '\(name.value)'" : nil
        case .company:
            var remarks: [String] = []
            if try liveCompany(name.value, orID: true, &remarks, catalogue, now) != nil { return nil }
            return remarks.first ?? "Autotask has no company '\(name.value)'"
        case .classification:
            var resolver = AutotaskResolver(catalogue: catalogue, now: now)
            var body: [(String, JSON)] = []
            try resolver.classify(name.classification, &body)
            return resolver.remarks.first.map { $0 + "; add it in Autotask, or write another one" }
        case .board, .team, .severity, .impact, .ticketType: return nil
        }
    }

    /// Whether a picklist has an active choice of one of these names.
    private func choice(
        _ what: String, _ names: [String], _ property: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let isThere = { (fields: [JSON]) in
            AutotaskPick.all(of: property, fields).contains { pick in
                names.contains { $0.equalsIgnoringCase(pick.label) }
            }
        }
        let fields = try catalogue.rows(.ticketFields, now, found: isThere)
        if isThere(fields) { return nil }
        let field = fields.first { $0["name"]?.string?.equalsIgnoringCase(property) ?? false }
        let isInactive = (field?["picklistValues"]?.array ?? []).contains { pick in
            names.contains { $0.equalsIgnoringCase(pick["label"]?.string ?? "") }
        }
        return isInactive
            ? "the \(what) '\(names[0])' is inactive in Autotask" : "Autotask has no \(what) '\(names[0])'"
    }
}
