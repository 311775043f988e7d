import Formats

/// Files on tickets.
extension ConnectWiseSandbox {
    /// Bounds of this stand-in; the vendor's own are not public.
    static let maximumDocuments = 10_000

    /// A file with its record.
    struct Document: Sendable {
        var record: Record
        var ticket: Int64
        var bytes: [UInt8]
    }

    mutating func documentResource(
        _ path: [String], _ request: SandboxRequest, now: Int64
    ) throws(ConnectWiseFault) -> SandboxReply {
        switch (request.method, path.count) {
        case ("POST", 0): return try upload(request, now: now)
        case ("GET", 0):
            guard let type = request.parameter("recordType"),
                let id = request.parameter("recordId").flatMap({ Int64($0) })
            else { throw .invalidObject("document", [.missing("recordType and recordId", "document")]) }
            let isTicket = type.equalsIgnoringCase("Ticket")
            let found = documents.filter { isTicket && $0.ticket == id }
            return try list(found.map(\.record), ConnectWiseSchema.document, request)
        case ("GET", 1), ("DELETE", 1), ("GET", 2):
            guard let at = documents.firstIndex(where: { String($0.record.id) == path[0] }) else {
                throw .noRecord("document", path[0])
            }
            if request.method == "DELETE" {
                documents.remove(at: at)
                return SandboxReply(status: 204)
            }
            if path.count == 1 {
                return SandboxReply(
                    status: 200, json: try selected(documents[at].record, ConnectWiseSchema.document, request))
            }
            guard path[1] == "download" else { throw .noResource }
            let name = documents[at].record.values["fileName"]?.string ?? ""
            return SandboxReply(
                status: 200,
                headers: [
                    ("Content-Type", "application/octet-stream"),
                    ("Content-Disposition", "attachment; filename=\"\(name)\""),
                ], body: documents[at].bytes)
        case (_, 0...2): throw .wrongVerb
        default: throw .noResource
        }
    }

    private mutating func upload(_ request: SandboxRequest, now: Int64) throws(ConnectWiseFault) -> SandboxReply {
        guard let form = FormBody(request), request.header("Content-Type")?.lowercased().hasPrefix("multipart") == true
        else { throw .notJSON }
        var errors: [ConnectWiseFault.Detail] = []
        for name in ["recordType", "recordId", "title", "file"] where form[name] == nil {
            errors.append(.missing(name, "document"))
        }
        guard errors.isEmpty, let file = form["file"], let type = form["recordType"] else {
            throw .invalidObject("document", errors)
        }
        guard type.text.equalsIgnoringCase("Ticket"), let id = (form["recordId"]?.text).flatMap({ Int64($0) }),
            let at = index(of: id)
        else { throw .noRecord(type.text, form["recordId"]?.text ?? "") }
        guard documents.count < ConnectWiseSandbox.maximumDocuments else {
            throw .invalidObject("document", [.missing("space", "document")])
        }
        let record = Record(
            nextDocument,
            [
                "title": .string(form["title"]?.text ?? ""), "fileName": .string(file.fileName ?? "file"),
                "serverFileName": .string("\(nextDocument).bin"), "owner": .string(ConnectWiseSandbox.member),
                "linkFlag": false, "imageFlag": false, "publicFlag": .bool(form["privateFlag"]?.text != "true"),
                "size": .integer(file.bytes.count),
                "guid": .string(Identifier(high: 0x4000, low: UInt64(nextDocument)).description),
                "_info": [
                    "lastUpdated": .string(SandboxTime.text(now)), "updatedBy": .string(ConnectWiseSandbox.member),
                ],
            ])
        nextDocument += 1
        documents.append(Document(record: record, ticket: id, bytes: file.bytes))
        touch(at, SandboxTime.text(now))
        return SandboxReply(status: 201, json: record.json(ConnectWiseSchema.document))
    }
}
