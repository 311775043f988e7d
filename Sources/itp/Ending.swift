import Dispatch
import Glibc
import Platform

/// Waits for whatever ends the program: a signal, or a failure of the service.
final class Ending: Sendable {
    private struct State: Sendable {
        var isAsked = false
        var failure: String?
    }

    private let state = Guarded(State())
    private let asked = DispatchSemaphore(value: 0)

    /// A signal asks for the end; a second one does not wait for it.
    func stop() {
        let again = state.with { state in
            defer { state.isAsked = true }
            return state.isAsked
        }
        if again { _exit(1) }
        asked.signal()
    }

    /// The service cannot go on.
    func fail(_ reason: String) {
        state.with { $0.failure = $0.failure ?? reason }
        asked.signal()
    }

    /// Waits for the end; gives the failure, if it was one.
    func wait() -> String? {
        asked.wait()
        return state.with { $0.failure }
    }
}
