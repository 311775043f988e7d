import Events
import Formats

/// Files on tickets, from the contract's section 1.7.
extension ConnectWiseConnection {
    /// The vendor names no limit; a call has to end within its time.
    private static let fileLimit = 10_000_000

    func upload(
        _ file: EventFile, marker: String, to ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> FileUpload {
        let file = try file.within(ConnectWiseConnection.fileLimit, of: name)
        return FileUpload(
            form: [
                ("recordType", "Ticket"), ("recordId", ticket), ("title", "\(file.name), \(marker)"),
                ("privateFlag", "true"),
            ], file)
    }

    func fileMark(_ row: JSON) -> String? { row["title"]?.string }

    /// The files of a ticket: an earlier try's is among the newest thousand.
    func files(of id: String) -> VendorCall {
        get(
            "system/documents",
            [("recordType", "Ticket"), ("recordId", id), ("orderBy", "id desc"), ("pageSize", "1000")])
    }
}
