import Formats
import Sandbox
import Testing

/// A world with a client's habits.
private struct Visitor {
    var world = SandboxWorld()
    var now: Int64 = 1_795_000_000_000

    mutating func take(_ method: String, _ path: String, _ body: JSON? = nil) -> SandboxOutcome {
        let request = SandboxRequest(
            method: method, path: path, headers: Client.headers, body: body?.bytes ?? [])
        return world.take(request, now: now)
    }

    /// Asks about the sandbox itself.
    mutating func ask(_ method: String, _ path: String, _ body: JSON? = nil) -> SandboxReply {
        guard case .reply(let reply) = take(method, path, body).ending else { return SandboxReply(status: 0) }
        return reply
    }

    /// Asks for a ticket; `status`, or the word for an ending without one.
    mutating func post(_ reference: String = "itp-1") -> String {
        let body = Client.body("x", [("externalXRef", .string(reference))])
        switch take("POST", Client.root + "service/tickets", body).ending {
        case .reply(let reply): return String(reply.status)
        case .truncated: return "truncated"
        case .garbage: return "garbage"
        case .reset: return "reset"
        case .hang: return "hang"
        }
    }

    mutating func counts() throws -> JSON { try ask("GET", "/sandbox/counts").json() }
}

@Suite("The sandbox around the vendors")
struct WorldTests {
    @Test(
        "a fault ends a request in its own way, and it is settled whether the ticket is made",
        arguments: [
            ("status:500", "500", 0), ("status:429:7", "429", 0), ("reset-before", "reset", 0),
            ("reset-after", "reset", 1),
            ("truncate", "truncated", 1), ("garbage", "garbage", 1), ("hang", "hang", 0), ("latency:20", "201", 1),
        ])
    func endings(fault: String, ending: String, tickets: Int) throws {
        var visitor = Visitor()
        let added = visitor.ask("POST", "/sandbox/faults", [["fault": .string(fault), "count": 1]])
        #expect(added.status == 201)
        #expect(visitor.post() == ending)
        #expect(visitor.world.tickets.count == tickets)
        #expect(try visitor.counts()["ticketPosts"] == ["itp-1": 1])
        #expect(visitor.post() == "201")
        #expect(try visitor.counts() == ["requests": ["connectwise": 2], "ticketPosts": ["itp-1": 2], "faults": 1])
    }

