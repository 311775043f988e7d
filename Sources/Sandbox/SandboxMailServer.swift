import Events
import Glibc
import Platform

/// The mail server's sockets: one thread that waits for all of them. What is said is a `MailSession`'s.
final class SandboxMailServer: Sendable {
    private static let maximumConnections = 200
    private static let idleMilliseconds: UInt64 = 300_000

    private struct Connection {
        var session = MailSession()
        var output: [UInt8] = []
        /// When the output may be sent.
        var dueAt: UInt64 = 0
        var ending = MailReply.Ending.open
        var lastActive: UInt64
        var isHeardOut = false
    }

    private let world: Guarded<SandboxWorld>
    private let clock = SystemClock()
    private let listener: Int32
    /// Written to at the end, to wake the thread.
    private let wake: (read: Int32, write: Int32)
    private let thread = Guarded<SystemThread?>(nil)

    /// Listens at an address that `Listener` opened.
    init(world: Guarded<SandboxWorld>, listener: Int32) throws(SystemError) {
        self.world = world
        self.listener = listener
        var ends: [Int32] = [0, 0]
        try check("pipe", on: "mail server") { pipe(&ends) }
        wake = (ends[0], ends[1])
        let started = try SystemThread(name: "itp-smtp") { [self] in run() }
        thread.with { $0 = started }
    }

    /// Ends all connections and gives the port back. Blocks until that is done.
    func stop() {
        var byte: UInt8 = 1
        _ = write(wake.write, &byte, 1)
        thread.with { $0 }?.join()
        for descriptor in [wake.read, wake.write] { close(descriptor) }
    }

    private var milliseconds: UInt64 { clock.monotonicNanoseconds / 1_000_000 }

    private func run() {
        var connections: [Int32: Connection] = [:]
        while true {
            let sockets = connections.keys.sorted()
            var waits = [wait(wake.read, POLLIN), wait(listener, POLLIN)]
            waits += sockets.map { wait($0, events(connections[$0])) }
            let count = poll(&waits, nfds_t(waits.count), timeout(connections))
            guard count >= 0 || errno == EINTR else { break }
            if waits[0].revents != 0 { break }
            if waits[1].revents != 0 { accept(&connections) }
            for (socket, wait) in zip(sockets, waits.dropFirst(2)) {
                guard var connection = connections[socket] else { continue }
                let lives = serve(socket, &connection, canRead: wait.revents != 0)
                connections[socket] = lives ? connection : nil
            }
        }
        for socket in connections.keys { close(socket) }
        close(listener)
    }

    private func wait(_ socket: Int32, _ events: Int32) -> pollfd {
        pollfd(fd: socket, events: Int16(events), revents: 0)
    }

    /// A connection with something to say is not listened to, so that a client cannot fill the memory.
    private func events(_ connection: Connection?) -> Int32 {
        guard let connection, !connection.output.isEmpty || connection.ending != .open else { return POLLIN }
        return connection.dueAt <= milliseconds && !connection.output.isEmpty ? POLLOUT : 0
    }

    /// How long to wait for: the next output that is held back, at most a second.
    private func timeout(_ connections: [Int32: Connection]) -> Int32 {
        let now = milliseconds
        let due = connections.values.filter { $0.dueAt > now }.map { $0.dueAt - now }.min() ?? 1000
        return Int32(min(due, 1000))
    }

    private func accept(_ connections: inout [Int32: Connection]) {
        while true {
            let socket = Glibc.accept(listener, nil, nil)
            guard socket >= 0 else { return }
            guard connections.count < SandboxMailServer.maximumConnections,
                fcntl(socket, F_SETFL, O_NONBLOCK) == 0, fcntl(socket, F_SETFD, FD_CLOEXEC) == 0
            else {
                close(socket)
                continue
            }
            var connection = Connection(lastActive: milliseconds)
            let lives = serve(socket, &connection, canRead: false)
            connections[socket] = lives ? connection : nil
        }
    }

    /// Reads, answers and sends as far as that goes; false where the connection is over and its socket closed.
    private func serve(_ socket: Int32, _ connection: inout Connection, canRead: Bool) -> Bool {
        if canRead, connection.output.isEmpty, !read(socket, &connection) { return end(socket, reset: false) }
        if milliseconds > connection.lastActive + SandboxMailServer.idleMilliseconds {
            return end(socket, reset: false)
        }
        while true {
            if connection.output.isEmpty, connection.dueAt <= milliseconds {
                switch connection.ending {
                case .closed: return end(socket, reset: false)
                case .reset: return end(socket, reset: true)
                case .hang: return true
                case .open: break
                }
                let now = clock.now.milliseconds
                guard let reply = world.with({ connection.session.next(&$0, now: now) }) else {
                    return !connection.isHeardOut || end(socket, reset: false)
                }
                connection.output = reply.bytes
                connection.dueAt = milliseconds + UInt64(reply.delayMilliseconds)
                connection.ending = reply.ending
            }
            guard connection.dueAt <= milliseconds else { return true }
            guard !connection.output.isEmpty else { continue }
            let sent = send(socket, connection.output, connection.output.count, Int32(MSG_NOSIGNAL))
            if sent < 0 { return errno == EAGAIN || errno == EINTR || end(socket, reset: false) }
            connection.output.removeFirst(sent)
            connection.lastActive = milliseconds
        }
    }

    /// Takes what has come; false where the client is gone.
    private func read(_ socket: Int32, _ connection: inout Connection) -> Bool {
        var buffer = [UInt8](repeating: 0, count: 65_536)
        let count = recv(socket, &buffer, buffer.count, 0)
        if count < 0 { return errno == EAGAIN || errno == EINTR }
        guard count > 0 else { return false }
        connection.session.receive(buffer[..<count])
        connection.lastActive = milliseconds
        return !connection.session.isOverfull
    }

    private func end(_ socket: Int32, reset: Bool) -> Bool {
        if reset {
            var option = linger(l_onoff: 1, l_linger: 0)
            setsockopt(socket, SOL_SOCKET, SO_LINGER, &option, socklen_t(MemoryLayout<linger>.size))
        }
        close(socket)
        return false
    }
}
