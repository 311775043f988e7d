import CPlatform
import Formats
import Glibc
import Platform

/// Connections that do not carry plain requests from their first byte on.
extension Shard {
    /// Handshakes in a round; between two rounds everybody else is served. One costs about a millisecond.
    static let maxHandshakesPerRound = 2
    /// What one reading decrypts, at most: a record of TLS.
    static let plainBufferBytes = 16 << 10
    /// Encrypted bytes that wait for a peer, at most about so many more than one record.
    static let maxCipherBytes = 64 << 10

    /// Puts what the listener and the rules demand between the socket and the requests.
    func addLayers(to connection: Connection, _ listener: ListeningSocket, _ rules: EntryRules) {
        let expectsPreface = rules.expectsPreface && !connection.trusted.isNobody
        guard expectsPreface || listener.isSecure else { return }
        var session: TLSSession?
        if listener.isSecure {
            session = rules.tls?.accept()
            guard session != nil else {
                note(.handshake)
                return drop(connection, reset: true)
            }
            connection.peer.isSecure = true
            if plainBuffer.isEmpty { plainBuffer = [UInt8](repeating: 0, count: Self.plainBufferBytes) }
        }
        connection.layers = ConnectionLayers(expectsPreface: expectsPreface, session: session)
    }

    /// Takes what a socket gave.
    func receiveLayered(_ connection: Connection, _ layers: ConnectionLayers, _ bytes: Span<UInt8>) {
        var start = 0
        if layers.preface != nil {
            guard let consumed = takePreface(connection, layers, bytes) else { return }
            start = consumed
        }
        let rest = bytes.extracting(start..<bytes.count)
        guard let session = layers.session else { return pump(connection, rest) }
        session.receive(rest)
        if session.isEstablished { return decrypt(connection, layers, session) }
        guard !layers.isQueued else { return }
        layers.isQueued = true
        handshakes.append(connection)
    }

    /// Reads on in the preface; answers how many of the bytes belonged to it, nil while it is not over, or where it is wrong.
    private func takePreface(
        _ connection: Connection, _ layers: ConnectionLayers, _ bytes: Span<UInt8>
    ) -> Int? {
        guard var held = layers.preface else { return 0 }
        let before = held.count
        held.append(bytes)
        switch ProxyPreface.parse(held.span) {
        case .incomplete:
            layers.preface = held
            return nil
        case .invalid:
            note(.badPreface)
            drop(connection, reset: true)
            return nil
        case .complete(let client, let consumed):
            layers.preface = nil
            if let client {
                connection.peer = HTTPPeer(
                    host: client.description, isLoopback: false, address: client, isForwarded: true,
                    isSecure: layers.session != nil)
                if !connection.trusted.contains(client) { connection.trusted = TrustedPeers() }
            }
            return consumed - before
        }
    }

    /// Goes on with a few of the handshakes that wait. Answers whether more do.
    func runHandshakes() -> Bool {
        let count = min(handshakes.count, Self.maxHandshakesPerRound)
        guard count > 0 else { return false }
        let due = handshakes[..<count]
        handshakes.removeFirst(count)
        for connection in due where !connection.isClosed {
            guard let layers = connection.layers, let session = layers.session else { continue }
            layers.isQueued = false
            switch session.handshake() {
            case .waits: touch(connection)
            case .done: decrypt(connection, layers, session)
            case .failed:
                note(.handshake)
                // The peer is told why, if it takes it at once.
                session.takeOutput(into: &layers.cipher)
                _ = Sockets.send(connection.socket, layers.cipher, from: layers.cipherStart)
                drop(connection, reset: false)
            }
        }
        return !handshakes.isEmpty
    }

    /// Hands on everything that can be read.
    private func decrypt(_ connection: Connection, _ layers: ConnectionLayers, _ session: TLSSession) {
        while !connection.isClosed {
            switch session.read(into: &plainBuffer) {
            case .bytes(let count):
                // A second reference, not a copy: it is gone before the buffer is written again.
                let bytes = plainBuffer
                pump(connection, bytes.span.extracting(0..<count))
            case .waits: return touch(connection)
            case .closed:
                connection.state.peerFinished(now: now)
                return touch(connection)
            case .failed:
                note(.handshake)
                return drop(connection, reset: true)
            }
        }
    }

    /// Encrypts and sends what there is, as much as the socket takes. Answers whether the connection is still there.
    func sendLayered(_ connection: Connection, _ layers: ConnectionLayers, _ session: TLSSession) -> Bool {
        while true {
            session.takeOutput(into: &layers.cipher)
            if layers.cipherCount > 0 {
                switch Sockets.send(connection.socket, layers.cipher, from: layers.cipherStart) {
                case .moved(let count): layers.wroteCipher(count)
                case .wouldBlock: return true
                case .failed:
                    drop(connection, reset: false)
                    return false
                }
                continue
            }
            guard session.isEstablished, connection.state.outputCount > 0 else { break }
            while connection.state.outputCount > 0, layers.cipherCount < Self.maxCipherBytes {
                guard let count = session.write(connection.state.output, from: connection.state.outputStart) else {
                    drop(connection, reset: true)
                    return false
                }
                connection.state.wrote(count, now: now)
                session.takeOutput(into: &layers.cipher)
            }
        }
        if layers.mustShutDown {
            layers.mustShutDown = false
            _ = shutdown(connection.socket, Int32(SHUT_WR))
        }
        return true
    }

    /// Says that nothing more will come: by TLS's own farewell first.
    func shutDownLayered(_ connection: Connection, _ layers: ConnectionLayers, _ session: TLSSession) -> Bool {
        session.close()
        layers.mustShutDown = true
        return sendLayered(connection, layers, session)
    }
}
