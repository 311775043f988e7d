import Formats

/// A bound on everything that a peer could make us wait for or hold.
public struct HTTPLimits: Sendable {
    /// Bytes of a request's head.
    public var maxHeaderBytes = 16384
    /// Bytes of a request's body.
    public var maxBodyBytes = 10 << 20
    /// Paths below which bodies may be longer: mail comes with its attachments.
    public var longerBodies: [(prefix: String, bytes: Int)] = []
    /// Bytes of all bodies that are being received or have not been answered.
    public var maxBodyBytesInFlight = 256 << 20
    /// Connections open at once; a further one is answered 503.
    public var maxConnections = 4096
    /// Requests of one connection in all; the answer to the last of them says so, and whoever comes again may meet another
    /// certificate and has to share anew.
    public var maxRequestsPerConnection = 100_000
    /// Requests of one connection that wait for an answer; beyond it the connection is not read.
    public var maxPipelinedRequests = 32
    /// Bytes of answers that one connection has not taken; beyond it the connection is not read.
    public var maxOutputBytes = 256 << 10
    /// Time for a head, from the connection's or the head's first byte to its last.
    public var headerTimeoutSeconds = 10
    /// Time for a body, and for the peer to take an answer; each `minBytesPerSecond` that arrive add a second.
    public var bodyTimeoutSeconds = 30
    /// A peer slower than this over its whole body is cut off.
    public var minBytesPerSecond = 16 << 10
    /// Time between two requests of a connection.
    public var idleTimeoutSeconds = 60
    /// Time for the handler to answer; then the peer gets 503.
    public var answerTimeoutSeconds = 120
    /// Time for the answer once the peer has said that it will send no more; it may be gone altogether.
    public var halfClosedTimeoutSeconds = 5
    /// Time in which what the peer still sends is thrown away, so that it can read our last answer.
    public var lingerTimeoutSeconds = 3
    /// What `Retry-After` says when we have no room.
    public var retryAfterSeconds = 5

    /// The limits for a service that anybody may reach.
    public init() {}

    /// Whether a body of that length is taken; the path of a request matters only to a long one.
    func allows(_ length: Int, of head: HTTPHead) -> Bool { length <= maxBodyBytes || length <= maxBodyBytes(of: head) }

    /// Bytes of the body of this request.
    func maxBodyBytes(of head: HTTPHead) -> Int {
        guard !longerBodies.isEmpty else { return maxBodyBytes }
        let path = head.target.path
        let longer = longerBodies.filter { path == $0.prefix || path.hasPrefix($0.prefix + "/") }.map(\.bytes).max()
        return max(maxBodyBytes, longer ?? 0)
    }
}
