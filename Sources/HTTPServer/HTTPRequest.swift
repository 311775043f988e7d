public import Formats

/// Who sent a request.
public struct HTTPPeer: Sendable, Equatable {
    /// The address without a port, for instance `127.0.0.1` or `::1`; `unix` through a Unix socket.
    public var host: String
    /// Whether the request came from this machine.
    public var isLoopback: Bool
    /// The address; nil for whoever came through a Unix socket.
    public var address: IPAddress?
    /// Whether a proxy that is trusted to do so says that it was this one.
    public var isForwarded: Bool
    /// Whether the client's connection is encrypted, as far as we or a trusted proxy can tell.
    public var isSecure: Bool

    /// Makes a peer from its address.
    public init(
        host: String, isLoopback: Bool, address: IPAddress? = nil, isForwarded: Bool = false, isSecure: Bool = false
    ) {
        self.isSecure = isSecure
        self.host = host
        self.isLoopback = isLoopback
        self.address = address
        self.isForwarded = isForwarded
    }
}

/// A request with its whole body.
public struct HTTPRequest: Sendable {
    /// The head, checked.
    public let head: HTTPHead
    /// The body as it came, without chunks; empty where there is none.
    public let body: [UInt8]
    /// Who sent it.
    public let peer: HTTPPeer
    /// What the handler has left with the head.
    public let pass: (any HTTPPass)?

    /// Makes a request from its parts.
    public init(head: HTTPHead, body: [UInt8], peer: HTTPPeer, pass: (any HTTPPass)? = nil) {
        self.pass = pass
        self.head = head
        self.body = body
        self.peer = peer
    }

    /// The method, for instance `POST`.
    public var method: String { head.method }

    /// The target as it was written, query and all.
    public var rawTarget: String { head.rawTarget }

    /// The target, taken apart; ask once and keep it.
    public var target: HTTPTarget { head.target }

    /// The path with its percent-encoding resolved, without the query.
    public var path: String { head.target.path }

    /// The items of the query.
    public var queryItems: [HTTPTarget.QueryItem] { head.target.queryItems }

    /// All headers in their order.
    public var headers: [(name: String, value: String)] { head.headers }

    /// The first header of that name, in upper or lower case.
    public func header(_ name: String) -> String? { head.value(of: name) }
}
