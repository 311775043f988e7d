import Formats
import HTTPServer
import Platform

/// Who has logged in with a browser: each has a cookie that stands for the token he gave. They live in memory; after a restart
/// one logs in again.
final class Sessions: Sendable {
    /// How long one is good.
    static let lifetimeSeconds = 12 * 3600
    /// Sessions at once; the oldest makes way.
    static let limit = 256
    private static let cookie = "itp_session"
    private static let keyBytes = 32

    private struct Session: Sendable {
        var key: [UInt8]
        var token: [UInt8]
        var ends: UInt64
    }

    private let open = Guarded<[Session]>([])
    private let clock: any Clock
    private let random: any RandomSource

    init(clock: any Clock, random: any RandomSource) {
        self.clock = clock
        self.random = random
    }

    /// Opens one for whoever has given this token; gives the header that tells his browser.
    func open(_ token: [UInt8], isSecure: Bool) -> (String, String) {
        let key = random.bytes(Sessions.keyBytes).map { byte in
            let digits = String(byte, radix: 16)
            return digits.count == 1 ? "0" + digits : digits
        }.joined()
        let now = clock.monotonicNanoseconds
        let session = Session(
            key: Array(key.utf8), token: token, ends: now + UInt64(Sessions.lifetimeSeconds) * 1_000_000_000)
        open.with { open in
            open.removeAll { $0.ends <= now }
            if open.count >= Sessions.limit { open.removeFirst() }
            open.append(session)
        }
        return Sessions.header(key, seconds: Sessions.lifetimeSeconds, isSecure: isSecure)
    }

    /// Ends the session of this head, if it has one; gives the header that makes the browser forget it.
    func close(_ head: HTTPHead, isSecure: Bool) -> (String, String) {
        for key in Sessions.keys(head) { open.with { $0.removeAll { SecretComparison.equal($0.key, key) } } }
        return Sessions.header("", seconds: 0, isSecure: isSecure)
    }

    /// The token that the head's cookie stands for; nil without one, or where it is over.
    func token(_ head: HTTPHead) -> [UInt8]? {
        let keys = Sessions.keys(head)
        guard !keys.isEmpty else { return nil }
        let now = clock.monotonicNanoseconds
        return open.with { open in
            var found: [UInt8]?
            for session in open where session.ends > now {
                for key in keys where SecretComparison.equal(session.key, key) { found = session.token }
            }
            return found
        }
    }

    private static func keys(_ head: HTTPHead) -> [[UInt8]] {
        head.values(of: "Cookie").flatMap { $0.split(separator: ";") }.compactMap { pair in
            let parts = pair.trimmed.split(separator: "=", maxSplits: 1)
            return parts.count == 2 && parts[0] == cookie ? Array(parts[1].utf8) : nil
        }.prefix(4).map(\.self)
    }

    private static func header(_ key: String, seconds: Int, isSecure: Bool) -> (String, String) {
        let secure = isSecure ? "; Secure" : ""
        return ("Set-Cookie", "\(cookie)=\(key); Path=/; Max-Age=\(seconds); HttpOnly; SameSite=Strict\(secure)")
    }
}
