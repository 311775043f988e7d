import Formats

/// A record as the vendor would return it, with its references spelled out.
struct Record: Sendable {
    var id: Int64
    /// By property name; what is null is absent.
    var values: [String: JSON]

    init(_ id: Int64, _ values: [String: JSON]) {
        self.id = id
        self.values = values
        self.values["id"] = .integer(id)
    }

    subscript(path: [String]) -> JSON {
        guard let first = path.first, var value = values[first] else { return .null }
        for name in path.dropFirst() {
            guard let next = value[name] else { return .null }
            value = next
        }
        return value
    }

    /// The record as JSON, its properties in the schema's order and `_info` last.
    func json(_ schema: Schema) -> JSON {
        var members: [JSON.Member] = []
        for field in schema.fields where field.access != .writeOnly {
            if let value = values[field.name], value != .null { members.append(JSON.Member(field.name, value)) }
        }
        if let info = values["_info"] { members.append(JSON.Member("_info", info)) }
        return .object(members)
    }

    /// The name that stands in the property of that name, itself or of what it points at.
    func name(_ property: String) -> String? { self[[property, "name"]].string }
}

/// The collections that the sandbox keeps beside tickets.
enum Table: String, CaseIterable, Sendable {
    case companies = "company/companies"
    case companyStatuses = "company/companies/statuses"
    case configurations = "company/configurations"
    case configurationTypes = "company/configurations/types"
    case configurationStatuses = "company/configurations/statuses"
    case contacts = "company/contacts"
    case communicationTypes = "company/communicationTypes"
    case boards = "service/boards"
    case statuses = "service/boards/*/statuses"
    case types = "service/boards/*/types"
    case subtypes = "service/boards/*/subtypes"
    case items = "service/boards/*/items"
    case associations = "service/boards/*/typeSubTypeItemAssociations"
    case boardTeams = "service/boards/*/teams"
    case priorities = "service/priorities"
    case sources = "service/sources"
    case severities = "service/severities"
    case impacts = "service/impacts"
    case serviceLocations = "service/locations"
    case serviceTeams = "service/teams"
    case members = "system/members"
    case systemLocations = "system/locations"
    case departments = "system/departments"

    /// The path's words; `*` stands for a board's id.
    var segments: [Substring] { rawValue.split(separator: "/") }

    /// Whether each record belongs to one board.
    var isOfBoard: Bool { rawValue.contains("*") }

    var schema: Schema {
        switch self {
        case .companies: ConnectWiseSchema.company
        case .companyStatuses: ConnectWiseSchema.companyStatus
        case .configurations: ConnectWiseSchema.configuration
        case .configurationTypes: ConnectWiseSchema.configurationType
        case .configurationStatuses: ConnectWiseSchema.configurationStatus
        case .contacts: ConnectWiseSchema.contact
        case .communicationTypes: ConnectWiseSchema.communicationType
        case .boards: ConnectWiseSchema.board
        case .statuses: ConnectWiseSchema.boardStatus
        case .types: ConnectWiseSchema.boardType
        case .subtypes: ConnectWiseSchema.boardSubType
        case .items: ConnectWiseSchema.boardItem
        case .associations: ConnectWiseSchema.association
        case .boardTeams: ConnectWiseSchema.boardTeam
        case .priorities: ConnectWiseSchema.priority
        case .sources: ConnectWiseSchema.source
        case .severities: ConnectWiseSchema.severity
        case .impacts: ConnectWiseSchema.impact
        case .serviceLocations: ConnectWiseSchema.serviceLocation
        case .serviceTeams: ConnectWiseSchema.serviceTeam
        case .members: ConnectWiseSchema.member
        case .systemLocations: ConnectWiseSchema.systemLocation
        case .departments: ConnectWiseSchema.department
        }
    }
}
