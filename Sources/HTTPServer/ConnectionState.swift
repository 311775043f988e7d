import Formats

/// What comes out of the bytes of a connection.
enum ConnectionStep {
    /// All bytes are used up; the next ones are awaited.
    case needsInput
    /// A head is whole: call `admit`, `tookWhole` or `refuse` with it before anything else.
    case head(HTTPHead)
    /// A request is whole.
    case request(HTTPHead, body: [UInt8], sequence: UInt64)
    /// The request was refused, and the answer to it is on its way.
    case refused(RefusalReason)
}

/// Why a request got its answer from the server itself.
enum RefusalReason: Equatable {
    case fault(HTTPFault.Reason)
    /// It did not arrive in time.
    case slow
    /// There was no room for it.
    case busy
    /// The handler did not answer in time.
    case unanswered
    /// TLS came to nothing.
    case handshake
    /// A proxy did not begin as it should.
    case badPreface

    var label: String {
        switch self {
        case .fault(let reason): reason.rawValue
        case .slow: "slow"
        case .busy: "busy"
        case .unanswered: "unanswered"
        case .handshake: "tls"
        case .badPreface: "proxy-protocol"
        }
    }
}

/// What the owner of the socket has to do once all output is written.
enum ConnectionEnd: Equatable {
    case none
    /// Say that no more will come, and go on reading until the peer closes.
    case shutdownWrite
    case close(reset: Bool)
}

/// One connection as a state machine without a socket: bytes and answers go in, requests and bytes come out. Times are
/// handed in, in nanoseconds of a clock that only goes forwards.
struct ConnectionState {
    enum Reading {
        case head
        case body(HTTPHead, left: Int)
        case chunks(HTTPHead, HTTPChunkedDecoder)
        /// What still comes is thrown away.
        case stopped
    }

    enum Ending: Equatable {
        case open
        /// All answers are in the output; when it is written the connection ends.
        case afterOutput(reset: Bool)
        /// Nothing more is written; waiting for the peer to close.
        case lingering
        case closed(reset: Bool)
    }

    /// A request that is not answered, or whose answer must wait for an earlier one.
    struct Awaited {
        var isHead: Bool
        var keepsAlive: Bool
        var since: UInt64
        var answer: HTTPAnswer?
    }

    /// A longer head is not kept when it has been served: there may be many connections.
    static let keptHeadBytes = 1024

    let limits: HTTPLimits
    let writer: ResponseWriter
    var reading = Reading.head
    var ending = Ending.open
    var parser: HTTPHeadParser
    /// The last head, unless it was a long one: who sends one request after the other says the same again and again.
    var lastHead: HTTPHead?
    /// What the handler has found out about the last head.
    var pass: (any HTTPPass)?
    /// Bytes that arrived and could not be used yet: `pending[pendingStart...]`.
    var pending: [UInt8] = []
    var pendingStart = 0
    /// Whether something pending was not even looked at, because too many answers were outstanding.
    var isPaused = false
    var body: [UInt8] = []
    var owesContinue = false
    var awaited: [Awaited] = []
    /// The sequence of the first of `awaited`.
    var firstSequence: UInt64 = 0
    /// Answers' bytes; those before `outputStart` are written.
    var output: [UInt8] = []
    var outputStart = 0
    var peerHasFinished = false
    var isDraining = false
    /// Whether an answer goes on until the connection ends.
    var isStreaming = false
    var hasServed = false
    /// When the present wait of the reading side began: for the first byte of a head, its last, or a body's.
    var readingSince: UInt64
    var outputSince: UInt64 = 0
    var outputWritten = 0
    var endingSince: UInt64 = 0

    init(limits: HTTPLimits, now: UInt64, writer: ResponseWriter = ResponseWriter()) {
        self.limits = limits
        self.writer = writer
        parser = HTTPHeadParser(maxBytes: limits.maxHeaderBytes)
        readingSince = now
    }

    var pendingCount: Int { pending.count - pendingStart }
    var outputCount: Int { output.count - outputStart }
    var hasRoom: Bool { awaited.count < limits.maxPipelinedRequests && outputCount < limits.maxOutputBytes }

    /// Whether the next request is awaited and nothing of it is there.
    var isReady: Bool {
        guard case .head = reading else { return false }
        return pendingCount == 0 && !owesContinue
    }

    /// Whether bytes are waiting that could not be used before some answer had gone.
    var canResume: Bool {
        guard isPaused, case .head = reading, ending == .open else { return false }
        return hasRoom
    }

    /// Whether all requests so far have their answers, some of which are not sent, and nothing waits for them to be.
    var isAllAnswered: Bool { awaited.isEmpty && outputCount > 0 && ending == .open && !isPaused }

    /// Whether the socket should be read.
    var wantsInput: Bool {
        if peerHasFinished { return false }
        switch ending {
        case .open:
            switch reading {
            case .head: return hasRoom
            case .body, .chunks: return true
            // Nothing is expected of who reads on and on, but his end is to be noticed.
            case .stopped: return isStreaming
            }
        case .lingering: return true
        case .afterOutput, .closed: return false
        }
    }

    /// Whether nothing at all is going on, so that the connection can be closed without anybody missing it.
    var isIdle: Bool {
        guard case .head = reading else { return false }
        return pendingCount == 0 && awaited.isEmpty && outputCount == 0 && ending == .open
    }
}
