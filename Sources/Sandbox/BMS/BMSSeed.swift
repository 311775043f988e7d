import Formats

/// The tables that the stand-in keeps beside tickets.
enum BMSTable: Sendable {
    case accounts, locations, contacts, queues, statuses, priorities, types, sources, noteTypes, issueTypes
    case subIssueTypes, workTypes, slas, assignees, hardwareAssets
}

/// The vendor's database at the start. Each kind has ids of its own range.
enum BMSSeed {
    static let apiUser: Int64 = 501
    static let firstTechnician: Int64 = 502
    static let firstAccount: Int64 = 301

    static func accountID(_ identifier: String) -> Int64? {
        SandboxMSP.companies.firstIndex { $0.identifier == identifier }.map { firstAccount + Int64($0) }
    }

    static func tables() -> [BMSTable: [Record]] {
        var tables: [BMSTable: [Record]] = [:]
        accounts(&tables)
        tables[.queues] = named(SandboxMSP.boards, 21)
        tables[.priorities] = named(SandboxMSP.priorities, 31, ["color": "#c00000"])
        tables[.statuses] = SandboxMSP.statuses.enumerated().map { index, name in
            let isClosed = SandboxMSP.closedStatuses.contains(name)
            return Record(
                Int64(41 + index),
                [
                    "name": .string(name), "fontColor": "#ffffff", "color": "#336699",
                    "statusOrder": .integer(index + 1),
                    "typeId": .integer(isClosed ? 3 : 1), "isSystemStatus": .integer(index == 0 ? 1 : 0),
                    "slaEventId": .null, "isActive": true,
                ])
        }
        tables[.types] = named(["Service Request", "Incident", "Alert"], 51)
        tables[.sources] = named(["Phone Call", "Email", "Monitoring Alert"], 61)
        tables[.noteTypes] = named(["General Notes", "Resolution"], 71)
        tables[.issueTypes] = named(SandboxMSP.types, 81)
        tables[.subIssueTypes] = SandboxMSP.types.indices.flatMap { type in
            SandboxMSP.subtypes.enumerated().map { index, name in
                Record(
                    Int64(1001 + type * 10 + index), ["name": .string(name), "issueTypeId": .integer(81 + type)])
            }
        }
        tables[.workTypes] = named(["Remote Support", "On-Site Support"], 151)
        tables[.slas] = named(["Standard"], 161)
        let people = [SandboxMSP.Technician(identifier: "sandbox", firstName: "ITP", lastName: "Integration")]
        tables[.assignees] = (people + SandboxMSP.technicians).enumerated().map { index, person in
            Record(
                apiUser + Int64(index),
                [
                    "name": .string(person.name), "url": .null, "jobTitle": .null, "pictureName": .null,
                    "emailAddress": .string("\(person.identifier)@sandbox.example"), "pictureURL": .null,
                ])
        }
        tables[.hardwareAssets] = SandboxMSP.agents.enumerated().map { index, agent in
            let account = accountID(agent.company) ?? 0
            return Record(
                Int64(701 + index),
                [
                    "assetName": .string(agent.name), "name": .string(agent.name), "accountId": .integer(account),
                    "accountLocationId": .integer(account + 1000), "locationName": "Main Office",
                    "categoryId": 1, "categoryName": .string(agent.kind), "isActive": true,
                    "ipAddress": .string(agent.address), "osType": .string(agent.system),
                    "agentId": .string(agent.guid), "serialNumber": .null,
                ])
        }
        return tables
    }

    private static func named(_ names: [String], _ first: Int64, _ more: [String: JSON] = [:]) -> [Record] {
        names.enumerated().map { index, name in
            var values: [String: JSON] = ["name": .string(name), "isActive": true, "isDefault": .bool(index == 0)]
            values.merge(more) { $1 }
            return Record(first + Int64(index), values)
        }
    }

    private static func accounts(_ tables: inout [BMSTable: [Record]]) {
        for (index, company) in SandboxMSP.companies.enumerated() {
            let id = firstAccount + Int64(index)
            tables[.accounts, default: []].append(
                Record(
                    id,
                    [
                        "name": .string(company.name), "accountName": .string(company.name),
                        "accountCode": .string(company.identifier), "tenantName": "itp",
                        "isActive": .bool(company.isActive), "createdOn": "2026-01-05T08:00:00", "accountTypeId": 1,
                        "accountType": "Customer",
                    ]))
            for (place, name) in ["Main Office", "Branch"].enumerated() {
                tables[.locations, default: []].append(
                    Record(
                        id + Int64(1000 * (place + 1)),
                        ["name": .string(name), "accountId": .integer(id), "isMain": .bool(place == 0)]))
            }
            tables[.contacts, default: []].append(
                Record(
                    id + 300,
                    [
                        "name": .string("Office \(company.identifier)"), "accountId": .integer(id),
                        "locationId": .integer(id + 1000), "locationName": "Main Office", "phone": .null,
                        "emailAddress": .string("office@\(company.identifier.lowercased()).example"),
                        "firstName": "Office", "lastName": .string(company.identifier), "isActive": true,
                    ]))
        }
    }
}
