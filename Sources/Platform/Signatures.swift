import COpenSSL

/// Hashes, message authentication and signatures, by OpenSSL.
public enum Signatures {
    /// The hash functions that senders use.
    public enum Hash: Sendable {
        case sha1, sha256, sha512

        fileprivate var bits: Int32 {
            switch self {
            case .sha1: 1
            case .sha256: 256
            case .sha512: 512
            }
        }
    }

    /// HMAC (RFC 2104) of a message; nil where OpenSSL refuses.
    public static func hmac(_ hash: Hash, key: [UInt8], _ message: [UInt8]) -> [UInt8]? {
        var code = [UInt8](repeating: 0, count: 64)
        let count = unsafe key.withUnsafeBufferPointer { key in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe itp_hmac(hash.bits, key.baseAddress, key.count, message.baseAddress, message.count, &code)
            }
        }
        return count > 0 ? Array(code.prefix(count)) : nil
    }

    /// Whether a message was signed (PKCS #1 v1.5) by the RSA key of a certificate that is valid now; false also where the
    /// certificate cannot be read.
    public static func isSigned(_ message: [UInt8], by signature: [UInt8], certificate pem: [UInt8], _ hash: Hash)
        -> Bool
    {
        let result = unsafe pem.withUnsafeBufferPointer { pem in
            unsafe message.withUnsafeBufferPointer { message in
                unsafe signature.withUnsafeBufferPointer { signature in
                    unsafe itp_rsa_verify(
                        hash.bits, pem.baseAddress, pem.count, message.baseAddress, message.count,
                        signature.baseAddress, signature.count)
                }
            }
        }
        return result == 1
    }
}
