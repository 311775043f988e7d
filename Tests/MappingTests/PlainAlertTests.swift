import Events
import Formats
import Mapping
import Testing

struct PlainAlertTests {
    private func events(_ body: String, deliveryID: String? = nil) throws -> [Event] {
        try PlainAlerts.events(
            of: AlertRecord(
                receipt: Identifier(high: 0x7000, low: 1), receivedAt: Instant(milliseconds: 5), source: "api",
                peer: "10.0.0.9", deliveryID: deliveryID, body: Array(body.utf8)))
    }

    @Test("a subject is all that an alert needs")
    func smallest() throws {
        let event = try #require(try events("{\"subject\":\" x \"}").first)
        #expect(event.subject == "x")
        #expect(event.id == event.receipt && event.receipt == Identifier(high: 0x7000, low: 1))
        #expect(event.receivedAt == Instant(milliseconds: 5) && event.source == "api" && event.sender == "10.0.0.9")
        #expect(event.state == .firing && event.occurredAt == nil)
        #expect(event.correlationKey == nil && event.deliveryID == nil)
        #expect(event.agent == Event.Agent() && event.organisation == Event.Organisation())
    }

    @Test("every field reaches its place")
    func everything() throws {
        let body = """
            {"subject":"s","body":"b","agent":" fs1.servers.acme ","agentId":7,"group":"servers.acme","os":"Linux",
            "hostClass":"s","org":"Acme","orgId":"acme","msp":"two","serviceLevel":"Gold","severity":"high","priority":"P2",
            "category":"c","state":"Resolved","key":"k","occurredAt":"2026-11-21T02:14:07Z","eventType":"t","eventCode":"e",
            "lastCheckIn":12.5,"link":"https://x","customFields":{"Site":"12","n":1,"z":null,"o":{"a":true}},
            "attachments":[{"name":"a","base64":"Zm9v"}]}
            """
        let event = try #require(try events(body, deliveryID: "d").first)
        #expect(event.body == "b" && event.eventType == "t" && event.eventCode == "e" && event.severity == "high")
        #expect(event.agent.name == "fs1.servers.acme" && event.agent.guid == "7")
        #expect(event.agent.machineGroup == "servers.acme" && event.agent.operatingSystem == "Linux")
        #expect(event.agent.hostClass == .server && event.agent.lastCheckIn == Instant(milliseconds: 12_500))
        #expect(event.agent.customFields.map(\.name) == ["Site", "n", "z", "o"])
        #expect(event.agent.customFields.map(\.value) == ["12", "1", "", "{\"a\":true}"])
        #expect(event.organisation.name == "Acme" && event.organisation.id == "acme")
        #expect(event.organisation.tenant == "two" && event.organisation.serviceLevel == "Gold")
        #expect(event.state == .resolved && event.link == "https://x")
        #expect(event.correlationKey == "api:k" && event.deliveryID == "api:d")
        #expect(event.occurredAt?.description == "2026-11-21T02:14:07.000Z")
    }

