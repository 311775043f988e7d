import Formats
import Platform

/// What stands between a socket and the requests on it: the preface of a proxy, TLS, or one after the other.
final class ConnectionLayers {
    /// What has come of the preface; nil once it is over, or where none is expected.
    var preface: [UInt8]?
    let session: TLSSession?
    /// Whether the connection waits for its turn with the handshake.
    var isQueued = false
    /// Encrypted bytes for the peer; those before `cipherStart` are written.
    var cipher: [UInt8] = []
    var cipherStart = 0
    /// Whether the peer is to be told that nothing more comes, once all is written.
    var mustShutDown = false

    init(expectsPreface: Bool, session: TLSSession?) {
        preface = expectsPreface ? [] : nil
        self.session = session
    }

    var cipherCount: Int { cipher.count - cipherStart }

    func wroteCipher(_ count: Int) {
        cipherStart += count
        guard cipherStart == cipher.count else { return }
        cipher.removeAll(keepingCapacity: cipher.capacity <= 64 << 10)
        cipherStart = 0
    }
}
