import Formats
import Platform
import Testing
import Vendors

/// What a vendor's interface description says of the calls that ITP makes: a trimmed copy in `Tests/Fixtures/contracts`.
///
/// A field's kind is `string`, `string<=LENGTH`, `string=ONE|OTHER`, `integer`, `number`, `boolean`, `any`, `>SCHEMA` for a record,
/// and `[KIND` for a list.
struct Contract {
    private struct Operation {
        var name: String
        var method: String
        var segments: [Substring]
        var facts: JSON
    }

    private let kind: ConformingPSA
    private let operations: [Operation]
    private let schemas: [String: JSON]
    /// Where the described paths begin.
    private let base: String

    init(_ kind: ConformingPSA) throws {
        let folder = "/" + #filePath.split(separator: "/").dropLast(2).joined(separator: "/") + "/Fixtures/contracts"
        let bytes = try Files.read("\(folder)/\(kind.rawValue.lowercased()).json", maxBytes: 1 << 20)
        let json = try #require(JSON(ifValid: bytes))
        self.kind = kind
        base = try #require(json["base"]?.string)
        operations = (json["operations"]?.members ?? []).map { member in
            let words = member.name.split(separator: " ")
            return Operation(
                name: member.name, method: String(words[0]), segments: words[1].split(separator: "/"),
                facts: member.value)
        }
        schemas = Dictionary(
            (json["schemas"]?.members ?? []).map { ($0.name, $0.value) }, uniquingKeysWith: { first, _ in first })
    }

    /// Every call that is described.
    var names: Set<String> { Set(operations.map(\.name)) }

    /// The described call that this one is, and what is wrong with it.
    func examine(_ call: VendorCall) -> (name: String?, faults: [String]) {
        let target = HTTPTarget("/" + call.url.split(separator: "/").dropFirst(2).joined(separator: "/"))
        let lower = target.path.lowercased()
        guard let beginning = lower.firstRange(of: base) else { return (nil, ["\(call.url) is no address of the API"]) }
        let path = target.path.dropFirst(lower[..<beginning.upperBound].count).split(separator: "/")
        guard let operation = operations.first(where: { $0.method == call.method && isPath(path, $0.segments) }) else {
            return (nil, ["\(call.method) /\(path.joined(separator: "/")) is not described"])
        }
        var faults = queryFaults(target, operation.facts)
        if let form = operation.facts["form"] {
            let known = (form.array ?? []).compactMap(\.string)
            for name in formNames(call) where !known.contains(where: { isName($0, name) }) {
                faults.append("the form has no '\(name)'")
            }
        } else if let wanted = operation.facts["body"]?.string {
            let body = JSON(ifValid: call.body) ?? .null
            faults += self.faults(body, wanted, at: "body", isWhole: call.method == "POST")
            faults += patchFaults(body, operation.facts)
        } else if !call.body.isEmpty {
            faults.append("a body where none is described")
        }
        return (operation.name, faults.map { "\(operation.name): \($0)" })
    }

    /// ConnectWise's names are compared as they are written; the others' descriptions write them otherwise than the wire.
    private func isName(_ one: some StringProtocol, _ other: some StringProtocol) -> Bool {
        kind == .connectWise ? one == other : String(one).equalsIgnoringCase(String(other))
    }

    private func isPath(_ path: [Substring], _ segments: [Substring]) -> Bool {
        path.count == segments.count
            && zip(path, segments).allSatisfy { $1.hasPrefix("{") || isName($0, $1) }
    }

    // MARK: - Queries and forms

    private func queryFaults(_ target: HTTPTarget, _ facts: JSON) -> [String] {
        let known = (facts["query"]?.array ?? []).compactMap(\.string)
        let given = target.queryItems
        var faults = given.filter { item in !known.contains { isName($0, item.name) } }
            .map { "the query has no '\($0.name)'" }
        for need in (facts["needs"]?.array ?? []).compactMap(\.string)
        where !given.contains(where: { isName($0.name, need) }) {
            faults.append("the query lacks '\(need)'")
        }
        if let search = given.first(where: { $0.name == "search" })?.value {
            faults += searchFaults(JSON(ifValid: Array(search.utf8)) ?? .null, facts)
        }
        return faults
    }

    private static let operators = [
        "eq", "noteq", "gt", "gte", "lt", "lte", "beginsWith", "endsWith", "contains", "exist", "notExist", "in",
        "notIn",
    ]

