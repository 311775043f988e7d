import Dispatch
import Glibc
public import Platform
import Synchronization

/// An HTTP/1.1 server. It knows nothing of what it serves; see `HTTPHandler`.
///
/// A server that was started must be stopped; until then its queues hold it.
public final class HTTPServer: Sendable {
    private struct Running: Sendable {
        var shards: [Shard] = []
        var listeners: [ListeningSocket] = []
        var isStopped = false
    }

    private let limits: HTTPLimits
    private let shardCount: Int
    private let handler: any HTTPHandler
    private let clock: any Clock
    private let gauges = Gauges()
    private let entry = Guarded(EntryRules())
    private let peerCounts = PeerCounts()
    private let running = Guarded(Running())

    /// Makes a server that does nothing before `start`.
    public init(
        limits: HTTPLimits = HTTPLimits(), shards: Int = 1, clock: any Clock = SystemClock(),
        handler: any HTTPHandler
    ) {
        self.limits = limits
        shardCount = max(1, shards)
        self.handler = handler
        self.clock = clock
    }

    /// What holds for connections that come from now on.
    public func apply(_ rules: EntryRules) { entry.with { $0 = rules } }

    /// Listens at `host:port` (port 0: any that is free) or `unix:/path`, with TLS if wanted; may be called again for a
    /// further address, but not after `stop`.
    @discardableResult
    public func start(_ address: String, secure: Bool = false) throws(ListenError) -> BoundAddress {
        let (socket, bound) = try Listener.open(address)
        try listen(ListeningSocket(descriptor: socket, isSecure: secure, isLocal: bound.path != nil, path: bound.path))
        return bound
    }

    /// Takes connections from a socket that somebody else has opened and that listens, for instance systemd.
    @discardableResult
    public func adopt(_ descriptor: Int32, secure: Bool = false) throws(ListenError) -> BoundAddress {
        let bound = try Listener.adopt(descriptor)
        // A Unix socket does without TLS, and its path is not ours to remove.
        try listen(
            ListeningSocket(descriptor: descriptor, isSecure: secure && bound.path == nil, isLocal: bound.path != nil))
        return bound
    }

    private func listen(_ listener: ListeningSocket) throws(ListenError) {
        do throws(SystemError) {
            for shard in try shards() { try shard.listen(on: listener) }
        } catch {
            listener.close()
            throw .system(error)
        }
        running.with { $0.listeners.append(listener) }
    }

    private func shards() throws(SystemError) -> [Shard] {
        let (present, isStopped) = running.with { ($0.shards, $0.isStopped) }
        if isStopped { throw SystemError(call: "listen", subject: "stopped HTTP server", code: ESHUTDOWN) }
        if !present.isEmpty { return present }
        var made: [Shard] = []
        for number in 0..<shardCount {
            let shard = try Shard(
                number: number, limits: limits, handler: handler, clock: clock, gauges: gauges,
                entry: entry, peerCounts: peerCounts)
            try shard.start()
            made.append(shard)
        }
        let shards = made
        running.with { $0.shards = shards }
        return shards
    }

    /// Takes no more connections, answers what is in flight with `Connection: close`, and closes; after
    /// `drainSeconds` whatever is left is reset. Blocks until all is closed. Not to be called from the handler.
    public func stop(drainSeconds: Int) {
        let (shards, listeners) = running.with { running -> ([Shard], [ListeningSocket]) in
            if running.isStopped { return ([], []) }
            running.isStopped = true
            defer { running.listeners = [] }
            return (running.shards, running.listeners)
        }
        // Newcomers are refused at once, instead of waiting in the backlog for nothing.
        let deaf = DispatchGroup()
        for shard in shards {
            deaf.enter()
            shard.stopListening { deaf.leave() }
        }
        deaf.wait()
        for listener in listeners { listener.close() }
        let empty = DispatchGroup()
        for shard in shards {
            empty.enter()
            shard.drain { empty.leave() }
        }
        _ = empty.wait(timeout: .now() + .seconds(max(0, drainSeconds)))
        for shard in shards { shard.finish() }
    }

    /// What the server has done and holds.
    public var stats: HTTPStats {
        var all = HTTPStats()
        for shard in running.with({ $0.shards }) { all.add(shard.counters.with { $0 }) }
        all.openConnections = gauges.openConnections.load(ordering: .relaxed)
        all.bodyBytesInFlight = max(0, gauges.bodyBytes.load(ordering: .relaxed))
        return all
    }
}
