import Events
import Testing
import Vendors

@Suite("The lane to a mail server")
struct MailLaneTests {
    private var lane = MailLaneStation(isConfigured: true)
    private var now = Instant(milliseconds: 1_772_529_300_000)

    private func order(_ row: Int64, ticket: Bool = true, isAmbiguous: Bool = false) -> MailLaneStation.Order {
        MailLaneStation.Order(
            key: ticket ? .ticket(lane: "", row: row) : .message(row: row),
            mail: OutgoingMail(id: "\(row)", from: "i@m.example", to: ["h@p.example"], subject: "s", text: "t"),
            sendsOnce: ticket, isAmbiguous: isAmbiguous)
    }

    private func status(_ status: Int, _ line: String = "") -> VendorOutcome {
        .reply(VendorReply(status: status, body: Array(line.utf8)))
    }

    /// Delivers an order with this outcome, and gives the report.
    private mutating func deliver(_ order: MailLaneStation.Order, _ outcome: VendorOutcome) -> DeliveryReport? {
        var effects = lane.handle(.deliver(order), now: now)
        if case .declareIntent(let key)? = effects.first {
            effects = lane.handle(.intentIsDurable(key), now: now)
            guard case .send? = effects.first else { return report(effects) }
            effects = lane.handle(.outcome(key, outcome), now: now)
        }
        return report(effects)
    }

    private func report(_ effects: [MailLaneStation.Effect]) -> DeliveryReport? {
        for case .report(_, let report) in effects { return report }
        return nil
    }

    @Test("nothing is handed over before the intent is durable")
    mutating func intent() {
        let first = lane.handle(.deliver(order(1)), now: now)
        #expect(first == [.declareIntent(.ticket(lane: "", row: 1))])
        let second = lane.handle(.intentIsDurable(.ticket(lane: "", row: 1)), now: now)
        guard case .send(.ticket(lane: "", row: 1), let call)? = second.first else {
            Issue.record("it was not sent")
            return
        }
        #expect(call.recipients == ["h@p.example"] && call.from == "i@m.example")
        // Said twice, it is not sent twice.
        #expect(lane.handle(.intentIsDurable(.ticket(lane: "", row: 1)), now: now).isEmpty)
        #expect(
            lane.handle(.outcome(.ticket(lane: "", row: 1), status(250)), now: now) == [
                .report(.ticket(lane: "", row: 1), .mailed(remarks: []))
            ])
        #expect(lane.load == 0)
    }

    @Test("what a server answers means this")
    mutating func meanings() {
        #expect(deliver(order(1), status(250)) == .mailed(remarks: []))
        #expect(
            deliver(order(2), status(550, "550 no such user"))
                == .refused(reason: "the mail server answered 550 no such user"))
        #expect(
            deliver(order(3), status(451, "451 later"))
                == .retry(reason: "the mail server answered 451 later", after: nil))
        #expect(
            deliver(order(4), status(535, "535 bad password"))
                == .retry(reason: "the mail server answered 535 bad password", after: .minutes(5)))
        #expect(
            deliver(order(5), .notSent(reason: "no route")) == .retry(reason: "the mail server: no route", after: nil))
    }

    @Test("a ticket that may have been taken is not sent again, a notice is")
    mutating func ambiguous() {
        #expect(deliver(order(1), .ambiguous(reason: "reset")) == .ambiguous(reason: "reset"))
        #expect(
            deliver(order(1, isAmbiguous: true), status(250)) == .stillAmbiguous(reason: "a mail cannot be looked up"))
        #expect(
            deliver(order(2, ticket: false), .ambiguous(reason: "reset"))
                == .retry(reason: "unclear whether it was taken: reset", after: nil))
    }

    @Test("a server that fails three times is left alone, then tried with one mail, and the pause grows")
    mutating func circuit() {
        for row in 1...3 { _ = deliver(order(Int64(row)), .notSent(reason: "down")) }
        guard case .retry(_, let after)? = deliver(order(4), status(250)) else {
            Issue.record("it was tried")
            return
        }
        #expect(after == .seconds(15))
        now = now + .seconds(15)
        // Of two only one goes out.
        let probe = lane.handle(.deliver(order(5)), now: now)
        #expect(probe == [.declareIntent(.ticket(lane: "", row: 5))])
        #expect(lane.handle(.deliver(order(6)), now: now).isEmpty)
        _ = lane.handle(.intentIsDurable(.ticket(lane: "", row: 5)), now: now)
        let failed = lane.handle(.outcome(.ticket(lane: "", row: 5), .notSent(reason: "down")), now: now)
        guard case .report(.ticket(lane: "", row: 6), .retry(_, let longer))? = failed.last else {
            Issue.record("the second was tried")
            return
        }
        #expect(longer == .seconds(30))
        now = now + .seconds(30)
        #expect(deliver(order(7), status(250)) == .mailed(remarks: []))
        #expect(lane.handle(.deliver(order(8)), now: now).count == 1)
        #expect(lane.handle(.deliver(order(9)), now: now).count == 1)
        #expect(lane.handle(.deliver(order(10)), now: now).isEmpty)
    }

    @Test("without a mail server orders wait, and a mail that no server would take is refused")
    mutating func defects() {
        _ = lane.handle(.server(isConfigured: false), now: now)
        #expect(
            deliver(order(1), status(250))
                == .retry(reason: "no mail server; write [MAIL] URL into ITPSvcCfg.ini", after: .minutes(5)))
        _ = lane.handle(.server(isConfigured: true), now: now)
        var bad = order(2)
        bad.mail.to = ["nobody"]
        #expect(deliver(bad, status(250)) == .refused(reason: "'nobody' is no address"))
    }
}
