import Events
import Formats

/// Files on tickets, from the contract's section 2.3: how the way by `system/attachments` names a ticket is not public, a note
/// takes files with it.
extension BMS {
    /// The vendor names no limit; a call has to end within its time.
    private static let fileLimit = 10_000_000

    func upload(
        _ file: EventFile, marker: String, to ticket: String, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> FileUpload {
        let file = try file.within(BMS.fileLimit, of: name)
        let note = try note("\(file.name), \(marker)", catalogue, now)
        let attachment: JSON = [
            "Name": .string(file.name), "Type": .string(file.mediaType),
            "Base64Data": .string(Base64.encode(file.bytes)),
        ]
        return FileUpload(
            .members((note.members ?? []).map { ($0.name, $0.value) } + [("Attachments", .array([attachment]))]))
    }

    func fileMark(_ row: JSON) -> String? { noteText(row) }
}
