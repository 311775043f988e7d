public import Events

/// A message that a decision asks for: who is told what, and when.
public struct Notification: Sendable, Equatable {
    /// When it goes out.
    public enum Timing: Sendable, Equatable {
        /// As soon as the ticket's number is known, or need not be waited for any longer.
        case atOnce
        /// At a time, together with all pages of the tenant that are due then.
        case together(at: Instant)
        /// Only if the delivery makes a new ticket of it, or opens one again; when, is decided then.
        case ifNew
    }

    /// What is said, without the ticket's number.
    public var message: MessageOrder
    /// The customer whose coverage counts.
    public var organisation: String
    /// The problem that it is about: when that is over, what is not due yet is not sent.
    public var problem: Problem
    /// When it goes out.
    public var timing: Timing
    /// How long it waits for the ticket's number.
    public var wait: Instant.Span

    /// Makes one.
    public init(
        message: MessageOrder, organisation: String, problem: Problem, timing: Timing, wait: Instant.Span
    ) {
        self.message = message
        self.organisation = organisation
        self.problem = problem
        self.timing = timing
        self.wait = wait
    }

    /// Names a problem: actions on one ticket share it.
    public struct Problem: Sendable, Equatable {
        /// The lane of the PSA's account.
        public var lane: String
        /// The problem within the lane.
        public var name: String

        /// Makes a name.
        public init(lane: String, name: String) {
            self.lane = lane
            self.name = name
        }
    }
}
