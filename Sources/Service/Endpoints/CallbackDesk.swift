import Events
import Formats
import HTTPServer
import Platform

/// `POST /v1/callbacks/{token}`: where an RMM tells that a run has ended. The token names the event and is signed with a key of
/// the service's own, so that nobody can make one up.
struct CallbackDesk: Sendable {
    /// Bytes of a report; what is longer is none.
    private static let bodyLimit = 64 << 10

    private let key: [UInt8]
    private let tell: @Sendable (Identifier, [UInt8], _ isDurable: @escaping @Sendable () -> Void) -> Void

    /// `tell` hands a report on; it calls back once the report is durable.
    init(key: [UInt8], tell: @escaping @Sendable (Identifier, [UInt8], @escaping @Sendable () -> Void) -> Void) {
        self.key = key
        self.tell = tell
    }

    /// The path at which the end of an event's run is told; nil where no token can be signed.
    static func path(of event: Identifier, key: [UInt8]) -> String? {
        token(event, key).map { "/v1/callbacks/\($0)" }
    }

    private static func token(_ event: Identifier, _ key: [UInt8]) -> String? {
        Signatures.hmac(.sha256, key: key, Array("callback \(event)".utf8)).map { signature in
            "\(event).\(signature.map { hex($0) }.joined())"
        }
    }

    /// Nil where the token is one of ours, else the answer that turns it away.
    func refusal(_ token: String) -> HTTPResponse? {
        event(of: token) == nil ? .problem(status: 404, detail: "this is no token of a run") : nil
    }

    private func event(of token: String) -> Identifier? {
        guard let event = token.split(separator: ".").first.flatMap({ Identifier(String($0)) }),
            let own = CallbackDesk.token(event, key)
        else { return nil }
        return SecretComparison.equal(own, token) ? event : nil
    }

    func take(_ token: String, _ exchange: HTTPExchange) {
        guard let event = event(of: token) else { return exchange.respond(.problem(status: 404)) }
        let body = exchange.request.body
        guard body.count <= CallbackDesk.bodyLimit else {
            return exchange.respond(
                .problem(status: 413, detail: "a report has \(CallbackDesk.bodyLimit) bytes at most"))
        }
        tell(event, body) { exchange.respond(.json(202, ["status": "taken"])) }
    }
}
