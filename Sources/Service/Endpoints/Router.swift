import Dispatch
import Formats
import HTTPServer
import Platform

/// Which path is what, and who may ask. Intake and health answer on the accepting thread; whatever reads the ledger
/// goes to a queue of its own.
final class Router: HTTPHandler {
    private enum Page: Sendable {
        case alerts
        /// A named source, and what stands behind its name.
        case source(ArraySlice<UInt8>, token: ArraySlice<UInt8>?)
        case health
        case ready
        case stats
        case metrics
        case chart
        case stream
        case login
        case logout
        /// A file of the dashboard.
        case file(DashboardFile)
        case openAPI
        case events
        case event(String)
        case receipt(String)
        case dead
        /// What is to become of a dead letter.
        case deadLetter(String, verb: String)
        case retry(String)
        case callback(String)
        case silences
        case silencePreview
        case silence(String)
        case drill
        case reload

        var methods: [String] {
            switch self {
            case .alerts, .reload, .deadLetter, .retry, .logout, .callback, .silencePreview, .drill: Page.commands
            case .silences: Page.list
            case .silence: Page.removal
            case .login: Page.loginMethods
            case .source: Page.sourceMethods
            default: Page.questions
            }
        }

        private static let commands = ["POST"]
        private static let loginMethods = ["GET", "HEAD", "POST"]
        private static let sourceMethods = ["POST", "PUT", "GET", "HEAD", "OPTIONS"]
        private static let questions = ["GET", "HEAD"]
        private static let list = ["GET", "HEAD", "POST"]
        private static let removal = ["DELETE"]

        /// Whether senders come here, whose rate is limited.
        var isIntake: Bool {
            switch self {
            case .alerts, .source, .callback: true
            default: false
            }
        }
    }

    /// Questions to the history that may wait; more are turned away.
    private static let waitingLimit = 256

    private let access: Guarded<Access>
    private let desk: LoginDesk
    private let hub: StreamHub
    private let reloader: Reloader
    private let intake: AlertIntake
    private let sources: SourceIntake
    private let deadLetters: DeadLetterDesk
    private let callbacks: CallbackDesk
    private let silences: SilenceDesk
    private let drills: DrillDesk
    private let inflater: BodyInflater
    private let limiter: RateLimiter
    private let clock: any Clock
    private let status: StatusPages
    private let history: Guarded<HistoryBox>
    private let queue = DispatchQueue(label: "itp-history")
    /// A preview reads a month of events: who asks for anything else does not wait for it.
    private let previews: Guarded<HistoryBox>
    private let previewQueue = DispatchQueue(label: "itp-previews")
    private let waiting = Guarded(0)

    /// Pages of the history, which belong to one queue.
    private struct HistoryBox: @unchecked Sendable {
        // Only its queue takes it out; `Guarded` hands it over.
        let pages: HistoryPages
    }

    init(
        access: Guarded<Access>, desk: LoginDesk, hub: StreamHub, limiter: RateLimiter, clock: any Clock,
        intake: AlertIntake, sources: SourceIntake,
        inflater: BodyInflater, status: StatusPages, history: HistoryPages, previews: HistoryPages, reloader: Reloader,
        callbacks: CallbackDesk, drills: DrillDesk, post: @escaping @Sendable (DeciderStation.Message) -> Void
    ) {
        self.drills = drills
        deadLetters = DeadLetterDesk(post: post)
        silences = SilenceDesk(clock: clock, post: post)
        self.callbacks = callbacks
        self.desk = desk
        self.hub = hub
        self.sources = sources
        self.inflater = inflater
        self.limiter = limiter
        self.clock = clock
        self.access = access
        self.reloader = reloader
        self.intake = intake
        self.status = status
        self.history = Guarded(HistoryBox(pages: history))
        self.previews = Guarded(HistoryBox(pages: previews))
    }

