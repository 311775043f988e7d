import Formats

/// One choice of a picklist. Its value is a text here, though records hold the number.
struct AutotaskPick: Sendable {
    var value: Int64
    var label: String
    var parent: Int64?
    var isActive = true
    var isDefault = false

    var json: JSON {
        [
            "value": .string(String(value)), "label": .string(label), "isDefaultValue": .bool(isDefault),
            "sortOrder": .integer(value), "parentValue": .string(parent.map { String($0) } ?? ""),
            "isActive": .bool(isActive), "isSystem": false,
        ]
    }
}

/// The vendor's database at the start. Each kind has ids of its own range, so that an id of the wrong kind is never
/// found by accident.
enum AutotaskSeed {
    static let firstCompany: Int64 = 30_201
    static let firstTechnician: Int64 = 29_682_890
    static let role: Int64 = 29_683_436
    /// The category of tickets that name none: it wants a queue and a due date.
    static let standardCategory: Int64 = 3
    /// The category that is made for monitoring, and wants neither.
    static let monitoringCategory: Int64 = 4
    static let completeStatus: Int64 = 5

    /// The labels of user-defined fields; only those of tickets are set up.
    static func userDefinedFields(_ entity: AutotaskEntity) -> [String] {
        entity == .tickets ? ["Alert Source", "Alert GUID"] : []
    }

    static func companyID(_ identifier: String) -> Int64? {
        SandboxMSP.companies.firstIndex { $0.identifier == identifier }.map { firstCompany + Int64($0) }
    }

    static func locationID(_ company: Int64) -> Int64 { company + 10_000 }

    static func rows() -> [AutotaskEntity: [Record]] {
        var rows: [AutotaskEntity: [Record]] = [:]
        companies(&rows)
        people(&rows)
        rows[.configurationItems] = SandboxMSP.agents.enumerated().map { index, agent in
            let company = companyID(agent.company) ?? 0
            return Record(
                Int64(50_501 + index),
                [
                    "companyID": .integer(company), "companyLocationID": .integer(locationID(company)),
                    "configurationItemCategoryID": 1, "productID": 29_682_900, "isActive": true,
                    "referenceTitle": .string(agent.name), "rmmDeviceUID": .string(agent.guid),
                    "rmmDeviceAuditHostname": .string(agent.name), "rmmDeviceAuditIPAddress": .string(agent.address),
                    "rmmDeviceAuditLastUser": .string(agent.owner), "location": .string(agent.location),
                    "rmmDeviceAuditOperatingSystem": .string(agent.system), "rmmOpenAlertCount": 0,
                    "createDate": "2026-01-05T08:00:00.13Z", "installDate": "2026-01-05T00:00:00Z",
                ])
        }
        rows[.billingCodes] = ["Remote Support", "On-Site Support", "Monitoring"].enumerated().map { index, name in
            Record(
                Int64(29_682_801 + index),
                [
                    "name": .string(name), "description": .string(name), "isActive": true, "useType": 1,
                    "billingCodeType": 0,
                ])
        }
        rows[.ticketCategories] = [
            Record(standardCategory, ["name": "Standard", "isActive": true, "isGlobalDefault": true]),
            Record(monitoringCategory, ["name": "Monitoring", "isActive": true, "isGlobalDefault": false]),
        ]
        return rows
    }

    private static func companies(_ rows: inout [AutotaskEntity: [Record]]) {
        // The service provider itself is the company with the id 0.
        var all = [(Int64(0), SandboxMSP.Company(name: "ITP Sandbox MSP", identifier: "MSP"))]
        all += SandboxMSP.companies.enumerated().map { (firstCompany + Int64($0), $1) }
        rows[.companies] = all.map { id, company in
            Record(
                id,
                [
                    "companyName": .string(company.name), "companyNumber": .string(company.identifier),
                    "companyType": 1, "isActive": .bool(company.isActive), "ownerResourceID": .integer(firstTechnician),
                    "phone": "555-0100", "createDate": "2026-01-05T08:00:00.13Z",
                    "lastActivityDate": "2026-01-05T08:00:00Z",
                ])
        }
        rows[.companyLocations] = all.map { id, _ in
            Record(
                locationID(id),
                ["companyID": .integer(id), "name": "Main Office", "isActive": true, "isPrimary": true])
        }
        rows[.contacts] = SandboxMSP.companies.enumerated().map { index, company in
            Record(
                Int64(60_601 + index),
                [
                    "companyID": .integer(firstCompany + Int64(index)), "firstName": "Office",
                    "lastName": .string(company.identifier), "isActive": 1, "primaryContact": true,
                    "emailAddress": .string("office@\(company.identifier.lowercased()).example"),
                    "createDate": "2026-01-05T08:00:00.13Z",
                ])
        }
    }

