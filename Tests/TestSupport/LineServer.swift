import Glibc
import Platform

/// A TCP server on a free port of the loopback for protocols made of lines (SMTP, POP3, IMAP): a thread a connection runs
/// the test's script.
public final class LineServer: Sendable {
    /// One connection as the script sees it.
    public final class Session: @unchecked Sendable {
        // One thread's alone: the one that runs the script.
        private let descriptor: Int32
        private var pending: [UInt8] = []

        init(_ descriptor: Int32) { self.descriptor = descriptor }

        /// The next line without its end; nil when the other side has gone.
        public func readLine() -> String? {
            while true {
                if let end = pending.firstIndex(of: 0x0A) {
                    let line = pending[..<end].filter { $0 != 0x0D }
                    pending.removeFirst(end + 1)
                    return String(decoding: line, as: UTF8.self)
                }
                var chunk = [UInt8](repeating: 0, count: 16_384)
                let count = recv(descriptor, &chunk, chunk.count, 0)
                if count <= 0 { return nil }
                pending += chunk.prefix(count)
            }
        }

        /// Writes a text as it is.
        public func write(_ text: String) {
            var rest = Array(text.utf8)[...]
            while !rest.isEmpty {
                let count = rest.withUnsafeBytes { send(descriptor, $0.baseAddress, $0.count, Int32(MSG_NOSIGNAL)) }
                if count <= 0 { return }
                rest = rest.dropFirst(count)
            }
        }

        /// The connection will be reset instead of closed.
        public func reset() {
            var linger = linger(l_onoff: 1, l_linger: 0)
            setsockopt(descriptor, SOL_SOCKET, SO_LINGER, &linger, socklen_t(MemoryLayout.size(ofValue: linger)))
        }
    }

    private struct State: Sendable {
        var connections: [Int32] = []
        var threads: [SystemThread] = []
        var isStopping = false
    }

    /// The port.
    public let port: UInt16
    private let listener: Int32
    private let state = Guarded(State())
    private let script: @Sendable (Session) -> Void

    /// Listens and serves.
    public init(_ script: @escaping @Sendable (Session) -> Void) throws {
        self.script = script
        let listener = try check("socket", on: "loopback") { socket(AF_INET, Int32(SOCK_STREAM.rawValue), 0) }
        self.listener = listener
        var address = sockaddr_in()
        address.sin_family = sa_family_t(AF_INET)
        address.sin_addr.s_addr = UInt32(0x7F00_0001).bigEndian
        var size = socklen_t(MemoryLayout<sockaddr_in>.size)
        try withUnsafeMutablePointer(to: &address) { pointer in
            try pointer.withMemoryRebound(to: sockaddr.self, capacity: 1) { generic in
                _ = try check("bind", on: "loopback") { bind(listener, generic, size) }
                _ = try check("getsockname", on: "loopback") { getsockname(listener, generic, &size) }
            }
        }
        port = UInt16(bigEndian: address.sin_port)
        try check("listen", on: "loopback") { listen(listener, 64) }
        let thread = try SystemThread(name: "test-lines") { [self] in accept() }
        state.with { $0.threads.append(thread) }
    }

    /// Ends every connection and waits for the threads.
    public func stop() {
        shutdown(listener, Int32(SHUT_RDWR))
        state.with { state in
            state.isStopping = true
            for connection in state.connections { shutdown(connection, Int32(SHUT_RDWR)) }
        }
        while let thread = state.with({ $0.threads.popLast() }) { thread.join() }
        close(listener)
    }

    private func accept() {
        while true {
            let connection = Glibc.accept(listener, nil, nil)
            if connection < 0 { return }
            state.with { state in
                guard !state.isStopping,
                    let thread = try? SystemThread(name: "test-line", { [self] in serve(connection) })
                else {
                    close(connection)
                    return
                }
                state.connections.append(connection)
                state.threads.append(thread)
            }
        }
    }

    private func serve(_ connection: Int32) {
        script(Session(connection))
        state.with { state in
            state.connections.removeAll { $0 == connection }
            close(connection)
        }
    }
}
