import Dispatch
import Events
import Formats
import HTTPServer
import Platform
import Storage
import Synchronization

/// `/v1/stream`: what happens, to whoever wants to watch it, as server-sent events. It reads the ledger on a connection and a
/// queue of its own, a few times a second and only while somebody watches; what has happened since goes out together.
final class StreamHub: Sendable {
    /// Watchers at once.
    static let clientLimit = 32
    /// Between two looks.
    private static let tickMilliseconds = 250
    /// A comment goes out after so many looks in which nothing happened, so that nobody takes the connection for dead.
    private static let heartbeatTicks = 60
    /// The numbers go out every so many looks, where they have changed.
    private static let statusTicks = 4
    /// Events in one message; of more it is said that there were.
    static let eventsAtOnce = 100
    /// Events that are looked at again because something may yet become of them.
    private static let openLimit = 200
    /// After so many looks a watcher has to come again, with a token that still holds: an hour.
    private static let lifetimeTicks = 14_400

    private struct Client: Sendable {
        var stream: HTTPStream
        var whose: Operator
        var ticks = 0
        var quiet = 0
        /// The numbers that he was told last.
        var status: [UInt8] = []
    }

    private struct State: Sendable {
        var clients: [Client] = []
        /// Events that something has become of since the last look, in their order.
        var changed: [Identifier] = []
        var skipped = 0
        var hasDelivered = false
        /// Those seen lately that have not come to their end, as they were.
        var open: [Identifier: String] = [:]
        var timer: Timer?
        var isTicking = false
        var isStopped = false
    }

    /// The hub's own clock.
    private struct Timer: @unchecked Sendable {
        // Dispatch's sources may be cancelled from any thread.
        let source: any DispatchSourceTimer
    }

    private struct Ledger: @unchecked Sendable {
        // `queue` alone uses it; `Guarded` hands it over.
        let history: LedgerHistory
    }

    private let queue = DispatchQueue(label: "itp-stream")
    private let state = Guarded(State())
    private let isWatched = Atomic<Bool>(false)
    private let ledger = Guarded<Ledger?>(nil)
    private let status: Guarded<@Sendable (LedgerHistory) throws -> JSON>

    init() { status = Guarded({ _ in .null }) }

    /// What it reads, and the numbers that it tells.
    func open(_ history: LedgerHistory, status: @escaping @Sendable (LedgerHistory) throws -> JSON) {
        ledger.with { $0 = Ledger(history: history) }
        self.status.with { $0 = status }
    }

    /// How many watch.
    var count: Int { state.with { $0.clients.count } }

    /// Something has become of an event. Costs next to nothing while nobody watches.
    func note(_ event: Identifier) {
        guard isWatched.load(ordering: .relaxed) else { return }
        state.with { state in
            if state.changed.count < StreamHub.eventsAtOnce { state.changed.append(event) } else { state.skipped += 1 }
        }
    }

    /// A lane has done something.
    func noteDelivery() {
        guard isWatched.load(ordering: .relaxed) else { return }
        state.with { $0.hasDelivered = true }
    }

    /// Lets somebody watch.
    func watch(_ exchange: HTTPExchange, as whose: Operator) {
        if exchange.request.head.asksForHead { return exchange.respond(StreamHub.head) }
        let hasRoom = state.with { $0.clients.count < StreamHub.clientLimit && !$0.isStopped }
        guard hasRoom else {
            var response = HTTPResponse.problem(
                status: 503, detail: "\(StreamHub.clientLimit) watch already; ask again")
            response.headers.append(("Retry-After", "10"))
            return exchange.respond(response)
        }
        var response = StreamHub.head
        response.body = Array("retry: 3000\n\n".utf8)
        guard let stream = exchange.respondStream(response) else { return }
        let mustStart = state.with { state in
            isWatched.store(true, ordering: .relaxed)
            state.clients.append(Client(stream: stream, whose: whose))
            defer { state.isTicking = true }
            return !state.isTicking
        }
        if mustStart { start() }
        queue.async { self.tick() }
    }

    /// Everybody has to come again, with a token that still holds.
    func closeAll() {
        let clients = state.with { state in
            defer { state.clients = [] }
            return state.clients
        }
        for client in clients { client.stream.close() }
    }

    /// Nobody watches any more.
    func stop() {
        state.with { $0.isStopped = true }
        closeAll()
        queue.sync { self.tick() }
        ledger.with { $0 = nil }
        status.with { $0 = { _ in .null } }
    }