    func admit(_ head: HTTPHead, peer: HTTPPeer, pass: inout (any HTTPPass)?) -> HTTPResponse? {
        let age = sources.age.now
        if let known = pass as? IntakePass, known.holds(at: age) {
            return limiter.refusal(peer, at: clock.monotonicNanoseconds)
        }
        pass = nil
        guard let page = Router.page(head) else {
            if let answer = MethodRules.aboutServer(head) { return answer }
            return .problem(status: 404, detail: "there is nothing at \(head.target.path); alerts go to /v1/alerts")
        }
        if page.isIntake, let refusal = limiter.refusal(peer, at: clock.monotonicNanoseconds) { return refusal }
        if let refusal = MethodRules.refusal(head, takes: page.methods) { return refusal }
        switch page {
        case .alerts:
            let refusal =
                access.with { $0 }.refusesIntake(head, peer) ?? MethodRules.lengthRequired(head)
                ?? BodyInflater.refusal(head)
            if refusal == nil { pass = IntakePass(.plain(PlainPass(head, peer, intake)), age: age) }
            return refusal
        case .source(let name, let token):
            switch sources.admit(name, token: token, head, peer) {
            case .refused(let answer): return answer
            case .admitted(let found):
                let refusal = BodyInflater.refusal(head)
                if refusal == nil { pass = IntakePass(.source(found), age: age) }
                return refusal
            }
        case .health, .ready, .file: return nil
        case .callback(let token): return callbacks.refusal(token)
        case .login: return desk.refusesLogin(head, peer)
        case .logout: return Access.refusesOrigin(head, byCookie: false)
        case .deadLetter, .retry: return desk.refusal(head, peer, changes: true, needsAll: false)
        case .silences:
            return desk.refusal(head, peer, changes: head.hasMethod("POST"), needsAll: true)
        case .silence, .reload, .drill: return desk.refusal(head, peer, changes: true, needsAll: true)
        case .stats, .metrics, .chart, .silencePreview:
            return desk.refusal(head, peer, changes: false, needsAll: true)
        case .openAPI, .events, .event, .receipt, .dead, .stream:
            return desk.refusal(head, peer, changes: false, needsAll: false)
        }
    }

    func handle(_ batch: [HTTPExchange]) {
        if !batch.isEmpty { answer(batch) }
        // Also what passes have taken.
        intake.journal.writeHere()
    }

    private func answer(_ batch: [HTTPExchange]) {
        let arrival = HTTPArrival(clock)
        for exchange in batch {
            if let pass = exchange.request.pass as? IntakePass {
                take(exchange, pass, arrival)
                continue
            }
            switch Router.page(exchange.request.head) {
            case .health: exchange.respond(status.health())
            case .ready: exchange.respond(status.ready())
            case .openAPI: exchange.respond(.json(200, OpenAPI.document))
            case .reload:
                let isForced = exchange.request.queryItems.contains { $0.name == "force" && $0.value == "1" }
                reloader.reload("POST /admin/reload", isForced: isForced) { exchange.respond($0.response) }
            case .silence(let id): silences.end(id, exchange)
            case .drill: drills.begin(exchange)
            case .silences where exchange.request.head.hasMethod("POST"):
                look(exchange, isLong: true) { [silences] pages, _ in try silences.create(exchange, pages) }
            case .silencePreview:
                look(exchange, isLong: true) { [silences] pages, _ in try silences.preview(exchange, pages) }
            case .file(let file): exchange.respond(file.response)
            case .login: desk.login(exchange)
            case .logout: desk.logout(exchange)
            case .stream: watch(exchange)
            case .callback(let token): callbacks.take(token, exchange)
            case .some(let page): ask(page, exchange)
            case nil: exchange.respond(.problem(status: 404))
            }
        }
    }

    private func take(_ exchange: HTTPExchange, _ pass: IntakePass, _ arrival: HTTPArrival) {
        switch pass.kind {
        case .source(let pass): sources.accept(pass, exchange, arrival)
        case .plain(let pass):
            guard pass.isCompressed, pass.refusal == nil else { return intake.accept(pass, exchange, arrival) }
            inflater.inflate(exchange) { [intake] exchange, isLater in
                intake.accept(pass, exchange, arrival)
                if isLater { intake.journal.writeHere() }
            }
        }
    }

    private static func page(_ head: HTTPHead) -> Page? {
        // Those that come a thousand times as often as all others, without making a text of them.
        if let rest = head.targetTail(after: alertsPath) {
            if rest.isEmpty { return .alerts }
            if let page = plainSource(rest) { return page }
        }
        let path = head.target.path
        switch path {
        case "/v1/alerts": return .alerts
        case "/health": return .health
        case "/ready": return .ready
        case "/stats": return .stats
        case "/metrics": return .metrics
        case "/v1/chart": return .chart
        case "/v1/stream": return .stream
        case "/login": return .login
        case "/logout": return .logout
        case "/openapi.json": return .openAPI
        case "/v1/events": return .events
        case "/v1/dead": return .dead
        case "/admin/reload": return .reload
        case "/v1/silences": return .silences
        case "/v1/drill": return .drill
        case "/v1/silences/preview": return .silencePreview
        // Rails' relay script appends this to the address that it is given.
        case "/rails/action_mailbox/relay/inbound_emails": return .source(Array("actionmailbox".utf8)[...], token: nil)
        case "/v1/email": return .source(Array("mail".utf8)[...], token: nil)
        default: break
        }
        for prefix in ["/v1/alerts/", "/v1/email/"] where path.hasPrefix(prefix) {
            let rest = path.dropFirst(prefix.count).split(separator: "/", maxSplits: 1).map { Array($0.utf8)[...] }
            guard let name = rest.first else { return nil }
            return .source(name, token: rest.count > 1 ? rest[1] : nil)
        }
        let parts = path.split(separator: "/").map(String.init)
        if parts.count == 4, path.hasPrefix("/v1/dead/"), ["retry", "drop"].contains(parts[3]) {
            return .deadLetter(parts[2], verb: parts[3])
        }
        if parts.count == 3, path.hasPrefix("/v1/callbacks/") { return .callback(parts[2]) }
        if parts.count == 4, path.hasPrefix("/v1/events/"), parts[3] == "retry" { return .retry(parts[2]) }
        for (prefix, page) in [
            ("/v1/events/", Page.event), ("/v1/receipts/", Page.receipt), ("/v1/silences/", Page.silence),
        ]
        where path.hasPrefix(prefix) && path.count > prefix.count {
            return page(String(path.dropFirst(prefix.count)))
        }
        return DashboardFile.at(path).map { .file($0) }
    }

