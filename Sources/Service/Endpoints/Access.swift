import Formats
import HTTPServer
import Platform
import Settings

/// Who may do what. Tokens are compared in constant time, every one of them, so that the time tells nothing.
struct Access: Sendable {
    private static let scheme = Array("bearer ".utf8)

    private let intakeTokens: [[UInt8]]
    private let intakeIsOpen: Bool
    private let adminTokens: [[UInt8]]

    init(_ settings: ServiceSettings) {
        intakeTokens = settings.intakeTokens.map { Array($0.utf8) }
        intakeIsOpen = settings.intakeIsOpen
        adminTokens = settings.adminTokens.map { Array($0.utf8) }
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
        return holds(one: intakeTokens, head) ? nil : Access.unauthorized("an IntakeToken")
    }

    /// Nil where the caller may look and operate, else the answer that turns it away.
    func refusesAdmin(_ head: HTTPHead, _ peer: HTTPPeer) -> HTTPResponse? {
        guard adminTokens.isEmpty else {
            return holds(one: adminTokens, head) ? nil : Access.unauthorized("an AdminToken")
        }
        guard Access.isThisMachine(head, peer) else {
            return .problem(
                status: 403,
                detail: "no AdminToken is configured, so only this machine may ask, and not through a proxy")
        }
        return nil
    }

    /// Nil where a change may be asked for, else the answer that turns it away: a page of another site must not do so with
    /// the credentials that a browser adds.
    static func refusesOrigin(_ head: HTTPHead) -> HTTPResponse? {
        guard let origin = head.value(of: "Origin") else { return nil }
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

    private func holds(one tokens: [[UInt8]], _ head: HTTPHead) -> Bool {
        guard let value = head.valueBytes(of: "Authorization"), value.count > Access.scheme.count,
            value.prefix(Access.scheme.count).elementsEqual(Access.scheme, by: { lowercased($0) == $1 })
        else { return false }
        let given = Array(value.dropFirst(Access.scheme.count))
        return tokens.reduce(false) { found, token in SecretComparison.equal(token, given) || found }
    }

    private static func unauthorized(_ what: String) -> HTTPResponse {
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
