import Synchronization

/// What a server has done since it started, and what it holds now.
public struct HTTPStats: Sendable, Equatable {
    /// Connections open now.
    public var openConnections = 0
    /// Bytes of bodies that are being received or have not been answered.
    public var bodyBytesInFlight = 0
    /// Connections taken.
    public var accepted = 0
    /// Connections turned away for want of room.
    public var refused = 0
    /// Requests given to the handler.
    public var requests = 0
    /// Requests that the handler's `admit` refused.
    public var notAdmitted = 0
    /// Requests that the server itself refused, by reason.
    public var badRequests: [String: Int] = [:]

    /// A server that has done nothing.
    public init() {}

    mutating func add(_ other: HTTPStats) {
        accepted += other.accepted
        refused += other.refused
        requests += other.requests
        notAdmitted += other.notAdmitted
        badRequests.merge(other.badRequests, uniquingKeysWith: +)
    }
}

/// The two amounts that are bounded over all shards.
final class Gauges: Sendable {
    let openConnections = Atomic<Int>(0)
    let bodyBytes = Atomic<Int>(0)
}
