import Dispatch
public import Platform
public import Vendors

/// Carries out the calls of a conversation with an account, one after another, for commands.
public struct AccountCalls: Sendable {
    private let courier: Courier

    /// Calls through a courier.
    public init(_ courier: Courier) { self.courier = courier }

    /// Sends a call and waits for what comes of it.
    public func carryOut(_ call: VendorCall) -> VendorOutcome {
        let outcome = Guarded<VendorOutcome?>(nil)
        let done = DispatchSemaphore(value: 0)
        courier.send(LaneRunner.outgoing(call)) { result in
            outcome.with { $0 = LaneRunner.translated(result) }
            done.signal()
        }
        done.wait()
        return outcome.with { $0 } ?? .notSent(reason: "no outcome")
    }
}
