import Events
import Formats
import HTTPServer
import Mapping
import Platform
import Storage

/// `POST /v1/alerts`: read, checked, journaled, and only then answered.
struct AlertIntake: Sendable {
    /// An `Idempotency-Key` longer than this is refused.
    private static let maxDeliveryIDBytes = 256
    /// The answers to single alerts, by their status from 200 on.
    private static let receipts = (200...299).map { status in
        HTTPForm(
            status: status, headers: [("Content-Type", "application/json")], before: #"{"accepted":1,"ids":[""#,
            after: #""]}"#)
    }

    let journal: JournalRunner
    let counters: Counters
    let random: any RandomSource

    /// Why no alert with this head is taken, whatever the body.
    static func refusal(_ head: HTTPHead, _ deliveryID: String?) -> (reason: String, answer: HTTPResponse)? {
        if let deliveryID, deliveryID.utf8.count > maxDeliveryIDBytes {
            return (
                "delivery-id",
                .problem(status: 400, detail: "the Idempotency-Key is longer than \(maxDeliveryIDBytes) bytes")
            )
        }
        if let type = head.value(of: "Content-Type"), !takes(type) {
            return (
                "content-type",
                .problem(status: 415, detail: "the Content-Type '\(type)' is not taken; send application/json")
            )
        }
        return nil
    }

    /// Checks an alert and puts it down for the journal; the caller has the journal write once it has handed in all that
    /// it has.
    func accept(_ pass: PlainPass, _ exchange: HTTPExchange, _ arrival: HTTPArrival) {
        if let (reason, answer) = pass.refusal { return refuse(exchange, reason, answer) }
        let body = exchange.request.body
        do {
            // Nothing is to be said of a single alert of the usual form.
            let alerts = PlainAlerts.isSurelyOne(body.span) ? nil : try PlainAlerts(parsing: body)
            let receipt = random.identifier(at: arrival.time)
            let alert = EncodedAlert(receipt, pass.frame, body.span)
            let told = alerts.flatMap { AlertIntake.answer(receipt, $0) }
            let awaited = (alerts?.alerts.count ?? 1, arrival.nanoseconds)
            let submission = JournalRunner.Submission(alert: alert, awaited: awaited) { failure in
                guard failure == nil, let told else { return answer(exchange, receipt, failure) }
                exchange.respond(told)
            }
            if !journal.enqueue(submission) { refuseOverload(exchange) }
        } catch {
            refuse(exchange, AlertIntake.reason(error), AlertIntake.problem(error))
        }
    }

    /// Puts down a body that is surely a single alert of which there is nothing to say.
    func keep(_ pass: PlainPass, _ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) {
        let receipt = random.identifier(at: arrival.time)
        let isTaken = journal.enqueue(pass.frame, receipt, body, reply, since: arrival.nanoseconds, desk: pass)
        if !isTaken { refuseOverload(reply) }
    }

    /// Answers once a single alert is on disk, or cannot be.
    func answer(_ sender: some HTTPAnswering, _ receipt: Identifier, _ failure: JournalError?) {
        guard let failure else { return sender.respond(AlertIntake.receipt(status: 200), receipt) }
        refuse(sender, "journal", AlertIntake.unavailable(failure.description, isFull: AlertIntake.isFull(failure)))
    }

    private func refuseOverload(_ sender: some HTTPAnswering) {
        let reason = journal.failed ?? journal.obstructed ?? "too many alerts wait"
        refuse(sender, "overload", AlertIntake.unavailable(reason, isFull: false))
    }

    private func refuse(_ sender: some HTTPAnswering, _ reason: String, _ response: HTTPResponse) {
        counters.rejected(reason)
        sender.respond(response)
    }

    /// Senders that leave the type to their library say all sorts of things; what is surely no JSON is refused.
    private static func takes(_ type: String) -> Bool {
        let essence = type.prefix { $0 != ";" }.trimmed.lowercased()
        return essence.hasSuffix("json") || essence == "text/plain" || essence == "application/octet-stream"
            || essence == "application/x-www-form-urlencoded"
    }

    /// What there is to say of them; nil where that is the receipt alone.
    private static func answer(_ receipt: Identifier, _ alerts: PlainAlerts) -> HTTPResponse? {
        if alerts.alerts.count == 1, alerts.warnings.isEmpty { return nil }
        var members: [(String, JSON)] = [
            ("accepted", .integer(alerts.alerts.count)),
            ("ids", .array(alerts.alerts.indices.map { .string(receipt.derived($0).description) })),
        ]
        if !alerts.warnings.isEmpty { members.append(("warnings", .array(alerts.warnings.map { .string($0) }))) }
        return .json(200, .members(members))
    }

    /// The answer to a single alert. `status`: from 200 to 299.
    static func receipt(status: Int) -> HTTPForm { receipts[status - 200] }

    private static func reason(_ fault: PlainFault) -> String {
        switch fault {
        case .notJSON: "not-json"
        case .wrongShape: "wrong-shape"
        }
    }

    private static func problem(_ fault: PlainFault) -> HTTPResponse {
        switch fault {
        case .notJSON(let offset, let what):
            .problem(
                status: 400, title: "The body is not JSON", detail: "byte \(offset): \(what)",
                extra: [JSON.Member("offset", .integer(offset))])
        case .wrongShape(let pointer, let what):
            .problem(
                status: 422, title: "The alert has the wrong shape",
                detail: "\(pointer.isEmpty ? "the body" : pointer): \(what)",
                extra: [JSON.Member("pointer", .string(pointer))])
        }
    }

    static func isFull(_ error: JournalError) -> Bool {
        if case .notWritten(let cause) = error { return cause.isOutOfSpace }
        return false
    }

    private static func unavailable(_ detail: String, isFull: Bool) -> HTTPResponse {
        var response = HTTPResponse.problem(status: isFull ? 507 : 503, detail: detail)
        response.headers.append(("Retry-After", "10"))
        return response
    }
}
