import CPlatform
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
    /// What epoll was last told to watch; nil where it is to be told again.
    var interest: UInt32?
    /// Whether it is in the list of those to be settled at the end of the turn.
    var isTouched = false
    var isClosed = false
    /// The answer that goes on; nil where none does.
    var stream: HTTPStream?
    /// The shard's batch that its last request went into; nil before the first.
    var batchedIn: UInt64?
    /// Bytes of the body being received that are counted in the gauge.
    var chargedBytes = 0

    init(socket: Int32, token: UInt64, peer: HTTPPeer, state: ConnectionState) {
        self.socket = socket
        self.token = token
        self.peer = peer
        self.state = state
        interest = Connection.atFirst
    }

    /// Whether there is nothing to send, to go on with, to end, or to ask of epoll.
    var isSettled: Bool {
        layers == nil && state.ending == .open && state.outputCount == 0 && !state.isPaused
            && interest == Connection.interest(reads: state.wantsInput, writes: false)
    }

    /// What epoll watches of a new connection.
    static let atFirst = interest(reads: true, writes: false)

    /// What epoll is to watch. It tells of each change once, and does not look at every socket again after each answer; so what
    /// is left unread, or may be, has to be asked for anew.
    static func interest(reads: Bool, writes: Bool) -> UInt32 {
        ITP_EPOLLET | (reads ? ITP_EPOLLIN | ITP_EPOLLRDHUP : 0) | (writes ? ITP_EPOLLOUT : 0)
    }
}
