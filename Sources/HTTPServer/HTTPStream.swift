import Synchronization

/// An answer that goes on: whoever began it sends pieces of its body, from any thread, until either side ends it.
///
/// What the peer does not take in time is bounded: past `limitBytes` the connection is cut off, so that a slow reader costs
/// nobody else anything.
public final class HTTPStream: Sendable {
    /// Bytes that may be on their way to the connection, and as many again that wait for the peer there.
    public static let limitBytes = 256 << 10

    private let sink: any AnswerSink
    private let connection: UInt64
    private let isOver = Atomic<Bool>(false)
    private let bytesOnTheWay = Atomic<Int>(0)

    init(sink: any AnswerSink, connection: UInt64) {
        self.sink = sink
        self.connection = connection
    }

    /// Whether anybody is there who may still read.
    public var isOpen: Bool { !isOver.load(ordering: .relaxed) }

    /// Sends a piece; one that comes when too many are on their way already ends the connection.
    public func send(_ bytes: [UInt8]) {
        guard isOpen, !bytes.isEmpty else { return }
        let waiting = bytesOnTheWay.add(bytes.count, ordering: .relaxed).newValue
        guard waiting <= HTTPStream.limitBytes else { return sink.deliver(.cutOff(self), connection: connection) }
        sink.deliver(.piece(bytes, self), connection: connection)
    }

    /// Ends the answer and with it the connection, once all has been sent.
    public func close() {
        if isOpen { sink.deliver(.end, connection: connection) }
    }

    /// A piece has come to the connection.
    func arrived(_ bytes: [UInt8]) { bytesOnTheWay.subtract(bytes.count, ordering: .relaxed) }

    /// The connection is gone.
    func end() { isOver.store(true, ordering: .relaxed) }
}

/// What is sent on a stream.
enum StreamPart: Sendable {
    case piece([UInt8], HTTPStream)
    case end
    /// Too much is on its way.
    case cutOff(HTTPStream)
}

extension ConnectionState {
    /// Begins an answer that goes on until the connection ends; what the peer still sends is thrown away.
    mutating func beginStream(_ response: HTTPResponse, isHead: Bool, now: UInt64) {
        append(writer.streamHead(response), now: now)
        if isHead { return end(reset: false, now: now) }
        // Who has left before it began will not be heard to leave again.
        if peerHasFinished {
            ending = .closed(reset: false)
            return
        }
        append(response.body, now: now)
        isStreaming = true
        reading = .stopped
        awaited = []
        pending = []
        pendingStart = 0
    }

    /// Takes a part of the answer that goes on; a peer that has not taken what came before is cut off.
    mutating func stream(_ part: StreamPart, now: UInt64) {
        guard ending == .open else { return }
        // It waits behind another answer: what was sent meanwhile would be missing.
        guard isStreaming else {
            ending = .closed(reset: true)
            return
        }
        switch part {
        case .piece(let bytes, _) where outputCount + bytes.count <= HTTPStream.limitBytes: append(bytes, now: now)
        case .piece, .cutOff: ending = .closed(reset: true)
        case .end: end(reset: false, now: now)
        }
    }
}

extension HTTPExchange {
    /// Answers with a body that goes on: `response` holds its beginning. Nothing but `Connection: close` tells its end. Nil where
    /// the exchange is answered already.
    public func respondStream(_ response: HTTPResponse) -> HTTPStream? {
        let stream = HTTPStream(sink: sink, connection: connection)
        return answer(.stream(response, stream)) ? stream : nil
    }
}
