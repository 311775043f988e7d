import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Messages and the ticket's number: what waits for it, what goes without it, and what follows.
@Suite struct PageWaitTests {
    private func night(_ keys: String = "NotifyOCEmail=", wait: Int = 60, at time: String = "2027-01-15T23:00:10Z")
        throws
        -> Night
    { try Night(keys, wait: wait, at: time) }

    @Test("a page that is due waits for the ticket's number and goes out with it")
    func number() throws {
        var night = try night()
        try night.alert()
        try night.pass(to: "2027-01-15T23:00:20Z")
        #expect(try night.orders().isEmpty)
        try night.desk.report(.created(ticket, remarks: []))
        let pages = try night.messages()
        #expect(pages.map(\.message.body) == ["fs01.servers.acme\n\nTicket: 12 http://psa/12"])
        try night.pass(to: "2027-01-16T23:00:00Z")
        #expect(try night.orders().isEmpty && night.desk.ledger.history.timerCount() == 0)
    }

    @Test(
        "without a number it goes out after PageWait, P1 after 15 seconds at most, and the number follows",
        arguments: [
            (2, 60, "2027-01-15T23:01:10"), (1, 60, "2027-01-15T23:00:25"), (1, 5, "2027-01-15T23:00:15"),
            (2, 300, "2027-01-15T23:05:10"),
        ])
    func without(priority: Int, wait: Int, sent: String) throws {
        var night = try night(wait: wait)
        try night.alert("C", "MB-DISK.EVT.S.P\(priority).Alm")
        try night.pass(to: "2027-01-15T23:06:30Z")
        let page = try #require(try night.messages().first)
        #expect(page.created.description.hasPrefix(sent) && page.message.body.hasSuffix("Ticket: not known yet"))
        try night.desk.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:10:00Z")
        let next = try #require(try night.messages().first)
        #expect(next.message.isFollowUp && next.message.dedupKey == page.message.dedupKey)
        #expect(next.message.subject == "Ticket 12: P\(priority) C" && next.message.body == "Ticket: 12 http://psa/12")
        #expect(next.created == Instant(rfc3339: "2027-01-15T23:07:00Z"))
        #expect(try night.desk.ledger.history.timerCount() == 0)
    }

    @Test("numbers that come within a minute follow in one message")
    func follow() throws {
        var night = try night("NotifyOCEmail=\nNotifyProcess=Slack", wait: 0)
        for drive in ["C", "D", "E"] { try night.alert(drive) }
        #expect(try night.orders().count == 3)
        for number in 1...3 {
            try night.desk.report(.created(TicketNumber(id: "\(number)", number: "\(number)", url: ""), remarks: []))
        }
        try night.pass(to: "2027-01-15T23:01:00Z")
        let messages = try night.messages()
        #expect(messages.map(\.message.subject) == ["3 ticket numbers: Ticket 1: P2 C"])
        #expect(messages.first?.message.body == "1. Ticket 1: P2 C\n2. Ticket 2: P2 D\n3. Ticket 3: P2 E")
    }

    @Test("one page for many goes out when all have their numbers or have waited long enough")
    func batch() throws {
        var night = try night("NotifyOCEmail=\nNotifyControl=1", at: "2027-01-15T23:04:30Z")
        try night.alert("C")
        try night.pass(to: "2027-01-15T23:04:50Z")
        try night.alert("D")
        try night.desk.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:05:49Z")
        #expect(try night.orders().isEmpty)
        try night.pass(to: "2027-01-15T23:05:50Z")
        let page = try #require(try night.messages().first)
        #expect(page.message.body.hasPrefix("1. P2 C (ticket 12)\n") && page.message.body.contains("2. P2 D\n"))
    }

    @Test("a PSA that refuses the ticket holds no page up, and none follows")
    func refused() throws {
        var night = try night()
        try night.alert()
        try night.pass(to: "2027-01-15T23:00:12Z")
        try night.desk.report(.refused(reason: "no such board"))
        #expect(try night.orders() == ["2027-01-15T23:00:12 page: P2 C"])
        try night.pass(to: "2027-01-17T23:00:00Z")
        #expect(try night.orders().isEmpty)
    }

