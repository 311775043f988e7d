public import Events
public import Formats

/// An event waits for a time. When the time has come, that it has is recorded as an input, and the event is decided again
/// from the start, with the time of the release as its own.
public struct Hold: Sendable, Equatable {
    /// What the names of holds among the inputs begin with.
    static let inputPrefix = "hold:"

    /// Names the hold among the event's inputs.
    public var name: String
    /// When the event goes on.
    public var until: Instant
    /// What the memory keeps from now on.
    public var changes: [MemoryChange]

    /// The answer that lets a held event go on at a time.
    public static func release(at time: Instant) -> InputAnswer { .value(time.description) }

    /// Whether an input of that name is a hold.
    public static func isHold(_ name: String) -> Bool { name.hasPrefix(inputPrefix) }

    /// The pipeline's time for an event: when it was received, after a hold the time of its release.
    static func time(of event: Event, _ inputs: [String: InputAnswer]) -> Instant {
        if inputs.isEmpty { return event.receivedAt }
        let releases = inputs.compactMap { isHold($0.key) ? $0.value.recorded.flatMap { Instant(rfc3339: $0) } : nil }
        return max(event.receivedAt, releases.max() ?? event.receivedAt)
    }

    /// Why a hold was cancelled: what is recorded instead of a time; nil where none was.
    static func cancellation(_ inputs: [String: InputAnswer]) -> String? {
        if inputs.isEmpty { return nil }
        return inputs.filter { isHold($0.key) }.compactMap(\.value.recorded).filter { Instant(rfc3339: $0) == nil }
            .min()
    }
}

/// An agent's patch failure that is held, and what has been taken into it.
public struct PatchHold: Sendable, Equatable {
    /// The event that is held.
    public var event: Identifier
    /// Names its problem.
    public var problem: String
    /// When it goes on.
    public var until: Instant
    /// The patches that failed: its own, then the others, each once.
    public var patches: [String]
    /// How many events have been taken into it.
    public var taken: Int

    /// Makes a hold.
    public init(event: Identifier, problem: String, until: Instant, patches: [String], taken: Int) {
        self.event = event
        self.problem = problem
        self.until = until
        self.patches = patches
        self.taken = taken
    }
}
