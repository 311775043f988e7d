import Dispatch
import Platform

/// What others hand to a station's thread. It is bounded by what its senders may have under way: a lane holds at most
/// its window, a shard at most its requests in flight.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State: Sendable {
        var messages: [Message] = []
        var isClosed = false
    }

    private let state = Guarded(State())
    private let arrived = DispatchSemaphore(value: 0)

    /// Puts a message in; after `close` it is dropped.
    func post(_ message: Message) {
        let wasEmpty = state.with { state in
            guard !state.isClosed else { return false }
            state.messages.append(message)
            return state.messages.count == 1
        }
        if wasEmpty { arrived.signal() }
    }

    /// Wakes the thread without a message.
    func wake() { arrived.signal() }

    /// Takes out at most `limit` messages, in their order.
    func take(_ limit: Int) -> [Message] {
        let (taken, more) = state.with { state in
            let taken = Array(state.messages.prefix(limit))
            state.messages.removeFirst(taken.count)
            return (taken, !state.messages.isEmpty)
        }
        if more { arrived.signal() }
        return taken
    }

    /// Waits until something may be there.
    func wait() { arrived.wait() }

    /// No more messages are taken in; the thread is woken to see it.
    func close() {
        state.with { $0.isClosed = true }
        arrived.signal()
    }

    /// Whether `close` was called.
    var isClosed: Bool { state.with { $0.isClosed } }
}
