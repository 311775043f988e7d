import Dispatch
import Formats
import Platform

@testable import HTTPServer

/// Takes the bodies that can be taken as they lie in what was read, and puts their answers down for `handle`.
final class BodyTaker: Sendable {
    private struct State: Sendable {
        var bodies: [String] = []
        /// Everything in the order in which it came, as it is answered.
        var order: [String] = []
        var owed: [(reply: HTTPReply, body: String)] = []
        var batches: [[String]] = []
        var queue: DispatchQueue?
    }

    private final class Pass: HTTPPass {
        let taker: BodyTaker

        init(_ taker: BodyTaker) { self.taker = taker }

        func take(_ body: Span<UInt8>, _ reply: HTTPReply, _ arrival: HTTPArrival) -> Bool {
            let text = body.withUnsafeBufferPointer { String(decoding: $0, as: UTF8.self) }
            return taker.take(text, reply)
        }
    }

    private let state = Guarded(State())
    private let refuses: @Sendable (String) -> Bool
    private let onTake: @Sendable (String) -> Void

    /// `refuses`: which bodies are left to the handler. `onTake` is called while the server reads.
    init(
        onTake: @escaping @Sendable (String) -> Void = { _ in },
        refusing refuses: @escaping @Sendable (String) -> Bool = { _ in false }
    ) {
        self.refuses = refuses
        self.onTake = onTake
    }

    /// The queue of the server that has handed over a body.
    var queue: DispatchQueue? { state.with { $0.queue } }

    /// How many bodies were taken.
    var count: Int { state.with { $0.bodies.count } }

    /// What was taken, and what the handler was given, in the order in which it came.
    var order: [String] { state.with { $0.order } }

    /// The bodies that were taken, by what was handed over together.
    var batches: [[String]] { state.with { $0.batches } }

    /// The bodies that were taken.
    var bodies: [String] { state.with { $0.bodies } }

    private func take(_ body: String, _ reply: HTTPReply) -> Bool {
        if refuses(body) { return false }
        onTake(body)
        state.with {
            $0.bodies.append(body)
            $0.queue = (reply.sink as? Shard)?.queue
            $0.order.append("taken \(body)")
            $0.owed.append((reply, body))
        }
        return true
    }

    /// Answers with what was taken, and with `whole` where it was a request like any other.
    var handler: TestHandler {
        TestHandler(
            onPass: { [self] pass in pass = pass ?? Pass(self) },
            onBatch: { [self] batch in
                let owed = state.with { state in
                    if !state.owed.isEmpty { state.batches.append(state.owed.map(\.body)) }
                    defer { state.owed = [] }
                    return state.owed
                }
                for (reply, body) in owed { reply.respond(.text(200, "taken \(body)")) }
                for exchange in batch {
                    let text = "whole \(String(decoding: exchange.request.body, as: UTF8.self))"
                    state.with { $0.order.append(text) }
                    exchange.respond(.text(200, text))
                }
            })
    }
}