    /// A search of Autotask's: its operators, and fields that the records have.
    private func searchFaults(_ search: JSON, _ facts: JSON) -> [String] {
        let fields = (schemas[facts["record"]?.string ?? ""]?["fields"]?.members ?? []).map(\.name)
        let isField = { (name: String) in fields.contains { isName($0, name) } }
        var faults = (search["IncludeFields"]?.array ?? []).compactMap(\.string).filter { !isField($0) }
            .map { "the search includes '\($0)', which the record has not" }
        var filters = search["filter"]?.array ?? []
        if filters.isEmpty { faults.append("the search has no filter") }
        while let filter = filters.popLast() {
            if let items = filter["items"]?.array {
                filters += items
                if !["and", "or"].contains(filter["op"]?.string) { faults.append("a group is 'and' or 'or'") }
                continue
            }
            if !Contract.operators.contains(filter["op"]?.string ?? "") { faults.append("an operator: \(filter)") }
            if !isField(filter["field"]?.string ?? "") { faults.append("the search asks for a field: \(filter)") }
        }
        if !(1...500).contains(search["MaxRecords"]?.integer ?? 500) { faults.append("MaxRecords") }
        return faults
    }

    private func formNames(_ call: VendorCall) -> [String] {
        let text = String(decoding: call.body, as: UTF8.self)
        guard call.headers.contains(where: { $0.value.hasPrefix("multipart/") }) else {
            return text.split(separator: "&").map { String($0.prefix { $0 != "=" }) }
        }
        return text.split(separator: "form-data; name=\"").dropFirst().map { String($0.prefix { $0 != "\"" }) }
    }

    // MARK: - Bodies

    /// A list of changes names fields of the record that is changed.
    private func patchFaults(_ body: JSON, _ facts: JSON) -> [String] {
        guard let record = facts["record"]?.string, let changes = body.array else { return [] }
        let fields = schemas[record]?["fields"]?.members ?? []
        return changes.flatMap { change in
            let path = (change["path"]?.string ?? "").drop { $0 == "/" }
            guard let field = fields.first(where: { isName($0.name, path) }), let kind = field.value.string else {
                return ["\(record) has no '\(path)'"]
            }
            return faults(change["value"] ?? .null, kind, at: String(path), isWhole: false)
        }
    }

    private func faults(_ value: JSON, _ kind: String, at place: String, isWhole: Bool) -> [String] {
        let isRight: Bool
        switch kind.first {
        case ">": return recordFaults(value, String(kind.dropFirst()), at: place, isWhole: isWhole)
        case "[":
            guard let list = value.array else { return ["\(place) is no list"] }
            return list.flatMap { faults($0, String(kind.dropFirst()), at: place, isWhole: isWhole) }
        default: break
        }
        switch kind.prefix(while: { $0 != "<" && $0 != "=" }) {
        case "string": isRight = value.string.map { isText($0, kind) } ?? false
        case "integer": isRight = value.integer != nil
        case "number": isRight = value.kind == "number"
        case "boolean": isRight = value.bool != nil
        default: isRight = true
        }
        return isRight ? [] : ["\(place) is \(value.compact), not \(kind)"]
    }

    private func isText(_ text: String, _ kind: String) -> Bool {
        if let limit = kind.split(separator: "<=").dropFirst().first.flatMap({ Int($0) }) {
            return text.utf16.count <= limit
        }
        guard kind.contains("=") else { return true }
        return kind.split(separator: "=").dropFirst().first?.split(separator: "|").contains(text[...]) ?? true
    }

    private func recordFaults(_ value: JSON, _ schema: String, at place: String, isWhole: Bool) -> [String] {
        guard let members = value.members else { return ["\(place) is no \(schema)"] }
        let facts = schemas[schema]
        let fields = facts?["fields"]?.members ?? []
        var all: [String] = members.flatMap { member -> [String] in
            guard let field = fields.first(where: { isName($0.name, member.name) }), let kind = field.value.string
            else {
                return ["\(place): \(schema) has no '\(member.name)'"]
            }
            return faults(member.value, kind, at: "\(place).\(member.name)", isWhole: isWhole)
        }
        for need in (facts?["required"]?.array ?? []).compactMap(\.string)
        where isWhole && !members.contains(where: { isName($0.name, need) }) {
            all.append("\(place): \(schema) lacks '\(need)'")
        }
        return all
    }
}
