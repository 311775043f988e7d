import Events
import Formats
import HTTPServer
import Mapping
import Platform
import Settings
import Storage

/// `/v1/alerts/{source}`: authenticated, journaled raw, answered. What the request means is found out afterwards.
final class SourceIntake: Sendable {
    private let table = Guarded<OpenSources?>(nil)
    private let journal: JournalRunner
    private let counters: Counters
    private let clock: any Clock
    private let random: any RandomSource
    private let inflater: BodyInflater
    private let certificates: SNSCertificates
    /// Calls an address of Amazon's that confirms a subscription.
    private let confirm: @Sendable (_ url: String, _ topic: String) -> Void

    init(
        journal: JournalRunner, counters: Counters, clock: any Clock, random: any RandomSource,
        inflater: BodyInflater, certificates: SNSCertificates,
        confirm: @escaping @Sendable (_ url: String, _ topic: String) -> Void,
        sources: [String: SourceSettings]?
    ) {
        self.journal = journal
        self.counters = counters
        self.clock = clock
        self.random = random
        self.inflater = inflater
        self.certificates = certificates
        self.confirm = confirm
        if let sources { take(sources) }
    }

    /// From now on these sources are open.
    func take(_ sources: [String: SourceSettings]) {
        let open = OpenSources(sources)
        table.with { $0 = open }
    }

    /// Nil where the body may come, else the answer that turns the request away.
    func admit(
        _ name: ArraySlice<UInt8>, token: ArraySlice<UInt8>?, _ head: HTTPHead, _ peer: HTTPPeer
    ) -> HTTPResponse? {
        guard let open = table.with({ $0 }) else {
            return SourceIntake.unavailable(503, "there is no sound configuration yet")
        }
        guard let source = open[name] else {
            let name = String(decoding: name, as: UTF8.self)
            return .problem(
                status: 404, detail: "there is no source '\(name)'; it is open once [SOURCE \(name)] is configured")
        }
        if SourceIntake.isProbe(head, source.settings) { return nil }
        let gate = SourceGate(source: source, head: head, peer: peer, pathToken: token)
        guard gate.refusesHead else { return nil }
        counters.rejected("unauthorized")
        return gate.unauthorized()
    }

    /// Takes a request as far as the journal; the caller has the journal write once it has handed in all that it has.
    func accept(
        _ name: ArraySlice<UInt8>, token: ArraySlice<UInt8>?, _ exchange: HTTPExchange, _ arrival: Arrival
    ) {
        guard let source = table.with({ $0?[name] }) else {
            let name = String(decoding: name, as: UTF8.self)
            return exchange.respond(.problem(status: 404, detail: "there is no source '\(name)'"))
        }
        let head = exchange.request.head
        if SourceIntake.isProbe(head, source.settings) {
            return exchange.respond(SourceIntake.probeAnswer(head))
        }
        var record = AlertRecord(
            receipt: random.identifier(at: arrival.time), receivedAt: arrival.time, source: source.settings.name,
            peer: exchange.request.peer.host, deliveryID: nil, body: exchange.request.body)
        record.headers = source.kept(head)
        record.query = head.rawQuery
        let gate = SourceGate(source: source, head: head, peer: exchange.request.peer, pathToken: token)
        switch gate.check(record, now: arrival.time) {
        case .allowed where BodyInflater.concerns(head):
            // Signatures are over what was sent; everything after that is about what it holds.
            inflater.inflate(exchange) { [self, record] exchange, isLater in
                var inflated = record
                inflated.body = exchange.request.body
                take(inflated, source, exchange, arrival, nil)
                if isLater { journal.writeHere() }
            }
        case .allowed: take(record, source, exchange, arrival, nil)
        case .refused: refuse(exchange, "unauthorized", gate.unauthorized())
        case .signedByTopic(let message):
            certificates.verify(message) { [self, record] isSigned in
                guard isSigned else { return refuse(exchange, "unauthorized", gate.unauthorized()) }
                take(record, source, exchange, arrival, message)
                journal.writeHere()
            }
        }
    }

    private func take(
        _ record: consuming AlertRecord, _ source: OpenSource, _ exchange: HTTPExchange, _ arrival: Arrival,
        _ message: SNSMessage?
    ) {
        let answers = source.settings.answers
        if answers.rejectsMalformed, let reason = SourceIntake.fault(of: record, source.settings) {
            let answer = HTTPResponse.problem(
                status: answers.reject, title: "The request cannot be read", detail: reason)
            return refuse(exchange, "malformed", answer)
        }
        if !source.keepsNoSecret {
            record.body = Redaction.body(record.body, source.settings)
            record.query = Redaction.query(record.query, source.settings)
        }
        let answer = AlertIntake.answer(record.receipt, status: answers.success)
        let submission = JournalRunner.Submission(alert: record) { [self] failure in
            if let failure {
                let isFull = AlertIntake.isFull(failure)
                return refuse(
                    exchange, "journal",
                    SourceIntake.unavailable(isFull ? 507 : answers.overload, failure.description))
            }
            counters.accepted(1, nanoseconds: clock.monotonicNanoseconds - arrival.nanoseconds)
            exchange.respond(answer)
            if let message, let url = message.subscribeURL { confirm(url, message.topic) }
        }
        if !journal.enqueue(consume submission) {
            refuse(
                exchange, "overload",
                SourceIntake.unavailable(
                    answers.overload, journal.failed ?? journal.obstructed ?? "too many alerts wait"))
        }
    }

    private func refuse(_ exchange: HTTPExchange, _ reason: String, _ response: HTTPResponse) {
        counters.rejected(reason)
        exchange.respond(response)
    }

    // MARK: What belongs to a request

    /// Why a request is none of its source's kind; nil where it is.
    private static func fault(of record: AlertRecord, _ source: SourceSettings) -> String? {
        if let mail = source.mail { return mail.relay.refusal(of: record) }
        do {
            _ = try BodyDecoder.document(of: record, source.decoding)
            return nil
        } catch {
            return error.description
        }
    }

    /// A look whether anybody is there, and the handshake of CloudEvents; a source that reads queries takes GET as an alert.
    private static func isProbe(_ head: HTTPHead, _ source: SourceSettings) -> Bool {
        if head.hasMethod("POST") { return false }
        switch head.method {
        case "HEAD", "OPTIONS": return true
        case "GET":
            let reads = source.decoding.steps.first?.formats.contains(.query) ?? false
            return !reads || head.target.rawQuery.isEmpty
        default: return false
        }
    }

    private static func probeAnswer(_ head: HTTPHead) -> HTTPResponse {
        var response = HTTPResponse.json(200, ["status": "ok"])
        guard head.method == "OPTIONS" else { return response }
        response.headers.append(("Allow", "POST, PUT, GET, HEAD, OPTIONS"))
        if let origin = head.value(of: "WebHook-Request-Origin") {
            response.headers.append(("WebHook-Allowed-Origin", origin))
            response.headers.append(("WebHook-Allowed-Rate", head.value(of: "WebHook-Request-Rate") ?? "*"))
        }
        return response
    }

    private static func unavailable(_ status: Int, _ detail: String) -> HTTPResponse {
        var response = HTTPResponse.problem(status: status, detail: detail)
        response.headers.append(("Retry-After", "10"))
        return response
    }
}
