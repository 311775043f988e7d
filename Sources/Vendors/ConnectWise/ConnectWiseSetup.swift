import Events
import Formats
public import Settings

/// Types, subtypes and items that `[PSA REWRITE]` names, made on every board that tickets go to, with what belongs together.
public enum ConnectWiseClassifications {
    /// Makes what is missing. What is inactive is told and left.
    public static func run(_ expected: PSAExpectations, _ run: inout SetupRun) {
        guard let connection = run.dialogue.system as? ConnectWiseConnection else { return }
        let wanted = expected.names.filter { $0.kind == .classification }
        if wanted.isEmpty { run.lines.append(.remark("[PSA REWRITE] names no types: there is nothing to make")) }
        for board in expected.boards {
            let mine = wanted.filter { $0.board?.equalsIgnoringCase(board) ?? true }.map(\.classification)
            guard !mine.isEmpty else { continue }
            run.part { run throws(DialogueFault) in
                guard var setup = try BoardSetup(board, connection, &run) else { return }
                var seen: [TicketDraft.Classification] = []
                for classification in mine where !seen.contains(classification) {
                    seen.append(classification)
                    run.part { run throws(DialogueFault) in try setup.make(classification, &run) }
                }
            }
        }
        run.dialogue.forgetLists()
    }
}

/// One board's types, subtypes and items, as they are and as they become.
private struct BoardSetup {
    /// A row that is there, or in a dry run would be: then its ID is nil.
    private struct Row {
        var id: Int64?
        var name: String
        /// Of a subtype, the types that it goes with, by their names.
        var types: [String] = []
        var isInactive = false
    }

    private let connection: ConnectWiseConnection
    private let name: String
    private let id: Int64
    private var rows: [String: [Row]] = [:]
    /// What goes together: type, subtype and item in small letters.
    private var associations: Set<[String]> = []

    private var path: String { "service/boards/\(id)" }

    init?(
        _ name: String, _ connection: ConnectWiseConnection, _ run: inout SetupRun
    ) throws(DialogueFault) {
        let board = try run.dialogue.resolving { catalogue, now throws(Unresolved) in
            try ConnectWiseResolver(catalogue: catalogue, now: now).find(name, in: .boards)
        }
        guard let id = board?.id else {
            run.lines.append(.problem("ConnectWise has no board '\(name)'"))
            return nil
        }
        self.connection = connection
        self.name = name
        self.id = id
        for kind in ["types", "subtypes", "items"] {
            let list = CatalogueList(path: "service/boards/\(id)/\(kind)", what: "reading the board's \(kind)")
            let found = try run.dialogue.rows(list)
            let typeNames = rows["types"] ?? []
            rows[kind] = found.map { row in
                let types = (row["typeAssociationIds"]?.array ?? []).compactMap(\.integer)
                return Row(
                    id: row.id, name: row["name"]?.string ?? "",
                    types: typeNames.filter { $0.id.map(types.contains) ?? false }.map(\.name),
                    isInactive: ConnectWiseConnection.isInactive(row))
            }
        }
        for row in try run.dialogue.rows(.associations(board: id)) {
            let names = ["type", "subType", "item"].map { row[$0]?["name"]?.string?.lowercased() ?? "" }
            associations.insert(names)
        }
    }

    mutating func make(_ wanted: TicketDraft.Classification, _ run: inout SetupRun) throws(DialogueFault) {
        guard let type = try row("types", "type", wanted.type, [], &run) else { return }
        guard !wanted.subtype.isEmpty else { return }
        guard let subtype = try self.subtype(wanted.subtype, type, &run) else { return }
        guard !wanted.item.isEmpty else { return }
        guard let item = try row("items", "item", wanted.item, [], &run) else { return }
        let names = [wanted.type, wanted.subtype, wanted.item].map { $0.lowercased() }
        guard associations.insert(names).inserted else { return }
        try associate(item, type, subtype, &run)
    }

    /// The row of that name, made where it is missing; nil where it is there and cannot be used.
    private mutating func row(
        _ kind: String, _ what: String, _ wanted: String, _ more: [(String, JSON)], _ run: inout SetupRun
    ) throws(DialogueFault) -> Row? {
        if let row = rows[kind]?.first(where: { $0.name.trimmed.equalsIgnoringCase(wanted) }) {
            guard row.isInactive else { return row }
            let line = SetupLine.problem(
                "the \(what) '\(wanted)' is inactive on the board '\(name)'; activate it by hand")
            if !run.lines.contains(line) { run.lines.append(line) }
            return nil
        }
        let body: JSON = .members([("name", .string(wanted)), ("board", ["id": .integer(id)])] + more)
        let record = try run.change("\(what) '\(wanted)' on the board '\(name)'") { [path, connection] _ in
            connection.post("\(path)/\(kind)", body)
        }
        let row = Row(id: record?.id, name: wanted)
        rows[kind, default: []].append(row)
        return row
    }

    private mutating func subtype(
        _ wanted: String, _ type: Row, _ run: inout SetupRun
    ) throws(DialogueFault) -> Row? {
        let isNew = !(rows["subtypes"] ?? []).contains { $0.name.trimmed.equalsIgnoringCase(wanted) }
        let types: JSON = .array(type.id.map { [.integer($0)] } ?? [])
        guard var row = try row("subtypes", "subtype", wanted, [("typeAssociationIds", types)], &run) else {
            return nil
        }
        guard let at = rows["subtypes"]?.firstIndex(where: { $0.name == row.name }) else { return nil }
        if row.types.contains(where: { $0.equalsIgnoringCase(type.name) }) { return row }
        row.types.append(type.name)
        rows["subtypes"]?[at] = row
        guard !isNew else { return row }
        // The whole list is replaced: those that were there stay.
        let known = rows["types"] ?? []
        let ids = row.types.compactMap { name in known.first { $0.name == name }?.id }
        let value: JSON = .array(ids.map { .integer($0) })
        _ = try run.change("association of the subtype '\(wanted)' with the type '\(type.name)' on the board '\(name)'")
        {
            [path, connection] _ in
            connection.patch(
                "\(path)/subtypes/\(row.id ?? 0)",
                .array([["op": "replace", "path": "typeAssociationIds", "value": value]]))
        }
        return row
    }

    /// An item's associations have an entry for each type, by the type's ID, with the subtypes that it goes with there.
    private func associate(
        _ item: Row, _ type: Row, _ subtype: Row, _ run: inout SetupRun
    ) throws(DialogueFault) {
        let what =
            "association of the item '\(item.name)' with '\(type.name)' and '\(subtype.name)' on the board '\(name)'"
        guard let itemID = item.id, let typeID = type.id, let subtypeID = subtype.id else {
            // What is made has an ID; in a dry run nothing is.
            return run.lines.append(run.applies ? .problem("\(what): a part of it has no ID") : .planned(what))
        }
        let list = CatalogueList(path: "\(path)/items/\(itemID)/associations", what: "reading the item's associations")
        let known = try run.dialogue.rows(list).first { $0.id == typeID }?["subTypeAssociationIds"]?.array ?? []
        let value: JSON = .array(known + [.integer(subtypeID)])
        _ = try run.change(what) { [path, connection] _ in
            connection.patch(
                "\(path)/items/\(itemID)/associations/\(typeID)",
                .array([["op": "replace", "path": "subTypeAssociationIds", "value": value]]))
        }
    }
}
