import Events

/// By what an event is told from others: what its duplicates and its ticket go by.
public struct EventKeys: Sendable, Equatable {
    /// The source.
    public var source: String
    /// The customer's ID; empty where it is unknown.
    public var organisation: String
    /// The agent's full name; empty where it is unknown.
    public var agent: String
    /// What the source calls the problem; nil where it says nothing.
    public var key: String?
    /// What tells two problems of one place apart: the source's key, else the monitor's name, category and Data1, else the
    /// subject.
    public var problem: String
}

extension PreparedEvent {
    /// The keys; nil where the event ends before they matter.
    public var keys: EventKeys? {
        guard case .next = result else { return nil }
        let event = work.event
        let monitor = work.parsed.map { "\($0.monitor.name).\($0.monitor.category) \($0.data[0])" }
        return EventKeys(
            source: event.source, organisation: event.organisation.id, agent: event.agent.name,
            key: event.correlationKey, problem: event.correlationKey ?? monitor ?? event.subject)
    }
}
