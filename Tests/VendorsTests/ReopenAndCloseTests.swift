import Events
import Formats
import Testing
import Vendors

/// Closing and reopening at ConnectWise.
struct ReopenAndCloseTests {
    private static func terms(_ change: (inout TicketAction.Terms) -> Void = { _ in }) -> TicketAction.Terms {
        var terms = TicketAction.Terms()
        terms.reopens = true
        terms.closingStatuses = ["Done"]
        terms.openStatuses = ["Fresh"]
        change(&terms)
        return terms
    }

    private static func record(closed: Bool = false, last: String? = "itp", merged: Bool = false) -> JSON {
        var members: [(String, JSON)] = [
            ("id", 5), ("closedFlag", .bool(closed)), ("board", ["id": 7]),
            ("status", closed ? ["id": 74, "name": "Closed"] : ["id": 71, "name": "New"]),
        ]
        if let last { members.append(("_info", ["enteredBy": "itp", "updatedBy": .string(last)])) }
        if merged { members.append(("mergedParentTicket", ["id": 1])) }
        return .members(members)
    }

    private func rig(_ record: JSON = record()) throws -> Rig {
        var rig = try Rig()
        rig.psa.tickets[5] = record
        return rig
    }

    private let ticket = Rig.ticket(5)

    @Test("an untouched ticket is noted on and then closed, each step with its intent")
    func closes() throws {
        var rig = try rig()
        let report = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms()))
        #expect(report == .closed(ticket, remarks: []))
        #expect(
            rig.log == [
                "GET service/tickets/5", "intent 1", "POST service/tickets/5/notes", "GET service/boards/7/statuses",
                "intent 1", "PATCH service/tickets/5",
            ])
        let body = try JSON(parsing: try #require(rig.calls.last).body)
        #expect(body == [["op": "replace", "path": "status", "value": ["id": 74]]])
        #expect(rig.psa.tickets[5]?["closedFlag"]?.bool == true)
    }

    @Test("a ticket that somebody else has changed, or of which that is not known, gets the note alone")
    func touched() throws {
        for (last, isKnown) in [("jdoe", true), (nil, false)] {
            var rig = try rig(Self.record(last: last))
            let report = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms()))
            switch report {
            case .notedTouched(ticket, let remarks): #expect(isKnown && remarks[0].hasPrefix("left open"))
            case .noted(ticket, let remarks): #expect(!isKnown && remarks[0].hasPrefix("left open"))
            default: Issue.record("\(report)")
            }
            #expect(rig.psa.notes[5]?.count == 1)
            #expect(rig.psa.tickets[5]?["closedFlag"]?.bool == false)
        }
        var rig = try rig()
        let report = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms(), wasTouched: true))
        guard case .notedTouched = report else {
            Issue.record("\(report)")
            return
        }
    }

    @Test("an update says that a technician has changed the ticket: our note would hide it")
    func touchedUpdate() throws {
        var rig = try rig(Self.record(last: "jdoe"))
        #expect(try rig.run(rig.order(.update, ticket: ticket)) == .notedTouched(ticket, remarks: []))
    }

    @Test("once the note stands, a close that fails is tried again, and the note is not")
    func closeFails() throws {
        for outcome in [VendorOutcome.status(409), .status(503), .ambiguous(reason: "reset"), .notSent(reason: "x")] {
            var rig = try rig()
            rig.scripted["PATCH service/tickets/5"] = [outcome]
            let first = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms()))
            guard case .stillAmbiguous(let reason) = first else {
                Issue.record("\(outcome): \(first)")
                continue
            }
            #expect(reason.hasPrefix("closing the ticket"))
            let again = try rig.run(
                rig.order(.close, ticket: ticket, ambiguousSince: rig.now, terms: Self.terms()))
            #expect(again == .closed(ticket, remarks: []))
            #expect(rig.psa.notes[5]?.count == 1)
        }
    }

    @Test("once the note stands, statuses that cannot be read do not make a second one")
    func statusesUnread() throws {
        var rig = try rig()
        rig.scripted["GET service/boards/7/statuses"] = [.status(503)]
        guard case .stillAmbiguous = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms())) else {
            Issue.record("the note would be written again")
            return
        }
        let again = try rig.run(rig.order(.close, ticket: ticket, ambiguousSince: rig.now, terms: Self.terms()))
        #expect(again == .closed(ticket, remarks: []))
        #expect(rig.psa.notes[5]?.count == 1)
    }

    @Test("a close whose answer was lost is seen to have been done")
    func closeLost() throws {
        var rig = try rig(Self.record(closed: true))
        rig.psa.notes[5] = ["ITP event \(Rig.reference)"]
        let report = try rig.run(rig.order(.close, ticket: ticket, ambiguousSince: rig.now, terms: Self.terms()))
        #expect(report == .closed(ticket, remarks: ["the ticket is closed already"]))
        #expect(rig.psa.notes[5]?.count == 1)
    }

    @Test("a status that ConnectWise refuses, or answers for without setting it, leaves a note that says so")
    func closeRefused() throws {
        let unchanged = VendorOutcome.reply(VendorReply(status: 200, body: Self.record().bytes))
        for outcome in [VendorOutcome.status(400, "{\"code\":\"InvalidObject\"}"), unchanged] {
            var rig = try rig()
            rig.scripted["PATCH service/tickets/5"] = [outcome]
            let report = try rig.run(rig.order(.close, ticket: ticket, terms: Self.terms()))
            guard case .noted(ticket, let remarks) = report else {
                Issue.record("\(report)")
                continue
            }
            #expect(remarks[0].hasPrefix("closing the ticket: "))
        }
    }

    @Test("without a status of that name the board's own closed one is taken; without any the ticket stays open")
    func statuses() throws {
        var rig = try rig()
        let terms = Self.terms { $0.closingStatuses = ["Nothing", "None"] }
        #expect(try rig.run(rig.order(.close, ticket: ticket, terms: terms)) == .closed(ticket, remarks: []))
        var bare = try self.rig()
        bare.psa.lists["service/boards/7/statuses"] = [["id": 71, "name": "New"]]
        let report = try bare.run(bare.order(.close, ticket: ticket, terms: terms))
        #expect(report == .noted(ticket, remarks: ["left open: its board has no status that closes a ticket"]))
    }

    @Test("a closed ticket is put into the open status and then noted on")
    func reopens() throws {
        var rig = try rig(Self.record(closed: true))
        let report = try rig.run(rig.order(.update, ticket: ticket, terms: Self.terms()))
        #expect(report == .reopened(ticket, remarks: []))
        #expect(rig.psa.tickets[5]?["status"]?["id"]?.integer == 72)
        #expect(rig.psa.notes[5]?.first?.hasPrefix("The problem is back: the ticket is reopened.") == true)
        #expect(rig.count("POST service/tickets") == 0)
        // A later try that finds that note knows what was done.
        let again = try rig.run(rig.order(.update, ticket: ticket, ambiguousSince: rig.now, terms: Self.terms()))
        #expect(again == .reopened(ticket, remarks: ["an earlier try had made it"]))
    }

    @Test("without a fitting status the board's default opens it, never one that closes")
    func defaultStatus() throws {
        var rig = try rig(Self.record(closed: true))
        let terms = Self.terms { $0.openStatuses = ["Done"] }
        _ = try rig.run(rig.order(.update, ticket: ticket, terms: terms))
        #expect(rig.psa.tickets[5]?["status"]?["id"]?.integer == 75)
    }

    @Test("a ticket that cannot be reopened, and one that is merged, are followed by a new one")
    func notReopened() throws {
        var rig = try rig(Self.record(closed: true))
        rig.scripted["PATCH service/tickets/5"] = [.status(400, "{\"code\":\"InvalidObject\"}")]
        guard case .created = try rig.run(rig.order(.update, ticket: ticket, terms: Self.terms())) else {
            Issue.record("no new ticket")
            return
        }
        var merged = try self.rig(Self.record(closed: true, merged: true))
        guard case .created(_, let remarks) = try merged.run(merged.order(.update, ticket: ticket, terms: Self.terms()))
        else {
            Issue.record("no new ticket")
            return
        }
        #expect(remarks == ["the earlier ticket is merged into another"])
    }

    @Test("a reopening that surely was not done, or may have been, is tried again")
    func reopeningFails() throws {
        for outcome in [VendorOutcome.status(503), .ambiguous(reason: "x"), .notSent(reason: "x"), .status(429)] {
            var rig = try rig(Self.record(closed: true))
            rig.scripted["PATCH service/tickets/5"] = [outcome]
            guard case .retry = try rig.run(rig.order(.update, ticket: ticket, terms: Self.terms())) else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(rig.psa.notes[5] == nil)
        }
    }

    @Test("a new ticket names the earlier ones below its description")
    func previously() throws {
        var rig = try Rig()
        let terms = Self.terms { $0.previously = "Previous: 4" }
        _ = try rig.run(rig.order(.create, terms: terms))
        #expect(rig.psa.tickets[101]?["initialDescription"]?.string == "The text\n\nPrevious: 4")
    }
}
