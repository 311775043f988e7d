public import Formats

/// What a handler has found out about a head that it let pass: it comes back with the request, and with the next head of the
/// same connection if that is written just the same. So a sender that says the same again and again is looked up once.
public protocol HTTPPass: AnyObject, Sendable {
    /// Takes a body that came whole and in one piece with the head, as it lies in what was read; so nothing has to be made of the
    /// request. No earlier request of the connection waits for `handle` then. `handle` is called before the turn is over, if
    /// only with an empty batch.
    ///
    /// - Returns: true promises an answer; false leaves the body to the handler, like any other.
    func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool
}

extension HTTPPass {
    /// Takes none.
    public func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool { false }
}

/// What is served. Both methods are called on a shard's queue and must not wait: whoever needs time keeps the
/// exchanges and answers from elsewhere.
public protocol HTTPHandler: Sendable {
    /// Takes all requests that became complete in one turn, of all connections of the shard, but for those that passes took.
    func handle(_ batch: [HTTPExchange])

    /// Looks at a head before its body is read; an answer here refuses the request, and closes the connection if a
    /// body was to follow. Nil lets it pass.
    ///
    /// - Parameter pass: what was left here for the same head on the same connection, nil where it is another one; and what is to
    ///   come back with the request. Whether it still holds is for the handler to say.
    func admit(_ head: HTTPHead, peer: HTTPPeer, pass: inout (any HTTPPass)?) -> HTTPResponse?
}

extension HTTPHandler {
    /// Lets everything pass.
    public func admit(_ head: HTTPHead, peer: HTTPPeer, pass: inout (any HTTPPass)?) -> HTTPResponse? { nil }
}
