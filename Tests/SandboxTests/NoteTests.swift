import Formats
import Sandbox
import Testing

@Suite("ConnectWise's notes and configuration items")
struct NoteTests {
    @Test("a note needs a place to be shown")
    func placement() throws {
        var client = Client()
        try client.ticket()
        let reply = client.send("POST", "service/tickets/1001/notes", body: ["text": "x", "issueFlag": true])
        #expect(reply.status == 400)
        #expect(
            try reply.json().compact
                == #"{"code":"InvalidObject","message":"serviceNote object is invalid","errors":[{"code":"InvalidObject","#
                + #""message":"Please choose where to display the notes in order to save this record.","#
                + #""resource":"serviceNote","field":"detailDescriptionFlag"}]}"#)
    }

    @Test(
        "a note without a text or with a flag that is none is refused",
        arguments: [
            (["internalAnalysisFlag": true], "MissingRequiredField text"),
            (["text": "x", "internalAnalysisFlag": true, "resolutionFlag": 1], "InvalidObject resolutionFlag"),
        ] as [(JSON, String)])
    func refused(note: JSON, expected: String) throws {
        var client = Client()
        try client.ticket()
        let reply = client.send("POST", "service/tickets/1001/notes", body: note)
        #expect(try reply.refusal() == "400 | InvalidObject | \(expected)")
    }

    @Test("a note is kept with its line breaks, can be read again and changes the ticket's date")
    func add() throws {
        var client = Client()
        try client.ticket("x", [("initialDescription", "first")])
        client.now += 60_000
        let reply = client.send(
            "POST", "service/tickets/1001/notes", body: ["text": "a\nb", "internalAnalysisFlag": true])
        #expect(reply.status == 201)
        let note = try reply.json()
        #expect(note["text"] == "a\nb")
        #expect(note["internalFlag"] == true)
        #expect(note["detailDescriptionFlag"] == false)
        #expect(try client.ids("service/tickets/1001/notes") == [5001, 5002])
        #expect(
            try client.ids("service/tickets/1001/notes", [("conditions", "detailDescriptionFlag=true")]) == [5001])
        #expect(try client.get("service/tickets/1001/notes/5002").json() == note)
        #expect(try client.get("service/tickets/1001/notes/count").json() == ["count": 2])
        #expect(client.get("service/tickets/1001/notes/9").status == 404)
        #expect(
            try client.get("service/tickets/1001/notes", [("conditions", "noteType='x'")]).refusal()
                == "400 | ApiFindCondition")
        #expect(client.psa.tickets.first?.updatedAt == "2026-11-18T11:07:40Z")
        let every = try client.get("service/tickets/1001/allNotes").json().array
        #expect(every?.map { $0["noteType"] } == ["TicketNote", "TicketNote"])
        #expect(every?.first?["ticket"]?["id"] == 1001)
    }

    @Test("a configuration item is attached by id or by device identifier, once")
    func attach() throws {
        var client = Client()
        try client.ticket()
        try client.ticket()
        let path = "service/tickets/1001/configurations"
        #expect(
            try client.send("POST", path, body: [:]).refusal()
                == "400 | InvalidObject | MissingRequiredField id or deviceIdentifier")
        #expect(client.send("POST", path, body: ["id": 501]).status == 201)
        let device = try client.get("company/configurations/502").json()["deviceIdentifier"] ?? .null
        #expect(client.send("POST", path, body: ["deviceIdentifier": device]).status == 201)
        #expect(try client.send("POST", path, body: ["id": 501]).refusal() == "400 | InvalidObject | ObjectExists id")
        #expect(try client.send("POST", path, body: ["id": 9]).refusal() == "400 | InvalidObject | NotFound id")
        #expect(try client.ids(path) == [501, 502])
        #expect(try client.get(path + "/count").json() == ["count": 2])
        #expect(try client.ids("service/tickets", [("conditions", "configuration/id = 502")]) == [1001])
        #expect(try client.ids("service/tickets", [("conditions", "configuration/id = null")]) == [1002])
        #expect(client.send("DELETE", path + "/501").status == 204)
        #expect(client.send("DELETE", path + "/501").status == 404)
        #expect(client.get(path + "/502").status == 200)
        #expect(try client.ids(path) == [502])
    }
}
