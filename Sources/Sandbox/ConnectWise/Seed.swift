import Formats

/// The vendor's database at the start.
enum ConnectWiseSeed {
    static let member: Int64 = 151
    static let firstTechnician: Int64 = 161
    static let activeStatus: Int64 = 1
    static let inactiveStatus: Int64 = 3

    /// All tables. Each kind has ids of its own range, so that an id of the wrong kind is never found by accident.
    static func tables(_ links: ConnectWiseLinks) -> [Table: [Record]] {
        var tables: [Table: [Record]] = [:]
        setUp(&tables, links)
        companies(&tables, links)
        for (index, name) in SandboxMSP.boards.enumerated() { board(name, index, &tables, links) }
        configurations(&tables, links)
        for table in Table.allCases {
            tables[table] = (tables[table] ?? []).map { record in
                var record = record
                record.values["_info"] = ["lastUpdated": "2026-01-05T08:00:00Z", "updatedBy": "itp"]
                return record
            }
        }
        return tables
    }

    private static func setUp(_ tables: inout [Table: [Record]], _ links: ConnectWiseLinks) {
        tables[.members] = [
            Record(
                member,
                [
                    "identifier": "itp", "licenseClass": "A", "firstName": "ITP", "lastName": "Integration",
                    "name": "ITP Integration", "inactiveFlag": false, "hireDate": "2026-01-05T00:00:00Z",
                    "officeEmail": "itp@sandbox.example", "defaultEmail": "Office", "adminFlag": false,
                ])
        ]
        tables[.members]? += SandboxMSP.technicians.enumerated().map { index, technician in
            Record(
                firstTechnician + Int64(index),
                [
                    "identifier": .string(technician.identifier), "licenseClass": "F",
                    "firstName": .string(technician.firstName), "lastName": .string(technician.lastName),
                    "name": .string(technician.name), "inactiveFlag": false, "hireDate": "2026-01-05T00:00:00Z",
                    "officeEmail": .string("\(technician.identifier)@sandbox.example"), "defaultEmail": "Office",
                    "adminFlag": false,
                ])
        }
        tables[.communicationTypes] = [
            Record(
                1,
                ["description": "Email", "emailFlag": true, "phoneFlag": false, "faxFlag": false, "defaultFlag": true]),
            Record(
                2,
                ["description": "Direct", "emailFlag": false, "phoneFlag": true, "faxFlag": false, "defaultFlag": true]),
        ]
        tables[.systemLocations] = [Record(2, ["name": "Main Office"])]
        tables[.departments] = [Record(10, ["identifier": "Services", "name": "Professional Services"])]
        tables[.serviceLocations] = [
            Record(1, ["name": "On-Site", "where": "OnSite", "defaultFlag": false]),
            Record(4, ["name": "Remote", "where": "Remote", "defaultFlag": true]),
        ]
        let levels = ["Critical", "High", "Medium", "Low", "Low"]
        let colours = ["red", "orange", "yellow", "white", "blue"]
        tables[.priorities] = SandboxMSP.priorities.enumerated().map { index, name in
            Record(
                Int64(61 + index),
                [
                    "name": .string(name), "color": .string(colours[index]), "sortOrder": .integer(index + 1),
                    "sort": .integer(index + 1), "defaultFlag": .bool(name == "Medium"),
                    "level": .string(levels[index]),
                ])
        }
        tables[.sources] = ["Call", "Email Connector", "Monitor Alerts", "Portal"].enumerated().map { index, name in
            Record(Int64(71 + index), ["name": .string(name), "defaultFlag": .bool(index == 0)])
        }
        for table in [Table.severities, .impacts] {
            tables[table] = ["Low", "Medium", "High"].enumerated().map { index, name in
                Record(
                    Int64(index + 1),
                    ["name": .string(name), "description": .string(name), "defaultFlag": .bool(name == "Medium")])
            }
        }
        tables[.configurationTypes] = ["Server", "Workstation", "Network"].enumerated().map { index, name in
            Record(
                Int64(81 + index), ["name": .string("Managed " + name), "inactiveFlag": false, "systemFlag": false])
        }
        tables[.configurationStatuses] = [
            Record(91, ["description": "Active", "name": "Active", "closedFlag": false, "defaultFlag": true]),
            Record(92, ["description": "Retired", "name": "Retired", "closedFlag": true, "defaultFlag": false]),
        ]
    }

    private static func companies(_ tables: inout [Table: [Record]], _ links: ConnectWiseLinks) {
        tables[.companyStatuses] = [
            Record(
                activeStatus,
                [
                    "name": "Active", "defaultFlag": true, "inactiveFlag": false, "notifyFlag": false,
                    "disallowSavingFlag": false, "customNoteFlag": false, "cancelOpenTracksFlag": false,
                ]),
            Record(
                inactiveStatus,
                [
                    "name": "Inactive", "defaultFlag": false, "inactiveFlag": true, "notifyFlag": true,
                    "disallowSavingFlag": true, "notificationMessage": "This company is no longer a customer.",
                    "customNoteFlag": false, "cancelOpenTracksFlag": false,
                ]),
        ]
        tables[.companies] = SandboxMSP.companies.enumerated().map { index, company in
            let status = company.isActive ? activeStatus : inactiveStatus
            return Record(
                Int64(201 + index),
                [
                    "identifier": .string(company.identifier), "name": .string(company.name), "deletedFlag": false,
                    "leadFlag": false, "unsubscribeFlag": false, "isVendorFlag": false, "types": [],
                    "status": links.reference(.companyStatus, status, tables),
                    "territory": links.reference(.location, 2, tables),
                ])
        }
    }

