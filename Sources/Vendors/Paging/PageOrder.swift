public import Events
public import Settings

/// A message that is to go to a pager's interface.
public struct PageOrder: Sendable, Equatable {
    /// The row of the messages' outbox.
    public var row: Int64
    /// What is said.
    public var message: MessageOrder
    /// Which pager, with its key: an order is never logged whole.
    public var pager: NotificationSettings.Pager

    /// Makes an order.
    public init(row: Int64, message: MessageOrder, pager: NotificationSettings.Pager) {
        self.row = row
        self.message = message
        self.pager = pager
    }
}

/// How a try at a pager ended.
public enum PageReport: Sendable, Equatable {
    /// The pager has taken it.
    case taken
    /// There was nothing that the pager could be told.
    case nothingToDo(reason: String)
    /// Try again, not before `after` if the pager named a time. It may have been taken all the same.
    case retry(reason: String, after: Instant.Span?)
    /// The pager refuses it, and would refuse it again.
    case refused(reason: String)
}

extension NotificationSettings.Pager.Service {
    /// Whether it knows a page again by its alias: the same page twice is one alert there, and it can be closed.
    public var knowsAliases: Bool { self == .opsgenie || self == .pagerDuty }

    /// Whether something can be added to a page that it has taken, or said after it.
    ///
    /// Not with PagerDuty: an event after people have resolved the incident would open another one.
    public var takesFollowUps: Bool { self != .pagerDuty }
}
