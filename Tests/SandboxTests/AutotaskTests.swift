import Formats
import Sandbox
import Testing

extension Caller {
    /// The least that makes a ticket in the standard category.
    static let autotaskTicket: JSON = [
        "companyID": 30_201, "queueID": 29_683_481, "dueDateTime": "2026-11-22T00:00:00Z", "priority": 2, "status": 1,
        "title": "DHCP stopped", "externalID": "itp-1",
    ]

    /// Makes a ticket; its id.
    mutating func autotaskTicket(_ changes: [String: JSON] = [:]) throws -> Int64 {
        let made = try json("POST", "Tickets", Caller.autotaskTicket.with(changes))
        return try #require(made["itemId"]?.integer, "\(made.compact)")
    }

    mutating func item(_ path: String) throws -> JSON { try json("GET", path)["item"] ?? .null }

    /// The `errors` of an answer, with its status.
    mutating func errors(_ method: String, _ path: String, _ body: JSON) throws -> [String] {
        let reply = send(method, path, body)
        let texts = try reply.json()["errors"]?.array ?? []
        return [String(reply.status)] + texts.map { $0.string ?? "no text" }
    }

    mutating func autotaskQuery(_ entity: String, _ filter: JSON, _ more: [String: JSON] = [:]) throws -> JSON {
        let body: JSON = ["filter": filter]
        return try json("POST", entity + "/query", body.with(more))
    }
}

@Suite("The sandbox's Autotask: access and reading")
struct AutotaskAccessTests {
    @Test("the zone is told without credentials, and for an unknown user it is an error 500")
    func zone() throws {
        var caller = Caller.autotask
        caller.headers = []
        let path = "/autotask/atservicesrest/v1.0/zoneInformation"
        let zone = try caller.json("GET", path, query: [("user", "api@sandbox.example")])
        #expect(zone["url"] == "http://127.0.0.1:9090/autotask/ATServicesRest/")
        let unknown = caller.send("GET", path, query: [("user", "who@sandbox.example")])
        #expect(unknown.status == 500)
        #expect(try unknown.json() == ["errors": ["Zone information could not be determined"]])
    }

    @Test("a wrong or missing credential is answered with 401 and nothing else", arguments: [0, 1, 2])
    func credentials(missing: Int) {
        var caller = Caller.autotask
        caller.headers[missing].1 = "wrong"
        let wrong = caller.send("GET", "Version")
        caller.headers.remove(at: missing)
        let without = caller.send("GET", "Version")
        for reply in [wrong, without] {
            #expect(reply.status == 401)
            #expect(reply.body.isEmpty)
            #expect(reply.header("WWW-Authenticate")?.hasPrefix("Basic") == true)
        }
    }

    @Test("paths are taken in any case and with a slash at their end")
    func paths() {
        var caller = Caller.autotask
        for path in ["Companies/30201/", "companies/30201", "/autotask/ATServicesRest/v1.0/COMPANIES/30201"] {
            #expect(caller.send("GET", path).status == 200)
        }
        #expect(caller.send("GET", "Kompanies/1").status == 404)
    }

    @Test("a record that is not there is null with success")
    func missing() throws {
        var caller = Caller.autotask
        #expect(try caller.json("GET", "Tickets/99") == ["item": .null])
        #expect(try caller.item("Companies/0")["companyName"] == "ITP Sandbox MSP")
    }

