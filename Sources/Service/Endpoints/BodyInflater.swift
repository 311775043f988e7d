import Dispatch
import Formats
import HTTPServer
import Platform

/// Takes compressed bodies apart before anybody reads them: small ones at once, large ones off the accepting thread.
final class BodyInflater: Sendable {
    /// Compressed bytes up to which it is done at once: it takes less time than handing it over twice would.
    private static let atOnceBytes = 4096
    /// Bodies that wait for their turn; more are turned away.
    private static let waitingLimit = 64

    private let maxBytes: Int
    private let queue = DispatchQueue(label: "itp-inflate")
    private let waiting = Guarded(0)

    init(maxBytes: Int) { self.maxBytes = maxBytes }

    /// 415 to a coding that is not taken, before the body is read.
    static func refusal(_ head: HTTPHead) -> HTTPResponse? {
        guard let name = head.value(of: "Content-Encoding"), !name.isEmpty, !name.equalsIgnoringCase("identity"),
            Inflater.Coding(name) == nil || head.values(of: "Content-Encoding").count > 1
        else { return nil }
        var response = HTTPResponse.problem(
            status: 415, detail: "the Content-Encoding '\(name)' is not taken; send gzip, deflate or none")
        response.headers.append(("Accept-Encoding", "gzip, deflate, identity"))
        return response
    }

    /// Whether the body is compressed, so that it has to come through here.
    static func concerns(_ head: HTTPHead) -> Bool {
        guard let name = head.valueBytes(of: "Content-Encoding") else { return false }
        return Inflater.Coding(String(decoding: name, as: UTF8.self)) != nil
    }

    /// Hands the exchange on with its body as it was before it was compressed, or refuses it. `later` says that it is no
    /// longer the accepting thread that does so.
    func inflate(_ exchange: HTTPExchange, then: @escaping @Sendable (HTTPExchange, _ later: Bool) -> Void) {
        if exchange.request.body.count <= BodyInflater.atOnceBytes {
            return run(exchange) { then($0, false) }
        }
        let takes = waiting.with { count in
            guard count < BodyInflater.waitingLimit else { return false }
            count += 1
            return true
        }
        guard takes else {
            var response = HTTPResponse.problem(status: 503, detail: "too many compressed bodies wait")
            response.headers.append(("Retry-After", "5"))
            return exchange.respond(response)
        }
        queue.async { [self] in
            defer { waiting.with { $0 -= 1 } }
            run(exchange) { then($0, true) }
        }
    }

    private func run(_ exchange: HTTPExchange, _ then: (HTTPExchange) -> Void) {
        guard let name = exchange.request.header("Content-Encoding"), let coding = Inflater.Coding(name) else {
            return then(exchange)
        }
        do throws(InflateError) {
            let body = try Inflater.inflate(exchange.request.body, coding, maxBytes: maxBytes)
            then(exchange.replacing(body: body))
        } catch {
            var status = 400
            if case .tooLarge = error { status = 413 }
            exchange.respond(.problem(status: status, detail: error.description))
        }
    }
}
