import Events
import Formats

/// The calls, from the contract's sections 2.3 and 2.4.
extension BMS {
    static let pageSize = 100

    /// BMS has no place for a reference: this line ends the details of a ticket, and by it the ticket is found again.
    static func marker(_ reference: Identifier) -> String { "[ITP event \(reference)]" }

    func call(_ request: TicketRequest, _ session: VendorSession?, _ now: Instant) -> VendorCall {
        switch request {
        case .tickets(let reference):
            get(
                "servicedesk/tickets?Filter.Details=\(TicketReplies.percentEncoded(reference.description))"
                    + "&PageSize=\(BMS.pageSize)&PageNumber=1", session)
        case .ticket(let id): get("servicedesk/tickets/\(id)", session)
        case .notes(let id, _): get("servicedesk/tickets/\(id)/notes", session)
        case .list(let list, let page):
            get(
                list.path
                    + (list.condition.isEmpty
                        ? "" : "?\(list.condition)&PageSize=\(BMS.pageSize)&PageNumber=\(page.number)"),
                session)
        case .create(let body): write("POST", "servicedesk/tickets", body, session)
        case .files(let id): get("servicedesk/tickets/\(id)/notes", session)
        case .attach(let file, let id): upload("servicedesk/tickets/\(id)/notes", file, session)
        case .part(let body, let path): write("POST", path, body, session)
        case .note(let body, let id): write("POST", "servicedesk/tickets/\(id)/notes", body, session)
        case .status(let status, let id):
            write(
                "PATCH", "servicedesk/tickets/\(id)",
                .array([["op": "replace", "path": "/StatusId", "value": .integer(status)]]), session,
                as: "application/json-patch+json")
        }
    }

    func rows(_ record: JSON) -> [JSON]? { record.array }

    /// Lists that are asked for by a filter come in pages, the others whole.
    func page(after rows: [JSON], of request: TicketRequest) -> TicketRequest.Page? {
        guard case .list(let list, let page) = request, !list.condition.isEmpty, rows.count >= BMS.pageSize else {
            return nil
        }
        return TicketRequest.Page(number: page.number + 1)
    }

    func carries(_ ticket: JSON, _ reference: Identifier) -> Bool {
        ticket["details"]?.string?.contains(BMS.marker(reference)) ?? false
    }

    func noteText(_ note: JSON) -> String? { note["details"]?.string }

    var readsNumbers: Bool { false }
    var notesInternals: Bool { true }

    func number(_ record: JSON, _ session: VendorSession?) -> TicketNumber? {
        record.id.map { TicketNumber(id: "\($0)", number: record["ticketNumber"]?.string ?? "\($0)", url: "") }
    }
}

/// The lists that names are looked up in. How the tables of ticket types, sources and note types are called is not public;
/// these are the names of the properties that point into them.
extension CatalogueList {
    static let bmsStatuses = CatalogueList(path: "system/statuses/lookup", what: "reading statuses")
    static let bmsPriorities = CatalogueList(path: "system/priorities/lookup", what: "reading priorities")
    static let bmsQueues = CatalogueList(path: "system/queues/lookup", what: "reading queues")
    static let bmsWorkTypes = CatalogueList(path: "system/worktypes/lookup", what: "reading work types")
    static let bmsIssueTypes = CatalogueList(path: "system/issuetypes/lookup", what: "reading issue types")
    static let bmsTypes = CatalogueList(path: "system/tenantlookup/TicketType", what: "reading ticket types")
    static let bmsSources = CatalogueList(path: "system/tenantlookup/TicketSource", what: "reading sources")
    static let bmsNoteTypes = CatalogueList(path: "system/tenantlookup/TicketNoteType", what: "reading note types")

    static func bmsSubtypes(of type: Int64) -> CatalogueList {
        CatalogueList(path: "system/issuetypes/\(type)/issuesubtypes/lookup", what: "reading sub-issue types")
    }

    /// - Parameter filter: `AccountName` or `AccountCode`.
    static func bmsAccounts(_ filter: String, _ name: String) -> CatalogueList {
        CatalogueList(
            path: "crm/accounts/summary", condition: "Filter.\(filter)=\(TicketReplies.percentEncoded(name))",
            what: "reading accounts")
    }

    static let bmsAllAccounts = CatalogueList(
        path: "crm/accounts/lookup", condition: "Filter.WithInactiveAccounts=true", what: "reading accounts")

    static func bmsLocations(of account: Int64) -> CatalogueList {
        CatalogueList(path: "crm/accounts/\(account)/locations/lookup", what: "reading the account's locations")
    }

    static func bmsAssets(account: Int64, _ name: String) -> CatalogueList {
        CatalogueList(
            path: "servicedesk/hardwareasset/searchselect",
            condition: "Filter.AccountId=\(account)&Filter.AssetName=\(TicketReplies.percentEncoded(name))",
            what: "reading assets")
    }
}
