import Formats

/// Readings of collections: conditions, order, fields, pages.
extension ConnectWiseSandbox {
    static let defaultPageRecords = 25
    static let maximumPageRecords = 1000

    /// The filters of a reading, from the query or from the body of a search.
    struct Filter {
        var conditions = ""
        var customFields = ""
        var orderBy = ""

        init(_ request: SandboxRequest) throws(ConnectWiseFault) {
            conditions = request.parameter("conditions") ?? ""
            customFields = request.parameter("customFieldConditions") ?? ""
            orderBy = request.parameter("orderBy") ?? ""
            // None of the records here has a child collection that can be filtered.
            if let child = request.parameter("childConditions"), !child.isEmpty { throw .unknownName(child) }
        }

        init(body: JSON, _ request: SandboxRequest) throws(ConnectWiseFault) {
            try self.init(request)
            for member in body.members ?? [] where member.value != .null {
                guard let text = member.value.string else { throw .condition("\(member.name) is not a text.") }
                switch member.name.lowercased() {
                case "conditions": conditions = text
                case "customfieldconditions": customFields = text
                case "orderby": orderBy = text
                case "childconditions" where !text.isEmpty: throw .unknownName(text)
                default: break
                }
            }
        }
    }

    /// A list of these rows, or of the tickets where none are given.
    func list(_ rows: [Record]?, _ schema: Schema, _ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        let filter = try Filter(request)
        return try page(try sorted(try matching(rows, schema, filter), schema, filter.orderBy), schema, request)
    }

