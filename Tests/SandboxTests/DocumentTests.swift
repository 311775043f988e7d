import Formats
import Sandbox
import Testing

@Suite("The sandbox's ConnectWise: files and merges")
struct DocumentTests {
    private static let boundary = "xYz"

    private static func form(_ parts: [(String, String)]) -> [UInt8] {
        var text = ""
        for (name, value) in parts {
            let file = name == "file" ? "; filename=\"a.json\"\r\nContent-Type: application/json" : ""
            text += "--\(boundary)\r\nContent-Disposition: form-data; name=\"\(name)\"\(file)\r\n\r\n\(value)\r\n"
        }
        return Array((text + "--\(boundary)--\r\n").utf8)
    }

    private static func upload(_ client: inout Client, _ body: [UInt8], type: String? = nil) -> SandboxReply {
        let headers =
            Client.headers.dropLast() + [("Content-Type", type ?? "multipart/form-data; boundary=\(boundary)")]
        return client.psa.handle(
            SandboxRequest(method: "POST", path: Client.root + "system/documents", headers: Array(headers), body: body),
            now: client.now)
    }

    @Test("a file is uploaded as a form, listed at its ticket, and comes back as it was")
    func upload() throws {
        var client = Client()
        let id = try client.ticket()
        let body = DocumentTests.form([
            ("recordType", "Ticket"), ("recordId", String(id)), ("Title", "Alert"), ("file", "{\"a\":\r\n\r\n1}"),
        ])
        let made = DocumentTests.upload(&client, body)
        #expect(made.status == 201)
        let document = try #require(try made.json()["id"]?.integer)
        #expect(client.get("system/documents/\(document)/download").body == Array("{\"a\":\r\n\r\n1}".utf8))
        #expect(try client.ids("service/tickets/\(id)/documents") == [document])
        #expect(try client.ids("system/documents", [("recordType", "Ticket"), ("recordId", String(id))]) == [document])
        #expect(client.psa.tickets.first?.attachments.map(\.name) == ["a.json"])
        #expect(client.send("DELETE", "system/documents/\(document)").status == 204)
        #expect(client.psa.tickets.first?.attachments.isEmpty == true)
    }

    @Test("a document as JSON is 415, and one with parts missing names them all")
    func refused() throws {
        var client = Client()
        #expect(client.send("POST", "system/documents", body: ["title": "x"]).status == 415)
        let reply = DocumentTests.upload(&client, DocumentTests.form([("recordType", "Ticket"), ("title", "x")]))
        #expect(
            try reply.refusal()
                == "400 | InvalidObject | MissingRequiredField recordId | MissingRequiredField file")
        let lost = DocumentTests.form([("recordType", "Ticket"), ("recordId", "9"), ("title", "x"), ("file", "y")])
        #expect(DocumentTests.upload(&client, lost).status == 404)
        #expect(DocumentTests.upload(&client, Array(lost.dropLast(9))).status == 415)
    }

    @Test("a merge closes what is merged, and says into what")
    func merge() throws {
        var client = Client()
        let (parent, child) = (try client.ticket("a"), try client.ticket("b"))
        let status: JSON = ["name": "Closed"]
        let body: JSON = ["mergeTicketIds": [.integer(child)], "status": status]
        #expect(client.send("POST", "service/tickets/\(parent)/merge", body: body).status == 201)
        let merged = try client.get("service/tickets/\(child)").json()
        #expect(merged["mergedParentTicket"]?["id"]?.integer == parent)
        #expect(merged["closedFlag"] == true)
        #expect(try client.get("service/tickets/\(parent)").json()["hasMergedChildTicketFlag"] == true)
        #expect(client.send("POST", "service/tickets/\(parent)/merge", body: ["status": status]).status == 400)
    }
}