    @Test("the org's name stands for its ID where there is none, null is nothing")
    func organisation() throws {
        for body in ["\"org\":\"Acme\"", "\"org\":\"Acme\",\"orgId\":\"\"", "\"org\":\"Acme\",\"orgId\":null"] {
            #expect(try events("{\"subject\":\"s\",\(body)}").first?.organisation.id == "Acme")
        }
        #expect(
            try events("{\"subject\":\"s\",\"key\":\"\",\"state\":null,\"occurredAt\":\"\"}").first?.correlationKey
                == nil)
    }

    @Test(
        "what is wrong is named with its pointer",
        arguments: [
            ("[]", "", "an object was expected, not an array"), ("\"x\"", "", "an object was expected, not a string"),
            ("null", "", "an object was expected, not null"),
            ("{}", "/subject", "a subject is needed: a string that is not empty"),
            ("{\"subject\":\" \"}", "/subject", "a subject is needed: a string that is not empty"),
            ("{\"subject\":[]}", "/subject", "a string was expected, not an array"),
            ("{\"subject\":\"s\",\"body\":{}}", "/body", "a string was expected, not an object"),
            ("{\"subject\":\"s\",\"state\":\"open\"}", "/state", "'open' is no state; write firing or resolved"),
            ("{\"subject\":\"s\",\"hostClass\":\"Q\"}", "/hostClass", "'Q' is no host class; write S, W, A or X"),
            (
                "{\"subject\":\"s\",\"occurredAt\":\"noon\"}", "/occurredAt",
                "'noon' is no time; write for instance 2026-11-21T02:14:07Z"
            ),
            (
                "{\"subject\":\"s\",\"occurredAt\":true}", "/occurredAt",
                "a time was expected: RFC 3339, or seconds since 1970"
            ),
            (
                "{\"subject\":\"s\",\"lastCheckIn\":1e300}", "/lastCheckIn",
                "a time was expected: RFC 3339, or seconds since 1970"
            ),
            ("{\"subject\":\"s\",\"customFields\":[]}", "/customFields", "an object was expected, not an array"),
            ("{\"subject\":\"s\",\"priority\":\"P0\"}", "/priority", "'P0' is no priority; write 1 … 9 or P1 … P9"),
            ("{\"subject\":\"s\",\"attachments\":{}}", "/attachments", "an array was expected, not an object"),
            (
                "{\"subject\":\"s\",\"attachments\":[{\"name\":\"a\",\"base64\":\"Zm9v\"},{\"name\":\"b\",\"base64\":\"!\"}]}",
                "/attachments/1", "an attachment needs a name and its content as base64"
            ),
            ("{\"alerts\":{}}", "/alerts", "an array was expected, not an object"),
            ("{\"alerts\":null}", "/alerts", "an array was expected, not null"),
            ("{\"alerts\":[]}", "/alerts", "0 alerts; one request takes 1 to 1000"),
            ("{\"subject\":5}", "/subject", "a string was expected, not a number"),
            ("{\"subject\":\"s\",\"body\":true}", "/body", "a string was expected, not a boolean"),
            ("{\"alerts\":[1]}", "/alerts/0", "an object was expected, not a number"),
            (
                "{\"alerts\":[{\"subject\":\"s\"},{\"subject\":\"t\",\"os\":[]}]}", "/alerts/1/os",
                "a string was expected, not an array"
            ),
        ])
    func wrongShapes(body: String, pointer: String, what: String) {
        #expect(throws: PlainFault.wrongShape(pointer: pointer, what: what)) { try events(body) }
    }

    @Test("what is no JSON is named with its byte")
    func notJSON() {
        #expect(throws: PlainFault.notJSON(offset: 11, what: "a string that begins here is not closed")) {
            try events("{\"subject\":\"x")
        }
    }

    @Test("a batch becomes an event an alert, each with its own ID; a thousand are taken, one more is not")
    func batch() throws {
        let batch = { (count: Int) in
            "{\"alerts\":[" + (0..<count).map { "{\"subject\":\"s\($0)\"}" }.joined(separator: ",") + "]}"
        }
        let events = try events(batch(1000))
        #expect(events.map(\.subject) == (0..<1000).map { "s\($0)" })
        #expect(Set(events.map(\.id)).count == 1000)
        #expect(events[7].id == events[0].receipt.derived(7))
        #expect(events.allSatisfy { $0.receipt == events[0].receipt })
        #expect(throws: PlainFault.wrongShape(pointer: "/alerts", what: "1001 alerts; one request takes 1 to 1000")) {
            try self.events(batch(1001))
        }
    }

    @Test("fields that nothing uses are told by their pointers, ten of them at most")
    func warnings() throws {
        let warnings = { (body: String) in try PlainAlerts(parsing: Array(body.utf8)).warnings }
        #expect(try warnings("{\"subject\":\"s\",\"os\":\"x\"}").isEmpty)
        #expect(
            try warnings("{\"subject\":\"s\",\"Subject\":1,\"a/b~c\":2}") == [
                "unknown field /Subject: kept in the raw alert, not used",
                "unknown field /a~1b~0c: kept in the raw alert, not used",
            ])
        #expect(
            try warnings("{\"alerts\":[{\"subject\":\"s\"},{\"subject\":\"s\",\"x\":1}],\"y\":2}") == [
                "unknown field /y: kept in the raw alert, not used",
                "unknown field /alerts/1/x: kept in the raw alert, not used",
            ])
        let many = (0..<20).map { ",\"f\($0)\":1" }.joined()
        #expect(try warnings("{\"subject\":\"s\"\(many)}").count == 10)
    }
}
