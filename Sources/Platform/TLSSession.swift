import COpenSSL

/// One connection's TLS, without a socket: what came from the peer goes in, what is for the peer comes out. For one thread at a
/// time.
@safe public final class TLSSession {
    /// How far the handshake has come.
    public enum Handshake: Sendable, Equatable {
        /// The peer's next message is awaited.
        case waits
        case done
        /// What is in the output tells the peer why.
        case failed(reason: String)
    }

    /// What a reading gave.
    public enum Reading: Sendable, Equatable {
        /// So many bytes are in the buffer.
        case bytes(Int)
        /// More has to come from the peer.
        case waits
        /// The peer has said that nothing more will come.
        case closed
        case failed(reason: String)
    }

    private let ssl: OpaquePointer
    /// Whether requests may be read and answers written.
    public private(set) var isEstablished = false

    init(_ ssl: OpaquePointer) { unsafe self.ssl = ssl }

    deinit { unsafe SSL_free(ssl) }

    /// Takes what the peer has sent.
    public func receive(_ bytes: Span<UInt8>) {
        unsafe bytes.withUnsafeBufferPointer { buffer in
            // A buffer in memory takes everything.
            _ = unsafe BIO_write(SSL_get_rbio(ssl), buffer.baseAddress, Int32(buffer.count))
        }
    }

    /// Goes on with the handshake as far as what has come allows. This is the costly part: a private key is used.
    public func handshake() -> Handshake {
        ERR_clear_error()
        let code = unsafe SSL_do_handshake(ssl)
        if code == 1 {
            isEstablished = true
            return .done
        }
        if unsafe SSL_get_error(ssl, code) == SSL_ERROR_WANT_READ { return .waits }
        return .failed(reason: TLSContext.reason())
    }

    /// Decrypts the next bytes into the buffer.
    public func read(into buffer: inout [UInt8]) -> Reading {
        ERR_clear_error()
        let code = unsafe buffer.withUnsafeMutableBytes { room in
            unsafe SSL_read(ssl, room.baseAddress, Int32(room.count))
        }
        if code > 0 { return .bytes(Int(code)) }
        switch unsafe SSL_get_error(ssl, code) {
        case SSL_ERROR_WANT_READ: return .waits
        case SSL_ERROR_ZERO_RETURN: return .closed
        default: return .failed(reason: TLSContext.reason())
        }
    }

    /// Encrypts bytes from `start` on, at most a record of them; answers how many, nil where the session has failed.
    public func write(_ bytes: [UInt8], from start: Int) -> Int? {
        ERR_clear_error()
        let code = unsafe bytes.withUnsafeBytes { all in
            let rest = unsafe UnsafeRawBufferPointer(rebasing: all[start...])
            return unsafe SSL_write(ssl, rest.baseAddress, Int32(min(rest.count, 1 << 20)))
        }
        return code > 0 ? Int(code) : nil
    }

    /// Tells the peer that nothing more will come.
    public func close() {
        ERR_clear_error()
        // The peer's own farewell is not waited for: HTTP says where an answer ends.
        if isEstablished { _ = unsafe SSL_shutdown(ssl) }
    }

    /// Appends what is for the peer.
    public func takeOutput(into out: inout [UInt8]) {
        let count = unsafe Int(itp_ssl_waiting_output(ssl))
        guard count > 0 else { return }
        let start = out.count
        out.append(contentsOf: repeatElement(0, count: count))
        let taken = unsafe out.withUnsafeMutableBytes { bytes in
            let room = unsafe UnsafeMutableRawBufferPointer(rebasing: bytes[start...])
            return unsafe BIO_read(SSL_get_wbio(ssl), room.baseAddress, Int32(room.count))
        }
        out.removeLast(count - max(0, Int(taken)))
    }

    /// The version agreed upon, for instance `TLSv1.3`.
    public var version: String { unsafe String(cString: SSL_get_version(ssl)) }
}
