import Events
import Formats

/// One list of an account that names are looked up in.
struct CatalogueList: Hashable, Sendable {
    /// Where it is read, as the vendor's calls have it.
    var path: String
    /// Which of its rows are wanted, in the vendor's own dialect; empty = all.
    var condition = ""
    /// What reading it is called in messages.
    var what: String

    /// Pages that are read of one list: a server that overlooks the page's number would never come to an end.
    static let pageLimit = 100
}

/// Where an account is reached for a time: what signing in, or asking for the zone, has brought.
struct VendorSession: Sendable, Equatable {
    /// The API's address without a slash at its end.
    var base: String
    /// Where people open tickets; empty if not known.
    var web = ""
    /// The token that calls carry; empty where they carry none.
    var token = ""
    /// By which the token is renewed once it has ended; empty for none.
    var renewal = ""
    var until: Instant
    /// Until when it can be renewed.
    var renewableUntil: Instant?
}

/// What a lane knows of an account's names and IDs; read when first needed, again after a day or on a miss.
struct Catalogue: Sendable {
    private struct Kept: Sendable {
        var rows: [JSON]
        var readAt: Instant
    }

    private static let lifetime = Instant.Span.hours(24)
    /// A name that is missing is looked for again in a list that is older than this.
    private static let missLifetime = Instant.Span.minutes(5)

    private var lists: [CatalogueList: Kept] = [:]
    /// The session of an account that needs one.
    var session: VendorSession?

    /// The rows of a list. One may be old where `found` says that it holds what is looked for.
    func rows(
        _ list: CatalogueList, _ now: Instant, found: ([JSON]) -> Bool
    ) throws(Unresolved) -> [JSON] {
        guard let kept = lists[list] else { throw .needs(list) }
        let age = now - kept.readAt
        guard age < (found(kept.rows) ? Catalogue.lifetime : Catalogue.missLifetime) else { throw .needs(list) }
        return kept.rows
    }

    mutating func keep(_ rows: [JSON], of list: CatalogueList, _ now: Instant) {
        lists[list] = Kept(rows: rows, readAt: now)
    }

    /// Forgets all names, for instance after a refusal that they may explain.
    mutating func clear() { lists = [:] }
}

/// Why names cannot be turned into IDs: a list is missing, or there is no ID for them.
enum Unresolved: Error, Equatable {
    case needs(CatalogueList)
    case refused(String)
}

extension JSON {
    /// The row's ID.
    var id: Int64? { self["id"]?.integer }

    /// Whether the row has that name, or that ID where the name is a number.
    func isNamed(_ name: String) -> Bool { hasName(name) || self["id"]?.integer.map { "\($0)" } == name }

    /// Whether the row has that name.
    func hasName(_ name: String) -> Bool { (self["name"]?.string ?? "").equalsIgnoringCase(name) }
}
