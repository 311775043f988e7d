import Formats
import Sandbox
import Testing

@Suite("ConnectWise's lists")
struct ListTests {
    private static func client(_ count: Int) throws -> Client {
        var client = Client()
        for number in 1...count { try client.ticket("Ticket \(number % 3)") }
        return client
    }

    @Test("a page has 25 records unless the client says otherwise, and never more than 1000")
    func pageSize() throws {
        var client = try ListTests.client(1010)
        #expect(try client.ids("service/tickets").count == 25)
        #expect(try client.ids("service/tickets", [("pageSize", "7")]).count == 7)
        #expect(try client.ids("service/tickets", [("pageSize", "5000")]).count == 1000)
        #expect(client.get("service/tickets", [("pageSize", "x")]).status == 400)
        #expect(client.get("service/tickets", [("page", "0")]).status == 400)
    }

    @Test("the Link header leads through all pages and names the page last")
    func links() throws {
        var client = try ListTests.client(5)
        let base = "http://127.0.0.1:9090/connectwise/v4_6_release/apis/3.0/service/tickets"
        let query = [("page", "2"), ("pageSize", "2"), ("conditions", "id > 1")]
        let reply = client.get("service/tickets", query)
        #expect(try reply.json().array?.count == 2)
        let page = { (number: Int, relation: String) in
            "<\(base)?conditions=id%20%3E%201&pageSize=2&page=\(number)>; rel=\"\(relation)\""
        }
        #expect(
            reply.header("Link")
                == [page(3, "next"), page(3, "last"), page(1, "prev"), page(1, "first")].joined(separator: ", "))
        let last = client.get("service/tickets", [("page", "3"), ("pageSize", "2")])
        #expect(try last.json().array?.count == 1)
        #expect(last.header("Link")?.contains("next") == false)
        #expect(client.get("service/tickets").header("Link") == nil)
    }

    @Test("a page past the end is empty")
    func pastTheEnd() throws {
        var client = try ListTests.client(5)
        #expect(try client.get("service/tickets", [("page", "9")]).json() == [])
        #expect(try client.get("company/contacts").json() == [])
    }

    @Test("the forward-only reading goes on behind the last id")
    func forwardOnly() throws {
        var client = try ListTests.client(5)
        let headers = Client.headers + [("pagination-type", "forward-only")]
        let first = client.send("GET", "service/tickets", [("pageSize", "3")], headers: headers)
        #expect(first.header("Link")?.hasSuffix("&pageId=1003>; rel=\"next\"") == true)
        let second = client.send("GET", "service/tickets", [("pageSize", "3"), ("pageId", "1003")], headers: headers)
        #expect(try second.json().array?.compactMap { $0["id"]?.integer } == [1004, 1005])
        let third = client.send("GET", "service/tickets", [("pageId", "1005")], headers: headers)
        #expect(third.header("Link") == nil)
    }

    @Test("a count obeys the conditions")
    func count() throws {
        var client = try ListTests.client(5)
        #expect(try client.get("service/tickets/count").json() == ["count": 5])
        #expect(try client.get("service/tickets/count", [("conditions", "id > 1003")]).json() == ["count": 2])
        #expect(
            try client.get("company/companies/count", [("conditions", "x=1")]).refusal() == "400 | ApiFindCondition")
    }

    @Test("an order has several keys, and records that compare alike keep their ids' order")
    func order() throws {
        var client = try ListTests.client(5)
        #expect(
            try client.ids("service/tickets", [("orderBy", "summary desc, id asc")]) == [1002, 1005, 1001, 1004, 1003])
        #expect(try client.ids("service/tickets", [("orderBy", "summary")]) == [1003, 1001, 1004, 1002, 1005])
        #expect(try client.ids("service/tickets", [("orderBy", "board/name,lastUpdated DESC")]).count == 5)
        for wrong in ["x", "board", "id sideways", "id asc desc"] {
            #expect(try client.get("service/tickets", [("orderBy", wrong)]).refusal() == "400 | ApiFindCondition")
        }
    }

    @Test("fields selects properties, also inside references, and drops _info unless it is named")
    func fields() throws {
        var client = try ListTests.client(1)
        let reply = client.get("service/tickets", [("fields", "id, board/name,board/id,summary")])
        #expect(
            try reply.json() == [["id": 1001, "board": ["name": "Alerts", "id": 11], "summary": "Ticket 1"]])
        let one = try client.get("service/tickets/1001", [("fields", "_info/lastUpdated")]).json()
        #expect(one == ["_info": ["lastUpdated": "2026-11-18T11:06:40Z"]])
        for wrong in ["dateEntered", "x", "board/x", "initialDescription"] {
            #expect(try client.get("service/tickets", [("fields", wrong)]).refusal() == "400 | ApiFindCondition")
            #expect(try client.get("company/contacts", [("fields", wrong)]).refusal() == "400 | ApiFindCondition")
        }
    }
}
