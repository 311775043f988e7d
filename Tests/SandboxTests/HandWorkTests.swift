import Formats
import Sandbox
import Testing

@Suite("What people do in the sandbox's PSAs")
struct HandWorkTests {
    /// A caller with one ticket, and its id.
    private static func withTicket(_ psa: String) throws -> (Caller, Int64) {
        var caller = try #require(Caller.of(psa))
        let id = try caller.ticket(psa)
        caller.now += 60_000
        return (caller, id)
    }

    private static func work(_ psa: String, _ id: Int64, _ more: [String: JSON]) -> JSON {
        let who: JSON = ["psa": .string(psa), "ticket": .integer(id)]
        return who.with(more)
    }

    @Test("a technician's status, owner, priority and note are there for the vendor's callers", arguments: Caller.psas)
    func everything(psa: String) throws {
        var (caller, id) = try HandWorkTests.withTicket(psa)
        let before = try #require(caller.world.tickets.first)
        let work = HandWorkTests.work(
            psa, id, ["status": "in progress", "owner": "jtech", "priority": "High", "note": "on it", "internal": true])
        #expect(try caller.json("POST", "/sandbox/technician", work) == ["done": 4])
        let after = try #require(caller.world.tickets.first)
        #expect(after.status == "In Progress")
        #expect(after.priority == "High")
        #expect(after.notes.last?.text == "on it")
        #expect(after.updatedAt > before.updatedAt)
        #expect(!after.isClosed)
        let touched = try caller.lastToucher(psa, id)
        #expect(touched == ["connectwise": "jtech", "autotask": "29682890", "bms": "502"][psa])
    }

    @Test("a technician closes and opens a ticket", arguments: Caller.psas)
    func closing(psa: String) throws {
        var (caller, id) = try HandWorkTests.withTicket(psa)
        for (status, isClosed) in [("Closed", true), ("New", false)] {
            _ = caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["status": .string(status)]))
            #expect(caller.world.tickets.map(\.isClosed) == [isClosed])
        }
    }

    @Test("a ticket that is merged into another is closed, and still there", arguments: Caller.psas)
    func merging(psa: String) throws {
        var (caller, id) = try HandWorkTests.withTicket(psa)
        let other = try caller.ticket(psa)
        #expect(
            caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["merge": .integer(other)])).status
                == 200)
        #expect(caller.world.tickets.map(\.isClosed) == [true, false])
        #expect(caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["merge": 1])).status == 404)
    }

    @Test("time that was worked shows that a human was there", arguments: Caller.psas)
    func time(psa: String) throws {
        var (caller, id) = try HandWorkTests.withTicket(psa)
        let before = try #require(caller.world.tickets.first?.updatedAt)
        _ = caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["hours": 1, "note": "replaced"]))
        #expect(try #require(caller.world.tickets.first?.updatedAt) > before)
        #expect(try caller.hours(psa, id) == [1])
    }

    @Test("a deleted ticket is gone", arguments: Caller.psas)
    func deleting(psa: String) throws {
        var (caller, id) = try HandWorkTests.withTicket(psa)
        _ = caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["delete": true]))
        #expect(caller.world.tickets.isEmpty)
        #expect(caller.send("POST", "/sandbox/technician", HandWorkTests.work(psa, id, ["note": "x"])).status == 404)
    }

    @Test("a company that is made inactive takes no tickets, in every PSA at once")
    func inactiveCompany() throws {
        for psa in Caller.psas {
            var caller = try #require(Caller.of(psa))
            let work: JSON = ["company": "Acme Dental", "active": false]
            #expect(try caller.json("POST", "/sandbox/administrator", work) == ["done": .integer(Caller.psas.count)])
            #expect(try caller.refusesTicket(psa))
            _ = caller.send("POST", "/sandbox/administrator", work.with(["active": true]))
            _ = try caller.ticket(psa)
        }
    }

    @Test("a board or a company can be renamed; their ids stay", arguments: Caller.psas)
    func renaming(psa: String) throws {
        var (caller, _) = try HandWorkTests.withTicket(psa)
        let board: JSON = ["psa": .string(psa), "board": "alerts", "rename": "Alarms"]
        #expect(
            caller.send("POST", "/sandbox/administrator", [board, ["company": "Globex", "rename": "Globex II"]]).status
                == 200)
        #expect(caller.world.tickets.map(\.board) == ["Alarms"])
        #expect(caller.send("POST", "/sandbox/administrator", board).status == 404)
    }

    @Test(
        "what is not understood is refused, and nothing of its list is done",
        arguments: [
            5, ["psa": "autotask"], ["psa": "nix", "ticket": 7001, "note": "x"], ["psa": "autotask", "ticket": 7001],
            ["psa": "autotask", "ticket": 7001, "nots": "x"], ["psa": "autotask", "ticket": 7001, "hours": 0],
            ["psa": "autotask", "ticket": 7001, "note": 5],
        ] as [JSON])
    func refused(work: JSON) throws {
        var (caller, id) = try HandWorkTests.withTicket("autotask")
        #expect(id == 7001)
        let fine = HandWorkTests.work("autotask", id, ["note": "x"])
        #expect(caller.send("POST", "/sandbox/technician", [fine, work]).status == 400)
        #expect(caller.world.tickets.first?.notes.isEmpty == true)
        #expect(caller.send("POST", "/sandbox/administrator", work).status == 400)
    }
}

extension Caller {
    static let psas = ["connectwise", "autotask"]

    static func of(_ psa: String) -> Caller? {
        ["connectwise": Caller.connectWise, "autotask": Caller.autotask][psa]
    }

    /// A ticket of Acme Dental on the board for alerts; its id.
    mutating func ticket(_ psa: String) throws -> Int64 {
        guard psa == "connectwise" else { return try autotaskTicket() }
        return try #require(try json("POST", "service/tickets", Client.body())["id"]?.integer)
    }

    /// Whether a ticket of Acme Dental is refused.
    mutating func refusesTicket(_ psa: String) throws -> Bool {
        guard psa == "connectwise" else { return send("POST", "Tickets", Caller.autotaskTicket).status == 500 }
        return send("POST", "service/tickets", Client.body()).status == 400
    }

    /// Who was last at a ticket, as the vendor tells its callers.
    mutating func lastToucher(_ psa: String, _ id: Int64) throws -> String? {
        guard psa == "connectwise" else {
            return try item("Tickets/\(id)")["lastActivityResourceID"]?.integer.map { String($0) }
        }
        return try json("GET", "service/tickets/\(id)")["_info"]?["updatedBy"]?.string
    }

    /// The hours that were entered on a ticket.
    mutating func hours(_ psa: String, _ id: Int64) throws -> [Double?] {
        guard psa == "connectwise" else {
            let filter: JSON = [["op": "eq", "field": "ticketID", "value": .integer(id)]]
            return try autotaskQuery("TimeEntries", filter)["items"]?.array?.map { $0["hoursWorked"]?.double } ?? []
        }
        let query = [("conditions", "chargeToId=\(id) and chargeToType=\"ServiceTicket\"")]
        return try json("GET", "/connectwise/v4_6_release/apis/3.0/time/entries", query: query).array?
            .map { $0["actualHours"]?.double } ?? []
    }
}
