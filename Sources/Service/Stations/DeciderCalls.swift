import Events
import Storage
import Vendors

/// The calls that PSAs count by the hour. The lanes hold themselves to it; the ledger keeps the count for the next start, so that a
/// service that is started again and again does not use up several hours' calls in one.
///
/// A count becomes durable while its call is under way: a kill loses those of the calls that were just being sent, which is what the
/// lanes' limits leave room for.
extension DeciderStation {
    /// After a start, and for lanes that a new configuration has made.
    mutating func tellFormerCalls(_ now: Instant) throws {
        for (lane, calls) in try ledger.calls(since: now - LaneStation.callWindow, now: now) {
            effects.append(.formerCalls(lane: lane, calls))
        }
    }
}
