public import Events

/// How far back a memory in dictionaries has to reach. What is older decides nothing any more.
public struct MemoryAges: Sendable, Equatable {
    /// Delivery IDs.
    public var deliveries: Instant
    /// Duplicate windows, by when they opened.
    public var duplicates: Instant
    /// Problems, by when they were last heard of.
    public var links: Instant
    /// New tickets that are counted, storms that are over, problems that have changed.
    public var floods: Instant

    /// Makes ages.
    public init(deliveries: Instant, duplicates: Instant, links: Instant, floods: Instant) {
        self.deliveries = deliveries
        self.duplicates = duplicates
        self.links = links
        self.floods = floods
    }
}

extension TableMemory {
    /// Forgets what is older, so that a long past fits. What the ledger forgets of a problem with an open order it keeps too.
    public mutating func forget(_ ages: MemoryAges) {
        deliveries = deliveries.filter { $0.value.at >= ages.deliveries }
        duplicates = duplicates.filter { $0.value.openedAt >= ages.duplicates }
        links = links.filter { $0.value.lastAt >= ages.links }
        triggers = triggers.filter { ($0.value.first ?? ages.floods) >= ages.floods }
        if let time { tickets.forget(ages, handedOver: time) }
    }
}

extension TicketTable {
    fileprivate mutating func forget(_ ages: MemoryAges, handedOver time: Instant) {
        open = open.filter { $0.value.until > time }
        times = times.compactMapValues { times in
            let kept = times.drop { $0 < ages.floods }
            return kept.isEmpty ? nil : Array(kept)
        }
        flaps = flaps.filter { ($0.value.heldUntil ?? $0.value.changes.last ?? ages.floods) >= ages.floods }
        for (scope, storm) in storms {
            guard let ended = storm.endedAt, ended < ages.floods else { continue }
            storms[scope] = nil
            members[storm.event] = nil
        }
    }
}
