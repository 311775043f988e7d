import Events
import Formats

/// What `TableMemory` keeps of problems that are held back: one entry for each, found by its problem and by its event.
struct WithheldTable: Sendable {
    private struct Place: Hashable {
        var lane: String
        var problem: String
    }

    private var entries: [Place: Withheld] = [:]
    private var places: [Identifier: Place] = [:]

    subscript(event: Identifier) -> Withheld? { places[event].flatMap { entries[$0] } }

    func event(lane: String, problem: String) -> Identifier? { entries[Place(lane: lane, problem: problem)]?.event }

    /// The events of a storm, in the order of their IDs.
    func events(by name: String) -> [Identifier] {
        entries.values.filter { $0.hold == .storm && $0.by == name }.map(\.event)
            .sorted { ($0.high, $0.low) < ($1.high, $1.low) }
    }

    mutating func keep(_ entry: Withheld) {
        let place = Place(lane: entry.lane, problem: entry.problem)
        // Decided by another configuration, the same event may be another problem's.
        if let former = places[entry.event], former != place { entries[former] = nil }
        if let former = entries[place]?.event { places[former] = nil }
        entries[place] = entries[place]?.followed(by: entry) ?? entry
        places[entry.event] = place
    }

    mutating func release(_ events: [Identifier], at time: Instant, areMany: Bool) {
        for place in events.compactMap({ places[$0] }) {
            entries[place]?.until = time
            entries[place]?.isOneOfMany = areMany
        }
    }

    mutating func forget(_ event: Identifier) {
        guard let place = places.removeValue(forKey: event) else { return }
        entries[place] = nil
    }

    mutating func resolve(lane: String, problem: String) {
        guard let entry = entries.removeValue(forKey: Place(lane: lane, problem: problem)) else { return }
        places[entry.event] = nil
    }
}
