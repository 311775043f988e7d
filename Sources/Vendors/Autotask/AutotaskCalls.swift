import Events
import Formats

/// The calls, from the contract's sections 1.4 to 1.7. What is read is read by GET, with the search in the address.
extension Autotask {
    static let pageSize = 500

    func call(_ request: TicketRequest, _ session: VendorSession?, _ now: Instant) -> VendorCall {
        switch request {
        case .tickets(let reference):
            return get(
                "Tickets/query?search="
                    + Autotask.search(
                        [Autotask.test("eq", "externalID", .string(reference.description))],
                        ["id", "ticketNumber", "externalID"]), session)
        case .ticket(let id): return get("Tickets/\(id)", session)
        case .notes(let id, let page):
            var filter = [Autotask.test("eq", "ticketID", Autotask.number(id))]
            // Pages by the last ID: the address of a next page would have to be checked before a secret is sent to it.
            if let after = page.after { filter.append(Autotask.test("gt", "id", .integer(after))) }
            return get("TicketNotes/query?search=" + Autotask.search(filter, ["id", "description"]), session)
        case .list(let list, _):
            return get(list.path + (list.condition.isEmpty ? "" : "?search=" + list.condition), session)
        case .files(let id): return files(of: id, session)
        case .attach(let file, let id): return upload("Tickets/\(id)/Attachments", file, session)
        case .create(let body): return write("POST", "Tickets", body, session)
        case .part(let body, let path): return write("POST", path, body, session)
        case .note(let body, let id): return write("POST", "Tickets/\(id)/Notes", body, session)
        case .status(let status, let id):
            return write(
                "PATCH", "Tickets", ["id": Autotask.number(id), "status": .integer(status)], session)
        }
    }

    static func number(_ id: String) -> JSON { Int64(id).map { .integer($0) } ?? .string(id) }

    static func test(_ op: String, _ field: String, _ value: JSON) -> JSON {
        ["op": .string(op), "field": .string(field), "value": value]
    }

    static func any(_ items: [JSON]) -> JSON { ["op": "or", "items": .array(items)] }

    /// A search as it stands in an address.
    static func search(_ filter: [JSON], _ fields: [String]) -> String {
        let search: JSON = [
            "filter": .array(filter), "MaxRecords": .integer(pageSize),
            "IncludeFields": .array(fields.map { .string($0) }),
        ]
        return TicketReplies.percentEncoded(search.compact)
    }

    func rows(_ record: JSON) -> [JSON]? { record["items"]?.array ?? record["fields"]?.array }

    func page(after rows: [JSON], of request: TicketRequest) -> TicketRequest.Page? {
        guard case .notes(_, let page) = request, rows.count >= Autotask.pageSize,
            let last = rows.compactMap(\.id).max()
        else { return nil }
        return TicketRequest.Page(number: page.number + 1, after: last)
    }

    func carries(_ ticket: JSON, _ reference: Identifier) -> Bool {
        ticket["externalID"]?.string?.equalsIgnoringCase(reference.description) ?? false
    }

    func noteText(_ note: JSON) -> String? { note["description"]?.string }

    /// A write is answered with the new record's ID alone.
    var readsNumbers: Bool { true }
    var notesInternals: Bool { true }

    func number(_ record: JSON, _ session: VendorSession?) -> TicketNumber? {
        guard let id = record.id ?? record["itemId"]?.integer else { return nil }
        let web = session?.web ?? ""
        return TicketNumber(
            id: "\(id)", number: record["ticketNumber"]?.string ?? "\(id)",
            url: web.isEmpty
                ? "" : "\(web)/Autotask/AutotaskExtend/ExecuteCommand.aspx?Code=OpenTicketDetail&TicketID=\(id)")
    }
}

/// The lists that names are looked up in.
extension CatalogueList {
    static let ticketFields = CatalogueList(
        path: "Tickets/entityInformation/fields", what: "reading the tickets' picklists")
    static let noteFields = CatalogueList(
        path: "TicketNotes/entityInformation/fields", what: "reading the notes' picklists")

    static func autotaskCompanies(_ name: String, id: Int64?) -> CatalogueList {
        let names = ["companyName", "companyNumber"].map { Autotask.test("eq", $0, .string(name)) }
        let byID = id.map { [Autotask.test("eq", "id", .integer($0))] } ?? []
        return CatalogueList(
            path: "Companies/query",
            condition: Autotask.search(
                [Autotask.any(names + byID)], ["id", "companyName", "companyNumber", "isActive"]),
            what: "reading companies")
    }

    static func configurationItems(company: Int64, names: [String]) -> CatalogueList {
        CatalogueList(
            path: "ConfigurationItems/query",
            condition: Autotask.search(
                [
                    Autotask.test("eq", "companyID", .integer(company)), Autotask.test("eq", "isActive", true),
                    Autotask.any(
                        names.flatMap { name in
                            ["referenceTitle", "rmmDeviceAuditHostname"].map { Autotask.test("eq", $0, .string(name)) }
                        }),
                ], ["id", "referenceTitle", "rmmDeviceAuditHostname"]),
            what: "reading configuration items")
    }

    static func billingCodes(_ name: String) -> CatalogueList {
        CatalogueList(
            path: "BillingCodes/query",
            condition: Autotask.search(
                [Autotask.test("eq", "name", .string(name)), Autotask.test("eq", "isActive", true)], ["id", "name"]),
            what: "reading work types")
    }
}
