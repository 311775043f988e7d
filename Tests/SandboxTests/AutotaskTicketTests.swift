import Formats
import Sandbox
import Testing

@Suite("The sandbox's Autotask: tickets")
struct AutotaskTicketTests {
    @Test("a ticket that is made gets a number, and everything that was not given is null")
    func create() throws {
        var caller = Caller.autotask
        let id = try caller.autotaskTicket()
        let ticket = try caller.item("Tickets/\(id)")
        #expect(ticket["ticketNumber"] == "T20261118.0001")
        #expect(ticket["creatorResourceID"] == 29_682_885)
        #expect(ticket["assignedResourceID"] == .null)
        #expect(ticket["completedDate"] == .null)
        let found = try caller.autotaskQuery("Tickets", [["op": "eq", "field": "externalID", "value": "ITP-1"]])
        #expect(found["items"]?.array?.map { $0["id"]?.integer } == [id])
        let shown = try #require(caller.world.tickets.first)
        #expect(shown.psa == "autotask")
        #expect(shown.company == "AcmeDental")
        #expect(shown.board == "Alerts")
        #expect(shown.priority == "Medium")
        #expect(shown.externalRef == "itp-1")
    }

    @Test(
        "a ticket that breaks a rule is refused with HTTP 500 and texts",
        arguments: [
            (["title": .null], "title is required."), (["companyID": .null], "companyID is required."),
            (["dueDateTime": .null], "dueDateTime is required."), (["queueID": .null], "queueID is required."),
            (["status": 99], "The value 99 is not an active value of the picklist status."),
            (["issueType": 19], "The value 19 is not an active value of the picklist issueType."),
            (["companyID": 30_206], "The companyID[30206] is not an active Company."),
            (["companyID": 5], "Value does not reference an existing entity for companyID . "),
            (["issueType": 10, "subIssueType": 111], "The subIssueType 111 does not belong to the issueType."),
            (
                ["assignedResourceID": 29_682_890],
                "When assigning a Resource, you must assign both a assignedResourceID and assignedResourceRoleID."
            ),
            (
                ["assignedResourceID": 29_682_890, "assignedResourceRoleID": 29_683_437],
                "The assignedResourceID and assignedResourceRoleID are not associated."
            ),
            (
                ["companyLocationID": 40_202],
                "The companyLocationID[40202] cannot be associated with the Ticket. The Ticket and CompanyLocation must have "
                    + "the same companyID."
            ),
            (
                ["title": .string(String(repeating: "é", count: 256))],
                "String value exceeds maximum length (field:title)."
            ),
            (
                ["externalID": .string(String(repeating: "x", count: 51))],
                "String value exceeds maximum length (field:externalID)."
            ),
            (["priority": "high"], "The value for priority is of the wrong kind."),
        ] as [([String: JSON], String)])
    func refused(changes: [String: JSON], text: String) throws {
        var caller = Caller.autotask
        let errors = try caller.errors("POST", "Tickets", Caller.autotaskTicket.with(changes))
        #expect(errors.first == "500")
        #expect(errors.contains(text), "\(errors)")
        #expect(errors.last == " on record number [0].")
        #expect(caller.world.tickets.isEmpty)
    }

