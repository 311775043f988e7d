import Decisions
import Events
import Formats
import Settings
import Storage
import Vendors

@testable import Sandbox

/// What has to be true when the world has come to rest, whatever happened on the way.
extension World {
    mutating func examine() throws {
        let history = ledger.history
        var filter = HistoryFilter()
        filter.limit = 100_000
        let events = try history.events(filter).events
        let byReceipt = Dictionary(grouping: events, by: \.origin.receipt)
        for (receipt, items) in acknowledged where byReceipt[receipt]?.count != items {
            let found = byReceipt[receipt]?.count ?? 0
            violations.append("\(items) events of receipt \(receipt) were accepted, \(found) accounted for")
        }
        for event in events where event.disposition == nil {
            violations.append("event \(event.origin.id) has no disposition: \(event.state)")
        }
        for event in events where event.state != "confirmed" && event.state != "delivered" {
            violations.append("event \(event.origin.id) is left \(event.state)")
        }
        try examineTickets(events)
        examineMails(events)
        // ConnectWise throttles many; Autotask takes three of a kind, of which one is left to others, besides the question
        // what is left of its allowance.
        let limit = account.system == .connectWise ? 4 : account.system == .autotask ? 3 : 2
        if mostCalls > limit { violations.append("\(mostCalls) calls were under way at once") }
        try examineMessages(events)
        if let waiting = try history.orderCounts().first { violations.append("\(waiting.count) orders are left") }
        for event in events where event.disposition == Disposition.summarised.rawValue {
            dangers["a patch failure taken into another", default: 0] += 1
            let first = event.reason?.split(separator: " ").last.map(String.init)
            if !events.contains(where: { $0.origin.id.description == first }) {
                violations.append("event \(event.origin.id) was taken into one that is not there")
            }
        }
        for machine in World.machines where try ledger.hold("agent:\(machine).servers.acme") != nil {
            violations.append("a patch failure of \(machine) is still held")
        }
        if try history.timerCount() != 0 { violations.append("timers are left") }
    }

    private mutating func examineTickets(_ events: [HistoryEvent]) throws {
        let references = psa.tickets.map { $0.externalRef ?? "none" }
        for (reference, tickets) in Dictionary(grouping: references, by: \.self) where tickets.count > 1 {
            violations.append("\(tickets.count) tickets were made for event \(reference)")
        }
        let known = Set(references)
        let ids = Set(events.map(\.origin.id.description))
        for reference in known.subtracting(ids) { violations.append("a ticket belongs to no event: \(reference)") }
        for event in events where event.disposition == Disposition.ticketed.rawValue {
            if !known.contains(event.origin.id.description) {
                violations.append("event \(event.origin.id) is ticketed and has no ticket")
            }
        }
        // A storm's ticket carries the GUID of the alert that began it.
        let storms = events.filter {
            $0.disposition == Disposition.flooded.rawValue && known.contains($0.origin.id.description)
        }.count
        let ticketed = events.filter { $0.disposition == Disposition.ticketed.rawValue }.count
        // A mailed ticket may have been made as well: its mail says so.
        if outages ? ticketed + storms > references.count : ticketed + storms != references.count {
            violations.append("\(references.count) tickets for \(ticketed) ticketed events and \(storms) storms")
        }
        if storms > 0 { dangers["storm", default: 0] += 1 }
        try examineNotes(events)
    }

    /// A note that is said to have been made is there, and once; what was collected is named somewhere.
    private mutating func examineNotes(_ events: [HistoryEvent]) throws {
        let wasHeld = Set(try events.map(\.origin.id).filter { try ledger.inputs($0)[Hold.afterName] != nil })
        let noted: [Disposition] = [.updated, .noted, .reopened, .closed]
        let collected: [Disposition] = [.consolidated, .flooded]
        // ConnectWise shows a ticket's description as its first note, the others keep it apart.
        let descriptions = psa is ConnectWiseSandbox ? [] : psa.tickets.compactMap(\.description)
        let texts = psa.tickets.flatMap(\.notes).map(\.text) + descriptions
        // The one that began a storm may be named by its ticket's reference alone.
        let named = WordIndex(texts + psa.tickets.compactMap(\.externalRef) + mail.taken.map(\.text))
        // The end of a storm or of flapping names the event with which that began, besides that event's own note.
        let noting = WordIndex(texts, notBehind: ["of", "event"])
        let mailed = WordIndex(mail.taken.map(\.text))
        let attached = WordIndex(psa.tickets.flatMap(\.attachments).map(\.name))
        for event in events where event.state == "delivered" {
            guard let disposition = event.disposition.flatMap({ Disposition(rawValue: $0) }) else { continue }
            let marker = event.origin.id.description
            let attachments = attached.texts(with: marker)
            if attachments > 0 { dangers["attached", default: 0] += 1 }
            // BMS takes a file with a note, which names it.
            let count = noting.texts(with: marker) + (psa is BMSSandbox ? 0 : attachments)
            // What was collected for a note that the PSA did not take went out in its mail.
            let isMailed = count == 0 && mailed.texts(with: marker) > 0
            // What a storm has named before it was decided anew stands in that ticket as well.
            let most = wasHeld.contains(event.origin.id) ? 2 : 1
            if noted.contains(disposition), !(1...most).contains(count), !isMailed {
                violations.append("event \(marker), \(disposition.rawValue), was noted \(count) times")
            }
            if collected.contains(disposition), named.texts(with: marker) == 0 {
                violations.append("event \(marker), \(disposition.rawValue), is named on no ticket")
            }
            if noted.contains(disposition) || collected.contains(disposition) {
                dangers[disposition.rawValue, default: 0] += 1
            }
        }
    }
}

/// In how many texts each word stands: looking for each of many events in each of many texts takes minutes.
private struct WordIndex {
    private var counts: [Substring: Int] = [:]

    /// `notBehind`: words that stand behind these do not count.
    init(_ texts: [String], notBehind lead: [Substring] = []) {
        for text in texts {
            let words = text.utf8.split { !isOfWord($0) }.map { Substring($0) }
            var inText: Set<Substring> = []
            for (index, word) in words.enumerated()
            where lead.isEmpty || index < lead.count || Array(words[index - lead.count..<index]) != lead {
                inText.insert(word)
            }
            for word in inText { counts[word, default: 0] += 1 }
        }
    }

    func texts(with word: String) -> Int { counts[word[...]] ?? 0 }
}

/// An event's ID is one word with its hyphens.
private func isOfWord(_ byte: UInt8) -> Bool {
    switch byte {
    case UInt8(ascii: "0")...UInt8(ascii: "9"), UInt8(ascii: "a")...UInt8(ascii: "z"), UInt8(ascii: "-"): true
    default: false
    }
}
