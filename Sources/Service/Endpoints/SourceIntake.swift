import Events
import Formats
import HTTPServer
import Mapping
import Platform
import Settings
import Storage

/// `/v1/alerts/{source}`: authenticated, journaled raw, answered. What the request means is found out afterwards.
final class SourceIntake: Sendable {
    /// Goes on with every configuration, once its sources are open.
    let age = IntakeAge()
    private let table = Guarded<OpenSources?>(nil)
    private let journal: JournalRunner
    private let counters: Counters
    private let random: any RandomSource
    private let inflater: BodyInflater
    private let certificates: SNSCertificates
    /// Calls an address of Amazon's that confirms a subscription.
    private let confirm: @Sendable (_ url: String, _ topic: String) -> Void

    init(
        journal: JournalRunner, counters: Counters, random: any RandomSource,
        inflater: BodyInflater, certificates: SNSCertificates,
        confirm: @escaping @Sendable (_ url: String, _ topic: String) -> Void,
        sources: [String: SourceSettings]?
    ) {
        self.journal = journal
        self.counters = counters
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
        age.advance()
    }

    /// Lets the body come, or gives the answer that turns the request away.
    func admit(
        _ name: ArraySlice<UInt8>, token: ArraySlice<UInt8>?, _ head: HTTPHead, _ peer: HTTPPeer
    ) -> Admission {
        guard let open = table.with({ $0 }) else {
            return .refused(SourceIntake.unavailable(503, "there is no sound configuration yet"))
        }
        guard let source = open[name] else {
            let name = String(decoding: name, as: UTF8.self)
            return .refused(
                .problem(
                    status: 404, detail: "there is no source '\(name)'; it is open once [SOURCE \(name)] is configured")
            )
        }
        let gate = SourceGate(source: source, head: head, peer: peer, pathToken: token)
        let isProbe = SourceIntake.isProbe(head, source.settings)
        guard isProbe || !gate.refusesHead else {
            counters.rejected("unauthorized")
            return .refused(gate.unauthorized())
        }
        return .admitted(SourcePass(source, gate, isProbe: isProbe, self))
    }

    /// What came of the question whether a request may send its body.
    enum Admission {
        case admitted(SourcePass)
        case refused(HTTPResponse)
    }

    /// Takes a request as far as the journal; the caller has the journal write once it has handed in all that it has.
    func accept(_ pass: SourcePass, _ exchange: HTTPExchange, _ arrival: HTTPArrival) {
        if pass.isProbe { return exchange.respond(SourceIntake.probeAnswer(exchange.request.head)) }
        let (receipt, body) = (random.identifier(at: arrival.time), exchange.request.body)
        if pass.isEnough {
            let alert = EncodedAlert(receipt, pass.frame, body.span)
            return submit(alert, receipt, pass.source.settings.answers, exchange, arrival)
        }
        let record = pass.record(receipt, at: arrival.time, body: body)
        switch pass.gate.check(record, now: arrival.time) {
        case .allowed where pass.isCompressed:
            // Signatures are over what was sent; everything after that is about what it holds.
            inflater.inflate(exchange) { [self] exchange, isLater in
                var inflated = record
                inflated.body = exchange.request.body
                take(inflated, pass.source, exchange, arrival)
                if isLater { journal.writeHere() }
            }
        case .allowed: take(record, pass.source, exchange, arrival)
        case .refused: refuse(exchange, "unauthorized", pass.gate.unauthorized())
        case .signedByTopic(let message):
            certificates.verify(message) { [self] isSigned in
                guard isSigned else { return refuse(exchange, "unauthorized", pass.gate.unauthorized()) }
                take(record, pass.source, exchange, arrival) { [confirm] in
                    if let url = message.subscribeURL { confirm(url, message.topic) }
                }
                journal.writeHere()
            }
        }
    }

    /// Takes an alert of which nothing has to be looked at.
    func accept(_ pass: SourcePass, _ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) {
        let receipt = random.identifier(at: arrival.time)
        let isTaken = journal.enqueue(pass.frame, receipt, body, reply, since: arrival.nanoseconds, desk: pass)
        if !isTaken { refuseOverload(reply, pass.source.settings.answers) }
    }

    /// Answers once the alert is on disk, or cannot be.
    func answer(
        _ sender: some HTTPAnswering, _ receipt: Identifier, _ answers: SourceSettings.Answers, _ failure: JournalError?
    ) {
        guard let failure else { return sender.respond(AlertIntake.receipt(status: answers.success), receipt) }
        let status = AlertIntake.isFull(failure) ? 507 : answers.overload
        refuse(sender, "journal", SourceIntake.unavailable(status, failure.description))
    }

    /// Takes an alert after a look at it; what its source holds secret is not kept.
    private func take(
        _ record: AlertRecord, _ source: OpenSource, _ exchange: HTTPExchange, _ arrival: HTTPArrival,
        then: (@Sendable () -> Void)? = nil
    ) {
        let answers = source.settings.answers
        if answers.rejectsMalformed, let reason = SourceIntake.fault(of: record, source.settings) {
            let answer = HTTPResponse.problem(
                status: answers.reject, title: "The request cannot be read", detail: reason)
            return refuse(exchange, "malformed", answer)
        }
        var kept = record
        if !source.keepsNoSecret {
            kept.body = Redaction.body(record.body, source.settings)
            kept.query = Redaction.query(record.query, source.settings)
        }
        submit(EncodedAlert(kept), record.receipt, answers, exchange, arrival, then: then)
    }

    /// `then` follows the answer to an alert that is on disk.
    private func submit(
        _ alert: EncodedAlert, _ receipt: Identifier, _ answers: SourceSettings.Answers,
        _ exchange: HTTPExchange, _ arrival: HTTPArrival, then: (@Sendable () -> Void)? = nil
    ) {
        let submission = JournalRunner.Submission(alert: alert, awaited: (1, arrival.nanoseconds)) { [self] failure in
            answer(exchange, receipt, answers, failure)
            if failure == nil { then?() }
        }
        if !journal.enqueue(submission) { refuseOverload(exchange, answers) }
    }

    private func refuseOverload(_ sender: some HTTPAnswering, _ answers: SourceSettings.Answers) {
        let reason = journal.failed ?? journal.obstructed ?? "too many alerts wait"
        refuse(sender, "overload", SourceIntake.unavailable(answers.overload, reason))
    }

    private func refuse(_ exchange: some HTTPAnswering, _ reason: String, _ response: HTTPResponse) {
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
