import Events
import Formats
import Testing
import Vendors

struct AmbiguousTests {
    @Test("a POST whose answer is lost is found by its reference, and not sent again")
    func found() throws {
        var rig = try Rig()
        rig.losesNextPost = true
        #expect(try rig.deliver() == .ambiguous(reason: "creating the ticket: connection reset"))
        rig.psa.tickets[200] = [
            "id": 200, "externalXRef": .string(Rig.reference.description), "board": ["id": 7], "closedFlag": false,
        ]
        let report = try rig.deliver(ambiguousSince: rig.now)
        // Of two the lower counts, the other is closed.
        let remarks = ["an earlier try had made it", "the second ticket 200 of this event is closed"]
        #expect(report == .created(Rig.ticket(101), remarks: remarks))
        #expect(rig.closedDoubles == 1 && rig.psa.tickets[200]?["closedFlag"]?.bool == true)
        #expect(rig.count("POST service/tickets") == 1)
        let search = try #require(rig.calls.first { $0.url.contains("externalXRef") })
        let query = HTTPTarget(search.url).queryItems
        #expect(
            query == [
                .init("conditions", "externalXRef=\"\(Rig.reference)\""), .init("orderBy", "id asc"),
                .init("pageSize", "10"),
            ])
    }

    @Test("not found within the quiet period it is looked for again, after it the ticket is made")
    func notFound() throws {
        var rig = try Rig()
        let since = rig.now
        for wait in [0, 59_999] {
            rig.now = since + .init(milliseconds: Int64(wait))
            #expect(try rig.deliver(ambiguousSince: since) == .stillAmbiguous(reason: "the PSA does not show it yet"))
        }
        #expect(rig.log == ["GET service/tickets", "GET service/tickets"])
        rig.now = since + .seconds(60)
        #expect(try rig.deliver(ambiguousSince: since) == .created(Rig.ticket(101), remarks: []))
        #expect(rig.log.suffix(2) == ["intent 3", "POST service/tickets"])
    }

    @Test("a look that was asked for within the quiet period counts as such, however late its answer comes")
    func slowAnswer() throws {
        var rig = try Rig()
        let since = rig.now
        let order = rig.order(ambiguousSince: since)
        _ = rig.lane.handle(.deliver(order), now: since + .seconds(59))
        let effects = rig.lane.handle(.outcome(row: 1, .status(200, "[]")), now: since + .seconds(61))
        guard effects.count == 1, case .report(1, let report) = effects[0] else {
            Issue.record("\(effects)")
            return
        }
        #expect(report == .stillAmbiguous(reason: "the PSA does not show it yet"))
    }

    @Test("a look-up that fails leaves it unknown, whatever the failure; a 429 pauses the lane as well")
    func failedLookUp() throws {
        for outcome in [
            VendorOutcome.status(500), .status(404), .notSent(reason: "x"), .ambiguous(reason: "x"), .status(200, "{}"),
        ] {
            var rig = try Rig()
            rig.scripted["GET service/tickets"] = [outcome]
            rig.now = rig.now + .hours(1)
            guard case .stillAmbiguous(let reason) = try rig.deliver(ambiguousSince: Instant(milliseconds: 0)) else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.hasPrefix("looking for the ticket of an earlier try: "))
            #expect(rig.log == ["GET service/tickets"])
        }
        var rig = try Rig()
        rig.scripted["GET service/tickets"] = [.status(429)]
        _ = try rig.deliver(ambiguousSince: rig.now)
        #expect(try rig.deliver() == .retry(reason: "the PSA asked for a pause", after: .seconds(30)))
    }

    @Test("tickets of other events are not taken for this one, even where the PSA overlooks the condition")
    func others() throws {
        var rig = try Rig()
        let others: JSON = [["id": 1, "externalXRef": "other"], ["id": 2]]
        rig.scripted["GET service/tickets"] = [.reply(VendorReply(status: 200, body: others.bytes))]
        #expect(try rig.deliver(ambiguousSince: rig.now) == .stillAmbiguous(reason: "the PSA does not show it yet"))
    }

    @Test("a note whose answer is lost is found by its marker, and not written again")
    func note() throws {
        var rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": false]
        rig.losesNextPost = true
        let ticket = Rig.ticket(5)
        let withoutMarker = { (draft: inout TicketDraft) in draft.internalNote = "" }
        #expect(
            try rig.deliver(.update, ticket: ticket, withoutMarker)
                == .ambiguous(reason: "noting on the ticket: connection reset"))
        #expect(rig.psa.notes[5] == ["The subject\n\nThe text\n\nITP event \(Rig.reference)"])
        #expect(
            try rig.deliver(.update, ticket: ticket, ambiguousSince: rig.now, withoutMarker)
                == .noted(ticket, remarks: ["an earlier try had made it"]))
        #expect(rig.log.suffix(2) == ["GET service/tickets", "GET service/tickets/5/notes"])
        #expect(rig.psa.notes[5]?.count == 1)
    }

    @Test("a note that is not found is written after the quiet period; a failed look leaves it unknown")
    func noteNotFound() throws {
        var rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": false]
        let since = rig.now
        rig.scripted["GET service/tickets/5/notes"] = [.status(500)]
        #expect(
            try rig.deliver(.update, ticket: Rig.ticket(5), ambiguousSince: since)
                == .stillAmbiguous(reason: "looking for the note of an earlier try: HTTP 500"))
        #expect(
            try rig.deliver(.update, ticket: Rig.ticket(5), ambiguousSince: since)
                == .stillAmbiguous(reason: "the PSA does not show it yet"))
        rig.now = since + .seconds(60)
        #expect(
            try rig.deliver(.update, ticket: Rig.ticket(5), ambiguousSince: since) == .noted(Rig.ticket(5), remarks: [])
        )
        #expect(rig.psa.notes[5]?.count == 1)
    }
}