    private static let alertsPath = Array("/v1/alerts".utf8)

    /// The source behind `/v1/alerts`, where its name and token are written plainly; nil where they have to be decoded.
    private static func plainSource(_ rest: ArraySlice<UInt8>) -> Page? {
        let slash = UInt8(ascii: "/")
        guard rest.first == slash else { return nil }
        var cut: Int?
        for at in rest.indices.dropFirst() {
            switch rest[at] {
            case UInt8(ascii: "%"), UInt8(ascii: "?"): return nil
            case slash where cut == nil: cut = at
            default: break
            }
        }
        let name = rest[rest.startIndex + 1..<(cut ?? rest.endIndex)]
        guard let cut else { return name.isEmpty ? nil : .source(name, token: nil) }
        let token = rest[(cut + 1)...]
        return name.isEmpty || token.isEmpty || token.first == slash ? nil : .source(name, token: token)
    }

    private func ask(_ page: Page, _ exchange: HTTPExchange) {
        look(exchange) { [self] pages, whose in
            if let answer = try answer(page, exchange, whose, pages) { exchange.respond(answer) }
        }
    }

    /// Lets the history's queue answer.
    private func look(
        _ exchange: HTTPExchange, isLong: Bool = false,
        _ body: @escaping @Sendable (HistoryPages, Operator) throws -> Void
    ) {
        let takes = waiting.with { count in
            guard count < Router.waitingLimit else { return false }
            count += 1
            return true
        }
        guard takes else {
            exchange.respond(.problem(status: 503, detail: "too many questions wait; ask again"))
            return
        }
        (isLong ? previewQueue : queue).async { [self] in
            defer { waiting.with { $0 -= 1 } }
            let pages = (isLong ? previews : history).with { $0 }.pages
            // Asked again: it tells how far he may look.
            let whose: Operator
            switch desk.enter(exchange.request.head, exchange.request.peer) {
            case .may(let found, _): whose = found
            case .refused(let answer): return exchange.respond(answer)
            }
            do {
                try body(pages, whose)
            } catch {
                exchange.respond(.problem(status: 500, detail: "the ledger cannot be read: \(error)"))
            }
        }
    }

    /// Nil where the decider answers.
    private func answer(
        _ page: Page, _ exchange: HTTPExchange, _ whose: Operator, _ pages: HistoryPages
    ) throws -> HTTPResponse? {
        switch page {
        case .events: return try pages.events(exchange.request.queryItems, whose)
        case .event(let id): return try pages.event(id, whose)
        case .receipt(let id): return try pages.receipt(id, whose)
        case .dead: return try pages.deadLetters(exchange.request.queryItems, whose)
        case .silences: return try pages.silences(now: silences.clock.now)
        case .stats: return .json(200, .members(status.statistics() + (try pages.statistics())))
        case .metrics: return try MetricsPage(status: status, history: pages.history).response()
        case .chart: return try ChartPage.response(pages.history, now: clock.now)
        case .deadLetter(let id, let verb):
            if let refusal = try pages.refusal(deadLetter: id, whose) { return refusal }
            deadLetters.tend(id: id, verb: verb, exchange)
            return nil
        case .retry(let id):
            if let refusal = try pages.refusal(event: id, whose) { return refusal }
            deadLetters.retry(event: id, exchange)
            return nil
        case .alerts, .source, .health, .ready, .openAPI, .reload, .stream, .login, .logout, .file, .callback,
            .silencePreview, .silence, .drill:
            return .problem(status: 404)
        }
    }

    private func watch(_ exchange: HTTPExchange) {
        switch desk.enter(exchange.request.head, exchange.request.peer) {
        case .may(let whose, _): hub.watch(exchange, as: whose)
        case .refused(let answer): exchange.respond(answer)
        }
    }
}
