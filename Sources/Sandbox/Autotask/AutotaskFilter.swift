import Formats

/// A query's filter.
indirect enum AutotaskFilter: Sendable {
    case all([AutotaskFilter])
    case any([AutotaskFilter])
    case test(field: String, kind: AutotaskKind, isUserDefined: Bool, Operator, [JSON])

    enum Operator: String, Sendable {
        case eq, noteq, gt, gte, lt, lte, beginsWith, endsWith, contains, exist, notExist, `in`, notIn

        init?(word: String) {
            let all: [Operator] = [
                .eq, .noteq, .gt, .gte, .lt, .lte, .beginsWith, .endsWith, .contains, .exist, .notExist, .in, .notIn,
            ]
            guard let found = all.first(where: { $0.rawValue.lowercased() == word.lowercased() }) else { return nil }
            self = found
        }
    }

    static let maximumAlternatives = 500
    /// Deeper groups are refused: the reader recurses.
    private static let depthLimit = 16

    /// Reads the `filter` of a query on an entity; what stands at its top is joined with AND.
    init(_ json: JSON?, _ entity: AutotaskEntity) throws(AutotaskFault) {
        guard let items = json?.array, !items.isEmpty else { throw .errors(["The filter is missing or empty."]) }
        var alternatives = 0
        var userDefined = 0
        self = .all(
            try AutotaskFilter.read(items, entity, depth: 0, alternatives: &alternatives, userDefined: &userDefined))
        guard alternatives <= AutotaskFilter.maximumAlternatives else {
            throw .errors(["Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions."])
        }
        guard userDefined <= 1 else { throw .errors(["Only one user-defined field can be part of a query."]) }
    }

    private static func read(
        _ items: [JSON], _ entity: AutotaskEntity, depth: Int, alternatives: inout Int, userDefined: inout Int
    ) throws(AutotaskFault) -> [AutotaskFilter] {
        guard depth <= depthLimit else { throw .errors(["Invalid query syntax."]) }
        var filters: [AutotaskFilter] = []
        for item in items {
            guard let word = member(item, "op")?.string else { throw .errors(["Invalid query syntax. op is missing."]) }
            if ["and", "or"].contains(word.lowercased()) {
                guard let inner = member(item, "items")?.array, !inner.isEmpty else {
                    throw .errors(["Invalid query syntax. A group has no items."])
                }
                let isOr = word.lowercased() == "or"
                if isOr { alternatives += inner.count }
                let parts = try read(
                    inner, entity, depth: depth + 1, alternatives: &alternatives, userDefined: &userDefined)
                filters.append(isOr ? .any(parts) : .all(parts))
                continue
            }
            filters.append(try test(item, word, entity, userDefined: &userDefined))
        }
        return filters
    }

    private static func test(
        _ item: JSON, _ word: String, _ entity: AutotaskEntity, userDefined: inout Int
    ) throws(AutotaskFault) -> AutotaskFilter {
        guard let op = Operator(word: word) else { throw .errors(["Invalid query syntax. '\(word)' is no operator."]) }
        guard let name = member(item, "field")?.string else {
            throw .errors(["Invalid query syntax. field is missing."])
        }
        let value = member(item, "value")
        if member(item, "udf")?.bool == true {
            userDefined += 1
            guard AutotaskSeed.userDefinedFields(entity).contains(name) else { throw .unknownField(name, entity) }
            return .test(field: name, kind: .string, isUserDefined: true, op, try values(value, op, .string, name))
        }
        guard let field = entity.field(name) else { throw .unknownField(name, entity) }
        guard field.isQueryable else { throw .errors(["The field \(field.name) cannot be queried."]) }
        return .test(
            field: field.name, kind: field.kind, isUserDefined: false, op, try values(value, op, field.kind, field.name)
        )
    }

    private static func values(
        _ value: JSON?, _ op: Operator, _ kind: AutotaskKind, _ name: String
    ) throws(AutotaskFault) -> [JSON] {
        switch op {
        case .exist, .notExist: return []
        case .in, .notIn:
            guard let list = value?.array, !list.isEmpty else {
                throw .errors(["Invalid query syntax. \(name) needs a list of values."])
            }
            var read: [JSON] = []
            for value in list { read.append(try literal(value, kind, name)) }
            return read
        case .beginsWith, .endsWith, .contains:
            guard kind == .string else { throw .errors(["\(op.rawValue) is for texts, and \(name) is none."]) }
            return [try literal(value ?? .null, kind, name)]
        default: return [try literal(value ?? .null, kind, name)]
        }
    }

    /// A value as the property's kind has it; whole numbers may be written as texts.
    private static func literal(_ value: JSON, _ kind: AutotaskKind, _ name: String) throws(AutotaskFault) -> JSON {
        switch kind {
        case .integer, .long:
            if let number = value.integer ?? value.string.flatMap({ Int64($0) }) { return .integer(number) }
        case .decimal: if value.double != nil { return value }
        case .boolean: if value.bool != nil { return value }
        case .string:
            if let text = value.string ?? value.integer.map({ String($0) }) { return .string(text.lowercased()) }
        case .date: if let text = value.string.flatMap({ SandboxTime.normalised($0) }) { return .string(text) }
        }
        throw .errors(["The value for \(name) is of the wrong kind."])
    }

    private static func member(_ json: JSON, _ name: String) -> JSON? {
        json.members?.first { $0.name.lowercased() == name }?.value
    }

    /// Whether a record fulfils the filter.
    func matches(_ row: Record) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.matches(row) }
        case .any(let parts): parts.contains { $0.matches(row) }
        case .test(let field, let kind, let isUserDefined, let op, let wanted):
            AutotaskFilter.holds(
                isUserDefined ? AutotaskFilter.userDefined(row, field) : row.values[field], kind, op, wanted)
        }
    }

    private static func userDefined(_ row: Record, _ name: String) -> JSON? {
        row.values["userDefinedFields"]?.array?.first { $0["name"]?.string == name }?["value"]
    }

    private static func holds(_ value: JSON?, _ kind: AutotaskKind, _ op: Operator, _ wanted: [JSON]) -> Bool {
        let isNull = value == nil || value == .null
        switch op {
        case .exist: return !isNull
        case .notExist: return isNull
        case .noteq, .notIn: return isNull || !wanted.contains { order(value ?? .null, $0, kind) == 0 }
        default: break
        }
        guard !isNull, let value, let first = wanted.first else { return false }
        let text = value.string?.lowercased() ?? ""
        switch op {
        case .eq, .in: return wanted.contains { order(value, $0, kind) == 0 }
        case .gt: return order(value, first, kind) > 0
        case .gte: return order(value, first, kind) >= 0
        case .lt: return order(value, first, kind) < 0
        case .lte: return order(value, first, kind) <= 0
        case .beginsWith: return text.hasPrefix(first.string ?? "")
        case .endsWith: return text.hasSuffix(first.string ?? "")
        default: return first.string.map { $0.isEmpty || text.firstIndexIgnoringCase(of: $0) != nil } ?? false
        }
    }

    private static func order(_ value: JSON, _ wanted: JSON, _ kind: AutotaskKind) -> Int {
        switch kind {
        case .integer, .long: compare(value.integer ?? 0, wanted.integer ?? 0)
        case .decimal: compare(value.double ?? 0, wanted.double ?? 0)
        case .boolean: compare(value.bool == true ? 1 : 0, wanted.bool == true ? 1 : 0)
        case .string: compare((value.string ?? "").lowercased(), wanted.string ?? "")
        case .date: compare(SandboxTime.normalised(value.string ?? "") ?? "", wanted.string ?? "")
        }
    }

    private static func compare<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
        left < right ? -1 : left > right ? 1 : 0
    }
}
