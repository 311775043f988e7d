import Formats
import Sandbox
import Testing

@Suite("ConnectWise's patches")
struct PatchTests {
    private static func replace(_ path: String, _ value: JSON) -> JSON {
        [["op": "replace", "path": .string(path), "value": value]]
    }

    @Test("a patch changes what it names, with a bare path or a slash before it", arguments: ["summary", "/summary"])
    func change(path: String) throws {
        var client = Client()
        try client.ticket()
        client.now += 60_000
        let reply = client.send("PATCH", "service/tickets/1001", body: PatchTests.replace(path, "new"))
        #expect(reply.status == 200)
        #expect(try reply.json()["summary"] == "new")
        #expect(try reply.json()["_info"]?["lastUpdated"] == "2026-11-18T11:07:40Z")
        #expect(try reply.json()["_info"]?["dateEntered"] == "2026-11-18T11:06:40Z")
    }

    @Test("the closed flag follows the status, there and back")
    func closing() throws {
        var client = Client()
        try client.ticket()
        client.now += 60_000
        let closed = client.send("PATCH", "service/tickets/1001", body: PatchTests.replace("status", ["id": 1104]))
        #expect(try closed.json()["status"]?["name"] == "Completed")
        #expect(try closed.json()["closedFlag"] == true)
        #expect(try closed.json()["closedDate"] == "2026-11-18T11:07:40Z")
        #expect(try closed.json()["closedBy"] == "itp")
        let open = client.send(
            "PATCH", "service/tickets/1001", body: PatchTests.replace("status", ["name": "In Progress"]))
        #expect(try open.json()["closedFlag"] == false)
        #expect(try open.json()["closedDate"] == nil)
    }

    @Test(
        "a path into a reference is the false success: 200, and nothing changes",
        arguments: ["status/id", "status/name", "/company/identifier", "customFields/0/value"])
    func falseSuccess(path: String) throws {
        var client = Client()
        try client.ticket()
        let before = client.psa.tickets
        let reply = client.send("PATCH", "service/tickets/1001", body: PatchTests.replace(path, 1104))
        #expect(reply.status == 200)
        #expect(client.psa.tickets == before)
    }

    @Test("what the vendor sets itself is passed over", arguments: ["id", "closedFlag", "closedDate"])
    func readOnly(path: String) throws {
        var client = Client()
        try client.ticket()
        let before = client.psa.tickets
        #expect(client.send("PATCH", "service/tickets/1001", body: PatchTests.replace(path, true)).status == 200)
        #expect(client.psa.tickets == before)
    }

    @Test(
        "what is malformed or leaves a ticket that the vendor would refuse is refused, and nothing changes",
        arguments: [
            (PatchTests.replace("Summary", "x"), "InvalidPatch Summary"),
            (PatchTests.replace("nothing", "x"), "InvalidPatch nothing"),
            (PatchTests.replace("summary/x", "x"), "InvalidPatch summary/x"),
            (PatchTests.replace("", "x"), "InvalidPatch "),
            (["op": "replace", "path": "summary", "value": "x"], "InvalidPatch "),
            ([["op": "test", "path": "summary", "value": "x"]], "InvalidPatch op"),
            ([["op": "replace", "value": "x"]], "InvalidPatch path"),
            ([["op": "replace", "path": "summary"]], "InvalidPatch summary"),
            ([["op": "remove", "path": "summary"]], "MissingRequiredField summary"),
            ([["op": "remove", "path": "status"]], "MissingRequiredField status"),
            (PatchTests.replace("summary", .string(String(repeating: "x", count: 101))), "OutOfRange summary"),
            (PatchTests.replace("status", 1104), "InvalidObject status"),
            (PatchTests.replace("status", ["id": 1204]), "NotFound status/name"),
            (PatchTests.replace("board", ["id": 12]), "NotFound status/name | NotFound team/name"),
            (PatchTests.replace("company", ["identifier": "Stark"]), "InvalidObject company/status"),
        ] as [(JSON, String)])
    func refused(patch: JSON, expected: String) throws {
        var client = Client()
        try client.ticket()
        let before = client.psa.tickets
        let reply = client.send("PATCH", "service/tickets/1001", body: patch)
        #expect(try reply.refusal() == "400 | InvalidObject | \(expected)")
        #expect(client.psa.tickets == before)
    }

    @Test("several operations count together, and an optional value can be taken away")
    func several() throws {
        var client = Client()
        try client.ticket("x", [("externalXRef", "itp-1")])
        let reply = client.send(
            "PATCH", "service/tickets/1001",
            body: [
                ["op": "replace", "path": "board", "value": ["id": 12]],
                ["op": "add", "path": "status", "value": ["name": "Waiting"]], ["op": "remove", "path": "team"],
                ["op": "remove", "path": "externalXRef"],
            ])
        #expect(reply.status == 200)
        #expect(try reply.json()["status"]?["id"] == 1203)
        #expect(try reply.json()["externalXRef"] == nil)
    }
}