struct UpdateTests {
    @Test("on an open ticket the repeated alert is noted, for technicians alone")
    func open() throws {
        var rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": false]
        #expect(try rig.deliver(.update, ticket: Rig.ticket(5)) == .noted(Rig.ticket(5), remarks: []))
        #expect(rig.log == ["GET service/tickets/5", "intent 1", "POST service/tickets/5/notes"])
        let body = try JSON(parsing: try #require(rig.calls.last).body)
        #expect(body["text"]?.string == "The subject\n\nThe text\n\nITP event \(Rig.reference)")
        #expect(body["internalAnalysisFlag"]?.bool == true)
        #expect(body["detailDescriptionFlag"]?.bool == false && body["resolutionFlag"]?.bool == false)
    }

    @Test("where the ticket is closed or gone, or was never made, the alert becomes a new one")
    func replaced() throws {
        var rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": true]
        #expect(
            try rig.deliver(.update, ticket: Rig.ticket(5))
                == .created(Rig.ticket(101), remarks: ["the earlier ticket is closed"]))
        #expect(rig.psa.tickets[101]?["externalXRef"]?.string == Rig.reference.description)
        #expect(
            try rig.deliver(.update, ticket: Rig.ticket(6))
                == .created(Rig.ticket(102), remarks: ["the earlier ticket is gone from the PSA"]))
        #expect(try rig.deliver(.update) == .created(Rig.ticket(103), remarks: []))
        #expect(rig.psa.notes.isEmpty)
    }

    @Test("a resolved alert notes the open ticket and never makes one")
    func resolved() throws {
        var rig = try Rig()
        rig.psa.tickets[5] = ["id": 5, "closedFlag": false]
        #expect(try rig.deliver(.note, ticket: Rig.ticket(5)) == .noted(Rig.ticket(5), remarks: []))
        rig.psa.tickets[5] = ["id": 5, "closedFlag": true]
        #expect(try rig.deliver(.note, ticket: Rig.ticket(5)) == .nothingToDo(reason: "the ticket is closed already"))
        #expect(
            try rig.deliver(.note, ticket: Rig.ticket(6)) == .nothingToDo(reason: "the ticket is gone from the PSA"))
        #expect(try rig.deliver(.note) == .nothingToDo(reason: "no ticket was made of the problem"))
        #expect(rig.count("POST service/tickets") == 0 && rig.psa.notes[5]?.count == 1)
    }

    @Test("a ticket that cannot be read is neither noted on nor replaced")
    func unreadable() throws {
        for outcome in [
            VendorOutcome.status(500), .status(401), .ambiguous(reason: "x"), .status(200, "[]"), .status(200, "oops"),
        ] {
            var rig = try Rig()
            rig.scripted["GET service/tickets/5"] = [outcome]
            guard case .retry(let reason, nil) = try rig.deliver(.update, ticket: Rig.ticket(5)) else {
                Issue.record("\(outcome)")
                continue
            }
            #expect(reason.hasPrefix("reading the ticket: ") && rig.log == ["GET service/tickets/5"])
        }
    }
}
