import Events
import Formats

/// What Kaseya BMS's API has of contacts and files: it reads contacts and makes none, and by which module's number a file
/// comes to a ticket is not public.
extension BMS: TicketSetup {
    var contacts: (any ContactMaker)? { nil }

    func companyName(
        _ id: Int64, foundBy name: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> String? {
        let rows = try catalogue.rows(.bmsAccounts("AccountName", name), now) { _ in true }
        return rows.first { $0.id == id }?["accountName"]?.string
    }
}
