import Events
import Formats

/// ConnectWise as one of the PSAs that a lane delivers to.
extension ConnectWiseConnection: TicketSystem {
    var name: String { "ConnectWise" }
    var statusPlace: String { "its board" }
    /// ConnectWise throttles many parallel requests (grade L: 12 trip it, 4 do not).
    var concurrencyLimit: Int { 4 }
    func meter(_ call: VendorCall) -> String { "" }

    var connecting: VendorCall? { nil }
    func session(in reply: VendorReply, _ now: Instant) -> (VendorSession?, String) { (nil, "") }

    /// Rows of one page: the most that ConnectWise gives.
    static let pageSize = 1000

    func call(_ request: TicketRequest, _ session: VendorSession?, _ now: Instant) -> VendorCall {
        switch request {
        case .tickets(let reference): ticketsByReference(reference)
        case .ticket(let id): ticket(id)
        case .notes(let id, _): notes(of: id)
        case .list(let list, let page):
            get(
                list.path,
                (list.condition.isEmpty ? [] : [("conditions", list.condition)])
                    + [("pageSize", "\(ConnectWiseConnection.pageSize)"), ("page", "\(page.number)")])
        case .create(let body): post("service/tickets", body)
        case .note(let body, let id): post("service/tickets/\(id)/notes", body)
        case .status(let status, let id): setStatus(status, of: id)
        case .part(let body, let path): post(path, body)
        case .files(let id): files(of: id)
        case .attach(let file, _): upload("system/documents", file)
        }
    }

    var readsNumbers: Bool { false }
    var notesInternals: Bool { false }
}

/// The lists that names are looked up in.
extension CatalogueList {
    static let companyStatuses = CatalogueList(
        path: "company/companies/statuses", what: "reading company statuses")
    static let boards = CatalogueList(path: "service/boards", what: "reading boards")
    static let priorities = CatalogueList(path: "service/priorities", what: "reading priorities")
    static let sources = CatalogueList(path: "service/sources", what: "reading sources")

    static func companies(condition: String) -> CatalogueList {
        CatalogueList(path: "company/companies", condition: condition, what: "reading companies")
    }

    static func configurations(company: Int64, names: [String]) -> CatalogueList {
        let wanted = names.map { "name=" + ConnectWiseConnection.quoted($0) }.joined(separator: " or ")
        return CatalogueList(
            path: "company/configurations", condition: "company/id=\(company) and (\(wanted))",
            what: "reading configurations")
    }

    static func statuses(board: Int64) -> CatalogueList {
        CatalogueList(path: "service/boards/\(board)/statuses", what: "reading the board's statuses")
    }

    static func associations(board: Int64) -> CatalogueList {
        CatalogueList(
            path: "service/boards/\(board)/typeSubTypeItemAssociations",
            what: "reading the board's types, subtypes and items")
    }
}
