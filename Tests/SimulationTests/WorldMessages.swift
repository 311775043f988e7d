import Decisions
import Events
import Formats
import Settings
import Storage

@testable import Sandbox

/// What has to be true of the messages to people. In this world the help desk is never staffed, every ticket pages, pages are
/// collected, and nobody carries them out: at the end all of them are in the outbox.
extension World {
    mutating func examineMessages(_ events: [HistoryEvent]) throws {
        let messages = try ledger.dueMessages(lane: "mail:", now: now, limit: 100_000).map(\.message)
        try examinePages(events, messages.filter { $0.channel == .page })
        let told = messages.filter { $0.channel == .notice && !$0.subject.hasPrefix("ITP: tickets are") }.reduce(0) {
            sum, message in
            // `ITP: 2 failures, 13 cancellations`
            sum + message.subject.split { !$0.isNumber }.compactMap { Int($0) }.reduce(0, +)
        }
        var notices = NoticeSettings()
        notices.addresses = ["admin@msp.example"]
        let toTell = events.filter { event in
            event.disposition.flatMap(Disposition.init(rawValue:)).map { AdminNotice.tells($0, notices) } ?? false
        }.count
        if told != toTell { violations.append("\(toTell) events are to be told to the administrator, \(told) are") }
    }

    /// A new ticket is paged once, unless its problem was over before; its number is in the page or follows it. So is one
    /// that is opened again, also by what was collected, which stays consolidated or flooded.
    private mutating func examinePages(_ events: [HistoryEvent], _ pages: [MessageOrder]) throws {
        let paged = pages.filter { !$0.isFollowUp }.flatMap(\.events)
        let followed = pages.filter(\.isFollowUp).flatMap(\.events)
        dangers["a number that followed its page", default: 0] += followed.count
        for (event, times) in Dictionary(grouping: paged, by: \.self) where times.count > 1 {
            // Its storm's ticket was opened again with it, and after the storm it has one of its own.
            let isAnew = try ledger.inputs(event)[Hold.afterName] != nil
            if times.count == 2, isAnew { continue }
            violations.append("event \(event) was paged \(times.count) times")
        }
        let known = Set(paged)
        let storms = Set(psa.tickets.compactMap(\.externalRef))
        for event in events {
            let isNew =
                [Disposition.ticketed, .reopened].map(\.rawValue).contains(event.disposition)
                || event.disposition == Disposition.flooded.rawValue && storms.contains(event.origin.id.description)
            let mayBeNew = [Disposition.consolidated, .flooded, .deliveredByEmail].map(\.rawValue).contains(
                event.disposition)
            let steps = try ledger.history.trace(event).filter { $0.stage == .notify }
            let isCancelled = steps.contains { $0.decided.hasPrefix("cancelled: ") }
            if isCancelled { dangers["a page that was cancelled", default: 0] += 1 }
            if isNew, known.contains(event.origin.id) == isCancelled {
                violations.append("event \(event.origin.id) was \(isCancelled ? "cancelled and" : "never") paged")
            }
            if !isNew, !mayBeNew, event.disposition != Disposition.failed.rawValue, known.contains(event.origin.id) {
                violations.append("event \(event.origin.id) is \(event.disposition ?? "") and was paged")
            }
            if try !ledger.notifications(event: event.origin.id).isEmpty {
                violations.append("something still waits to be told of event \(event.origin.id)")
            }
        }
    }
}
