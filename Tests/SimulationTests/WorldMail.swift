import Events
import Formats
import Service
import Storage
import TestSupport
import Vendors

@testable import Sandbox

/// The mail server of the world, to which tickets go that the PSA does not take, and the lane to it.
struct MailWorld {
    var lane = MailLaneStation(isConfigured: true)
    var toLane: [MailLaneStation.Message] = []
    /// Mails on their way.
    var calls: [MailLaneStation.Key] = []
    /// What the keys stand for.
    var orders: [MailLaneStation.Key: OutgoingMail] = [:]
    /// The mails that the server has taken; they survive whatever happens to the service.
    var taken: [OutgoingMail] = []

    static let mark = "[possible duplicate]"
}

extension World {
    /// Tickets go to the mail lane; messages to people stay in the outbox of this world.
    mutating func mail(_ order: MailLaneStation.Order) {
        guard case .ticket = order.key else { return }
        mail.orders[order.key] = order.mail
        mail.toLane.append(.deliver(order))
    }

    mutating func moveMailLane() {
        let message = mail.toLane.removeFirst()
        for effect in mail.lane.handle(message, now: now) {
            switch effect {
            case .declareIntent(let key): toDecider.append(.mailIntent(key))
            case .report(let key, let report): toDecider.append(.mailReport(key, report))
            case .send(let key, _): mail.calls.append(key)
            }
        }
    }

    /// A mail arrives, or does not, and what the lane hears of it may be wrong in the ways of a network.
    mutating func moveMail() throws {
        let key = mail.calls.remove(at: random.pick(0...mail.calls.count - 1))
        guard case .ticket(_, let row) = key, let order = try ledger.order(row), order.sends > 0 else {
            violations.append("a mail went out without a durable intent")
            return
        }
        let fate = faultsLeft > 0 ? random.pick(0...9) : 0
        if (1...4).contains(fate) { faultsLeft -= 1 }
        let outcome: VendorOutcome
        switch fate {
        case 1: outcome = .notSent(reason: "no route")
        case 2: outcome = .reply(VendorReply(status: 451, body: []))
        case 3: outcome = .ambiguous(reason: "reset before it arrived")
        case 4:
            take(key)
            outcome = .ambiguous(reason: "reset after it arrived")
        default:
            take(key)
            outcome = .reply(VendorReply(status: 250, body: []))
        }
        mail.toLane.append(.outcome(key, outcome))
    }

    private mutating func take(_ key: MailLaneStation.Key) {
        guard let mail = mail.orders[key] else { return }
        self.mail.taken.append(mail)
        dangers[mail.subject.hasSuffix(MailWorld.mark) ? "marked mail" : "mail", default: 0] += 1
    }

    /// The program ends: what was on its way arrives or not.
    mutating func killMail() {
        for key in mail.calls where random.oneIn(2) { take(key) }
        if !mail.calls.isEmpty { dangers["killed during a mail", default: 0] += 1 }
        mail.calls = []
        mail.toLane = []
        mail.lane = MailLaneStation(isConfigured: true)
    }

    /// A ticket is made, or mailed once; both only where the mail says so.
    mutating func examineMails(_ events: [HistoryEvent]) {
        let marked = Set(mail.taken.filter { $0.subject.hasSuffix(MailWorld.mark) }.map(\.id))
        let plain = Dictionary(grouping: mail.taken.filter { !$0.subject.hasSuffix(MailWorld.mark) }, by: \.id)
        let made = Set(psa.tickets.compactMap(\.externalRef))
        for (event, mails) in plain {
            if mails.count > 1 { violations.append("event \(event) was mailed \(mails.count) times") }
            if made.contains(event) { violations.append("event \(event) has a ticket and was mailed") }
        }
        for event in events where event.disposition == Disposition.deliveredByEmail.rawValue {
            let id = event.origin.id.description
            if plain[id] == nil, !marked.contains(id) { violations.append("event \(id) is mailed and has no mail") }
        }
    }
}
