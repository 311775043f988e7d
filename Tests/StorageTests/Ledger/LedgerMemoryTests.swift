import Events
import Formats
import Testing

@testable import Decisions
@testable import Storage

@Suite struct LedgerMemoryTests {
    private let ledger: Ledger
    private let number = TicketNumber(id: "12", number: "#12", url: "http://psa/12")

    init() throws { ledger = try Ledger.inMemory() }

    @Test("a duplicate key opens, counts and closes")
    func duplicates() throws {
        try ledger.apply(.countDuplicate(key: "k"))
        #expect(try ledger.duplicate("k") == nil)
        try ledger.apply(.openDuplicates(key: "k", event: id(1), at: start))
        try ledger.apply(.countDuplicate(key: "k"))
        try ledger.apply(.countDuplicate(key: "k"))
        #expect(try ledger.duplicate("k") == DuplicateMemory(event: id(1), openedAt: start, suppressed: 2))
        try ledger.apply(.openDuplicates(key: "k", event: id(2), at: start + .seconds(9)))
        #expect(
            try ledger.duplicate("k") == DuplicateMemory(event: id(2), openedAt: start + .seconds(9), suppressed: 0))
        try ledger.apply(.closeDuplicates(key: "k"))
        #expect(try ledger.duplicate("k") == nil)
    }

    @Test("a delivery ID stays with the receipt that it came with first")
    func deliveries() throws {
        try ledger.apply(.rememberDelivery(id: "d", receipt: id(1), at: start))
        try ledger.apply(.rememberDelivery(id: "d", receipt: id(2), at: start))
        #expect(try ledger.delivery("d") == id(1))
        #expect(try ledger.delivery("D") == nil)
    }

    @Test("a link gets its ticket, and gives way to the next of its problem")
    func links() throws {
        try ledger.apply(.openLink(lane: lane, problem: "p", event: id(1), at: start))
        let last = start + .seconds(1)
        try ledger.apply(.touchLink(lane: lane, problem: "p", at: last))
        var link = TicketLink(event: id(1), number: nil, lastAt: last, writtenAt: start)
        #expect(try ledger.link(lane: lane, problem: "p") == link)
        try ledger.setTicket(number, event: id(1), lane: lane, problem: "p", at: start)
        link.number = number
        #expect(try ledger.link(lane: lane, problem: "p") == link)
        try ledger.apply(.ticket(.writeLink(lane: lane, problem: "p", at: last)))
        #expect(try ledger.link(lane: lane, problem: "p")?.writtenAt == last)
        #expect(try ledger.link(lane: "other", problem: "p") == nil)
        try ledger.apply(.openLink(lane: lane, problem: "p", event: id(2), at: start))
        #expect(try ledger.link(lane: lane, problem: "p") == TicketLink(event: id(2), number: nil, lastAt: start))
    }

    @Test("what a failed event has opened is forgotten; a link that has a ticket stays")
    func forgetting() throws {
        for (key, event) in [("a", 1), ("b", 1), ("c", 2)] {
            try ledger.apply(.openDuplicates(key: key, event: id(event), at: start))
        }
        try ledger.apply(.openLink(lane: lane, problem: "p", event: id(1), at: start))
        try ledger.apply(.openLink(lane: lane, problem: "q", event: id(1), at: start))
        try ledger.setTicket(number, event: id(1), lane: lane, problem: "q", at: start)
        try ledger.forget(event: id(1), lane: lane, problem: "p")
        try ledger.forget(event: id(1), lane: lane, problem: "q")
        #expect(try ledger.duplicate("a") == nil)
        #expect(try ledger.duplicate("b") == nil)
        #expect(try ledger.duplicate("c") != nil)
        #expect(try ledger.link(lane: lane, problem: "p") == nil)
        #expect(try ledger.link(lane: lane, problem: "q")?.number == number)
    }

    @Test("a ticket whose problem had been forgotten is linked nevertheless")
    func lateTicket() throws {
        try ledger.setTicket(number, event: id(3), lane: lane, problem: "p", at: start)
        #expect(try ledger.link(lane: lane, problem: "p") == TicketLink(event: id(3), number: number, lastAt: start))
    }

    @Test(
        "texts of any content come back as they were",
        arguments: ["", "'; DROP TABLE events; --", "ü\u{0}\u{1F}😀", "a\nb"])
    func texts(_ text: String) throws {
        try ledger.apply(.openDuplicates(key: text, event: id(1), at: start))
        #expect(try ledger.duplicate(text)?.event == id(1))
        try ledger.apply(.openLink(lane: text, problem: text, event: id(1), at: start))
        #expect(try ledger.link(lane: text, problem: text)?.event == id(1))
        try ledger.save(verdict(.logged, facts(subject: text)), origin(1))
        #expect(try ledger.history.event(id(1))?.subject == text)
    }
}
