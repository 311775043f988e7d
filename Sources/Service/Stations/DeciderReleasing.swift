public import Events
import Settings
import Storage
import Vendors

/// What is handed to the lanes, and when.
extension DeciderStation {
    mutating func stirAll() throws {
        stirred.formUnion(settings.accounts.map(\.lane))
        stirred.formUnion(try ledger.lanes().filter { $0.hasPrefix(TicketDraft.Mail.lanePrefix) })
    }

    /// Hands lanes what is due, up to their window. Called once before each commit.
    public mutating func release(now: Instant) throws {
        try keepHeard(now)
        let lanes = Set(settings.accounts.filter { LaneStation.serves($0.system) }.map(\.lane))
        // An order that is found expired makes way for the next one of its lane, so this goes on until none is.
        while !stirred.isEmpty {
            let turn = stirred.sorted()
            stirred = []
            for lane in turn where !settings.service.debug {
                if lanes.contains(lane) || lane.hasPrefix(TicketDraft.Mail.lanePrefix) { try release(lane, now) }
            }
        }
        guard !settings.service.debug else { return }
        try releasePages(now)
        try releaseMessages(now)
    }

    private mutating func release(_ lane: String, _ now: Instant) throws {
        var held = released[lane] ?? []
        guard held.count < DeciderStation.window else { return }
        // The rows that the lane holds are due as well and come first: the limit has to reach beyond them.
        for order in try ledger.dueOrders(lane: lane, now: now, limit: DeciderStation.window, except: held)
        where held.count < DeciderStation.window {
            if try expire(order, now) || followsMail(order, now) || isMail(order) && !handToMail(order, now) {
                stirred.insert(lane)
                continue
            }
            held.insert(order.row)
            if !isMail(order) { effects.append(.deliver(lane: lane, try handedOut(order))) }
        }
        released[lane] = held
    }
}
