import Dispatch
import Platform
import Vendors

/// Runs a lane: its station on a serial queue, its calls through the courier.
final class LaneRunner: Sendable {
    private static let connectTimeoutSeconds = 10.0
    private static let totalTimeoutSeconds = 60.0

    private let queue: DispatchQueue
    private let station: Guarded<LaneStation>
    private let courier: Courier
    private let clock: any Clock
    private let report: @Sendable (LaneStation.Effect) -> Void

    /// `report` is handed the effects that are for the decider.
    init(
        name: String, _ station: LaneStation, courier: Courier, clock: any Clock,
        report: @escaping @Sendable (LaneStation.Effect) -> Void
    ) {
        queue = DispatchQueue(label: "itp-lane \(name)")
        self.station = Guarded(station)
        self.courier = courier
        self.clock = clock
        self.report = report
    }

    func post(_ message: LaneStation.Message) {
        queue.async { [self] in
            let now = clock.now
            for effect in station.with({ $0.handle(message, now: now) }) { carryOut(effect) }
        }
    }

    private func carryOut(_ effect: LaneStation.Effect) {
        guard case .call(let row, let call) = effect else { return report(effect) }
        courier.send(LaneRunner.outgoing(call)) { [self] outcome in
            post(.outcome(row: row, LaneRunner.translated(outcome)))
        }
    }

    static func outgoing(_ call: VendorCall) -> OutgoingCall {
        OutgoingCall(
            method: call.method, url: call.url, headers: call.headers.map { ($0.name, $0.value) }, body: call.body,
            isIdempotent: call.isIdempotent, connectTimeoutSeconds: connectTimeoutSeconds,
            totalTimeoutSeconds: totalTimeoutSeconds)
    }

    static func translated(_ outcome: CallOutcome) -> VendorOutcome {
        switch outcome {
        case .reply(let reply):
            .reply(VendorReply(status: reply.status, retryAfter: reply.header("Retry-After"), body: reply.body))
        case .notSent(let reason): .notSent(reason: reason)
        case .ambiguous(let reason): .ambiguous(reason: reason)
        }
    }
}
