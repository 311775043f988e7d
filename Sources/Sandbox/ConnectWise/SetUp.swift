import Formats

/// What an integration may set up: the types, subtypes and items of a board with what belongs together, and contacts.
extension ConnectWiseSandbox {
    /// Bound of this stand-in for each of its tables.
    static let maximumRows = 10_000

    /// Answers a request that sets something up, or reads an item's associations; nil for any other.
    mutating func setUpResource(
        _ path: [String], _ request: SandboxRequest
    ) throws(ConnectWiseFault) -> SandboxReply? {
        if path == ["company", "contacts"], request.method == "POST" { return try createContact(request) }
        guard path.count >= 4, path.starts(with: ["service", "boards"]), let board = Int64(path[2]),
            tables[.boards]?.contains(where: { $0.id == board }) == true
        else { return nil }
        switch (request.method, path[3], path.count) {
        case ("POST", "types", 4): return try create(.types, board, request)
        case ("POST", "subtypes", 4): return try create(.subtypes, board, request)
        case ("POST", "items", 4): return try create(.items, board, request)
        case ("PATCH", "subtypes", 5): return try patchSubtype(board, path[4], request)
        case (_, "items", 6...7) where path[5] == "associations":
            return try itemAssociations(board, path[4], path.dropFirst(6).first, request)
        default: return nil
        }
    }

    private mutating func create(
        _ table: Table, _ board: Int64, _ request: SandboxRequest
    ) throws(ConnectWiseFault) -> SandboxReply {
        let schema = table.schema
        let sent = try object(request, schema.resource)
        let name = try text("name", sent, schema)
        let rows = tables[table] ?? []
        let own = rows.filter { $0[["board", "id"]].integer == board }
        if own.contains(where: { $0.values["name"]?.string?.equalsIgnoringCase(name) == true }) {
            throw .invalidObject(schema.resource, [detail("ObjectExists", "\(name) exists already.", "name", schema)])
        }
        try checkSpace(table)
        var values: [String: JSON] = [
            "name": .string(name), "inactiveFlag": sent["inactiveFlag"] ?? false,
            "board": links.reference(.board, board, tables),
        ]
        if table == .types {
            values["category"] = sent["category"] ?? "Reactive"
            values["defaultFlag"] = sent["defaultFlag"] ?? false
        }
        let types = try typeIDs(sent["typeAssociationIds"], board)
        if table == .subtypes { values["typeAssociationIds"] = .array(types.map { .integer($0) }) }
        let record = Record((rows.map(\.id).max() ?? 0) + 1, values)
        tables[table, default: []].append(record)
        // A type can be used by itself; a subtype with its types; an item with nothing, until it is associated.
        if table == .types { associate(type: record.id, subtype: nil, item: nil, board) }
        if table == .subtypes { for type in types { associate(type: type, subtype: record.id, item: nil, board) } }
        return SandboxReply(status: 201, json: record.json(schema))
    }

    private mutating func patchSubtype(
        _ board: Int64, _ id: String, _ request: SandboxRequest
    ) throws(ConnectWiseFault) -> SandboxReply {
        let schema = Table.subtypes.schema
        guard
            let at = tables[.subtypes]?.firstIndex(where: {
                String($0.id) == id && $0[["board", "id"]].integer == board
            })
        else { throw .noRecord(schema.resource, id) }
        let value = try replacement(of: "typeAssociationIds", request, schema)
        let types = try typeIDs(value, board)
        guard var record = tables[.subtypes]?[at] else { throw .noRecord(schema.resource, id) }
        record.values["typeAssociationIds"] = .array(types.map { .integer($0) })
        tables[.subtypes]?[at] = record
        remove { $0[["subType", "id"]].integer == record.id && !types.contains($0[["type", "id"]].integer ?? 0) }
        for type in types { associate(type: type, subtype: record.id, item: nil, board) }
        return SandboxReply(status: 200, json: record.json(schema))
    }

    /// An item's associations, one for each type of its board, by the type's ID: which subtypes it goes with there. That
    /// the ID is the type's follows from the schema, which has no other place for it, and from no text.
    private mutating func itemAssociations(
        _ board: Int64, _ item: String, _ type: String?, _ request: SandboxRequest
    ) throws(ConnectWiseFault) -> SandboxReply {
        guard
            let row = tables[.items]?.first(where: {
                String($0.id) == item && $0[["board", "id"]].integer == board
            })
        else { throw .noRecord(Table.items.schema.resource, item) }
        let types = (tables[.types] ?? []).filter { $0[["board", "id"]].integer == board }
        guard let type else {
            guard request.method == "GET" else { throw .wrongVerb }
            return SandboxReply(status: 200, json: .array(types.map { association(row, type: $0.id) }))
        }
        guard let kind = types.first(where: { String($0.id) == type }) else {
            throw .noRecord("boardItemAssociation", type)
        }
        if request.method == "GET" { return SandboxReply(status: 200, json: association(row, type: kind.id)) }
        guard request.method == "PATCH" else { throw .wrongVerb }
        let schema = Schema("boardItemAssociation", "id:-i subTypeAssociationIds:l")
        let wanted = (try replacement(of: "subTypeAssociationIds", request, schema)?.array ?? []).compactMap(\.integer)
        for subtype in wanted where !associations.contains(Association(type: kind.id, subtype: subtype, item: nil)) {
            throw .invalidObject(
                schema.resource,
                [
                    detail(
                        "NotFound", "Subtype \(subtype) is not associated with type \(kind.id)",
                        "subTypeAssociationIds", schema)
                ])
        }
        remove { $0[["item", "id"]].integer == row.id && $0[["type", "id"]].integer == kind.id }
        for subtype in wanted { associate(type: kind.id, subtype: subtype, item: row.id, board) }
        return SandboxReply(status: 200, json: association(row, type: kind.id))
    }

