import Dispatch
import Platform

/// What others hand to a station's thread. It is bounded by what its senders may have under way: a lane holds at most
/// its window, a shard at most its requests in flight, and each order at most one timer.
final class Mailbox<Message: Sendable>: Sendable {
    private struct State: Sendable {
        var messages = Fifo<Message>()
        var isClosed = false
        /// The thread has been woken, or will not wait: to signal again would only make it look in vain.
        var isAwake = false
    }

    private let state = Guarded(State())
    private let arrived = DispatchSemaphore(value: 0)

    /// Puts a message in; false after `close`, when it is dropped.
    @discardableResult
    func post(_ message: Message) -> Bool {
        let takes = state.with { state in
            guard !state.isClosed else { return false }
            state.messages.append(message)
            return true
        }
        if takes { wake() }
        return takes
    }

    /// Wakes the thread without a message.
    func wake() {
        let sleeps = state.with { state in
            defer { state.isAwake = true }
            return !state.isAwake
        }
        if sleeps { arrived.signal() }
    }

    /// Takes out at most `limit` messages, in their order.
    func take(_ limit: Int) -> [Message] { state.with { $0.messages.popFirst(limit) } }

    /// Waits until something may be there, at most that long. What was posted or made before a `wake` is seen by
    /// whoever looks after this has returned. To be called only by one who has found nothing.
    func wait(seconds: Int) {
        guard state.with({ $0.messages.isEmpty }) else { return }
        // A time-out needs no answer: the caller looks for work either way.
        _ = arrived.wait(timeout: .now() + .seconds(seconds))
        state.with { $0.isAwake = false }
    }

    /// No more messages are taken in; the thread is woken to see it.
    func close() {
        state.with { $0.isClosed = true }
        wake()
    }

    /// Whether `close` was called.
    var isClosed: Bool { state.with { $0.isClosed } }
}
