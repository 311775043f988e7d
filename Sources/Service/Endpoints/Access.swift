import Formats
import HTTPServer
import Platform
import Settings

/// Who looks and operates, and how far he may.
struct Operator: Sendable, Equatable {
    var name: String
    /// The tenants whose events he may see and tend, in small letters; nil = everything.
    var tenants: Set<String>?
    var isReadOnly: Bool

    func sees(_ tenant: String) -> Bool { tenants?.contains(tenant.lowercased()) ?? true }
}

/// Who may do what. Tokens are compared in constant time, every one of them, so that the time tells nothing.
struct Access: Sendable {
    /// What came of the question who asks.
    enum Entry: Sendable {
        /// By a cookie, which a browser adds by itself, or by a header that somebody has to write.
        case may(Operator, byCookie: Bool)
        case refused(HTTPResponse)
    }

    private struct Token: Sendable {
        var bytes: [UInt8]
        var whose: Operator
    }

    private static let scheme = Array("bearer ".utf8)

    private let intakeTokens: [[UInt8]]
    private let intakeIsOpen: Bool
    private let operators: [Token]

    init(_ settings: ServiceSettings) {
        intakeTokens = settings.intakeTokens.map { Array($0.utf8) }
        intakeIsOpen = settings.intakeIsOpen
        operators = settings.operators.map { token in
            Token(
                bytes: Array(token.token.utf8),
                whose: Operator(name: token.name, tenants: token.tenants, isReadOnly: token.isReadOnly))
        }
    }

    /// Nil where the sender may post alerts, else the answer that turns it away.
    func refusesIntake(_ head: HTTPHead, _ peer: HTTPPeer) -> HTTPResponse? {
        if intakeIsOpen { return nil }
        guard !intakeTokens.isEmpty else {
            return Access.isThisMachine(head, peer)
                ? nil
                : .problem(
                    status: 403,
                    detail:
                        "no IntakeToken is configured, so only this machine may post alerts, and not through a proxy "
                        + "or from another site's page")
        }
        let given = Access.bearer(head) ?? []
        let isRight = intakeTokens.reduce(false) { found, token in SecretComparison.equal(token, given) || found }
        return isRight ? nil : Access.unauthorized("an IntakeToken")
    }

    /// Whether people have to say who they are.
    var asksForToken: Bool { !operators.isEmpty }

    /// Who it is whose token this is; nil where it is nobody's.
    func whose(_ given: [UInt8]) -> Operator? {
        operators.reduce(nil) { found, token in
            SecretComparison.equal(token.bytes, given) && found == nil ? token.whose : found
        }
    }

    /// Who asks, by a token in the head or by a session that was opened with one.
    func enter(_ head: HTTPHead, _ peer: HTTPPeer, _ sessions: Sessions) -> Entry {
        guard asksForToken else {
            guard Access.isThisMachine(head, peer) else {
                return .refused(
                    .problem(
                        status: 403,
                        detail: "no AdminToken is configured, so only this machine may ask, and not through a proxy"))
            }
            return .may(Operator(name: "local", tenants: nil, isReadOnly: false), byCookie: false)
        }
        if let given = Access.bearer(head) {
            guard let whose = whose(given) else { return .refused(Access.unauthorized("an AdminToken")) }
            return .may(whose, byCookie: false)
        }
        // A token that has left the configuration ends its sessions.
        if let token = sessions.token(head), let whose = whose(token) { return .may(whose, byCookie: true) }
        return .refused(Access.unauthorized("an AdminToken"))
    }

    /// Nil where a change may be asked for, else the answer that turns it away: a page of another site must not do so with
    /// the credentials that a browser adds. Where they are such, the page has to say where it is from.
    static func refusesOrigin(_ head: HTTPHead, byCookie: Bool) -> HTTPResponse? {
        guard let origin = head.value(of: "Origin") else {
            return byCookie ? .problem(status: 403, detail: "with a cookie an Origin header is needed") : nil
        }
        if let slashes = origin.firstRange(of: "://"), let host = head.value(of: "Host"),
            String(origin[slashes.upperBound...]).equalsIgnoringCase(host)
        {
            return nil
        }
        return .problem(status: 403, detail: "the Origin '\(origin)' is another site than this one")
    }

    /// A page in a browser on this machine, or a proxy on it, speaks for others: both give themselves away.
    private static func isThisMachine(_ head: HTTPHead, _ peer: HTTPPeer) -> Bool {
        let forwarded = ["X-Forwarded-For", "Forwarded", "X-Real-IP", "Via"].contains { head.value(of: $0) != nil }
        guard peer.isLoopback, !forwarded, isLoopbackHost(head.value(of: "Host") ?? "") else { return false }
        guard let origin = head.value(of: "Origin") else { return true }
        guard let slashes = origin.firstRange(of: "://") else { return false }
        return isLoopbackHost(String(origin[slashes.upperBound...]))
    }

    /// What stands behind `Bearer` in the head; nil where that is not there.
    private static func bearer(_ head: HTTPHead) -> [UInt8]? {
        guard let value = head.valueBytes(of: "Authorization") else { return nil }
        guard value.count > Access.scheme.count,
            value.prefix(Access.scheme.count).elementsEqual(Access.scheme, by: { lowercased($0) == $1 })
        else { return [] }
        return Array(value.dropFirst(Access.scheme.count))
    }

    static func unauthorized(_ what: String) -> HTTPResponse {
        var response = HTTPResponse.problem(
            status: 401, detail: "\(what) is needed: Authorization: Bearer …")
        response.headers.append(("WWW-Authenticate", "Bearer"))
        return response
    }

    static func isLoopbackHost(_ host: String) -> Bool {
        let name = host.hasPrefix("[") ? String(host.prefix { $0 != "]" }) + "]" : String(host.prefix { $0 != ":" })
        if name.equalsIgnoringCase("localhost") || name == "[::1]" { return true }
        // An address, and not somebody's name that begins like one.
        let parts = name.split(separator: ".", omittingEmptySubsequences: false)
        return parts.count == 4 && parts[0] == "127" && parts.allSatisfy { UInt8($0) != nil }
    }
}