    @Test("a null in a new ticket is an error of its own")
    func null() throws {
        var caller = Caller.autotask
        let body = JSON.object((Caller.autotaskTicket.members ?? []) + [JSON.Member("contactID", .null)])
        #expect(
            try caller.errors("POST", "Tickets", body) == [
                "500", "Object reference not set to an instance of an object.",
            ])
    }

    @Test("the category for monitoring wants no due date, and a queue only where nobody is assigned")
    func category() throws {
        var caller = Caller.autotask
        let plain: [String: JSON] = ["ticketCategory": 4, "dueDateTime": .null, "queueID": .null]
        #expect(
            try caller.errors("POST", "Tickets", Caller.autotaskTicket.with(plain)).contains("queueID is required."))
        let assigned = plain.merging(["assignedResourceID": 29_682_890, "assignedResourceRoleID": 29_683_436]) { $1 }
        _ = try caller.autotaskTicket(assigned)
    }

    @Test("a patch keeps what it does not name, and a replacement clears it")
    func patchAndPut() throws {
        var caller = Caller.autotask
        let id = try caller.autotaskTicket(["description": "long"])
        #expect(
            try caller.json("PATCH", "Tickets", ["id": .string(String(id)), "status": 5]) == ["itemId": .integer(id)])
        var ticket = try caller.item("Tickets/\(id)")
        #expect(ticket["description"] == "long")
        #expect(ticket["completedDate"]?.string != nil)
        #expect(caller.world.tickets.map(\.isClosed) == [true])
        let body = Caller.autotaskTicket.with(["id": .integer(id), "externalID": .null])
        #expect(caller.send("PUT", "Tickets", body).status == 200)
        ticket = try caller.item("Tickets/\(id)")
        #expect(ticket["description"] == .null)
        #expect(ticket["externalID"] == .null)
        #expect(ticket["completedDate"] == .null)
        #expect(ticket["ticketNumber"] == "T20261118.0001")
    }

    @Test("the id stands in the body: there is no path to patch a ticket at")
    func patchPath() throws {
        var caller = Caller.autotask
        let id = try caller.autotaskTicket()
        #expect(caller.send("PATCH", "Tickets/\(id)", ["status": 5]).status == 405)
        #expect(try caller.errors("PATCH", "Tickets", ["status": 5]).contains("id is required."))
        #expect(
            try caller.errors("PATCH", "Tickets", ["id": 5, "status": 5])
                == ["500", "No matching records found for id 5.", "Error updating entity for record number [1]."])
        #expect(caller.send("DELETE", "Tickets/\(id)").status == 405)
    }

    @Test("a note is made below its ticket and nowhere else")
    func notes() throws {
        var caller = Caller.autotask
        let id = try caller.autotaskTicket()
        let note: JSON = ["title": "Repeat", "description": "again", "noteType": 1, "publish": 2]
        #expect(caller.send("POST", "TicketNotes", note.with(["ticketID": .integer(id)])).status == 404)
        let made = try #require(try caller.json("POST", "Tickets/\(id)/Notes", note)["itemId"]?.integer)
        #expect(try caller.json("GET", "Tickets/\(id)/Notes")["items"]?.array?.map { $0["id"]?.integer } == [made])
        let found = try caller.autotaskQuery("TicketNotes", [["op": "eq", "field": "ticketID", "value": .integer(id)]])
        #expect(found["items"]?.array?.first?["description"] == "again")
        #expect(try caller.errors("POST", "Tickets/\(id)/Notes", note.with(["publish": 9])).first == "500")
        #expect(try caller.errors("POST", "Tickets/99/Notes", note).first == "500")
        #expect(caller.world.tickets.first?.notes.map(\.flags) == [["internal"]])
    }

    @Test("a file is attached with its bytes, which come back only with that one file")
    func attachments() throws {
        var caller = Caller.autotask
        let id = try caller.autotaskTicket()
        let data = Base64.encode(Array("{\"a\":1}".utf8))
        let file: JSON = [
            "attachmentType": "FILE_ATTACHMENT", "fullPath": "alert.json", "title": "Alert", "publish": 1,
            "data": .string(data),
        ]
        let made = try #require(try caller.json("POST", "Tickets/\(id)/Attachments", file)["itemId"]?.integer)
        let whole = try caller.json("GET", "Tickets/\(id)/Attachments/\(made)")["items"]?.array?.first
        #expect(whole?["data"]?.string == data)
        let listed = try caller.json("GET", "Tickets/\(id)/Attachments")["items"]?.array?.first
        #expect(listed?["data"] == .null)
        #expect(listed?["fileSize"] == 7)
        #expect(caller.world.tickets.first?.attachments.map(\.name) == ["alert.json"])
        #expect(try caller.errors("POST", "Tickets/\(id)/Attachments", file.with(["fullPath": "a.exe"])).first == "500")
        #expect(caller.send("DELETE", "Tickets/\(id)/Attachments/\(made)").status == 200)
        #expect(caller.world.tickets.first?.attachments.isEmpty == true)
    }

    @Test("more attached bytes in five minutes than the vendor takes are refused for a while")
    func attachedBytes() throws {
        var psa = AutotaskSandbox()
        psa.attachmentWindowBytes = 1000
        var now: Int64 = 1_795_000_000_000
        let send: (String, JSON) -> Int = { path, body in
            psa.handle(
                SandboxRequest(
                    method: "POST", path: Caller.autotask.root + path, headers: Caller.autotask.headers,
                    body: body.bytes), now: now
            ).status
        }
        #expect(send("Tickets", Caller.autotaskTicket) == 200)
        let file: JSON = [
            "attachmentType": "FILE_ATTACHMENT", "fullPath": "a.bin", "title": "A", "publish": 1,
            "data": .string(String(repeating: "AAAA", count: 200)),
        ]
        #expect(send("Tickets/7001/Attachments", file) == 200)
        #expect(send("Tickets/7001/Attachments", file) == 500)
        now += 300_000
        #expect(send("Tickets/7001/Attachments", file) == 200)
    }

    @Test("a contact is made below its company; companies themselves are out of the API user's reach")
    func contacts() throws {
        var caller = Caller.autotask
        let contact: JSON = ["firstName": "RMM", "lastName": "Alert", "isActive": 1, "emailAddress": "a@acme.example"]
        #expect(caller.send("POST", "Contacts", contact).status == 404)
        let made = try #require(try caller.json("POST", "Companies/30201/Contacts", contact)["itemId"]?.integer)
        #expect(try caller.item("Contacts/\(made)")["companyID"] == 30_201)
        #expect(
            try caller.errors("POST", "Companies", ["companyName": "x"])
                == ["500", "The logged in Resource does not have the adequate permissions."])
    }
}
