import Dispatch
import Formats
import HTTPServer
import Platform

/// Which path is what, and who may ask. Intake and health answer on the accepting thread; whatever reads the ledger
/// goes to a queue of its own.
final class Router: HTTPHandler {
    private enum Page: Sendable, Equatable {
        case alerts
        /// A named source, and what stands behind its name.
        case source(String, token: String?)
        case health
        case ready
        case stats
        case events
        case event(String)
        case receipt(String)
        case reload

        var methods: [String] {
            switch self {
            case .alerts, .reload: ["POST"]
            case .source: ["POST", "PUT", "GET", "HEAD", "OPTIONS"]
            default: ["GET", "HEAD"]
            }
        }
    }

    /// Questions to the history that may wait; more are turned away.
    private static let waitingLimit = 256

    private let access: Guarded<Access>
    private let reloader: Reloader
    private let intake: AlertIntake
    private let sources: SourceIntake
    private let status: StatusPages
    private let history: Guarded<HistoryBox>
    private let queue = DispatchQueue(label: "itp-history")
    private let waiting = Guarded(0)

    /// The pages of the history, which belong to the history queue.
    private struct HistoryBox: @unchecked Sendable {
        // Only `queue` takes it out; `Guarded` hands it over.
        let pages: HistoryPages
    }

    init(
        access: Guarded<Access>, intake: AlertIntake, sources: SourceIntake, status: StatusPages, history: HistoryPages,
        reloader: Reloader
    ) {
        self.sources = sources
        self.access = access
        self.reloader = reloader
        self.intake = intake
        self.status = status
        self.history = Guarded(HistoryBox(pages: history))
    }

    func admit(_ head: HTTPHead, peer: HTTPPeer) -> HTTPResponse? {
        guard let page = Router.page(head.target.path) else {
            return .problem(status: 404, detail: "there is nothing at \(head.target.path); alerts go to /v1/alerts")
        }
        guard page.methods.contains(head.method) else {
            let allowed = page.methods.joined(separator: ", ")
            var response = HTTPResponse.problem(
                status: 405, detail: "\(head.method) is not taken at \(head.target.path); send \(allowed)")
            response.headers.append(("Allow", allowed))
            return response
        }
        let access = access.with { $0 }
        switch page {
        case .alerts: return access.refusesIntake(head, peer)
        case .source(let name, let token): return sources.admit(name, token: token, head, peer)
        case .health, .ready: return nil
        case .reload: return access.refusesAdmin(head, peer) ?? Access.refusesOrigin(head)
        case .stats, .events, .event, .receipt: return access.refusesAdmin(head, peer)
        }
    }

    func handle(_ batch: [HTTPExchange]) {
        for exchange in batch {
            switch Router.page(exchange.request.path) {
            case .alerts: intake.accept(exchange)
            case .source(let name, let token): sources.accept(name, token: token, exchange)
            case .health: exchange.respond(status.health())
            case .ready: exchange.respond(status.ready())
            case .reload: reloader.reload("POST /admin/reload") { exchange.respond($0.response) }
            case .some(let page): ask(page, exchange)
            case nil: exchange.respond(.problem(status: 404))
            }
        }
    }

    private static func page(_ path: String) -> Page? {
        switch path {
        case "/v1/alerts": return .alerts
        case "/health": return .health
        case "/ready": return .ready
        case "/stats": return .stats
        case "/v1/events": return .events
        case "/admin/reload": return .reload
        // Rails' relay script appends this to the address that it is given.
        case "/rails/action_mailbox/relay/inbound_emails": return .source("actionmailbox", token: nil)
        case "/v1/email": return .source("mail", token: nil)
        default: break
        }
        for prefix in ["/v1/alerts/", "/v1/email/"] where path.hasPrefix(prefix) {
            let rest = path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1).map(String.init)
            guard let name = rest.first else { return nil }
            return .source(name, token: rest.count > 1 ? rest[1] : nil)
        }
        for (prefix, page) in [("/v1/events/", Page.event), ("/v1/receipts/", Page.receipt)]
        where path.hasPrefix(prefix) && path.count > prefix.count {
            return page(String(path.dropFirst(prefix.count)))
        }
        return nil
    }

    private func ask(_ page: Page, _ exchange: HTTPExchange) {
        let takes = waiting.with { count in
            guard count < Router.waitingLimit else { return false }
            count += 1
            return true
        }
        guard takes else {
            exchange.respond(.problem(status: 503, detail: "too many questions wait; ask again"))
            return
        }
        queue.async { [self] in
            defer { waiting.with { $0 -= 1 } }
            let pages = history.with { $0 }.pages
            do {
                exchange.respond(try answer(page, exchange.request, pages))
            } catch {
                exchange.respond(.problem(status: 500, detail: "the ledger cannot be read: \(error)"))
            }
        }
    }

    private func answer(_ page: Page, _ request: HTTPRequest, _ pages: HistoryPages) throws -> HTTPResponse {
        switch page {
        case .events: try pages.events(request.queryItems)
        case .event(let id): try pages.event(id)
        case .receipt(let id): try pages.receipt(id)
        case .stats: .json(200, .members(status.statistics() + (try pages.statistics())))
        case .alerts, .source, .health, .ready, .reload: .problem(status: 404)
        }
    }
}
