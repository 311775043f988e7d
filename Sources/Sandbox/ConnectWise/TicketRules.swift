import Formats

/// Which type goes with which subtype and item, on the board that all three belong to.
struct Association: Hashable, Sendable {
    var type: Int64?
    var subtype: Int64?
    var item: Int64?

    init(type: Int64?, subtype: Int64?, item: Int64?) {
        self.type = type
        self.subtype = subtype
        self.item = item
    }

    init(_ row: Record) {
        let id: (String) -> Int64? = { row[[$0, "id"]].integer }
        self.init(type: id("type"), subtype: id("subType"), item: id("item"))
    }
}

/// Makes a whole ticket out of what a client sent, or says everything that is wrong with it. The vendor checks the whole
/// record at each write, not only what the write touches; so does this.
struct ConnectWiseTicketRules {
    let tables: [Table: [Record]]
    let associations: Set<Association>
    let links: ConnectWiseLinks
    /// The record so far, by property name.
    private var values: [String: JSON] = [:]
    private var errors: [ConnectWiseFault.Detail] = []

    init(tables: [Table: [Record]], associations: Set<Association>, links: ConnectWiseLinks) {
        self.tables = tables
        self.associations = associations
        self.links = links
    }

    private static let flagsUnset = [
        "allowAllClientsPortalView", "customerUpdatedFlag", "automaticEmailContactFlag", "automaticEmailResourceFlag",
        "automaticEmailCcFlag", "requestForChangeFlag", "isInSla", "hasChildTicket", "hasMergedChildTicketFlag",
    ]

    /// The checked record. What the vendor sets itself is not in it yet, except for the default values of a new one.
    mutating func checked(
        _ sent: [String: JSON], withDefaults: Bool
    ) throws(ConnectWiseFault) -> [String: JSON] {
        for field in ConnectWiseSchema.ticket.fields where field.access == .normal {
            guard let value = sent[field.name], value != .null else { continue }
            if case .reference = field.kind { continue }
            if let checked = scalar(field, value) { values[field.name] = checked }
        }
        if let summary = values["summary"]?.string {
            values["summary"] = .string(ConnectWiseTicketRules.oneLine(summary))
        }
        if values["summary"]?.string?.trimmed.isEmpty ?? (sent["summary"].map { $0 == .null } ?? true) {
            errors.append(.missing("summary", "ticket"))
        }
        company(sent["company"])
        let board = board(sent["board"], withDefaults: withDefaults)
        if let board { ofBoard(board, sent, withDefaults: withDefaults) }
        for field in ConnectWiseSchema.ticket.fields where field.access == .normal {
            guard case .reference(let kind) = field.kind, ![.company, .board].contains(kind),
                kind.table?.isOfBoard != true, let value = sent[field.name], value != .null
            else { continue }
            if let row = row(kind, field.name, value, tables[kind.table ?? .contacts] ?? []) {
                values[field.name] = links.reference(kind, row)
            }
        }
        if withDefaults { fillIn() }
        guard errors.isEmpty else { throw .invalidObject("ticket", errors) }
        return values
    }

    private mutating func fillIn() {
        let plain: [(String, JSON)] = [("recordType", "ServiceTicket"), ("severity", "Medium"), ("impact", "Medium")]
        for (name, value) in plain where values[name] == nil { values[name] = value }
        for name in ConnectWiseTicketRules.flagsUnset where values[name] == nil { values[name] = false }
        let defaults: [(String, Reference)] = [
            ("priority", .priority), ("source", .source), ("serviceLocation", .serviceLocation),
        ]
        for (name, kind) in defaults where values[name] == nil {
            let row = kind.table.flatMap { tables[$0]?.first { $0.values["defaultFlag"]?.bool == true } }
            if let row { values[name] = links.reference(kind, row) }
        }
        for (name, kind) in [("location", Reference.location), ("department", .department)] where values[name] == nil {
            if let row = kind.table.flatMap({ tables[$0]?.first }) { values[name] = links.reference(kind, row) }
        }
    }

    private mutating func company(_ sent: JSON?) {
        guard let sent, sent != .null else { return errors.append(.missing("company", "ticket")) }
        guard let row = row(.company, "company", sent, tables[.companies] ?? []) else { return }
        let status = row[["status", "id"]].integer
        let rule = tables[.companyStatuses]?.first { $0.id == status }
        if rule?.values["disallowSavingFlag"]?.bool == true || rule?.values["inactiveFlag"]?.bool == true {
            // No public text gives the vendor's words for this refusal.
            refuse(
                "InvalidObject",
                "Company \(row.values["name"]?.string ?? "") has a status that does not allow saving: "
                    + (row.name("status") ?? ""), "company/status")
        }
        values["company"] = links.reference(.company, row)
    }