    private static let head = HTTPResponse(
        status: 200,
        headers: [
            ("Content-Type", "text/event-stream"), ("Cache-Control", "no-store"), ("X-Accel-Buffering", "no"),
        ])

    private func start() {
        let source = DispatchSource.makeTimerSource(queue: queue)
        source.schedule(
            deadline: .now() + .milliseconds(StreamHub.tickMilliseconds),
            repeating: .milliseconds(StreamHub.tickMilliseconds), leeway: .milliseconds(50))
        source.setEventHandler { [weak self] in self?.tick() }
        state.with { $0.timer = Timer(source: source) }
        source.resume()
    }

    /// One look: what has happened goes out to those whom it concerns.
    private func tick() {
        let work = state.with { state -> (ids: [Identifier], skipped: Int, open: [Identifier: String])? in
            state.clients.removeAll { !$0.stream.isOpen }
            guard !state.clients.isEmpty else {
                state.timer?.source.cancel()
                state.timer = nil
                state.isTicking = false
                isWatched.store(false, ordering: .relaxed)
                (state.changed, state.skipped, state.open) = ([], 0, [:])
                return nil
            }
            defer { (state.changed, state.skipped, state.hasDelivered) = ([], 0, false) }
            return (state.changed, state.skipped, state.hasDelivered ? state.open : [:])
        }
        guard let work, let history = ledger.with({ $0 })?.history else { return }
        do {
            let events = try read(work.ids, known: work.open, history)
            let numbers = Array("event: status\ndata: \(try status.with { $0 }(history).compact)\n\n".utf8)
            let clients = state.with { state in
                state.open = StreamHub.open(events, after: state.open)
                for at in state.clients.indices { state.clients[at].ticks += 1 }
                return state.clients
            }
            for client in clients { tell(client, events, skipped: work.skipped, numbers) }
        } catch {
            // A ledger that cannot be read is told by whoever owns it; whoever watches comes again.
            closeAll()
        }
    }

    private func read(_ ids: [Identifier], known: [Identifier: String], _ history: LedgerHistory) throws
        -> [HistoryEvent]
    {
        var seen: Set<Identifier> = []
        let changed = try ids.filter { seen.insert($0).inserted }.compactMap { try history.event($0) }
        let others = try known.keys.filter { !seen.contains($0) }.compactMap { try history.event($0) }
        return changed + others.filter { known[$0.origin.id] != $0.state }.sorted { $0.number < $1.number }
    }

    /// The events of which something may yet become, the latest so many.
    private static func open(_ events: [HistoryEvent], after known: [Identifier: String]) -> [Identifier: String] {
        var open = known
        for event in events {
            let isOpen = [EventState.decided.rawValue, EventState.parked.rawValue].contains(event.state)
            open[event.origin.id] = isOpen ? event.state : nil
        }
        if open.count > openLimit {
            for id in open.keys.sorted(by: { $0.high < $1.high }).prefix(open.count - openLimit) { open[id] = nil }
        }
        return open
    }

    private func tell(_ client: Client, _ events: [HistoryEvent], skipped: Int, _ numbers: [UInt8]) {
        var bytes: [UInt8] = []
        let seen = events.filter { client.whose.sees($0.tenant) }
        if !seen.isEmpty || skipped > 0 {
            let json: JSON = [
                "events": .array(seen.map { .members(HistoryPages.summary($0)) }), "skipped": .integer(skipped),
            ]
            bytes += Array("event: events\ndata: \(json.compact)\n\n".utf8)
        }
        let isTime = client.ticks % StreamHub.statusTicks == 1
        let isTold = client.whose.tenants == nil && isTime && client.status != numbers
        if isTold { bytes += numbers }
        let isQuiet = bytes.isEmpty && client.quiet >= StreamHub.heartbeatTicks
        if isQuiet { bytes = Array(":\n\n".utf8) }
        client.stream.send(bytes)
        if client.ticks >= StreamHub.lifetimeTicks { client.stream.close() }
        let wasTold = !bytes.isEmpty
        state.with { state in
            guard let at = state.clients.firstIndex(where: { $0.stream === client.stream }) else { return }
            state.clients[at].quiet = wasTold ? 0 : state.clients[at].quiet + 1
            if isTold { state.clients[at].status = numbers }
        }
    }
}
