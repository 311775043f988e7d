import Dispatch
import Platform
import Vendors

/// Runs the lanes to pagers, each as a station on a serial queue with its calls through the courier. A lane comes with its first
/// page.
final class PageRunners: Sendable {
    private static let connectTimeoutSeconds = 5.0
    private static let totalTimeoutSeconds = 20.0
    private static let replyBytes = 64 << 10

    private struct Lane: Sendable {
        let queue: DispatchQueue
        let station = Guarded(PageLaneStation())
    }

    private let lanes = Guarded<[String: Lane]>([:])
    private let courier: Courier
    private let clock: any Clock
    private let tell: @Sendable (String, PageLaneStation.Effect) -> Void

    /// `tell` is handed the lane's name and the effects that are for others.
    init(courier: Courier, clock: any Clock, tell: @escaping @Sendable (String, PageLaneStation.Effect) -> Void) {
        self.courier = courier
        self.clock = clock
        self.tell = tell
    }

    func post(_ message: PageLaneStation.Message, to name: String) {
        let lane = lanes.with { lanes -> Lane in
            if let known = lanes[name] { return known }
            let made = Lane(queue: DispatchQueue(label: "itp-lane \(name)"))
            lanes[name] = made
            return made
        }
        lane.queue.async { [self] in
            let now = clock.now
            for effect in lane.station.with({ $0.handle(message, now: now) }) { carryOut(effect, name) }
        }
    }

    private func carryOut(_ effect: PageLaneStation.Effect, _ name: String) {
        guard case .call(let row, let call) = effect else { return tell(name, effect) }
        var outgoing = LaneRunner.outgoing(call)
        outgoing.connectTimeoutSeconds = PageRunners.connectTimeoutSeconds
        outgoing.totalTimeoutSeconds = PageRunners.totalTimeoutSeconds
        outgoing.maxReplyBytes = PageRunners.replyBytes
        courier.send(outgoing) { [self] outcome in
            post(.outcome(row: row, LaneRunner.translated(outcome)), to: name)
        }
    }
}
