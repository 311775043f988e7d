import Formats
import Sandbox
import Testing

extension Caller {
    /// The least that makes a ticket.
    static let bmsTicket: JSON = [
        "Title": "DHCP stopped", "Details": "No addresses. [6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11]", "AccountId": 301,
        "LocationId": 1301, "StatusId": 41, "PriorityId": 33, "TypeId": 53, "SourceId": 63, "QueueId": 21,
        "OpenDate": "2026-11-18T10:00:00Z",
    ]

    /// Signs in with a form.
    mutating func signIn(_ fields: [(String, String)], type: String = "application/x-www-form-urlencoded")
        -> SandboxReply
    {
        var body = fields.map { "\($0.0)=\($0.1)" }.joined(separator: "&")
        if type.hasPrefix("multipart") {
            body =
                fields.map { "--b\r\nContent-Disposition: form-data; name=\"\($0.0)\"\r\n\r\n\($0.1)\r\n" }.joined()
                + "--b--\r\n"
        }
        let path = fields.contains { $0.0 == "AccessToken" } ? "refreshtoken" : "authenticate"
        let request = SandboxRequest(
            method: "POST", path: "/bms/v2/security/\(path)", headers: [("Content-Type", type)], body: Array(body.utf8))
        guard case .reply(let reply) = world.take(request, now: now).ending else { return SandboxReply(status: 0) }
        return reply
    }

    static let bmsUser = [
        ("GrantType", "password"), ("UserName", "sandbox"), ("Password", "sandbox-password"), ("Tenant", "itp"),
    ]

