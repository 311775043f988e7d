import Dispatch
import Events
import Platform
import Settings
import Vendors

/// Runs the directory of agents: its station on a serial queue, its calls through the courier.
final class AgentRunner: Sendable {
    private static let connectTimeoutSeconds = 5.0
    private static let replyBytes = 1 << 20

    private struct State: Sendable {
        var station = AgentDirectory()
        var settings: RMMSettings?
        var isStopped = false
    }

    private let queue = DispatchQueue(label: "itp-agents")
    private let state = Guarded(State())
    private let courier: Courier
    private let clock: any Clock
    private let tell: @Sendable (AgentDirectory.Effect) -> Void

    /// `tell` is handed the effects that are for others.
    init(courier: Courier, clock: any Clock, tell: @escaping @Sendable (AgentDirectory.Effect) -> Void) {
        self.courier = courier
        self.clock = clock
        self.tell = tell
    }

    func take(_ settings: RMMSettings?) {
        let isOther = state.with { state in
            defer { state.settings = settings }
            return state.settings != settings
        }
        if isOther { post(.settings(settings)) }
    }

    func ask(_ question: AgentDirectory.Question) { post(.ask(question)) }

    func stop() { state.with { $0.isStopped = true } }

    private func post(_ message: AgentDirectory.Message) {
        queue.async { [self] in
            let now = clock.now
            let effects = state.with { $0.isStopped ? [] : $0.station.handle(message, now: now) }
            for effect in effects {
                guard case .call(let number, let call) = effect else {
                    tell(effect)
                    continue
                }
                send(call, number)
            }
        }
    }

    private func send(_ call: VendorCall, _ number: Int) {
        var outgoing = LaneRunner.outgoing(call)
        outgoing.connectTimeoutSeconds = AgentRunner.connectTimeoutSeconds
        outgoing.totalTimeoutSeconds = Double(state.with { $0.settings?.timeoutSeconds ?? 30 })
        outgoing.maxReplyBytes = AgentRunner.replyBytes
        courier.send(outgoing) { [self] outcome in
            post(.outcome(call: number, LaneRunner.translated(outcome)))
        }
    }
}