    private func association(_ item: Record, type: Int64) -> JSON {
        let subtypes = (tables[.associations] ?? []).filter {
            $0[["item", "id"]].integer == item.id && $0[["type", "id"]].integer == type
        }.compactMap { $0[["subType", "id"]].integer }
        return [
            "id": .integer(type), "subTypeAssociationIds": .array(subtypes.map { .integer($0) }),
            "item": links.reference(.item, item), "board": item.values["board"] ?? .null,
        ]
    }

    private mutating func associate(type: Int64, subtype: Int64?, item: Int64?, _ board: Int64) {
        let wanted = Association(type: type, subtype: subtype, item: item)
        guard !associations.contains(wanted) else { return }
        var values: [String: JSON] = [
            "type": links.reference(.type, type, tables), "board": links.reference(.board, board, tables),
        ]
        if let subtype { values["subType"] = links.reference(.subType, subtype, tables) }
        if let item { values["item"] = links.reference(.item, item, tables) }
        let id = (tables[.associations] ?? []).map(\.id).max() ?? 0
        tables[.associations, default: []].append(Record(id + 1, values))
        associations.insert(wanted)
    }

    private mutating func remove(_ isGone: (Record) -> Bool) {
        tables[.associations]?.removeAll(where: isGone)
        associations = Set((tables[.associations] ?? []).map { Association($0) })
    }

    private mutating func createContact(_ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        let schema = ConnectWiseSchema.contact
        let sent = try object(request, schema.resource)
        var values: [String: JSON] = [
            "firstName": .string(try text("firstName", sent, schema)), "inactiveFlag": sent["inactiveFlag"] ?? false,
        ]
        if sent["lastName"] != nil { values["lastName"] = .string(try text("lastName", sent, schema)) }
        if let company = sent["company"], company != .null {
            guard let row = tables[.companies]?.first(where: { $0.id == company["id"]?.integer }) else {
                throw .noRecord("company", company.compact)
            }
            values["company"] = links.reference(.company, row)
        }
        let kinds = tables[.communicationTypes] ?? []
        for item in sent["communicationItems"]?.array ?? [] {
            guard kinds.contains(where: { $0.id == item["type"]?["id"]?.integer }), item["value"]?.string != nil else {
                throw .invalidObject(
                    schema.resource,
                    [detail("InvalidObject", "a communication needs a type and a value", "communicationItems", schema)])
            }
        }
        values["communicationItems"] = sent["communicationItems"] ?? []
        try checkSpace(.contacts)
        let record = Record(((tables[.contacts] ?? []).map(\.id).max() ?? 600) + 1, values)
        tables[.contacts, default: []].append(record)
        return SandboxReply(status: 201, json: record.json(schema))
    }

    private func text(
        _ name: String, _ sent: [String: JSON], _ schema: Schema
    ) throws(ConnectWiseFault) -> String {
        guard let text = sent[name]?.string, !text.trimmed.isEmpty else {
            throw .invalidObject(schema.resource, [.missing(name, schema.resource)])
        }
        if case .text(let limit?) = schema[name]?.kind, text.utf16.count > limit {
            throw .invalidObject(
                schema.resource, [detail("OutOfRange", "\(name) is too long, at most \(limit)", name, schema)])
        }
        return text
    }

    private func typeIDs(_ value: JSON?, _ board: Int64) throws(ConnectWiseFault) -> [Int64] {
        let ids = (value?.array ?? []).compactMap(\.integer)
        let known = (tables[.types] ?? []).filter { $0[["board", "id"]].integer == board }.map(\.id)
        if let odd = ids.first(where: { !known.contains($0) }) { throw .noRecord("boardType", "\(odd)") }
        return ids
    }

    /// The value of the one operation that is understood here: the replacement of one property.
    private func replacement(
        of property: String, _ request: SandboxRequest, _ schema: Schema
    ) throws(ConnectWiseFault) -> JSON? {
        let operations = try body(request, schema.resource).array ?? []
        guard let operation = operations.first, operations.count == 1, operation["op"]?.string == "replace",
            operation["path"]?.string == property
        else {
            throw .invalidObject(
                schema.resource, [detail("InvalidPatch", "Only \(property) can be replaced.", property, schema)])
        }
        return operation["value"]
    }

    private func checkSpace(_ table: Table) throws(ConnectWiseFault) {
        guard (tables[table] ?? []).count < ConnectWiseSandbox.maximumRows else {
            throw .invalidObject(table.schema.resource, [.missing("space", table.schema.resource)])
        }
    }

    private func detail(
        _ code: String, _ message: String, _ field: String, _ schema: Schema
    ) -> ConnectWiseFault.Detail {
        ConnectWiseFault.Detail(code: code, message: message, resource: schema.resource, field: field)
    }
}