    private static func people(_ rows: inout [AutotaskEntity: [Record]]) {
        let api = Record(
            AutotaskSandbox.resource,
            [
                "firstName": "ITP", "lastName": "Integration", "userName": "itp", "isActive": true, "licenseType": 7,
                "email": .string(AutotaskSandbox.user), "resourceType": "Employee",
            ])
        let technicians = SandboxMSP.technicians.enumerated().map { index, technician in
            Record(
                firstTechnician + Int64(index),
                [
                    "firstName": .string(technician.firstName), "lastName": .string(technician.lastName),
                    "userName": .string(technician.identifier), "isActive": true, "licenseType": 1,
                    "defaultServiceDeskRoleID": .integer(role),
                    "email": .string("\(technician.identifier)@sandbox.example"), "resourceType": "Employee",
                ])
        }
        rows[.resources] = [api] + technicians
        rows[.roles] = [
            Record(role, ["name": "Engineer", "isActive": true, "isSystemRole": false, "roleType": 0]),
            Record(role + 1, ["name": "Project Manager", "isActive": true, "isSystemRole": false, "roleType": 0]),
        ]
        for (index, technician) in technicians.enumerated() {
            rows[.resourceServiceDeskRoles, default: []].append(
                Record(
                    Int64(70_701 + index),
                    [
                        "resourceID": .integer(technician.id), "roleID": .integer(role), "isActive": true,
                        "isDefault": true,
                    ])
            )
            rows[.resourceRoleQueues, default: []].append(
                Record(
                    Int64(71_701 + index),
                    [
                        "resourceID": .integer(technician.id), "roleID": .integer(role), "queueID": 29_683_481,
                        "isActive": true,
                    ]
                ))
        }
    }

    static func picklists() -> [AutotaskEntity: [String: [AutotaskPick]]] {
        let numbered: ([(Int64, String)]) -> [AutotaskPick] = { $0.map { AutotaskPick(value: $0.0, label: $0.1) } }
        var tickets: [String: [AutotaskPick]] = [:]
        // Numbers that are in no order, as in a database that has grown.
        tickets["status"] = numbered(Array(zip([1, 8, 7, completeStatus, 21, 22], SandboxMSP.statuses)))
        tickets["priority"] = numbered(Array(zip([4, 1, 2, 3, 6], SandboxMSP.priorities)))
        tickets["queueID"] = numbered(Array(zip([29_683_481, 29_683_482, 5], SandboxMSP.boards)))
        tickets["source"] = numbered([(-1, "Insourced"), (2, "Phone"), (4, "Email"), (8, "Monitoring Alert")])
        tickets["ticketType"] = numbered([
            (1, "Service Request"), (2, "Incident"), (3, "Problem"), (4, "Change Request"), (5, "Alert"),
        ])
        tickets["issueType"] =
            SandboxMSP.types.enumerated().map { AutotaskPick(value: Int64(10 + $0), label: $1) }
            + [AutotaskPick(value: 19, label: "Telephone System", isActive: false)]
        // The same labels come back below each issue type, with other values.
        tickets["subIssueType"] = SandboxMSP.types.indices.flatMap { type in
            SandboxMSP.subtypes.enumerated().map { index, name in
                AutotaskPick(value: Int64(100 + type * 10 + index), label: name, parent: Int64(10 + type))
            }
        }
        tickets["serviceLevelAgreementID"] = numbered([(1, "Standard SLA")])
        tickets["monitorTypeID"] = numbered([(1, "Online Status Monitor")])
        let publish = numbered([(1, "All Autotask Users"), (2, "Internal Project Team")])
        return [
            .tickets: tickets,
            .ticketNotes: [
                "noteType": numbered([
                    (1, "Task Summary"), (2, "Task Detail"), (3, "Task Notes"), (13, "Workflow Rule Note"),
                ]),
                "publish": publish,
            ],
            .ticketAttachments: ["publish": publish],
            .companies: ["companyType": numbered([(1, "Customer")]), "classification": numbered([(1, "Standard")])],
            .configurationItems: ["configurationItemType": numbered([(1, "Device")])],
            .resources: ["licenseType": numbered([(1, "Professional"), (7, "API User")])],
            .billingCodes: ["useType": numbered([(1, "General Allocation Code")])],
        ]
    }
}
