public import Events
public import Formats
public import Platform
import Synchronization

/// When requests came: asked once for all that were read together.
public struct HTTPArrival: Sendable {
    /// By the wall clock.
    public let time: Instant
    /// On the clock that only goes forwards.
    public let nanoseconds: UInt64

    /// Now.
    public init(_ clock: any Clock) {
        time = clock.now
        nanoseconds = clock.monotonicNanoseconds
    }
}

/// What a handler decided to do with an exchange.
public enum HTTPAnswer: Sendable {
    /// An ordinary answer.
    case response(HTTPResponse)
    /// A form with this identifier in its place.
    case form(HTTPForm, Identifier)
    /// These bytes and nothing else; then the connection ends, by a reset if wanted.
    case raw([UInt8], thenReset: Bool)
    /// The connection ends without an answer.
    case abort(reset: Bool)
    /// The beginning of an answer that goes on, see `HTTPStream`.
    case stream(HTTPResponse, HTTPStream)
}

/// Whoever waits for an answer.
public protocol HTTPAnswering: Sendable {
    /// Answers.
    func respond(_ response: HTTPResponse)

    /// Answers with a form, in which this identifier stands.
    func respond(_ form: HTTPForm, _ identifier: Identifier)
}

/// The one chance to answer a request that a pass has taken, from any thread. An answer to a connection that is gone is dropped.
public struct HTTPReply: HTTPAnswering {
    let sink: any AnswerSink
    let connection: UInt64
    let sequence: UInt64
    let bodyBytes: Int

    /// Answers; to be called once, as nobody counts.
    public func respond(_ response: HTTPResponse) { answer(.response(response)) }

    /// Answers, as the other does.
    public func respond(_ form: HTTPForm, _ identifier: Identifier) { answer(.form(form, identifier)) }

    private func answer(_ answer: HTTPAnswer) {
        sink.deliver(answer, connection: connection, sequence: sequence)
        sink.release(bodyBytes: bodyBytes)
    }
}

/// Where answers go.
protocol AnswerSink: AnyObject, Sendable {
    func deliver(_ answer: HTTPAnswer, connection: UInt64, sequence: UInt64)
    func deliver(_ part: StreamPart, connection: UInt64)
    func release(bodyBytes: Int)
    func charge(bodyBytes: Int)
}

/// A request and the one chance to answer it, from any thread. An answer to a connection that is gone is dropped.
public final class HTTPExchange: HTTPAnswering {
    /// The request.
    public let request: HTTPRequest
    let sink: any AnswerSink
    let connection: UInt64
    private let sequence: UInt64
    private let isAnswered = Atomic<Bool>(false)

    init(request: consuming HTTPRequest, sink: any AnswerSink, connection: UInt64, sequence: UInt64) {
        self.request = request
        self.sink = sink
        self.connection = connection
        self.sequence = sequence
    }

    /// An exchange without a server, for trying a handler: `onAnswer` gets the one answer.
    public convenience init(request: HTTPRequest, onAnswer: @escaping @Sendable (HTTPAnswer) -> Void) {
        self.init(request: request, sink: ClosureSink(onAnswer), connection: 0, sequence: 0)
    }

    deinit {
        if !isAnswered.load(ordering: .relaxed) { sink.release(bodyBytes: request.body.count) }
    }

    /// Answers; only the first answer counts.
    public func respond(_ response: HTTPResponse) { _ = answer(.response(response)) }

    /// Answers; only the first answer counts.
    public func respond(_ form: HTTPForm, _ identifier: Identifier) { _ = answer(.form(form, identifier)) }

    /// Writes bytes as they are, then closes the connection in order, or resets it.
    public func respondRaw(_ bytes: [UInt8], thenReset: Bool) { _ = answer(.raw(bytes, thenReset: thenReset)) }

    /// Closes the connection without an answer, in order or by a reset.
    public func abort(reset: Bool) { _ = answer(.abort(reset: reset)) }

    /// The same exchange with another body, for instance what a compressed one holds. This one can no longer be answered.
    public func replacing(body: [UInt8]) -> HTTPExchange {
        let request = HTTPRequest(head: request.head, body: body, peer: request.peer, pass: request.pass)
        let other = HTTPExchange(request: request, sink: sink, connection: connection, sequence: sequence)
        guard isAnswered.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            other.isAnswered.store(true, ordering: .relaxed)
            return other
        }
        sink.charge(bodyBytes: body.count)
        sink.release(bodyBytes: self.request.body.count)
        return other
    }

    /// False where it was answered before.
    func answer(_ answer: HTTPAnswer) -> Bool {
        guard isAnswered.compareExchange(expected: false, desired: true, ordering: .relaxed).exchanged else {
            return false
        }
        sink.deliver(answer, connection: connection, sequence: sequence)
        sink.release(bodyBytes: request.body.count)
        return true
    }
}

private final class ClosureSink: AnswerSink {
    private let onAnswer: @Sendable (HTTPAnswer) -> Void

    init(_ onAnswer: @escaping @Sendable (HTTPAnswer) -> Void) { self.onAnswer = onAnswer }

    func deliver(_ answer: HTTPAnswer, connection: UInt64, sequence: UInt64) { onAnswer(answer) }
    func deliver(_ part: StreamPart, connection: UInt64) {}
    func release(bodyBytes: Int) {}
    func charge(bodyBytes: Int) {}
}
