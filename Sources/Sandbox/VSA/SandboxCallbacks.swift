import Formats
import Platform

/// Sends the callbacks that a stand-in owes its clients. Only to this machine: whoever may talk to the sandbox must not have it
/// talk to others.
final class SandboxCallbacks: Sendable {
    private static let places = ["http://127.0.0.1:", "http://localhost:", "http://[::1]:"]

    private struct State: Sendable {
        var courier: Courier?
        var isStopped = false
    }

    private let state = Guarded(State())

    func send(_ url: String, _ body: JSON) {
        guard SandboxCallbacks.places.contains(where: { url.hasPrefix($0) }), let courier = courier() else { return }
        let call = OutgoingCall(
            method: "POST", url: url, headers: [("Content-Type", "application/json")], body: body.bytes,
            connectTimeoutSeconds: 5, totalTimeoutSeconds: 10, maxReplyBytes: 64 << 10)
        // Nobody is told again: a client that heard nothing has to look.
        courier.send(call) { _ in }
    }

    /// Made with the first callback; nil where it cannot be, or is not to be any more.
    private func courier() -> Courier? {
        state.with { state in
            guard !state.isStopped else { return nil }
            if state.courier == nil {
                do {
                    state.courier = try Courier(Courier.Settings(version: "sandbox"))
                } catch {
                    return nil
                }
            }
            return state.courier
        }
    }

    func stop() {
        let courier = state.with { state -> Courier? in
            state.isStopped = true
            return state.courier
        }
        courier?.stop()
    }
}
