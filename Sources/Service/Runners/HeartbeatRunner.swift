import Dispatch
import Formats
import Platform

/// `Heartbeat`: calls an address again and again while all is well, so that somebody outside notices when ITP is down. All is
/// well while alerts are taken and decided; what is merely degraded is told in `/health` and by notices.
final class HeartbeatRunner: Sendable {
    private struct State: Sendable {
        var url: String?
        var isRunning = false
        /// Which round of beats is the present one: an earlier one ends by itself.
        var round = 0
    }

    private let state = Guarded(State())
    private let queue = DispatchQueue(label: "itp-heartbeat")
    private let courier: Courier
    private let everyMilliseconds: Int
    private let isWell: @Sendable () -> Bool
    private let trouble: @Sendable (String?) -> Void

    /// `trouble` hears when a beat does not arrive, and when one does again.
    init(
        _ courier: Courier, everyMilliseconds: Int = 60_000, isWell: @escaping @Sendable () -> Bool,
        trouble: @escaping @Sendable (String?) -> Void
    ) {
        self.courier = courier
        self.everyMilliseconds = everyMilliseconds
        self.isWell = isWell
        self.trouble = trouble
    }

    /// From now on this address is called; nil = none.
    func take(_ url: String?) {
        let isOther = state.with { state in
            defer { state.url = url }
            return state.url != url
        }
        guard isOther else { return }
        trouble(nil)
        begin()
    }

    /// The service runs.
    func start() {
        state.with { $0.isRunning = true }
        begin()
    }

    /// Nothing is called any more.
    func stop() { state.with { $0.isRunning = false } }

    private func begin() {
        let round = state.with { state in
            state.round += 1
            return state.round
        }
        queue.async { [weak self] in self?.beat(round) }
    }

    private func beat(_ round: Int) {
        let url = state.with { $0.isRunning && $0.round == round ? $0.url : nil }
        guard let url else { return }
        queue.asyncAfter(deadline: .now() + .milliseconds(everyMilliseconds)) { [weak self] in self?.beat(round) }
        guard isWell() else { return }
        let call = OutgoingCall(url: url, connectTimeoutSeconds: 5, totalTimeoutSeconds: 20, maxReplyBytes: 64 << 10)
        courier.send(call) { [weak self] outcome in
            guard let self, state.with({ $0.isRunning && $0.round == round }) else { return }
            trouble(
                HeartbeatRunner.failure(outcome).map { "the heartbeat to \(HeartbeatRunner.host(url)) fails: \($0)" })
        }
    }

    private static func failure(_ outcome: CallOutcome) -> String? {
        switch outcome {
        case .reply(let reply): (200..<300).contains(reply.status) ? nil : "it answers with \(reply.status)"
        case .notSent(let reason), .ambiguous(let reason): reason
        }
    }

    /// What may be told of the address: the rest of it is often a secret.
    private static func host(_ url: String) -> String {
        let rest = url.firstRange(of: "://").map { url[$0.upperBound...] } ?? url[...]
        return String(rest.prefix { $0 != "/" && $0 != "?" }.split(separator: "@").last ?? "")
    }
}
