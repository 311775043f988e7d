public import Formats

/// What is served. Both methods are called on a shard's queue and must not wait: whoever needs time keeps the
/// exchanges and answers from elsewhere.
public protocol HTTPHandler: Sendable {
    /// Takes all requests that became complete in one turn, of all connections of the shard.
    func handle(_ batch: [HTTPExchange])

    /// Looks at a head before its body is read; an answer here refuses the request, and closes the connection if a
    /// body was to follow. Nil lets it pass.
    func admit(_ head: HTTPHead, peer: HTTPPeer) -> HTTPResponse?
}

extension HTTPHandler {
    /// Lets everything pass.
    public func admit(_ head: HTTPHead, peer: HTTPPeer) -> HTTPResponse? { nil }
}
