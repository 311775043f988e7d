import Formats
import Sandbox
import Testing

@Suite("ConnectWise's tickets")
struct TicketTests {
    private static let kinds: [(String, JSON)] = [
        ("board", ["id": 11]), ("type", ["name": "Server"]), ("subType", ["name": "Services"]),
        ("item", ["name": "DHCP"]),
    ]

    @Test("a ticket is made from names and comes back with its references spelled out")
    func create() throws {
        var client = Client()
        let more: [(String, JSON)] =
            TicketTests.kinds + [
                ("status", ["name": "in progress"]), ("priority", ["name": "Critical"]),
                ("source", ["name": "Monitor Alerts"]), ("team", ["name": "Service Team"]), ("externalXRef", "itp-7"),
                ("initialDescription", "for the customer"), ("initialInternalAnalysis", "for us"), ("unknown", 5),
            ]
        let reply = client.send("POST", "service/tickets", body: Client.body("DHCP stopped", more))
        #expect(reply.status == 201)
        let ticket = try reply.json()
        #expect(ticket["id"] == 1001)
        #expect(ticket["company"]?["name"] == "Acme Dental")
        #expect(ticket["board"]?["name"] == "Alerts")
        #expect(ticket["status"]?["id"] == 1102)
        #expect(ticket["item"]?["name"] == "DHCP")
        #expect(ticket["priority"]?["level"] == "Critical")
        #expect(ticket["closedFlag"] == false)
        #expect(
            ticket["board"]?["_info"]?["board_href"]
                == "http://127.0.0.1:9090/connectwise/v4_6_release/apis/3.0/service/boards/11")
        #expect(
            ticket["_info"] == [
                "lastUpdated": "2026-11-18T11:06:40Z", "updatedBy": "itp", "dateEntered": "2026-11-18T11:06:40Z",
                "enteredBy": "itp",
            ])
        #expect(ticket["initialDescription"] == nil)
        #expect(ticket["unknown"] == nil)
        #expect(try client.get("service/tickets/1001").json() == ticket)
    }

    @Test("what is left out gets the vendor's defaults")
    func defaults() throws {
        var client = Client()
        try client.ticket()
        let ticket = try client.get("service/tickets/1001").json()
        #expect(ticket["board"]?["name"] == "Alerts")
        #expect(ticket["status"]?["name"] == "New")
        #expect(ticket["priority"]?["name"] == "Medium")
        #expect(ticket["team"]?["name"] == "Service Team")
        #expect(ticket["severity"] == "Medium")
        #expect(ticket["recordType"] == "ServiceTicket")
        #expect(ticket["type"] == nil)
    }

    @Test(
        "what the vendor would refuse is refused, and nothing is made",
        arguments: [
            ([("summary", .null)], "MissingRequiredField summary"),
            ([("summary", "  ")], "MissingRequiredField summary"),
            ([("summary", .string(String(repeating: "x", count: 101)))], "OutOfRange summary"),
            ([("summary", .string(String(repeating: "\u{1F4BE}", count: 51)))], "OutOfRange summary"),
            ([("summary", 5)], "InvalidObject summary"),
            ([("company", .null)], "MissingRequiredField company"), ([("company", 201)], "InvalidObject company"),
            ([("company", [:])], "MissingRequiredField company/id"),
            ([("company", ["id": 999])], "NotFound company/id"),
            ([("company", ["identifier": "Nobody"])], "NotFound company/identifier"),
            ([("company", ["identifier": "Stark"])], "InvalidObject company/status"),
            ([("board", ["name": "Nowhere"])], "NotFound board/name"),
            ([("status", ["id": 1201])], "NotFound status/name"),
            ([("status", ["name": "Nonsense"])], "NotFound status/name"),
            ([("board", ["id": 13]), ("type", ["name": "Server"])], "NotFound type/name"),
            ([("subType", ["name": "Disk"])], "MissingRequiredField type"),
            ([("type", ["name": "Server"]), ("item", ["name": "DHCP"])], "MissingRequiredField subType"),
            ([("type", ["id": 1221])], "NotFound type/name"),
            ([("team", ["id": 1291])], "NotFound team/name"),
            ([("priority", ["name": "Urgent"])], "NotFound priority/name"),
            ([("source", ["id": "73"])], "NotFound source/id"), ([("contact", ["id": 1])], "NotFound contact/id"),
            ([("agreement", ["id": 1])], "NotFound agreement/id"),
            ([("externalXRef", .string(String(repeating: "x", count: 101)))], "OutOfRange externalXRef"),
            ([("severity", "Extreme")], "InvalidObject severity"),
            ([("requiredDate", "2026-11-21")], "InvalidObject requiredDate"),
            ([("requiredDate", "2026-11-21T10:00:00.000Z")], "InvalidObject requiredDate"),
            ([("customerUpdatedFlag", "true")], "InvalidObject customerUpdatedFlag"),
            ([("initialDescription", 5)], "InvalidObject initialDescription"),
        ] as [([(String, JSON)], String)])
    func refused(more: [(String, JSON)], expected: String) throws {
        var client = Client()
        let reply = client.send("POST", "service/tickets", body: Client.body("DHCP stopped", more))
        #expect(try reply.refusal() == "400 | InvalidObject | \(expected)")
        #expect(try reply.json()["message"] == "ticket object is invalid")
        #expect(client.psa.tickets.isEmpty)
        #expect(try client.ticket() == 1001)
    }

    @Test("a status of another board is named with its board")
    func statusOfAnotherBoard() throws {
        var client = Client()
        let reply = client.send("POST", "service/tickets", body: Client.body("x", [("status", ["name": "Nonsense"])]))
        let error = try reply.json()["errors"]?.array?.first
        #expect(error?["message"] == "Service Status Nonsense not found for Service Board 11")
        #expect(error?["resource"] == "ticket")
    }

    @Test("everything that is wrong is said at once")
    func allErrors() throws {
        var client = Client()
        let reply = client.send("POST", "service/tickets", body: ["impact": "x"])
        #expect(
            try reply.refusal()
                == "400 | InvalidObject | InvalidObject impact | MissingRequiredField summary | MissingRequiredField company"
        )
    }

    @Test("a title of a hundred characters fits, and its line breaks become blanks")
    func longestTitle() throws {
        var client = Client()
        let id = try client.ticket(String(repeating: "x", count: 98) + "\ny")
        #expect(id == 1001)
        #expect(client.psa.tickets.first?.summary.hasSuffix("x y") == true)
    }

    @Test("a body that is not declared as JSON is 415, one that is not JSON 400")
    func bodies() throws {
        var client = Client()
        let access = Client.headers.filter { $0.0 != "Content-Type" }
        let form = access + [("content-type", "application/x-www-form-urlencoded")]
        #expect(client.send("POST", "service/tickets", body: Client.body(), headers: form).status == 415)
        #expect(client.send("POST", "service/tickets", body: Client.body(), headers: access).status == 415)
        #expect(client.send("POST", "service/tickets", body: [1]).status == 400)
        let request = SandboxRequest(
            method: "POST", path: Client.root + "service/tickets", headers: Client.headers, body: Array("{".utf8))
        #expect(try client.psa.handle(request, now: 0).refusal() == "400 | InvalidObject | InvalidJson ")
    }

    @Test("a ticket that was deleted is gone, and its id is not used again")
    func delete() throws {
        var client = Client()
        try client.ticket()
        #expect(client.send("DELETE", "service/tickets/1001").status == 204)
        #expect(client.get("service/tickets/1001").status == 404)
        #expect(client.send("DELETE", "service/tickets/1001").status == 404)
        #expect(try client.ticket() == 1002)
    }

    @Test("the search by reference follows every change of it, whatever the case")
    func reference() throws {
        var client = Client()
        for _ in 1...3 { try client.ticket("x", [("externalXRef", "Itp-1")]) }
        let query = [("conditions", "externalXRef = 'itp-1' and id > 0")]
        #expect(try client.ids("service/tickets", query) == [1001, 1002, 1003])
        _ = client.send("DELETE", "service/tickets/1002")
        _ = client.send(
            "PATCH", "service/tickets/1001", body: [["op": "replace", "path": "externalXRef", "value": "other"]])
        #expect(try client.ids("service/tickets", query) == [1003])
        _ = client.send(
            "PATCH", "service/tickets/1001", body: [["op": "replace", "path": "externalXRef", "value": "ITP-1"]])
        #expect(try client.ids("service/tickets", query) == [1001, 1003])
        #expect(try client.ids("service/tickets", [("conditions", "externalXRef = 'other'")]) == [])
        #expect(try client.ids("service/tickets", [("conditions", "externalXRef = 'x' or id = 1003")]) == [1003])
    }

    @Test("replacing a ticket sets what is left out back to its default and demands severity and impact")
    func put() throws {
        var client = Client()
        try client.ticket("old", [("priority", ["name": "High"]), ("externalXRef", "x")])
        let refused = client.send("PUT", "service/tickets/1001", body: Client.body("new"))
        #expect(
            try refused.refusal() == "400 | InvalidObject | MissingRequiredField severity | MissingRequiredField impact"
        )
        let reply = client.send(
            "PUT", "service/tickets/1001", body: Client.body("new", [("severity", "Low"), ("impact", "Low")]))
        #expect(reply.status == 200)
        #expect(try reply.json()["priority"]?["name"] == "Medium")
        #expect(try reply.json()["externalXRef"] == nil)
        #expect(try reply.json()["id"] == 1001)
    }

    @Test("tickets are shown in the shape that all PSAs share")
    func sharedShape() throws {
        var client = Client()
        try client.ticket(
            "s",
            TicketTests.kinds + [
                ("externalXRef", "itp-7"), ("initialDescription", "d"), ("initialInternalAnalysis", "i"),
            ])
        _ = client.send("POST", "service/tickets/1001/configurations", body: ["id": 501])
        #expect(
            client.psa.tickets.map(\.json) == [
                [
                    "psa": "connectwise", "id": 1001, "number": "1001", "summary": "s", "description": "d",
                    "internal": "i", "status": "New", "closed": false, "company": "AcmeDental", "board": "Alerts",
                    "priority": "Medium", "type": "Server", "subtype": "Services", "item": "DHCP",
                    "configuration": "dhcp01.servers.acme", "externalRef": "itp-7",
                    "notes": [
                        ["text": "d", "flags": ["detailDescriptionFlag"], "createdAt": "2026-11-18T11:06:40Z"],
                        ["text": "i", "flags": ["internalAnalysisFlag"], "createdAt": "2026-11-18T11:06:40Z"],
                    ],
                    "attachments": [], "createdAt": "2026-11-18T11:06:40Z", "updatedAt": "2026-11-18T11:06:40Z",
                ]
            ])
    }
}