    private mutating func board(_ sent: JSON?, withDefaults: Bool) -> Int64? {
        let boards = tables[.boards] ?? []
        let row: Record?
        if let sent, sent != .null {
            row = self.row(.board, "board", sent, boards)
        } else if withDefaults {
            row = boards.first
        } else {
            errors.append(.missing("board", "ticket"))
            return nil
        }
        if let row { values["board"] = links.reference(.board, row) }
        return row?.id
    }

    /// Status, type, subtype, item and team: they exist only on their own board.
    private mutating func ofBoard(_ board: Int64, _ sent: [String: JSON], withDefaults: Bool) {
        var found: [Reference: Record] = [:]
        for kind in [Reference.status, .type, .subType, .item, .team] {
            let rows = (kind.table.flatMap { tables[$0] } ?? []).filter { $0[["board", "id"]].integer == board }
            if let value = sent[kind.rawValue], value != .null {
                found[kind] = row(kind, kind.rawValue, value, rows, board: board)
            } else if withDefaults, kind == .status || kind == .team {
                found[kind] = rows.first { $0.values["defaultFlag"]?.bool == true }
            } else if kind == .status {
                errors.append(.missing("status", "ticket"))
            }
            if let row = found[kind] { values[kind.rawValue] = links.reference(kind, row) }
        }
        checkAssociation(board, found, sent)
    }

    /// A subtype goes with a type and an item with a subtype, as the board's association table says.
    private mutating func checkAssociation(_ board: Int64, _ found: [Reference: Record], _ sent: [String: JSON]) {
        let isSent: (String) -> Bool = { sent[$0].map { $0 != .null } ?? false }
        if isSent("subType"), !isSent("type") { errors.append(.missing("type", "ticket")) }
        if isSent("item"), !isSent("subType") { errors.append(.missing("subType", "ticket")) }
        guard let type = found[.type]?.id, let subtype = found[.subType]?.id else { return }
        let item = found[.item]?.id
        if !associations.contains(Association(type: type, subtype: subtype, item: item)) {
            refuse(
                "NotFound", "This type, subtype and item are not associated on Service Board \(board)",
                item == nil ? "subType" : "item")
        }
    }

    /// The row that a reference means: by id, else by identifier, else by name.
    private mutating func row(
        _ kind: Reference, _ field: String, _ value: JSON, _ rows: [Record], board: Int64? = nil
    ) -> Record? {
        guard value.members != nil else {
            refuse("InvalidObject", "\(field) must be an object that refers to a record.", field)
            return nil
        }
        for name in ["id", "identifier", "name"] where kind.names.contains(name) {
            guard let wanted = value[name], wanted != .null else { continue }
            let shown = wanted.string ?? wanted.compact
            let row = rows.first { row in
                if name == "id" { return wanted.integer == row.id }
                return wanted.string.map { row.values[name]?.string?.equalsIgnoringCase($0) ?? false } ?? false
            }
            if row == nil, kind.table != nil || kind == .site || kind == .agreement || kind == .sla || kind == .other {
                if let board {
                    let what = "Service " + kind.rawValue.prefix(1).uppercased() + kind.rawValue.dropFirst()
                    refuse("NotFound", "\(what) \(shown) not found for Service Board \(board)", "\(field)/name")
                } else {
                    refuse("NotFound", "\(field) \(shown) not found", "\(field)/\(name)")
                }
            }
            return row
        }
        errors.append(.missing("\(field)/id", "ticket"))
        return nil
    }

    private mutating func scalar(_ field: Field, _ value: JSON) -> JSON? {
        switch field.kind {
        case .text(let limit):
            guard let text = value.string else { break }
            if let limit, text.utf16.count > limit {
                refuse("OutOfRange", "\(field.name) must have no more than \(limit) characters.", field.name)
                return nil
            }
            return value
        case .choice(let words):
            if let word = words.first(where: { $0 == value.string }) { return .string(word) }
        case .integer: if value.integer != nil { return value }
        case .number: if value.double != nil { return value }
        case .flag: if value.bool != nil { return value }
        case .list: if value.array != nil { return value }
        case .date: if let text = value.string, SandboxTime.isExact(text) { return value }
        case .reference: break
        }
        refuse("InvalidObject", "\(field.name) has a value of the wrong kind.", field.name)
        return nil
    }

    private mutating func refuse(_ code: String, _ message: String, _ field: String) {
        errors.append(ConnectWiseFault.Detail(code: code, message: message, resource: "ticket", field: field))
    }

    /// The vendor shows line breaks in a title as single blanks.
    private static func oneLine(_ text: String) -> String {
        String(text.map { $0.isNewline || $0 == "\u{8}" || $0 == "\u{C}" ? " " : $0 })
    }
}
