import Events
import Formats

/// One list of a ConnectWise account that names are looked up in.
enum CatalogueList: Hashable, Sendable {
    case companies(condition: String)
    case companyStatuses
    case boards
    case statuses(board: Int64)
    case associations(board: Int64)
    case priorities
    case sources

    /// Rows of one page: the most that ConnectWise gives.
    static let pageSize = 1000
    /// Pages that are read of one list: a server that overlooks the page's number would never come to an end.
    static let pageLimit = 100

    func call(_ connection: ConnectWiseConnection, page: Int) -> VendorCall {
        let paging = [("pageSize", "\(CatalogueList.pageSize)"), ("page", "\(page)")]
        switch self {
        case .companies(let condition):
            return connection.get("company/companies", [("conditions", condition)] + paging)
        case .companyStatuses: return connection.get("company/companies/statuses", paging)
        case .boards: return connection.get("service/boards", paging)
        case .statuses(let board): return connection.get("service/boards/\(board)/statuses", paging)
        case .associations(let board):
            return connection.get("service/boards/\(board)/typeSubTypeItemAssociations", paging)
        case .priorities: return connection.get("service/priorities", paging)
        case .sources: return connection.get("service/sources", paging)
        }
    }

    /// What the list is called in messages.
    var what: String {
        switch self {
        case .companies: "reading companies"
        case .companyStatuses: "reading company statuses"
        case .boards: "reading boards"
        case .statuses: "reading the board's statuses"
        case .associations: "reading the board's types, subtypes and items"
        case .priorities: "reading priorities"
        case .sources: "reading sources"
        }
    }
}

/// What a lane knows of an account's names and IDs; read when first needed, again after a day or on a miss.
struct ConnectWiseCatalogue: Sendable {
    private struct Kept: Sendable {
        var rows: [JSON]
        var readAt: Instant
    }

    private static let lifetime = Instant.Span.hours(24)
    /// A name that is missing is looked for again in a list that is older than this.
    private static let missLifetime = Instant.Span.minutes(5)

    private var lists: [CatalogueList: Kept] = [:]

    /// The rows of a list, or nil where it has to be read. A list may be old where `found` says that it holds what is
    /// looked for.
    func rows(_ list: CatalogueList, _ now: Instant, found: ([JSON]) -> Bool) -> [JSON]? {
        guard let kept = lists[list] else { return nil }
        let age = now - kept.readAt
        return age < (found(kept.rows) ? ConnectWiseCatalogue.lifetime : ConnectWiseCatalogue.missLifetime)
            ? kept.rows : nil
    }

    mutating func keep(_ rows: [JSON], of list: CatalogueList, _ now: Instant) {
        lists[list] = Kept(rows: rows, readAt: now)
    }

    /// Forgets everything, for instance after a refusal that names may explain.
    mutating func clear() { lists = [:] }
}

extension JSON {
    /// The row's ID.
    var id: Int64? { self["id"]?.integer }

    /// Whether the row has that name, or that ID where the name is a number.
    func isNamed(_ name: String) -> Bool { hasName(name) || self["id"]?.integer.map { "\($0)" } == name }

    /// Whether the row has that name.
    func hasName(_ name: String) -> Bool { (self["name"]?.string ?? "").equalsIgnoringCase(name) }
}