    private static func board(
        _ name: String, _ index: Int, _ tables: inout [Table: [Record]], _ links: ConnectWiseLinks
    ) {
        let id = Int64(11 + index)
        let first = id * 100
        tables[.boards, default: []].append(
            Record(
                id,
                [
                    "name": .string(name), "location": links.reference(.location, 2, tables),
                    "department": links.reference(.department, 10, tables), "inactiveFlag": false,
                    "projectFlag": false, "discussionsLockedFlag": false, "timeEntryLockedFlag": false,
                ]))
        let board = links.reference(.board, id, tables)
        for (index, status) in SandboxMSP.statuses.enumerated() {
            let isClosed = SandboxMSP.closedStatuses.contains(status)
            tables[.statuses, default: []].append(
                Record(
                    first + Int64(index + 1),
                    [
                        "name": .string(status), "board": board, "sortOrder": .integer(index + 1),
                        "sort": .integer(index + 1), "displayOnBoard": .bool(!isClosed), "inactive": false,
                        "closedStatus": .bool(isClosed), "timeEntryNotAllowed": false,
                        "defaultFlag": .bool(index == 0), "customerPortalFlag": false,
                        "escalationStatus": isClosed ? "Resolved" : index == 0 ? "NotResponded" : "Responded",
                    ]))
        }
        tables[.boardTeams, default: []].append(
            Record(
                first + 91,
                [
                    "name": "Service Team", "teamLeader": links.reference(.member, member, tables),
                    "members": [.integer(member)], "defaultFlag": true, "boardId": .integer(id), "locationId": 2,
                    "board": board,
                ]))
        tables[.serviceTeams, default: []].append(
            Record(
                first + 91,
                [
                    "name": "Service Team", "leader": links.reference(.member, member, tables),
                    "location": links.reference(.location, 2, tables),
                    "department": links.reference(.department, 10, tables), "deleteNotifyFlag": false,
                ]))
        if SandboxMSP.alertBoards.contains(name) { kinds(id, board, &tables, links) }
    }

    /// Types, subtypes and items of an alert board, each with each; the rows without an item allow to leave it out.
    private static func kinds(
        _ board: Int64, _ reference: JSON, _ tables: inout [Table: [Record]], _ links: ConnectWiseLinks
    ) {
        let first = board * 100
        for (index, name) in SandboxMSP.types.enumerated() {
            tables[.types, default: []].append(
                Record(
                    first + Int64(21 + index),
                    [
                        "name": .string(name), "category": "Reactive", "defaultFlag": false, "inactiveFlag": false,
                        "board": reference,
                    ]))
        }
        let types = SandboxMSP.types.indices.map { first + Int64(21 + $0) }
        for (index, name) in SandboxMSP.subtypes.enumerated() {
            tables[.subtypes, default: []].append(
                Record(
                    first + Int64(31 + index),
                    [
                        "name": .string(name), "inactiveFlag": false, "board": reference,
                        "typeAssociationIds": .array(types.map { .integer($0) }),
                    ]))
        }
        for (index, name) in SandboxMSP.items.enumerated() {
            tables[.items, default: []].append(
                Record(
                    first + Int64(41 + index),
                    ["name": .string(name), "inactiveFlag": false, "board": reference]))
        }
        var row = board * 1000
        for type in types {
            for subtype in SandboxMSP.subtypes.indices {
                for item in [nil] + SandboxMSP.items.indices.map({ Optional($0) }) {
                    row += 1
                    var values: [String: JSON] = [
                        "type": links.reference(.type, type, tables), "board": reference,
                        "subType": links.reference(.subType, first + Int64(31 + subtype), tables),
                    ]
                    if let item { values["item"] = links.reference(.item, first + Int64(41 + item), tables) }
                    tables[.associations, default: []].append(Record(row, values))
                }
            }
        }
    }

    private static func configurations(_ tables: inout [Table: [Record]], _ links: ConnectWiseLinks) {
        let companies = tables[.companies] ?? []
        let types = tables[.configurationTypes] ?? []
        tables[.configurations] = SandboxMSP.agents.enumerated().map { index, agent in
            let company = companies.first { $0.values["identifier"]?.string == agent.company }
            let type = types.first { $0.values["name"]?.string == "Managed " + agent.kind }
            return Record(
                Int64(501 + index),
                [
                    "name": .string(agent.name), "deviceIdentifier": .string(agent.guid),
                    "type": links.reference(.configurationType, type?.id ?? 0, tables),
                    "status": links.reference(.configurationStatus, 91, tables),
                    "company": links.reference(.company, company?.id ?? 0, tables),
                    "osType": .string(agent.system), "ipAddress": .string(agent.address), "activeFlag": true,
                    "billFlag": false, "lastLoginName": .string(agent.owner),
                    "customFields": [
                        ["id": 1, "caption": "Location", "type": "Text", "value": .string(agent.location)],
                        ["id": 2, "caption": "Owner", "type": "Text", "value": .string(agent.owner)],
                    ],
                ])
        }
    }
}
