import Decisions
import Events
import Formats
import Settings
import Storage
import Testing

@testable import Service

/// Events that wait for an answer, and what is remembered and forgotten.
@Suite struct DeciderParkingTests {
    private let offline = body("MB-OFF.STS.S.P3.Alm")

    @Test("an event that needs an answer waits for it and is decided with it")
    func answered() throws {
        var desk = try Desk(settings())
        let id = try desk.take(offline)
        #expect(try desk.event(id).state == "parked")
        #expect(try desk.ledger.watermark == 1)
        let question = try #require(desk.questions.first)
        try desk.handle(.answer(event: id, question: question.name, .value(desk.now.description)))
        #expect(try desk.event(id).disposition == "cancelled")
        #expect(try desk.ledger.parkedEvent(id) == nil)
    }

    @Test("no answer in time is 'unknown', and a late one changes nothing")
    func timeOut() throws {
        var desk = try Desk(settings())
        let id = try desk.take(offline)
        let question = try #require(desk.questions.first)
        try desk.pass(29)
        #expect(try desk.event(id).state == "parked")
        try desk.pass(1)
        #expect(try desk.event(id).disposition == "ticketed")
        #expect(try desk.ledger.inputs(id) == [question.name: .unknown])
        try desk.handle(.answer(event: id, question: question.name, .value(desk.now.description)))
        #expect(try desk.event(id).disposition == "ticketed")
        #expect(desk.handed.count == 1)
    }

    @Test("an answer before the time-out makes the timer fire in vain")
    func answerFirst() throws {
        var desk = try Desk(settings())
        let id = try desk.take(offline)
        try desk.handle(.answer(event: id, question: desk.questions[0].name, .unknown))
        #expect(desk.handed.count == 1)
        try desk.pass(60)
        #expect(desk.handed.count == 1)
        #expect(try desk.ledger.history.timerCount() == 0)
    }

    @Test("after a start an open question is asked again, and its patience goes on")
    func restart() throws {
        let settings = try settings()
        var desk = try Desk(settings)
        let id = try desk.take(offline)
        var again = try Desk(settings, on: desk.ledger)
        #expect(again.questions.map(\.name) == desk.questions.map(\.name))
        #expect(again.timers == desk.timers)
        try again.pass(30)
        #expect(try again.event(id).disposition == "ticketed")
    }

    @Test("an answer to an event that nobody knows is dropped")
    func unknownEvent() throws {
        var desk = try Desk(settings())
        try desk.handle(.answer(event: Identifier(high: 1, low: 1), question: "agentState:x", .unknown))
        #expect(try desk.ledger.history.dispositionCounts().isEmpty)
    }

    @Test("the same delivery is none twice, for seven days")
    func deliveryIDs() throws {
        var desk = try Desk(settings())
        try desk.take(body(), delivery: "d")
        let again = try desk.take(body(), delivery: "d")
        #expect(try desk.event(again).disposition == "redelivery")
        try desk.pass(7 * 86_400 - 60)
        try desk.handle(.housekeep)
        #expect(try desk.ledger.delivery("api:d") != nil)
        try desk.pass(120)
        try desk.handle(.housekeep)
        #expect(try desk.ledger.delivery("api:d") == nil)
    }

    @Test("housekeeping removes what is older than HistoryDays in several turns and says when it is done")
    func housekeeping() throws {
        var desk = try Desk(settings(service: "[LEDGER]\nHistoryDays=2"))
        let plain = "{\"subject\":\"x\"}"
        let batch = "{\"alerts\":[\(Array(repeating: plain, count: 700).joined(separator: ","))]}"
        try desk.take(batch)
        try desk.pass(86_400)
        let young = try desk.take(plain)
        try desk.pass(86_400 + 1)
        try desk.handle(.housekeep)
        #expect(desk.station.hasOutdated)
        try desk.handle(.housekeep)
        #expect(!desk.station.hasOutdated)
        var filter = HistoryFilter()
        filter.limit = 1000
        #expect(try desk.ledger.history.events(filter).events.map(\.origin.id) == [young])
    }

    @Test(
        "a prepared record always has an event, whatever its body is",
        arguments: ["", "{}", "[]", "{\"alerts\":[]}", "\u{0}", "{\"subject\":1}"])
    func neverEmpty(_ text: String) throws {
        let record = PreparedRecord(alert(1, text), Shared(wrappedValue: try settings()))
        #expect(record.events.count == 1)
        var desk = try Desk(settings())
        let id = try desk.take(text)
        #expect(try desk.event(id).disposition == "unparseable")
    }
}
