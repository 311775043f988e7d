import COpenSSL

/// Why a certificate and its key cannot be used.
public enum TLSError: Error, Sendable, Equatable, CustomStringConvertible {
    /// OpenSSL could not be set up at all.
    case unavailable(reason: String)
    /// The file with the certificates.
    case certificate(path: String, reason: String)
    /// The file with the key.
    case key(path: String, reason: String)
    /// The two do not belong together.
    case mismatch(certificate: String, key: String)

    /// The failure as one line, with what to do.
    public var description: String {
        switch self {
        case .unavailable(let reason): "TLS cannot be set up: \(reason)"
        case .certificate(let path, let reason):
            "the certificates in \(path) cannot be used: \(reason); it holds the server's own in PEM, then those above it"
        case .key(let path, let reason):
            "the key in \(path) cannot be used: \(reason); it is a private key in PEM without a passphrase"
        case .mismatch(let certificate, let key):
            "the key in \(key) is not that of the first certificate in \(certificate)"
        }
    }
}

/// A server's certificate, key and rules of TLS: versions 1.2 and 1.3, forward secrecy, HTTP/1.1 by ALPN.
///
/// Unchecked: OpenSSL counts the references to a context, and nothing is changed once it is made.
@safe public final class TLSContext: @unchecked Sendable {
    /// Whether the certificate may be used today.
    public enum Validity: Sendable, Equatable {
        case valid
        case notYet
        case over
    }

    private let context: OpaquePointer

    /// Reads both files and makes sure that they belong together.
    public init(certificatePath: String, keyPath: String) throws(TLSError) {
        guard let context = unsafe itp_ssl_server_context() else {
            throw .unavailable(reason: TLSContext.reason())
        }
        unsafe self.context = context
        unsafe itp_ssl_never_ask(context)
        guard unsafe itp_ssl_use_chain(context, certificatePath) == 1 else {
            throw .certificate(path: certificatePath, reason: TLSContext.reason())
        }
        guard unsafe itp_ssl_use_key(context, keyPath) == 1 else {
            let reason = TLSContext.reason()
            // OpenSSL compares as soon as it has both.
            if reason.contains("mismatch") { throw .mismatch(certificate: certificatePath, key: keyPath) }
            throw .key(path: keyPath, reason: reason)
        }
        guard unsafe SSL_CTX_check_private_key(context) == 1 else {
            throw .mismatch(certificate: certificatePath, key: keyPath)
        }
    }

    deinit { unsafe SSL_CTX_free(context) }

    /// Whether the certificate may be used today.
    public var validity: Validity {
        switch unsafe itp_ssl_certificate_time(context) {
        case 1: .valid
        case -1: .notYet
        default: .over
        }
    }

    /// A session for a connection just taken; nil where memory has run out.
    public func accept() -> TLSSession? {
        guard let ssl = unsafe itp_ssl_accepting(context) else { return nil }
        return unsafe TLSSession(ssl)
    }

    /// Why OpenSSL's last call failed.
    static func reason() -> String {
        unsafe withUnsafeTemporaryAllocation(of: CChar.self, capacity: 256) { text in
            guard let start = text.baseAddress else { return "" }
            unsafe itp_ssl_reason(start, text.count)
            return unsafe String(cString: start)
        }
    }
}