    @Test("a restart while a page waits for its number")
    func restart() throws {
        var night = try night()
        try night.alert()
        try night.restart()
        try night.pass(to: "2027-01-15T23:01:10Z")
        #expect(try night.orders() == ["2027-01-15T23:01:10 page: P2 C"])
        try night.restart()
        try night.desk.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:05:00Z")
        #expect(try night.orders() == ["2027-01-15T23:02:00 page: Ticket 12: P2 C"])
    }

    @Test("an update tells nobody; one that finds its ticket closed is a new ticket and pages")
    func updates() throws {
        var night = try night(wait: 0)
        try night.alert()
        try night.desk.report(.created(ticket, remarks: []))
        _ = try night.orders()
        let update = try night.alert()
        #expect(try night.desk.event(update).disposition == "updated")
        try night.desk.report(.noted(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:10:00Z")
        #expect(try night.orders() == ["2027-01-15T23:01:00 page: Ticket 12: P2 C"])
        let next = try night.alert()
        try night.desk.report(.created(TicketNumber(id: "13", number: "13", url: ""), remarks: ["12 is closed"]))
        #expect(try night.orders() == ["2027-01-15T23:10:00 page: P2 C"])
        #expect(try night.desk.lastStep(next) == "handed to the pager")
        #expect(try night.desk.ledger.notifications(event: update).isEmpty)
    }

    @Test("a held page whose ticket is found closed is not sent; the new ticket's is held in its place")
    func closed() throws {
        var night = try night(at: "2027-01-15T04:00:00Z")
        let first = try night.alert()
        try night.desk.report(.created(ticket, remarks: []))
        let second = try night.alert()
        try night.desk.report(.created(TicketNumber(id: "13", number: "13", url: ""), remarks: ["12 is closed"]))
        #expect(try night.desk.lastStep(first) == "cancelled: the ticket has been closed")
        try night.pass(to: "2027-01-15T12:00:00Z")
        let pages = try night.messages()
        #expect(pages.map(\.message.events) == [[second]])
        #expect(pages.first?.message.body == "fs01.servers.acme\n\nTicket: 13")
    }

    @Test("a new ticket of an update is not told of while the help desk is staffed")
    func staffedByThen() throws {
        var night = try night(at: "2027-01-15T12:59:00Z")
        try night.alert()
        try night.desk.report(.created(ticket, remarks: []))
        _ = try night.orders()
        let next = try night.alert()
        try night.pass(to: "2027-01-15T13:00:00Z")
        try night.desk.report(.created(TicketNumber(id: "13", number: "13", url: ""), remarks: []))
        #expect(try night.orders().isEmpty)
        #expect(try night.desk.lastStep(next) == "not sent (the help desk is staffed)")
    }

    @Test("a page by mail goes to NotifyEmail, one with a key to the tenant's pager")
    func lanes() throws {
        var byMail = try night("NotifyProcess=PagerDuty\nNotifyKey=\nNotifyEmail=page@msp.example", wait: 0)
        try byMail.alert()
        let message = try #require(try byMail.messages().last?.message)
        #expect(message.channel == .page && message.recipients == ["page@msp.example"] && message.lane == "mail:")
        var byKey = try night(wait: 0)
        try byKey.alert()
        #expect(try byKey.messages().map(\.message.lane) == ["page:"])
    }

    @Test("a message that nobody takes is given up after DeliveryMaxAge and counted, and forgotten with the history")
    func unsent() throws {
        var night = try night(wait: 0)
        try night.alert()
        try night.pass(to: "2027-01-16T23:00:00Z")
        try night.desk.handle(.housekeep)
        #expect(try night.desk.ledger.history.messageCounts().map(\.state) == ["pending"])
        try night.pass(to: "2027-01-16T23:00:11Z")
        try night.desk.handle(.housekeep)
        let counts = try night.desk.ledger.history.messageCounts()
        #expect(counts.map(\.state) == ["failed"] && counts.map(\.lane) == ["page:"] && counts.map(\.count) == [1])
        try night.pass(to: "2027-02-16T23:00:00Z")
        try night.desk.handle(.housekeep)
        #expect(try night.desk.ledger.history.messageCounts().isEmpty)
        #expect(try night.desk.ledger.notifications(event: Identifier(high: 0, low: 0)).isEmpty)
    }
}