    func count(_ rows: [Record]?, _ schema: Schema, _ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply
    {
        let found = try matching(rows, schema, try Filter(request))
        return SandboxReply(status: 200, json: ["count": .integer(found.count)])
    }

    /// The rows that fulfil the conditions; of the tickets where none are given.
    func matching(_ rows: [Record]?, _ schema: Schema, _ filter: Filter) throws(ConnectWiseFault) -> [Record] {
        let ofConfiguration = ["configuration", "id"]
        let isTicket = schema.resource == "ticket"
        let condition = try ConditionParser.parse(filter.conditions) { name in
            isTicket && name.lowercased() == "configuration/id" ? (ofConfiguration, .integer) : schema.readable(name)
        }
        let custom = try ConditionParser.parse(filter.customFields) { name in
            ["caption", "value"].contains(name.lowercased()) ? ([name.lowercased()], .text(limit: nil)) : nil
        }
        if let condition, condition.uses(of: ofConfiguration) > 1 {
            throw .condition("configuration/id can be used only once.")
        }
        return (rows ?? candidates(condition)).filter { row in
            if let custom {
                let fields = row.values["customFields"]?.array ?? []
                guard fields.contains(where: { field in custom.matches { field[$0[0]] ?? .null } }) else {
                    return false
                }
            }
            guard let condition else { return true }
            guard isTicket, condition.uses(of: ofConfiguration) > 0 else { return condition.matches { row[$0] } }
            let attached = index(of: row.id).map { all[$0].configurations } ?? []
            return (attached.map { JSON.integer($0) } + (attached.isEmpty ? [.null] : [])).contains { id in
                condition.matches { $0 == ofConfiguration ? id : row[$0] }
            }
        }
    }

    /// The tickets that a condition can hold for: for the usual search by reference only those of that reference, else
    /// all.
    private func candidates(_ condition: Condition?) -> [Record] {
        guard let reference = condition?.text(demandedAt: ["externalXRef"]) else { return all.map(\.record) }
        return (ticketsByReference[reference.lowercased()] ?? []).compactMap { id in
            index(of: id).map { all[$0].record }
        }
    }

    /// The rows in the order asked for: `name asc, other desc`; rows that compare alike keep the order of their ids.
    func sorted(_ rows: [Record], _ schema: Schema, _ orderBy: String) throws(ConnectWiseFault) -> [Record] {
        var keys: [(path: [String], isDescending: Bool)] = []
        for part in orderBy.split(separator: ",") {
            let words = part.split(separator: " ")
            guard let name = words.first, words.count <= 2, let (path, kind) = schema.readable(String(name)) else {
                throw .unknownName(part.trimmed)
            }
            if case .reference = kind { throw .unknownName(part.trimmed) }
            let direction = words.count == 2 ? words[1].lowercased() : "asc"
            guard direction == "asc" || direction == "desc" else {
                throw .condition("\(words[1]) is no direction of an order.")
            }
            keys.append((path, direction == "desc"))
        }
        guard !keys.isEmpty else { return rows }
        return rows.enumerated().sorted { left, right in
            for key in keys {
                let order = ConnectWiseSandbox.order(left.element[key.path], right.element[key.path])
                if order != 0 { return (order < 0) != key.isDescending }
            }
            return left.offset < right.offset
        }.map(\.element)
    }

    /// Null comes first, as in the vendor's database.
    private static func order(_ left: JSON, _ right: JSON) -> Int {
        if left == .null || right == .null { return (left == .null ? 0 : 1) - (right == .null ? 0 : 1) }
        if let left = left.double, let right = right.double { return left < right ? -1 : left > right ? 1 : 0 }
        if let left = left.bool, let right = right.bool { return (left ? 1 : 0) - (right ? 1 : 0) }
        let (left, right) = ((left.string ?? "").lowercased(), (right.string ?? "").lowercased())
        return left < right ? -1 : left > right ? 1 : 0
    }

    /// One page with its Link header. A page past the end is empty, and more than the maximum is cut silently.
    func page(_ rows: [Record], _ schema: Schema, _ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        let size = min(
            try number(request, "pageSize") ?? ConnectWiseSandbox.defaultPageRecords,
            ConnectWiseSandbox.maximumPageRecords)
        if request.header("pagination-type")?.trimmed.lowercased() == "forward-only" {
            let after = try number(request, "pageId", least: 0) ?? 0
            let shown = Array(rows.filter { $0.id > after }.sorted { $0.id < $1.id }.prefix(size))
            let link = shown.last.map { "<\(address(request, size, ("pageId", Int($0.id))))>; rel=\"next\"" }
            return try reply(shown, schema, request, link: link)
        }
        let page = try number(request, "page") ?? 1
        let last = max(1, (rows.count + size - 1) / size)
        let shown = page > last ? [] : Array(rows[((page - 1) * size)..<min(page * size, rows.count)])
        var links: [(String, Int)] = []
        if page < last { links += [("next", page + 1), ("last", last)] }
        if page > 1 { links += [("prev", min(page - 1, last)), ("first", 1)] }
        let link = links.map { "<\(address(request, size, ("page", $0.1)))>; rel=\"\($0.0)\"" }.joined(separator: ", ")
        return try reply(shown, schema, request, link: link.isEmpty ? nil : link)
    }

    private func reply(
        _ rows: [Record], _ schema: Schema, _ request: SandboxRequest, link: String?
    ) throws(ConnectWiseFault) -> SandboxReply {
        var shown: [JSON] = []
        for row in rows { shown.append(try selected(row, schema, request)) }
        // A wrong name is refused also where no row would show it.
        if rows.isEmpty { _ = try selected(Record(0, [:]), schema, request) }
        return SandboxReply(status: 200, json: .array(shown), headers: link.map { [("Link", $0)] } ?? [])
    }

    private func number(
        _ request: SandboxRequest, _ name: String, least: Int = 1
    ) throws(ConnectWiseFault) -> Int? {
        guard let text = request.parameter(name) else { return nil }
        guard let number = Int(text), number >= least, number <= 1_000_000_000 else {
            throw ConnectWiseFault(
                status: 400, code: "InvalidParameter", message: "\(name) must be a positive number.", errors: nil)
        }
        return number
    }

    /// The request's own address with another page; clients look for the page at the very end.
    private func address(_ request: SandboxRequest, _ size: Int, _ page: (String, Int)) -> String {
        let path = request.path.split(separator: "/").dropFirst(4).joined(separator: "/")
        let kept = request.query.filter { !["page", "pagesize", "pageid"].contains($0.0.lowercased()) }
        let query = kept.map { "\(percentEncoded($0.0))=\(percentEncoded($0.1))" } + ["pageSize=\(size)"]
        return "\(links.base)/\(path)?\((query + ["\(page.0)=\(page.1)"]).joined(separator: "&"))"
    }

    /// The record, or those properties of it that `fields` names; `_info` is left out then unless it is named.
    func selected(_ row: Record, _ schema: Schema, _ request: SandboxRequest) throws(ConnectWiseFault) -> JSON {
        guard let fields = request.parameter("fields"), !fields.isEmpty else { return row.json(schema) }
        var members: [JSON.Member] = []
        for name in fields.split(separator: ",").map(\.trimmed) {
            let parts = name.split(separator: "/").map(String.init)
            guard let first = parts.first, parts.count <= 2 else { throw .unknownName(name) }
            if first != "_info" {
                guard schema.readable(name) != nil, schema[first] != nil else { throw .unknownName(name) }
            }
            let value = row[parts]
            guard value != .null else { continue }
            guard parts.count == 2 else {
                members.append(JSON.Member(first, value))
                continue
            }
            let inner = JSON.Member(parts[1], value)
            if let at = members.firstIndex(where: { $0.name == first }) {
                members[at].value = .object((members[at].value.members ?? []) + [inner])
            } else {
                members.append(JSON.Member(first, .object([inner])))
            }
        }
        return .object(members)
    }
}

/// A text as it may stand in a query: all but RFC 3986's unreserved characters as percent and two digits.
func percentEncoded(_ text: String) -> String {
    var out: [UInt8] = []
    for byte in text.utf8 {
        switch byte {
        case UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "A")...UInt8(ascii: "Z"),
            UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "-"), UInt8(ascii: "."), UInt8(ascii: "_"),
            UInt8(ascii: "~"), UInt8(ascii: "/"):
            out.append(byte)
        default:
            out.append(UInt8(ascii: "%"))
            out.append(contentsOf: hex(byte).uppercased().utf8)
        }
    }
    return String(decoding: out, as: UTF8.self)
}
