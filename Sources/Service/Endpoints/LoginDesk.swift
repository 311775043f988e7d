import Formats
import HTTPServer
import Platform
import Settings

/// Where people say who they are: `/login` and `/logout`, and the door to everything that is theirs alone.
struct LoginDesk: Sendable {
    /// Bytes of what is sent to `/login`.
    private static let bodyLimit = 4096
    /// Tries of one address.
    private static let pace = RateLimit(count: 10, seconds: 60)

    private let access: Guarded<Access>
    private let sessions: Sessions
    private let limiter = RateLimiter(LoginDesk.pace)
    private let clock: any Clock
    private let log: Log

    init(access: Guarded<Access>, clock: any Clock, random: any RandomSource, log: Log) {
        self.access = access
        self.clock = clock
        self.log = log
        sessions = Sessions(clock: clock, random: random)
    }

    /// Who asks, or the answer that turns him away.
    func enter(_ head: HTTPHead, _ peer: HTTPPeer) -> Access.Entry {
        access.with { $0 }.enter(head, peer, sessions)
    }

    /// Nil where the page may be asked for. `needsAll`: it tells of more than some tenants; `changes`: it changes something.
    func refusal(_ head: HTTPHead, _ peer: HTTPPeer, changes: Bool, needsAll: Bool) -> HTTPResponse? {
        switch enter(head, peer) {
        case .refused(let answer): return answer
        case .may(let whose, let byCookie):
            if changes, whose.isReadOnly {
                return .problem(status: 403, detail: "the token '\(whose.name)' may only look: ReadOnly=Y")
            }
            if needsAll, whose.tenants != nil {
                return .problem(
                    status: 403,
                    detail: "the token '\(whose.name)' is good for some tenants alone, and this is about all")
            }
            return changes ? Access.refusesOrigin(head, byCookie: byCookie) : nil
        }
    }

    /// Nil where somebody may try to log in.
    func refusesLogin(_ head: HTTPHead, _ peer: HTTPPeer) -> HTTPResponse? {
        guard head.hasMethod("POST") else { return nil }
        if case .length(let length) = head.framing, length > LoginDesk.bodyLimit {
            return .problem(status: 413, detail: "a token is shorter than \(LoginDesk.bodyLimit) bytes")
        }
        if let refusal = Access.refusesOrigin(head, byCookie: false) { return refusal }
        guard let busy = limiter.refusal(peer, at: clock.monotonicNanoseconds) else { return nil }
        var response = HTTPResponse.problem(status: 429, detail: "too many tries to log in; wait a minute")
        response.headers += busy.headers.filter { $0.0 == "Retry-After" }
        return response
    }

    /// `POST /login` with a token opens a session, `GET /login` says who one is.
    func login(_ exchange: HTTPExchange) {
        let request = exchange.request
        guard request.head.hasMethod("POST") else {
            return exchange.respond(whoAsks(request))
        }
        guard request.body.count <= LoginDesk.bodyLimit, let token = LoginDesk.token(in: request) else {
            return exchange.respond(
                .problem(status: 400, detail: "send {\"token\":\"…\"} as JSON, or token=… as a form"))
        }
        guard let whose = access.with({ $0 }).whose(Array(token.utf8)) else {
            log.warning("a login was refused", ["peer": request.peer.host])
            return exchange.respond(Access.unauthorized("an AdminToken"))
        }
        log.info("somebody has logged in", ["as": whose.name, "peer": request.peer.host])
        var response = LoginDesk.introduction(whose, asks: true)
        response.headers.append(sessions.open(Array(token.utf8), isSecure: request.peer.isSecure))
        exchange.respond(response)
    }

    /// `POST /logout`.
    func logout(_ exchange: HTTPExchange) {
        let request = exchange.request
        let header = sessions.close(request.head, isSecure: request.peer.isSecure)
        exchange.respond(HTTPResponse(status: 204, headers: [header, ("Cache-Control", "no-store")]))
    }

    /// That somebody is not known yet is no error: his page asks before it knows whether there is anything to log in to.
    private func whoAsks(_ request: HTTPRequest) -> HTTPResponse {
        let hasLogin = access.with { $0 }.asksForToken
        switch enter(request.head, request.peer) {
        case .may(let whose, _): return LoginDesk.introduction(whose, asks: hasLogin)
        case .refused:
            let reason =
                hasLogin ? "log in with an AdminToken" : "no AdminToken is configured, so only this machine may look"
            return LoginDesk.fresh(
                .json(200, ["name": .null, "hasLogin": .bool(hasLogin), "reason": .string(reason)]))
        }
    }

    private static func introduction(_ whose: Operator, asks: Bool) -> HTTPResponse {
        fresh(
            .json(
                200,
                [
                    "name": .string(whose.name), "readOnly": .bool(whose.isReadOnly),
                    "tenants": whose.tenants.map { .array($0.sorted().map { .string($0) }) } ?? .null,
                    "hasLogin": .bool(asks),
                ]))
    }

    private static func fresh(_ given: HTTPResponse) -> HTTPResponse {
        var response = given
        response.headers.append(("Cache-Control", "no-store"))
        return response
    }

    private static func token(in request: HTTPRequest) -> String? {
        let type = (request.header("Content-Type") ?? "").prefix { $0 != ";" }.trimmed.lowercased()
        if type == "application/x-www-form-urlencoded" {
            return HTTPTarget.items(of: request.body[...]).first { $0.name == "token" }?.value
        }
        // What is no JSON has no token in it either.
        return JSON(ifValid: request.body)?["token"]?.string
    }
}
