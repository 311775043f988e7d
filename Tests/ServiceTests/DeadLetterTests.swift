import Decisions
import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

/// Orders that were given up, and what people do about them.
@Suite struct DeadLetterTests {
    private func desk(
        _ rules: String = "", _ service: String = "", age: String = "1s", on ledger: Ledger? = nil
    ) throws -> Desk {
        let service = "[QUEUE]\nDeliveryMaxAge=\(age)\n" + service
        return try Desk(settings(duplicateMinutes: 0, service: service, rules: rules), on: ledger)
    }

    /// What the decider answers.
    private func tend(_ desk: inout Desk, _ request: DeadLetterRequest) throws -> DeadLetterAnswer? {
        let given = Guarded<DeadLetterAnswer?>(nil)
        try desk.handle(.deadLetter(request) { answer in given.with { $0 = answer } })
        return given.with { $0 }
    }

    private func letter(_ desk: Desk) throws -> DeadLetter {
        try #require(try desk.ledger.history.deadLetters(limit: 10).letters.first)
    }

    @Test("a dead letter is delivered again, not decided again: as what it was, looked up first")
    func retry() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.refuse("no such board")
        #expect(try desk.event(id).disposition == "failed" && desk.deadLetters == 1)
        let letter = try letter(desk)
        #expect(letter.event == id && letter.lane == desk.lane && !letter.mayBeDone)
        #expect(letter.reason == "given up after 1 second: no such board")
        try desk.pass(60)
        #expect(try tend(&desk, .retry(letter.row)) == .done(1))
        #expect(desk.deadLetters == 0)
        let order = try #require(desk.handed.first)
        #expect(order.action == letter.action && order.ambiguousSince != nil)
        let event = try desk.event(id)
        #expect(event.disposition == "ticketed" && event.state == "decided")
        try desk.report(.created(ticket, remarks: []))
        #expect(try desk.event(id).state == "delivered")
        #expect(try desk.event(id).ticket == ticket)
        #expect(try desk.ledger.history.dispositionCounts().map { "\($0.disposition) \($0.count)" } == ["ticketed 1"])
        #expect(try tend(&desk, .retry(letter.row)) == .unknown)
    }

    @Test("the list is read page by page, each letter once, also of those that were given up at one time")
    func pages() throws {
        var desk = try desk()
        var events: [Identifier] = []
        for number in 0..<7 {
            events.append(try desk.take(body(data: "D\(number)")))
            try desk.report(.refused(reason: "no"))
            if number % 3 == 2 { try refuseAgain(&desk) }
        }
        try refuseAgain(&desk)
        var seen: [Identifier] = []
        var cursor: DeadLetterCursor?
        var pages = 0
        repeat {
            let page = try desk.ledger.history.deadLetters(limit: 2, after: cursor)
            seen += page.letters.map(\.event)
            cursor = page.next.flatMap { DeadLetterCursor($0.text) }
            pages += 1
        } while cursor != nil
        #expect(seen == events.reversed() && pages == 4)
        #expect(try desk.ledger.history.deadLetters(limit: 9, tenants: [""]).letters.count == 7)
        #expect(try desk.ledger.history.deadLetters(limit: 9, tenants: ["nova"]).letters.isEmpty)
        #expect(try desk.ledger.history.deadLetterCount(of: ["NOVA", ""]) == 7)
        for text in ["", "7", "7.", "x.7", "7.7.7"] { #expect(DeadLetterCursor(text) == nil, "\(text)") }
    }

    private func refuseAgain(_ desk: inout Desk) throws {
        try desk.pass(1)
        while !desk.handed.isEmpty { try desk.report(.refused(reason: "no"), intent: false) }
    }

    @Test("one that fails again is a dead letter again, and an event's ID finds it")
    func again() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.refuse("no")
        #expect(try tend(&desk, .retryEvent(id)) == .done(1))
        try desk.pass(1)
        try desk.report(.refused(reason: "still no"))
        #expect(desk.deadLetters == 1)
        #expect(try desk.event(id).reason == "given up after 1 second: still no")
        #expect(try tend(&desk, .retryEvent(id)) == .done(1))
        try desk.report(.created(ticket, remarks: []))
        #expect(try tend(&desk, .retryEvent(id)) == .nothingToDo(state: "delivered", disposition: "ticketed"))
        #expect(try tend(&desk, .retryEvent(Identifier(milliseconds: 1, random: (2, 3)))) == .unknown)
    }

    @Test("a dropped one is gone, its event stays failed, and says who has decided so")
    func drop() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.refuse("no")
        let number = try letter(desk).row
        #expect(try tend(&desk, .drop(number)) == .done(1))
        #expect(desk.deadLetters == 0 && desk.handed.isEmpty)
        #expect(try desk.event(id).disposition == "failed")
        #expect(try desk.lastStep(id) == "dropped")
        #expect(try tend(&desk, .drop(number)) == .unknown)
    }

    @Test("what an order had collected comes back with it, each event as what it was")
    func collected() throws {
        var desk = try desk("[TICKET FLOW]\nConsolidationInterval=900", age: "901s")
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let events = [try desk.take(body()), try desk.take(body())]
        try desk.pass(900)
        let text = try #require(desk.handed.first).action.draft.description
        try desk.refuse("no")
        #expect(try events.map { try desk.event($0).disposition } == ["failed", "failed"])
        #expect(try tend(&desk, .retryEvent(events[1])) == .done(1))
        #expect(desk.handed.first?.action.draft.description == text)
        #expect(try events.map { try desk.event($0).disposition } == ["consolidated", "consolidated"])
        try desk.report(.noted(ticket, remarks: []))
        #expect(try events.map { try desk.event($0).state } == ["delivered", "delivered"])
    }

    @Test("retried behind an order of the same problem it waits for its turn")
    func order() throws {
        var desk = try desk()
        let first = try desk.take(body())
        try desk.refuse("no")
        let second = try desk.take(body())
        _ = try tend(&desk, .retryEvent(first))
        #expect(desk.handed.map(\.action.reference) == [second])
        try desk.report(.created(ticket, remarks: []))
        #expect(desk.handed.map(\.action.reference) == [first])
    }

    @Test("one whose mail may have arrived goes by mail again, marked, and not to the PSA")
    func mail() throws {
        let rules = "[RMM_SETTINGS]\nPSA_Email=helpdesk@psa.example\nRMM_EmailFrom=rmm@msp.example"
        var desk = try desk(rules, "[MAIL]\nURL=smtp://127.0.0.1:1\n")
        let id = try desk.take(body())
        try desk.report(.refused(reason: "no such board"))
        try desk.reportMail(.ambiguous(reason: "reset"))
        try desk.pass(1)
        #expect(desk.mails.first?.mail.subject.hasSuffix("[possible duplicate]") == true)
        try desk.reportMail(.ambiguous(reason: "reset"))
        #expect(desk.deadLetters == 1)
        #expect(try letter(desk).mayBeDone)
        _ = try tend(&desk, .retryEvent(id))
        #expect(desk.handed.isEmpty)
        #expect(desk.mails.first?.mail.subject.hasSuffix("[possible duplicate]") == true)
        try desk.reportMail(.mailed(remarks: []))
        #expect(try desk.event(id).disposition == "delivered-by-email")
    }

    @Test("an event that waits for a later try is tried at once")
    func hasten() throws {
        var desk = try Desk(settings())
        let id = try desk.take(body())
        try desk.report(.retry(reason: "down", after: .minutes(4)), intent: false)
        #expect(desk.handed.isEmpty)
        #expect(try tend(&desk, .retryEvent(id)) == .done(1))
        #expect(desk.handed.count == 1)
    }

    @Test("they outlive a restart and are told again, and go with the history")
    func restart() throws {
        var desk = try desk()
        try desk.take(body())
        try desk.refuse("no")
        var again = try self.desk(on: desk.ledger)
        #expect(again.deadLetters == 1)
        again.now = again.now + .hours(24 * 32)
        try again.handle(.housekeep)
        #expect(try again.ledger.history.deadLetterCount() == 0)
    }

    @Test("a running service lists, retries and drops them, counts them, and is degraded by them")
    func service() async throws {
        let rules = """
            [RMM_SETTINGS]
            PSA_Type=GEN
            PSA_Email=helpdesk@psa.example
            RMM_EmailFrom=rmm@msp.example
            [ORG acme]
            Name=Acme Dental
            """
        let smtp = try ScriptedSMTP(refusing: 1)
        defer { smtp.stop() }
        try await Scene.with(rules, service: "[MAIL]\nURL=\(smtp.url)\n") { scene in
            try scene.serve { running in
                let id = try running.post(org: "acme")
                #expect(try running.event(id, in: ["confirmed"])["disposition"]?.string == "failed")
                let list = try running.ask("GET", "/v1/dead").json
                let letter = try #require(list["dead"]?.array?.first)
                #expect(list["count"]?.integer == 1 && letter["event"]?.string == id && list["next"] == .null)
                for query in ["limit=0", "limit=1001", "cursor=7", "cursor=x.7", "q=x"] {
                    #expect(try running.ask("GET", "/v1/dead?\(query)").status == 400, "\(query)")
                }
                #expect(try running.ask("GET", "/stats").json["deadLetters"]?.integer == 1)
                #expect(try running.health.reasons == ["1 dead letter: itp dead lists them"])
                let number = letter["id"]?.string ?? ""
                #expect(try running.ask("POST", "/v1/dead/x/retry").status == 400)
                #expect(try running.ask("POST", "/v1/dead/9999/drop").status == 404)
                let origin = [("Origin", "https://elsewhere.example")]
                #expect(try running.ask("POST", "/v1/dead/\(number)/retry", origin).status == 403)
                #expect(try running.ask("POST", "/v1/dead/\(number)/retry").status == 200)
                #expect(try running.event(id, in: ["delivered"])["disposition"]?.string == "delivered-by-email")
                #expect(try running.health.status == "ok")
                #expect(try running.ask("POST", "/v1/events/\(id)/retry").status == 409)
            }
        }
    }
}
