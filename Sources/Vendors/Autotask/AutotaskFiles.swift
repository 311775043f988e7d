import Events
import Formats

/// Files on tickets, from the contract's section 1.5.
extension Autotask {
    /// The vendor names six to seven megabytes.
    private static let fileLimit = 6_000_000
    /// Beyond 10,000,000 bytes in five minutes Autotask refuses files for as long.
    var uploadLimit: Int? { 9_000_000 }

    func upload(
        _ file: EventFile, marker: String, to ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> FileUpload {
        let file = try file.within(Autotask.fileLimit, of: name)
        return FileUpload([
            "id": 0, "attachmentType": "FILE_ATTACHMENT", "fullPath": .string(file.name),
            "title": .string("\(file.name), \(marker)"), "publish": 1, "data": .string(Base64.encode(file.bytes)),
        ])
    }

    func fileMark(_ row: JSON) -> String? { row["title"]?.string }

    func files(of id: String, _ session: VendorSession?) -> VendorCall {
        get(
            "TicketAttachments/query?search="
                + Autotask.search([Autotask.test("eq", "parentID", Autotask.number(id))], ["id", "title"]), session)
    }
}
