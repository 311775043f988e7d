/// What kind of value a property holds.
enum FieldKind: Equatable, Sendable {
    case integer
    case number
    case flag
    case date
    /// With the most UTF-16 units that it may have, where there is a limit.
    case text(limit: Int?)
    case choice([String])
    case reference(Reference)
    case list
}

/// Who may see and set a property.
enum FieldAccess: Equatable, Sendable {
    case normal
    /// The vendor sets it; what a client sends is passed over.
    case readOnly
    /// Taken at creation and never returned.
    case writeOnly
}

/// One property of a record.
struct Field: Equatable, Sendable {
    var name: String
    var kind: FieldKind
    var access: FieldAccess
}

/// Another record that a property points at.
enum Reference: String, Sendable {
    case company, board, status, type, subType, item, team, member, priority, serviceLocation, source, contact, site
    case location, department, companyStatus, configurationType, configurationStatus, agreement, sla, other

    /// The table that holds what is pointed at; nil where the sandbox keeps none, so that nothing is ever found.
    var table: Table? {
        switch self {
        case .company: .companies
        case .board: .boards
        case .status: .statuses
        case .type: .types
        case .subType: .subtypes
        case .item: .items
        case .team: .boardTeams
        case .member: .members
        case .priority: .priorities
        case .serviceLocation: .serviceLocations
        case .source: .sources
        case .contact: .contacts
        case .location: .systemLocations
        case .department: .departments
        case .companyStatus: .companyStatuses
        case .configurationType: .configurationTypes
        case .configurationStatus: .configurationStatuses
        case .site, .agreement, .sla, .other: nil
        }
    }

    /// The names under which what is pointed at can be read, filtered and found.
    var names: [String] {
        switch self {
        case .company, .member: ["id", "identifier", "name"]
        case .status: ["id", "name", "sort"]
        case .priority: ["id", "name", "sort", "level"]
        case .department: ["id", "identifier", "name"]
        default: ["id", "name"]
        }
    }
}

/// The properties of one kind of record, in the order in which they are written.
struct Schema: Sendable {
    /// The word by which error bodies call the record.
    let resource: String
    let fields: [Field]
    private let byName: [String: Field]
    private let bySmallName: [String: Field]

    /// Reads a table of `name:kind` words. Kinds: `i` integer, `n` number, `f` flag, `d` date, `t` text, `t50` text with
    /// a limit, `l` list, `=A|B` one of these words, `>board` a reference. A `-` before the kind is for what the vendor
    /// sets, a `+` for what is taken at creation and never returned.
    init(_ resource: String, _ table: String) {
        self.resource = resource
        fields = table.split { $0 == " " || $0 == "\n" }.map { word in
            let parts = word.split(separator: ":", maxSplits: 1)
            precondition(parts.count == 2, "a schema's words have a name and a kind")
            var kind = parts[1]
            var access = FieldAccess.normal
            if kind.hasPrefix("-") || kind.hasPrefix("+") {
                access = kind.removeFirst() == "-" ? .readOnly : .writeOnly
            }
            return Field(name: String(parts[0]), kind: Schema.kind(kind), access: access)
        }
        byName = Dictionary(fields.map { ($0.name, $0) }) { first, _ in first }
        bySmallName = Dictionary(fields.map { ($0.name.lowercased(), $0) }) { first, _ in first }
    }

    private static func kind(_ text: Substring) -> FieldKind {
        switch text.first {
        case "i": .integer
        case "n": .number
        case "f": .flag
        case "d": .date
        case "l": .list
        case "=": .choice(text.dropFirst().split(separator: "|").map(String.init))
        case ">": .reference(Reference(rawValue: String(text.dropFirst())) ?? .other)
        default: .text(limit: Int(text.dropFirst()))
        }
    }

    /// The property of exactly that name.
    subscript(name: String) -> Field? { byName[name] }

    /// The path to read for a name as conditions and orders use it, in any case, and the kind that stands there. Nil for
    /// a name that no reading returns. The dates of `_info` go by their bare names here, and only here.
    func readable(_ path: String) -> (path: [String], kind: FieldKind)? {
        let parts = path.split(separator: "/", omittingEmptySubsequences: false).map { $0.lowercased() }
        guard let field = bySmallName[parts[0]], field.access != .writeOnly else {
            if parts.count == 1, let name = Schema.infoNames[parts[0]] {
                return (["_info", name], parts[0].hasSuffix("by") ? .text(limit: nil) : .date)
            }
            return nil
        }
        guard case .reference(let reference) = field.kind else {
            return parts.count == 1 ? ([field.name], field.kind) : nil
        }
        guard parts.count > 1 else { return ([field.name], field.kind) }
        guard parts.count == 2, let name = reference.names.first(where: { $0.lowercased() == parts[1] }) else {
            return nil
        }
        return ([field.name, name], name == "id" || name == "sort" ? .integer : .text(limit: nil))
    }

    private static let infoNames = [
        "lastupdated": "lastUpdated", "dateentered": "dateEntered", "updatedby": "updatedBy", "enteredby": "enteredBy",
    ]
}
