import Events
import Formats
import HTTPServer
import Storage

/// `POST /v1/dead/{id}/retry|drop` and `POST /v1/events/{id}/retry`: what people decide about orders that were given up. The
/// decider does it, since it owns the outbox; the answer comes once that is durable.
struct DeadLetterDesk: Sendable {
    private let post: @Sendable (DeciderStation.Message) -> Void

    init(post: @escaping @Sendable (DeciderStation.Message) -> Void) { self.post = post }

    /// What `/v1/dead/{id}/{verb}` asks for; nil where that is nothing.
    static func request(id: String, verb: String) -> DeadLetterRequest? {
        guard let number = Int64(id), number > 0 else { return nil }
        switch verb {
        case "retry": return .retry(number)
        case "drop": return .drop(number)
        default: return nil
        }
    }

    func tend(id: String, verb: String, _ exchange: HTTPExchange) {
        guard let request = DeadLetterDesk.request(id: id, verb: verb) else {
            return exchange.respond(
                .problem(status: 400, detail: "'\(id)' is no number of a dead letter; GET /v1/dead lists them"))
        }
        ask(request, exchange)
    }

    func retry(event id: String, _ exchange: HTTPExchange) {
        guard let event = Identifier(id) else { return exchange.respond(HistoryPages.notAnID(id)) }
        ask(.retryEvent(event), exchange)
    }

    private func ask(_ request: DeadLetterRequest, _ exchange: HTTPExchange) {
        post(.deadLetter(request) { answer in exchange.respond(DeadLetterDesk.response(answer, request)) })
    }

    private static func response(_ answer: DeadLetterAnswer, _ request: DeadLetterRequest) -> HTTPResponse {
        switch (answer, request) {
        case (.done(let count), .drop): .json(200, ["dropped": .integer(count)])
        case (.done(let count), _): .json(200, ["retried": .integer(count)])
        case (.unknown, .retry(let number)), (.unknown, .drop(let number)):
            .problem(status: 404, detail: "there is no dead letter \(number); GET /v1/dead lists them")
        case (.unknown, .retryEvent(let event)):
            .problem(status: 404, detail: "no event \(event): it was never accepted, or is older than the history")
        case (.nothingToDo(let state, let disposition), _):
            .problem(
                status: 409,
                detail: "nothing of the event waits to be delivered: it is \(state), its disposition \(disposition)")
        case (.stopping, _): .problem(status: 503, detail: "the service stops; ask again when it is back")
        }
    }
}

extension HistoryPages {
    /// A page of dead letters, the latest first.
    func deadLetters(_ query: [HTTPTarget.QueryItem], _ whose: Operator) throws -> HTTPResponse {
        var limit = 100
        var cursor: DeadLetterCursor?
        for item in query where !item.value.isEmpty {
            switch item.name {
            case "limit":
                guard let asked = HistoryPages.limit(item) else { return HistoryPages.badLimit(item) }
                limit = asked
            case "cursor":
                cursor = DeadLetterCursor(item.value)
                guard cursor != nil else { return HistoryPages.badCursor(item) }
            default:
                return HistoryPages.badParameter(item, "only limit and cursor are known")
            }
        }
        let (letters, next) = try history.deadLetters(limit: limit, after: cursor, tenants: whose.tenants)
        let count = try whose.tenants.map { try history.deadLetterCount(of: $0) } ?? history.deadLetterCount()
        return .json(
            200,
            [
                "count": .integer(count),
                "next": .text(next?.text),
                "dead": .array(
                    letters.map { letter in
                        [
                            "id": .string("\(letter.row)"), "event": .string(letter.event.description),
                            "lane": .string(letter.lane), "kind": .string(letter.action.kind.rawValue),
                            "subject": .string(letter.action.draft.subject),
                            "org": .string(letter.action.draft.company.orgID),
                            "agent": .string(letter.action.draft.agent), "reason": .string(letter.reason),
                            "tries": .integer(letter.tries), "createdAt": .string(letter.created.description),
                            "diedAt": .string(letter.died.description), "mayBeDone": .bool(letter.mayBeDone),
                        ]
                    }),
            ])
    }

    private func sees(_ event: Identifier, _ whose: Operator) throws -> Bool {
        guard let event = try history.event(event) else { return false }
        return whose.sees(event.tenant)
    }

    /// Nil where the dead letter, or the event, is one that he may tend.
    func refusal(deadLetter id: String, _ whose: Operator) throws -> HTTPResponse? {
        guard let number = Int64(id), let letter = try history.deadLetter(number), try !sees(letter.event, whose) else {
            return nil
        }
        return HistoryPages.unknown("dead letter", id)
    }

    /// Nil where the event is one that he may tend.
    func refusal(event id: String, _ whose: Operator) throws -> HTTPResponse? {
        guard let event = Identifier(id), try !sees(event, whose) else { return nil }
        return HistoryPages.unknown("event", id)
    }
}