    /// Somebody who is signed in.
    static func bms() throws -> Caller {
        var caller = Caller(root: "/bms/v2/", headers: [])
        let token = try caller.signIn(bmsUser).json()["result"]?["accessToken"]?.string
        caller.headers = [("Authorization", "Bearer " + (try #require(token))), ("Content-Type", "application/json")]
        return caller
    }

    /// Makes a ticket; its id.
    mutating func bmsTicket(_ changes: [String: JSON] = [:]) throws -> Int64 {
        let made = try json("POST", "servicedesk/tickets", Caller.bmsTicket.with(changes))
        return try #require(made["result"]?["id"]?.integer, "\(made.compact)")
    }

    /// The message of a refusal with HTTP 200, else the status.
    mutating func refusal(_ method: String, _ path: String, _ body: JSON? = nil) throws -> String {
        let reply = send(method, path, body)
        guard reply.status == 200 else { return String(reply.status) }
        let json = try reply.json()
        return json["success"] == false ? json["error"]?["message"]?.string ?? "" : "success"
    }

    /// The ids that a search finds.
    mutating func bmsSearch(_ filter: JSON, _ more: [String: JSON] = [:]) throws -> [Int64] {
        let body: JSON = ["Filter": filter]
        return try json("POST", "servicedesk/tickets/search", body.with(more))["result"]?.array?
            .compactMap { $0["id"]?.integer } ?? []
    }
}

@Suite("The sandbox's BMS")
struct BMSTests {
    @Test(
        "one signs in with either kind of form, its names in any case",
        arguments: ["application/x-www-form-urlencoded", "multipart/form-data; boundary=b"])
    func signIn(type: String) throws {
        var caller = Caller(root: "/bms/v2/", headers: [])
        let fields = Caller.bmsUser.map { ($0.0.lowercased(), $0.1) }
        let answer = try caller.signIn(fields, type: type).json()
        #expect(answer["success"] == true)
        #expect(answer["result"]?["accessTokenExpireOn"]?.string?.hasSuffix("Z") == false)
        let wrong = caller.signIn(Caller.bmsUser.dropLast() + [("Tenant", "other")], type: type)
        #expect(wrong.status == 200)
        #expect(try wrong.json()["success"] == false)
        #expect(caller.signIn(Caller.bmsUser, type: "application/json").status == 415)
    }

    @Test("a token ends after a while, or when it is refreshed, with 401 and no body")
    func tokens() throws {
        var caller = try Caller.bms()
        #expect(try caller.refusal("GET", "system/queues/lookup") == "success")
        let pair = try #require(try caller.signIn(Caller.bmsUser).json()["result"])
        let old = try #require(pair["accessToken"]?.string)
        let refresh = [("AccessToken", old), ("RefreshToken", pair["refreshToken"]?.string ?? "")]
        let next = try #require(try caller.signIn(refresh).json()["result"]?["accessToken"]?.string)
        caller.headers[0].1 = "Bearer " + old
        #expect(try caller.refusal("GET", "system/queues/lookup") == "401")
        #expect(try caller.signIn(refresh).json()["success"] == false)
        caller.headers[0].1 = "Bearer " + next
        #expect(try caller.refusal("GET", "system/queues/lookup") == "success")
        caller.now += 20 * 60_000
        let late = caller.send("GET", "system/queues/lookup")
        #expect(late.status == 401)
        #expect(late.body.isEmpty)
    }

    @Test("an administrator's end of all tokens makes everybody sign in again")
    func expired() throws {
        var caller = try Caller.bms()
        _ = caller.send("POST", "/sandbox/administrator", ["psa": "bms", "tokens": "expire"])
        #expect(try caller.refusal("GET", "system/queues/lookup") == "401")
        caller = try Caller.bms()
        #expect(try caller.refusal("GET", "system/queues/lookup") == "success")
    }

    @Test(
        "names and ids are looked up",
        arguments: [
            ("system/queues/lookup", ["Alerts", "Priority Alerts", "Requests"]),
            ("system/priorities/lookup", ["Critical", "High", "Medium", "Low", "Information"]),
            ("system/issuetypes/lookup", ["Server", "Workstation", "Network", "Active Directory"]),
            ("system/issuetypes/82/issuesubtypes/lookup", ["Services", "Disk", "Infrastructure", "Security"]),
            ("system/lookup/TicketType", ["Service Request", "Incident", "Alert"]),
            ("system/tenantlookup/TicketSource", ["Phone Call", "Email", "Monitoring Alert"]),
            ("crm/accounts/301/locations/lookup", ["Main Office", "Branch"]),
            ("crm/accounts/302/contacts/lookup", ["Office Globex"]),
            ("hr/assignees/lookup", ["ITP Integration", "Jane Tech", "Mark Smith"]),
        ])
    func lookups(path: String, names: [String]) throws {
        var caller = try Caller.bms()
        let found = try caller.json("GET", path)
        #expect(found["result"]?.array?.map { $0["name"]?.string } == names)
    }

    @Test("inactive accounts are shown only on demand, and names are found by a part")
    func accounts() throws {
        var caller = try Caller.bms()
        let count: (JSON) -> Int? = { $0["result"]?.array?.count }
        #expect(count(try caller.json("GET", "crm/accounts/lookup")) == 6)
        let all = [("Filter.WithInactiveAccounts", "true")]
        #expect(count(try caller.json("GET", "crm/accounts/lookup", query: all)) == 7)
        let acme = try caller.json("GET", "crm/accounts/lookup", query: [("Filter.Name", "acme")])
        #expect(acme["result"]?.array?.map { $0["id"] } == [301])
        let asset = try caller.json(
            "GET", "servicedesk/hardwareasset/searchselect",
            query: [("Filter.AssetName", "fs01"), ("Filter.AccountId", "301")])
        #expect(asset["result"]?.array?.map { $0["assetName"] } == ["fs01.servers.acme"])
    }

    @Test("a ticket that is made comes back whole, in camel case and with names")
    func create() throws {
        var caller = try Caller.bms()
        let made = try caller.json("POST", "servicedesk/tickets", Caller.bmsTicket)
        let ticket = try #require(made["result"])
        #expect(ticket["statusName"] == "New")
        #expect(ticket["accountCode"] == "AcmeDental")
        #expect(ticket["assigneeName"] == .null)
        #expect(ticket["openDate"] == "2026-11-18T10:00:00")
        let shown = try #require(caller.world.tickets.first)
        #expect(shown.board == "Alerts")
        #expect(shown.externalRef == "6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11")
        #expect(
            try caller.json("GET", "/sandbox/counts")["ticketPosts"] == ["6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11": 1])
    }

    @Test(
        "a refusal is HTTP 200 without success",
        arguments: [
            (["Title": .null], "The title field is required."), (["Details": ""], "The details field is required."),
            (["QueueId": .null], "Either QueueId or AssigneeId is required."),
            (["LocationId": 1302], "locationId 1302 does not belong to the account."),
            (["AccountId": 306, "LocationId": 1306], "The account is not active."),
            (["AccountId": "301"], "The value for accountId is not valid."),
            (["StatusId": 99], "statusId 99 was not found."),
            (["OpenDate": "today"], "The value for openDate is not valid."),
            (["IssueTypeId": 81, "SubIssueTypeId": 1011], "subIssueTypeId 1011 does not belong to the issue type."),
            (["ExternalId": "x"], "ExternalId is not a property of this object."),
            (["Title": .string(String(repeating: "x", count: 256))], "title must be at most 255 characters long."),
        ] as [([String: JSON], String)])
    func refused(changes: [String: JSON], message: String) throws {
        var caller = try Caller.bms()
        #expect(try caller.refusal("POST", "servicedesk/tickets", Caller.bmsTicket.with(changes)) == message)
        #expect(caller.world.tickets.isEmpty)
    }

    @Test("an assignee does instead of a queue")
    func assignee() throws {
        var caller = try Caller.bms()
        _ = try caller.bmsTicket(["QueueId": .null, "AssigneeId": 502])
    }

    @Test("tickets are found by a part of their title, and by lists of names; the newest first")
    func search() throws {
        var caller = try Caller.bms()
        let first = try caller.bmsTicket()
        let second = try caller.bmsTicket(["Title": "Disk full", "StatusId": 45, "QueueId": 22])
        #expect(try caller.bmsSearch(["Title": "STOPPED"]) == [first])
        #expect(try caller.bmsSearch(["Details": "6E8F1C1E"]) == [second, first])
        #expect(try caller.bmsSearch(["StatusNames": "Waiting, closed"]) == [second])
        #expect(try caller.bmsSearch(["ExcludeCompleted": 1]) == [first])
        #expect(try caller.bmsSearch(["QueueNames": "Nix"]) == [])
        #expect(try caller.bmsSearch([:], ["PageSize": 1, "PageNumber": 2]) == [first])
        let found = try caller.json("GET", "servicedesk/tickets", query: [("Filter.Title", "disk"), ("PageSize", "5")])
        #expect(found["totalRecords"] == 1)
        #expect(found["result"]?.array?.map { $0["id"]?.integer } == [second])
    }

    @Test("a patch is a JSON patch, and a replacement drops what it leaves out")
    func patch() throws {
        var caller = try Caller.bms()
        let id = try caller.bmsTicket(["DueDate": "2026-11-19T00:00:00Z"])
        let path = "servicedesk/tickets/\(id)"
        let closed = try caller.json("PATCH", path, [["op": "replace", "path": "/StatusId", "value": 45]])["result"]
        #expect(closed?["statusName"] == "Closed")
        #expect(closed?["completedDate"]?.string != nil)
        #expect(closed?["dueDate"]?.string != nil)
        #expect(try caller.refusal("PATCH", path, [["op": "replace", "path": "StatusId", "value": 41]]) != "success")
        #expect(
            try caller.refusal("PATCH", path, [["op": "replace", "path": "/State", "value": 41]])
                == "The target location specified by path '/State' was not found.")
        #expect(try caller.refusal("PATCH", path, ["StatusId": 41]) == "A JSON patch is a list of operations.")
        let put = try caller.json("PUT", path, Caller.bmsTicket)["result"]
        #expect(put?["dueDate"] == .null)
        #expect(put?["statusName"] == "New")
        #expect(put?["reOpenedDate"]?.string != nil)
        #expect(try caller.refusal("GET", "servicedesk/tickets/9") == "Ticket 9 was not found.")
    }

    @Test("a note may close its ticket and carry a file; a resolution closes it")
    func notes() throws {
        var caller = try Caller.bms()
        let id = try caller.bmsTicket()
        let path = "servicedesk/tickets/\(id)"
        let note: JSON = ["Details": "again", "IsInternal": true, "NoteDate": "2026-11-18T11:00:00Z", "TypeId": 71]
        let file: JSON = ["Name": "a.json", "Type": "application/json", "Base64Data": "e30="]
        #expect(
            try caller.refusal("POST", path + "/notes", note.with(["StatusId": 44, "Attachments": [file]])) == "success"
        )
        #expect(caller.world.tickets.map(\.isClosed) == [true])
        #expect(caller.world.tickets.first?.attachments.map(\.bytes) == [2])
        #expect(
            try caller.refusal("POST", path + "/notes", note.with(["NoteDate": .null]))
                == "The noteDate field is required.")
        #expect(try caller.json("GET", path + "/notes")["result"]?.array?.map { $0["details"] } == ["again"])
        _ = try caller.refusal("PATCH", path, [["op": "replace", "path": "/statusId", "value": 41]])
        #expect(try caller.refusal("POST", path + "/resolve", ["IsInternal": true]) == "The comment field is required.")
        let resolved = try caller.json("POST", path + "/resolve", ["Comment": "well again"])["result"]
        #expect(resolved?["statusName"] == "Completed")
    }

    @Test("tickets that are merged by the interface are closed")
    func merge() throws {
        var caller = try Caller.bms()
        let (first, second) = (try caller.bmsTicket(), try caller.bmsTicket())
        let body: JSON = [
            "DestinationTicketId": .integer(first), "SourceTicketIds": [.integer(second)], "IsMerge": true,
        ]
        #expect(try caller.json("POST", "servicedesk/tickets/merge", body)["result"]?["jobId"]?.string != nil)
        #expect(caller.world.tickets.map(\.isClosed) == [false, true])
    }

    @Test("each endpoint has its own 1,500 calls an hour; above it there is 429 and nothing else")
    func limit() throws {
        var caller = try Caller.bms()
        for _ in 1...1500 { _ = caller.send("GET", "servicedesk/tickets/1") }
        let over = caller.send("GET", "servicedesk/tickets/2")
        #expect(over.status == 429)
        #expect(over.body.isEmpty)
        #expect(caller.send("GET", "system/queues/lookup").status == 200)
    }

    @Test("the fault status:200 is the vendor's failure with HTTP 200")
    func failure() throws {
        var caller = try Caller.bms()
        _ = caller.send("POST", "/sandbox/faults", ["vendor": "bms", "fault": "status:200", "count": 1])
        #expect(try caller.refusal("POST", "servicedesk/tickets", Caller.bmsTicket) == "An error has occurred.")
        #expect(caller.world.tickets.isEmpty)
    }
}
