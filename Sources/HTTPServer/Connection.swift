import Formats

/// A socket and its state; belongs to one shard's queue.
final class Connection {
    let socket: Int32
    let token: UInt64
    /// Who sends; a proxy's preface may name somebody else than the socket does.
    var peer: HTTPPeer
    /// Who may speak for others on this connection; empty unless the peer is one of them.
    var trusted = TrustedPeers()
    /// The address that this connection is counted for.
    var countedFor: IPAddress?
    /// What stands between the socket and the requests; nil where nothing does.
    var layers: ConnectionLayers?
    var state: ConnectionState
    /// What epoll was last told to watch.
    var interest: UInt32
    /// Whether it is in the list of those to be settled at the end of the turn.
    var isTouched = false
    var isClosed = false
    /// The answer that goes on; nil where none does.
    var stream: HTTPStream?
    /// Bytes of the body being received that are counted in the gauge.
    var chargedBytes = 0

    init(socket: Int32, token: UInt64, peer: HTTPPeer, state: ConnectionState, interest: UInt32) {
        self.socket = socket
        self.token = token
        self.peer = peer
        self.state = state
        self.interest = interest
    }
}