    @Test("picklist values are texts, with their parents and with those that are switched off")
    func fields() throws {
        var caller = Caller.autotask
        let fields = try #require(try caller.json("GET", "Tickets/entityInformation/fields")["fields"]?.array)
        let field: (String) -> JSON? = { name in fields.first { $0["name"]?.string == name } }
        #expect(field("title")?["length"] == 255)
        #expect(field("description")?["length"] == 8000)
        #expect(field("creatorType")?["isQueryable"] == false)
        let status = try #require(field("status")?["picklistValues"]?.array)
        #expect(status.first { $0["label"] == "Completed" }?["value"] == "5")
        let sub = try #require(field("subIssueType"))
        #expect(sub["picklistParentValueField"] == "issueType")
        let disks = sub["picklistValues"]?.array?.filter { $0["label"] == "Disk" } ?? []
        #expect(disks.map { $0["parentValue"] } == ["10", "11", "12", "13"])
        #expect(Set(disks.map { $0["value"]?.string }).count == 4)
        #expect(
            field("issueType")?["picklistValues"]?.array?.first { $0["label"] == "Telephone System" }?["isActive"]
                == false)
        #expect(try caller.json("GET", "Tickets/entityInformation")["info"]?["canCreate"] == true)
    }

    @Test(
        "a query finds what its filter says",
        arguments: [
            ([["op": "eq", "field": "companyName", "value": "acme dental"]], ["AcmeDental"]),
            ([["op": "beginsWith", "field": "CompanyName", "value": "h"]], ["Hooli"]),
            ([["op": "contains", "field": "companyName", "value": "MANU"]], ["Globex"]),
            ([["op": "in", "field": "id", "value": [30_203, "30204"]]], ["Initech", "Umbrella"]),
            ([["op": "eq", "field": "isActive", "value": false]], ["Stark"]),
            (
                [
                    [
                        "op": "or",
                        "items": [
                            ["op": "eq", "field": "id", "value": 30_201],
                            ["op": "gte", "field": "id", "value": 30_207],
                        ],
                    ]
                ],
                ["AcmeDental", "CatchAll"]
            ),
            (
                [
                    ["op": "gte", "field": "id", "value": 30_206],
                    ["op": "noteq", "field": "companyNumber", "value": "Stark"],
                ],
                ["CatchAll"]
            ),
            ([["op": "notExist", "field": "companyName"]], []),
        ] as [(JSON, [String])])
    func query(filter: JSON, found: [String]) throws {
        var caller = Caller.autotask
        let answer = try caller.autotaskQuery("Companies", filter)
        #expect(answer["items"]?.array?.map { $0["companyNumber"]?.string } == found)
        #expect(answer["pageDetails"]?["count"]?.integer == Int64(found.count))
        let count = try caller.json("POST", "Companies/query/count", ["filter": filter])
        #expect(count == ["queryCount": .integer(found.count)])
    }

    @Test(
        "a query that is not understood is refused with texts",
        arguments: [
            ([:], "The filter is missing or empty."),
            (["filter": [["op": "ne", "field": "id", "value": 1]]], "Invalid query syntax. 'ne' is no operator."),
            (["filter": [["op": "eq", "field": "nix", "value": 1]]], "Unable to find nix in the Ticket Entity."),
            (
                ["filter": [["op": "eq", "field": "creatorType", "value": 1]]],
                "The field creatorType cannot be queried."
            ),
            (["filter": [["op": "eq", "field": "id", "value": "x"]]], "The value for id is of the wrong kind."),
            (
                ["filter": [["op": "exist", "field": "id"]], "MaxRecords": 501],
                "MaxRecords must be a number from 1 to 500."
            ),
        ] as [(JSON, String)])
    func badQuery(body: JSON, text: String) throws {
        var caller = Caller.autotask
        #expect(try caller.errors("POST", "Tickets/query", body) == ["500", text])
    }

    @Test("more than 500 alternatives are refused")
    func alternatives() throws {
        var caller = Caller.autotask
        let one: JSON = ["op": "eq", "field": "id", "value": 1]
        let filter: JSON = [["op": "or", "items": .array(Array(repeating: one, count: 501))]]
        #expect(
            try caller.errors("POST", "Tickets/query", ["filter": filter]) == [
                "500", "Invalid query syntax. Queries are limited to 500 or fewer 'OR' conditions.",
            ])
    }

    @Test("the next page is fetched with the verb of the query, and with no other", arguments: ["POST", "GET"])
    func pages(verb: String) throws {
        var caller = Caller.autotask
        let search: JSON = [
            "filter": [["op": "gte", "field": "id", "value": 0]], "MaxRecords": 3, "IncludeFields": ["id"],
        ]
        var page =
            try verb == "POST"
            ? caller.json("POST", "Companies/query", search)
            : caller.json("GET", "Companies/query", query: [("search", search.compact)])
        var ids: [Int64] = []
        while true {
            ids += page["items"]?.array?.compactMap { $0["id"]?.integer } ?? []
            guard let next = page["pageDetails"]?["nextPageUrl"]?.string else { break }
            let target = HTTPTarget(String(next.dropFirst("http://127.0.0.1:9090".count)))
            let query = target.queryItems.map { ($0.name, $0.value) }
            let other = caller.send(verb == "POST" ? "GET" : "POST", target.path, search, query: query)
            #expect(other.status == 405)
            #expect(
                try other.json()["Message"]?.string?.hasPrefix("The requested resource does not support http method")
                    == true)
            page = try caller.json(verb, target.path, verb == "POST" ? search : nil, query: query)
        }
        #expect(ids == [0] + (30_201...30_207))
    }
}
