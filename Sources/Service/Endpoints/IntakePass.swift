import Events
import Formats
import HTTPServer
import Mapping
import Settings
import Storage
import Synchronization

/// Counts the configurations that the entrance has had: what was found out about a sender under one holds under no other.
final class IntakeAge: Sendable {
    private let number = Atomic<UInt64>(0)

    var now: UInt64 { number.load(ordering: .acquiring) }

    func advance() { number.add(1, ordering: .releasing) }
}

/// What a head has shown of the alerts that come with it, so that a sender who sends the same head with each of them is looked up
/// once. It holds as long as the configuration does.
final class IntakePass: HTTPPass {
    enum Kind: Sendable {
        case plain(PlainPass)
        case source(SourcePass)
    }

    let kind: Kind
    private let age: UInt64

    init(_ kind: Kind, age: UInt64) {
        self.kind = kind
        self.age = age
    }

    func holds(at now: UInt64) -> Bool { age == now }

    func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool {
        switch kind {
        case .plain(let pass): pass.take(body, reply, arrival)
        case .source(let pass): pass.take(body, reply, arrival)
        }
    }
}

/// For `POST /v1/alerts`.
final class PlainPass: ReceiptDesk {
    /// What the records of these alerts have in common.
    let frame: AlertFrame
    let isCompressed: Bool
    /// Why no alert with this head is taken, whatever the body.
    let refusal: (reason: String, answer: HTTPResponse)?
    private let intake: AlertIntake

    init(_ head: HTTPHead, _ peer: HTTPPeer, _ intake: AlertIntake) {
        self.intake = intake
        let deliveryID = head.value(of: "Idempotency-Key")
        refusal = AlertIntake.refusal(head, deliveryID)
        isCompressed = BodyInflater.concerns(head)
        frame = AlertFrame(
            AlertRecord(
                receipt: Identifier(high: 0, low: 0), receivedAt: Instant(milliseconds: 0), source: "api",
                peer: peer.host, deliveryID: deliveryID, body: []))
    }

    func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool {
        guard refusal == nil, !isCompressed, PlainAlerts.isSurelyOne(body) else { return false }
        intake.keep(self, body, reply, arrival)
        return true
    }

    func answer(_ reply: HTTPReply, _ receipt: Identifier, _ failure: JournalError?) {
        intake.answer(reply, receipt, failure)
    }
}

/// For a named source.
final class SourcePass: ReceiptDesk {
    let source: OpenSource
    /// Asks for proofs that take more than the head.
    let gate: SourceGate
    let isProbe: Bool
    let isCompressed: Bool
    /// What is not known before the body is empty.
    private let record: AlertRecord
    /// What the records of these alerts have in common.
    let frame: AlertFrame
    /// Whether the head lets the alert in, and nothing else of the request is looked at before it is kept.
    let isEnough: Bool
    private let intake: SourceIntake

    init(_ source: OpenSource, _ gate: SourceGate, isProbe: Bool, _ intake: SourceIntake) {
        self.intake = intake
        self.source = source
        self.gate = gate
        self.isProbe = isProbe
        isCompressed = BodyInflater.concerns(gate.head)
        var record = AlertRecord(
            receipt: Identifier(high: 0, low: 0), receivedAt: Instant(milliseconds: 0), source: source.settings.name,
            peer: gate.peer.host, deliveryID: nil, body: [])
        record.headers = source.kept(gate.head)
        record.query = gate.head.rawQuery
        self.record = record
        frame = AlertFrame(record)
        isEnough =
            !isProbe && gate.isShownByHead && !isCompressed && source.keepsNoSecret
            && !source.settings.answers.rejectsMalformed
    }

    /// The record of an alert, to be looked at before it is kept.
    func record(_ receipt: Identifier, at time: Instant, body: [UInt8]) -> AlertRecord {
        var record = record
        record.receipt = receipt
        record.receivedAt = time
        record.body = body
        return record
    }

    func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool {
        guard isEnough else { return false }
        intake.accept(self, body, reply, arrival)
        return true
    }

    func answer(_ reply: HTTPReply, _ receipt: Identifier, _ failure: JournalError?) {
        intake.answer(reply, receipt, source.settings.answers, failure)
    }
}