    @Test("a request that is throttled gets the vendor's odd body and the time to wait")
    func throttled() throws {
        var visitor = Visitor()
        _ = visitor.ask("POST", "/sandbox/faults", [["fault": "status:429:7"]])
        let reply = visitor.ask("GET", Client.root + "service/tickets")
        #expect(reply.status == 429)
        #expect(reply.header("Retry-After") == "7")
        #expect(
            try reply.json()
                == ["error": "ConnectWiseAPI", "message": "Too many requests. Please try again in 7 seconds."])
    }

    @Test(
        "a fault strikes only what it matches",
        arguments: [
            (["fault": "hang"], true), (["fault": "hang", "vendor": "connectwise"], true),
            (["fault": "hang", "vendor": "autotask"], false), (["fault": "hang", "match": "/service/tickets"], true),
            (["fault": "hang", "match": "POST /service/tickets"], true),
            (["fault": "hang", "match": "GET /service/tickets"], false), (["fault": "hang", "match": "/notes"], false),
            (["fault": "hang", "probability": 0], false), (["fault": "hang", "probability": 1], true),
        ] as [(JSON, Bool)])
    func matching(rule: JSON, isStruck: Bool) throws {
        var visitor = Visitor()
        #expect(visitor.ask("POST", "/sandbox/faults", [rule]).status == 201)
        #expect((visitor.post() == "hang") == isStruck)
    }

    @Test("latencies add up, and the first fault of another kind ends the request")
    func together() {
        var visitor = Visitor()
        _ = visitor.ask(
            "POST", "/sandbox/faults",
            [["fault": "latency:20"], ["fault": "latency:30"], ["fault": "status:503"], ["fault": "hang"]])
        let outcome = visitor.take("GET", Client.root + "system/info")
        #expect(outcome.delayMilliseconds == 50)
        guard case .reply(let reply) = outcome.ending else {
            Issue.record("a reply was expected")
            return
        }
        #expect(reply.status == 503)
    }

    @Test("the same seed gives the same faults, about as often as asked for")
    func seeded() {
        let run: (JSON) -> [String] = { seed in
            var visitor = Visitor()
            _ = visitor.ask(
                "POST", "/sandbox/faults", [["fault": "hang", "probability": .number("0.3"), "seed": seed]])
            return (0..<200).map { _ in visitor.post() }
        }
        let first = run(7)
        #expect(first == run(7))
        #expect(first != run(8))
        #expect((30...90).contains(first.filter { $0 == "hang" }.count))
    }

    @Test(
        "a fault that is not understood is refused, and none of its list is taken",
        arguments: [
            5, ["fault": "explode"], ["fault": "latency:x"], ["fault": "latency:-1"], ["fault": "status:99"],
            ["fault": "status:429:x"], ["fault": "hang", "count": 0], ["fault": "hang", "count": "1"],
            ["fault": "hang", "probability": 2], ["fault": "hang", "mach": "x"], ["match": "x"],
            ["fault": "hang:1"], ["fault": ""],
        ] as [JSON])
    func badFaults(rule: JSON) throws {
        var visitor = Visitor()
        let reply = visitor.ask("POST", "/sandbox/faults", [["fault": "hang"], rule])
        #expect(reply.status == 400)
        #expect(try reply.json()["error"]?.string?.isEmpty == false)
        #expect(try visitor.ask("GET", "/sandbox/faults").json() == [])
    }

    @Test("the list of faults shows how often each struck, and can be emptied")
    func listOfFaults() throws {
        var visitor = Visitor()
        _ = visitor.ask("POST", "/sandbox/faults", [["fault": "hang", "count": 2, "match": "POST"]])
        _ = visitor.ask(
            "POST", "/sandbox/faults", ["fault": "status:500", "match": "POST /service/tickets", "count": 1])
        #expect(visitor.post() == "500")
        #expect(
            try visitor.ask("GET", "/sandbox/faults").json() == [
                ["fault": "hang", "count": 2, "match": "POST", "struck": 0, "remaining": 2],
                [
                    "fault": "status:500", "match": "POST /service/tickets", "count": 1, "struck": 1, "remaining": 0,
                ],
            ])
        #expect(visitor.ask("DELETE", "/sandbox/faults").status == 204)
        #expect(try visitor.ask("GET", "/sandbox/faults").json() == [])
    }

    @Test("every request to a vendor is kept, without its secrets")
    func requests() throws {
        var visitor = Visitor()
        #expect(visitor.post() == "201")
        _ = visitor.ask("POST", "/sandbox/faults", [["fault": "reset-before"]])
        #expect(visitor.post() == "reset")
        let log = try visitor.ask("GET", "/sandbox/requests").json()
        #expect(log.array?.count == 2)
        let first = log.array?.first
        #expect(first?["time"] == "2026-11-18T11:06:40Z")
        #expect(first?["vendor"] == "connectwise")
        #expect(first?["method"] == "POST")
        #expect(first?["path"] == .string(Client.root + "service/tickets"))
        #expect(first?["headers"]?["Authorization"] == "Basic ***")
        #expect(first?["body"]?.string?.contains("itp-1") == true)
        #expect(first?["status"] == 201)
        #expect(first?["fault"] == .null)
        #expect(log.array?.last?["status"] == .null)
        #expect(log.array?.last?["fault"] == "reset-before")
        #expect(!log.compact.contains(Client.authorization.dropFirst(6)))
    }

    @Test("the record of requests keeps the last ten thousand, the counts all")
    func bounded() throws {
        var visitor = Visitor()
        for number in 1...10_010 {
            visitor.now += 1000
            _ = visitor.take("GET", "/other/\(number)")
        }
        let log = try visitor.ask("GET", "/sandbox/requests").json().array ?? []
        #expect(log.count == 10_000)
        #expect(log.first?["path"] == "/other/11")
        #expect(log.last?["path"] == "/other/10010")
        #expect(try visitor.counts()["requests"] == ["other": 10_010])
    }

    @Test("the clock can be moved, and records are dated by it")
    func clock() throws {
        var visitor = Visitor()
        #expect(try visitor.ask("POST", "/sandbox/clock", ["advance": 3600]).json()["time"] == "2026-11-18T12:06:40Z")
        #expect(visitor.post() == "201")
        #expect(visitor.world.tickets.first?.createdAt == "2026-11-18T12:06:40Z")
        #expect(try visitor.ask("POST", "/sandbox/clock", ["set": 1000]).json()["time"] == "1970-01-01T00:00:01Z")
        visitor.now += 1000
        #expect(try visitor.ask("GET", "/sandbox/clock").json()["milliseconds"] == 2000)
        for wrong in [
            [:], ["set": -1], ["advance": "1"], ["advance": 1, "set": 1], ["advance": 9_223_372_036_854_775_807], 5,
        ]
            as [JSON]
        {
            #expect(visitor.ask("POST", "/sandbox/clock", wrong).status == 400)
        }
    }

    @Test("a reset leaves nothing but the seed")
    func reset() throws {
        var visitor = Visitor()
        #expect(visitor.post() == "201")
        _ = visitor.ask("POST", "/sandbox/faults", [["fault": "hang"]])
        _ = visitor.ask("POST", "/sandbox/clock", ["advance": 5])
        #expect(visitor.ask("DELETE", "/sandbox").status == 204)
        #expect(try visitor.ask("GET", "/sandbox/tickets").json() == [])
        #expect(try visitor.ask("GET", "/sandbox/requests").json() == [])
        #expect(try visitor.counts() == ["requests": [:], "ticketPosts": [:], "faults": 0])
        #expect(try visitor.ask("GET", "/sandbox/clock").json()["milliseconds"] == .integer(visitor.now))
        #expect(visitor.post() == "201")
    }

    @Test(
        "pages that do not exist yet and verbs that do not fit are refused in JSON",
        arguments: [
            ("GET", "/sandbox/rooms", 404), ("GET", "/sandbox/tickets/1", 404), ("POST", "/sandbox/tickets", 405),
            ("PUT", "/sandbox", 405), ("GET", "/tigerpaw/x", 404),
        ])
    func noPage(method: String, path: String, status: Int) throws {
        var visitor = Visitor()
        let reply = visitor.ask(method, path)
        #expect(reply.status == status)
        #expect(try reply.json()["error"]?.string != nil)
    }

    @Test("the plain page shows tickets, and what senders wrote stays text", arguments: ["/sandbox/", "/sandbox", "/"])
    func page(path: String) {
        var visitor = Visitor()
        _ = visitor.take("POST", Client.root + "service/tickets", Client.body("<script>&"))
        let reply = visitor.ask("GET", path)
        #expect(reply.status == 200)
        #expect(String(decoding: reply.body, as: UTF8.self).contains("<td>&lt;script>&amp;<td>"))
    }
}
