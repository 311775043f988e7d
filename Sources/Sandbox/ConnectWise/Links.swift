import Formats

/// Spells out references to other records, with the addresses that `_info` carries.
struct ConnectWiseLinks: Sendable {
    /// The API's address, without a slash at its end.
    let base: String

    /// A reference as the vendor returns it; null where there is no such record.
    func reference(_ kind: Reference, _ id: Int64, _ tables: [Table: [Record]]) -> JSON {
        guard let table = kind.table, let record = tables[table]?.first(where: { $0.id == id }) else { return .null }
        return reference(kind, record)
    }

    /// A reference to a record that is at hand.
    func reference(_ kind: Reference, _ record: Record) -> JSON {
        var members: [JSON.Member] = []
        for name in kind.names {
            if let value = record.values[name] { members.append(JSON.Member(name, value)) }
        }
        if let table = kind.table {
            let words = table.segments.map {
                $0 == "*" ? record[["board", "id"]].integer.map(String.init) ?? "" : String($0)
            }
            let address = ([base] + words + [String(record.id)]).joined(separator: "/")
            members.append(JSON.Member("_info", [kind.rawValue + "_href": .string(address)]))
        }
        return .object(members)
    }
}
