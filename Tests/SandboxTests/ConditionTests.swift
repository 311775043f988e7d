import Formats
import Sandbox
import Testing

@Suite("ConnectWise's conditions")
struct ConditionTests {
    /// Three tickets, 1001 to 1003, told apart by everything that conditions ask for.
    private static func client() throws -> Client {
        var client = Client()
        try client.ticket(
            #"Disk "C:" full [fs01]"#,
            [("externalXRef", "itp-1"), ("priority", ["name": "High"]), ("budgetHours", .number("1.5"))])
        client.now += 3_600_000
        try client.ticket(
            "O'Hara's service stopped",
            [("board", ["name": "Priority Alerts"]), ("externalXRef", "itp-2"), ("automaticEmailCcFlag", true)])
        client.now += 3_600_000
        try client.ticket("100% CPU", [("status", ["name": "Closed"])])
        return client
    }

    @Test(
        "each form selects the tickets that it describes",
        arguments: [
            ("", [1001, 1002, 1003]), ("id = 1001", [1001]), ("id != 1001", [1002, 1003]), ("id < 1002", [1001]),
            ("id <= 1002", [1001, 1002]), ("id > 1002", [1003]), ("id >= 1002", [1002, 1003]),
            ("id in (1001,1003)", [1001, 1003]), ("id not in (1001, 1003)", [1002]), ("id=-1", []),
            ("board/name = 'alerts'", [1001, 1003]), ("board/name = \"Priority Alerts\"", [1002]),
            ("board/id = 12 or status/name='Closed'", [1002, 1003]),
            ("company/identifier='ACMEDENTAL'", [1001, 1002, 1003]),
            ("closedFlag = False", [1001, 1002]), ("closedFlag=true", [1003]), ("closedFlag != True", [1001, 1002]),
            ("automaticEmailCcFlag = true", [1002]), ("budgetHours = 1.5", [1001]), ("budgetHours > 1", [1001]),
            ("externalXRef = null", [1003]), ("externalXRef != null", [1001, 1002]),
            ("contact/id = null", [1001, 1002, 1003]),
            ("externalXRef in ('itp-2', 'x')", [1002]), ("priority/name = 'High' and closedFlag = false", [1001]),
            ("summary contains 'SERVICE'", [1002]), ("summary not contains 'service'", [1001, 1003]),
            ("summary like 'disk*'", [1001]), ("summary like '%cpu'", [1003]), ("summary like 'cpu'", []),
            ("summary not like '*service*'", [1001, 1003]), (#"summary like "*[[]fs01]""#, [1001]),
            (#"summary contains "\"C:\"""#, [1001]), (#"summary contains 'O\'Hara'"#, [1002]),
            ("id=1001 or id=1002 and closedFlag=true", [1001]), ("(id=1001 or id=1003) and closedFlag=true", [1003]),
            ("ID=1001 AND CLOSEDFLAG=FALSE", [1001]), ("severity = 'medium'", [1001, 1002, 1003]),
            ("lastUpdated > [2026-11-18T11:30:00Z]", [1002, 1003]),
            ("dateEntered < [2026-11-18T12:30:00Z]", [1001, 1002]),
            ("dateEntered > [2026-11-18]", [1001, 1002, 1003]), ("closedDate = null", [1001, 1002]),
        ])
    func selects(conditions: String, expected: [Int64]) throws {
        var client = try ConditionTests.client()
        // The tickets are made at 11:06:40, 12:06:40 and 13:06:40 on 2026-11-18.
        #expect(try client.ids("service/tickets", [("conditions", conditions)]) == expected, "\(conditions)")
    }

    @Test(
        "a name that the record does not return is refused with the vendor's words",
        arguments: [
            "nothing", "board/colour", "summary/name", "initialDescription", "configurations/id", "customFields",
            "board/name/x", "_info",
        ])
    func unknownName(name: String) throws {
        var client = Client()
        let reply = client.get("service/tickets", [("conditions", "\(name) = 1")])
        #expect(reply.status == 400)
        #expect(
            try reply.json()
                == [
                    "code": "ApiFindCondition", "message": .string("\(name) is not a recognized name."),
                    "errors": .null,
                ])
    }

    @Test(
        "what is malformed or compares the incomparable is refused",
        arguments: [
            "id", "id =", "id = 1 and", "(id = 1", "id = 1)", "id in 1", "id in (1", "id = '1'", "summary = 1",
            "summary = 'x", "closedFlag = 1", "closedFlag = 'True'", "lastUpdated > '2026-01-01'",
            "lastUpdated > [yesterday]", "lastUpdated > [2026-02-30]", "lastUpdated > [2026-01-01", "id contains '1'",
            "id == 1", "id ! 1", "id = 1 id = 2", "not id = 1", "id > null", "id = 1x", "summary like 5", "id = #",
            "severity = 'Extreme'", "configuration/id = 1 or configuration/id = 2", "=", "and",
        ])
    func malformed(conditions: String) throws {
        var client = Client()
        let reply = client.get("service/tickets", [("conditions", conditions)])
        #expect(try reply.refusal() == "400 | ApiFindCondition", "\(conditions)")
    }

    @Test("parentheses that never end are refused instead of followed")
    func deep() throws {
        var client = Client()
        let text = String(repeating: "(", count: 100_000)
        #expect(try client.get("service/tickets", [("conditions", text)]).refusal() == "400 | ApiFindCondition")
    }

    @Test("the sender's own words cannot end a text that is escaped")
    func injection() throws {
        var client = Client()
        let name = #"a" or id > 0 or summary = "\"#
        let id = try client.ticket(name)
        try client.ticket("other")
        let escaped = String(name.flatMap { $0 == "\"" || $0 == "\\" ? ["\\", $0] : [$0] })
        #expect(try client.ids("service/tickets", [("conditions", "summary = \"\(escaped)\"")]) == [id])
    }

    @Test("a long pattern with many runs ends")
    func manyRuns() throws {
        var client = Client()
        try client.ticket(String(repeating: "a", count: 100))
        let pattern = String(repeating: "*a", count: 60) + "b"
        #expect(try client.ids("service/tickets", [("conditions", "summary like '\(pattern)'")]) == [])
    }

    @Test("a search takes the same filters in its body")
    func search() throws {
        var client = try ConditionTests.client()
        let found = client.send(
            "POST", "service/tickets/search",
            body: ["conditions": "id > 1001", "orderBy": "id desc", "childconditions": ""])
        #expect(found.status == 200)
        #expect(try found.json().array?.compactMap { $0["id"]?.integer } == [1003, 1002])
        let refused = client.send("POST", "service/tickets/search", body: ["conditions": "x = 1"])
        #expect(try refused.refusal() == "400 | ApiFindCondition")
    }

    @Test("custom fields are found by caption and value together")
    func customFields() throws {
        var client = Client()
        let found = try client.ids(
            "company/configurations", [("customFieldConditions", "caption='Location' AND value='Branch'")])
        #expect(found == [504])
        #expect(
            try client.ids("company/configurations", [("customFieldConditions", "caption='Owner' AND value='Branch'")])
                == [])
    }
}
