import Dispatch
import Events
import Formats
public import HTTPServer
import Platform

/// The sandbox as a listener. What it serves is a `SandboxWorld`, which one serial queue owns.
///
/// A server that was started must be stopped.
public final class SandboxServer: Sendable {
    private let server: HTTPServer
    private let desk: SandboxDesk
    private let mail = Guarded<SandboxMailServer?>(nil)

    /// Makes a server that does nothing before `start`.
    ///
    /// - Parameter publicURL: where clients reach it, for links in answers; nil where that is the listener's address.
    public init(publicURL: String? = nil) {
        desk = SandboxDesk(publicURL: publicURL)
        var limits = HTTPLimits()
        limits.maxHeaderBytes = 64 << 10
        // A vendor that hangs does so for longer than any client waits.
        limits.answerTimeoutSeconds = 86_400
        server = HTTPServer(limits: limits, handler: desk)
    }

    /// Listens at `host:port`; with port 0 the system chooses one.
    @discardableResult
    public func start(_ address: String) throws(ListenError) -> BoundAddress {
        let bound = try server.start(address)
        desk.open(at: bound)
        return bound
    }

    /// Takes mail at `host:port`, into the same world; with port 0 the system chooses one. To be called once, after
    /// `start`.
    @discardableResult
    public func startMail(_ address: String) throws(ListenError) -> BoundAddress {
        let (socket, bound) = try Listener.open(address)
        do throws(SystemError) {
            let started = try SandboxMailServer(world: desk.world, listener: socket)
            mail.with { $0 = started }
        } catch {
            throw .system(error)
        }
        return bound
    }

    /// Ends all connections and gives the ports back. Blocks until that is done.
    public func stop() {
        mail.with { $0 }?.stop()
        server.stop(drainSeconds: 0)
        desk.stop()
    }

    /// Every ticket of every PSA at this moment.
    public var tickets: [SandboxTicket] { desk.tickets }
}

/// Takes requests from the listener's threads to the one queue on which the world lives.
private final class SandboxDesk: HTTPHandler {
    /// Inactive until the listener's address is known, which the records' links need; requests wait for that.
    private let queue = DispatchQueue(label: "itp.sandbox", attributes: .initiallyInactive)
    let world = Guarded(SandboxWorld())
    private let publicURL: String?
    private let clock = SystemClock()
    private let callbacks = SandboxCallbacks()
    /// When callbacks are looked for next.
    private let wakeUp = Guarded<Int64?>(nil)

    init(publicURL: String?) { self.publicURL = publicURL }

    deinit { queue.activate() }

    func open(at bound: BoundAddress) {
        // Nobody can visit "any address".
        let host = ["0.0.0.0": "127.0.0.1", "::": "::1"][bound.host] ?? bound.host
        let url = publicURL ?? "http://\(BoundAddress(host: host, port: bound.port))"
        world.with { $0 = SandboxWorld(baseURL: url) }
        queue.activate()
    }

    var tickets: [SandboxTicket] { world.with { $0.tickets } }

    func stop() { callbacks.stop() }

    /// Sends the RMM's callbacks that are due, and sees to the next one.
    private func callBack() {
        let now = clock.now.milliseconds
        let (due, next) = world.with { world in
            let time = now + world.clockOffsetMilliseconds
            let due = world.vsa.takeCallbacks(now: time)
            return (due, world.vsa.nextCallback.map { $0 - time })
        }
        for callback in due { callbacks.send(callback.url, callback.body) }
        // What is overdue waits for its agent, and goes out with the first request after that.
        guard let next, next > 0, wakeUp.with({ $0.map { $0 <= now } ?? true || $0.map { $0 > now + next } ?? true })
        else { return }
        wakeUp.with { $0 = now + next }
        queue.asyncAfter(deadline: .now() + .milliseconds(Int(next) + 1)) { [weak self] in self?.callBack() }
    }

    func handle(_ batch: [HTTPExchange]) {
        queue.async { [self] in
            for exchange in batch { serve(exchange) }
        }
    }

    private func serve(_ exchange: HTTPExchange) {
        let request = exchange.request
        let target = request.target
        let asked = SandboxRequest(
            method: request.method, path: target.path, query: target.queryItems.map { ($0.name, $0.value) },
            headers: request.headers.map { ($0.name, $0.value) }, body: request.body)
        let now = clock.now.milliseconds
        let outcome = world.with { $0.take(asked, now: now) }
        callBack()
        guard outcome.delayMilliseconds > 0 else { return end(exchange, outcome.ending) }
        queue.asyncAfter(deadline: .now() + .milliseconds(outcome.delayMilliseconds)) { [self] in
            end(exchange, outcome.ending)
        }
    }

    private func end(_ exchange: HTTPExchange, _ ending: SandboxOutcome.Ending) {
        switch ending {
        case .reply(let reply):
            exchange.respond(HTTPResponse(status: reply.status, headers: reply.headers, body: reply.body))
        case .truncated(let reply): exchange.respondRaw(SandboxDesk.half(of: reply), thenReset: false)
        case .garbage:
            exchange.respondRaw(Array("\u{1}\u{2}%PDF-garbage\r\n\r\n{\"id\":".utf8), thenReset: false)
        case .reset: exchange.abort(reset: true)
        // An exchange that is let go is answered only when the listener's own patience ends, in a day.
        case .hang: break
        }
    }

    /// The head with the length of the whole body, and half of that body; of an answer without a body half the head.
    private static func half(of reply: SandboxReply) -> [UInt8] {
        var head = "HTTP/1.1 \(reply.status) \(HTTPStatus.phrase(reply.status))\r\n"
        for (name, value) in reply.headers { head += "\(name): \(value)\r\n" }
        head += "Content-Length: \(reply.body.count)\r\n\r\n"
        let bytes = Array(head.utf8)
        guard !reply.body.isEmpty else { return Array(bytes.prefix(bytes.count / 2)) }
        return bytes + reply.body.prefix(reply.body.count / 2)
    }
}
