import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Tickets that the PSA does not take go by mail, but never both ways.
@Suite struct FallbackTests {
    private static let rules = """
        [GLOBAL]
        VsaEmail=itp@msp.example
        VsaAdminEmail=admin@msp.example
        NotifyFailCancel=0
        [RMM_SETTINGS]
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        FallbackAfter=5

        """
    private static let mail = "[MAIL]\nURL=smtp://127.0.0.1:1\n"

    private func desk(_ service: String = mail, _ more: String = "", on ledger: Ledger? = nil) throws -> Desk {
        try Desk(settings(duplicateMinutes: 0, service: service, rules: Self.rules + more), on: ledger)
    }

    /// The subjects of the notices that the mail lane holds; they leave it.
    private func notices(_ desk: inout Desk) throws -> [String] {
        let subjects = desk.mails.filter { !$0.sendsOnce }.map(\.mail.subject)
        desk.mails.removeAll { !$0.sendsOnce }
        return subjects
    }

    @Test(
        "a refused ticket goes by mail at once, in the form that readers of mails take apart, and not to the PSA again")
    func refused() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.report(.refused(reason: "the board 'Alerts' does not exist"))
        #expect(try notices(&desk) == ["ITP: tickets are refused by \(desk.lane)"])
        let mail = try #require(desk.mails.first)
        #expect(mail.mail.to == ["helpdesk@psa.example"] && mail.mail.from == "rmm@msp.example")
        #expect(mail.mail.subject == "RMM|fs01.servers.acme|N|S|EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm")
        #expect(mail.sendsOnce && !mail.isAmbiguous && mail.mail.id == id.description)
        #expect(desk.handed.isEmpty)
        try desk.reportMail(.mailed(remarks: []))
        let event = try desk.event(id)
        #expect(event.disposition == "delivered-by-email" && event.state == "delivered")
        #expect(event.reason == "the PSA did not take it: the board 'Alerts' does not exist")
        #expect(try desk.ledger.history.orderCounts().isEmpty)
        try desk.pass(86_400)
        #expect(desk.handed.isEmpty && desk.mails.isEmpty)
    }

    @Test("while the PSA fails a ticket waits for FallbackAfter, is tried a last time then, and goes by mail")
    func outage() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.report(.retry(reason: "connection refused", after: .hours(1)), intent: false)
        try desk.pass(299)
        #expect(desk.handed.isEmpty && desk.mails.isEmpty)
        try desk.pass(1)
        #expect(desk.handed.count == 1 && desk.mails.isEmpty)
        try desk.report(.retry(reason: "connection refused", after: .hours(1)), intent: false)
        #expect(try notices(&desk) == ["ITP: tickets are not taken by \(desk.lane)"])
        #expect(desk.handed.isEmpty && desk.mails.count == 1)
        try desk.reportMail(.mailed(remarks: []))
        #expect(try desk.event(id).disposition == "delivered-by-email")
        // The outage has been told; once the PSA has worked again, the next one is told anew.
        for (report, expected) in [
            (DeliveryReport.retry(reason: "x", after: .seconds(1)), 0), (.created(ticket, remarks: []), 0),
            (.retry(reason: "x", after: .seconds(1)), 1),
        ] {
            try desk.take(body(data: "D\(desk.sequence)"))
            try desk.report(report, intent: false)
            guard case .retry = report else { continue }
            try desk.pass(300)
            try desk.report(report, intent: false)
            #expect(try notices(&desk).count == expected)
            try desk.reportMail(.mailed(remarks: []))
        }
    }

    @Test("a PSA that comes back in time gets its ticket, and no mail goes out")
    func backInTime() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.report(.retry(reason: "connection refused", after: nil), intent: false)
        try desk.pass(300)
        try desk.report(.created(ticket, remarks: []))
        #expect(try desk.event(id).disposition == "ticketed")
        #expect(desk.mails.isEmpty)
    }

    @Test("as long as a try may have reached the PSA no mail goes out; at DeliveryMaxAge it does, marked")
    func ambiguous() throws {
        var desk = try desk("[QUEUE]\nDeliveryMaxAge=2h\n" + Self.mail)
        let id = try desk.take(body())
        try desk.report(.ambiguous(reason: "time-out"))
        for _ in 0..<25 {
            if !desk.handed.isEmpty { try desk.report(.stillAmbiguous(reason: "503"), intent: false) }
            try desk.pass(280)
            #expect(desk.mails.isEmpty)
        }
        #expect(try desk.event(id).state == "decided")
        try desk.pass(200)
        try desk.report(.stillAmbiguous(reason: "503"), intent: false)
        let mail = try #require(desk.mails.first)
        #expect(mail.mail.subject.hasSuffix(" [possible duplicate]") && !mail.isAmbiguous)
        // The mail has its own time: a server that is away for a moment does not end it.
        try desk.reportMail(.retry(reason: "421", after: nil))
        try desk.pass(300)
        #expect(desk.mails.first?.mail == mail.mail)
        try desk.reportMail(.mailed(remarks: []))
        #expect(try desk.event(id).disposition == "delivered-by-email")
    }

    @Test("a mail that may have arrived is not followed by a ticket, also not after a kill")
    func ambiguousMail() throws {
        var desk = try desk()
        try desk.take(body())
        try desk.report(.refused(reason: "no"))
        _ = try notices(&desk)
        let order = try #require(desk.mails.first)
        try desk.handle(.mailIntent(order.key))
        var again = try self.desk(on: desk.ledger)
        _ = try notices(&again)
        #expect(again.handed.isEmpty)
        #expect(again.mails.map(\.isAmbiguous) == [true])
        try again.handle(.mailReport(order.key, .stillAmbiguous(reason: "a mail cannot be looked up")))
        again.mails = []
        try again.pass(24 * 3600)
        #expect(again.handed.isEmpty)
        #expect(again.mails.first?.mail.subject.hasSuffix("[possible duplicate]") == true)
    }

    @Test("what follows a mailed ticket: that it is over goes by mail as well, a repeat makes a ticket at the PSA")
    func afterwards() throws {
        var desk = try desk()
        try desk.take(body())
        try desk.report(.refused(reason: "no"))
        _ = try notices(&desk)
        try desk.reportMail(.mailed(remarks: []))
        let over = try desk.take(body(state: "resolved"))
        #expect(desk.handed.isEmpty)
        #expect(desk.mails.first?.mail.id == over.description)
        try desk.reportMail(.mailed(remarks: []))
        #expect(try desk.event(over).state == "delivered")
        let repeated = try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [nil])
        try desk.report(.created(ticket, remarks: []))
        #expect(try desk.event(repeated).disposition == "ticketed")
        try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [ticket])
    }

    @Test("an update waits for its ticket's PSA and does not go by mail while that is away")
    func update() throws {
        var desk = try desk("[QUEUE]\nDeliveryMaxAge=1h\n" + Self.mail)
        try desk.take(body())
        try desk.report(.created(ticket, remarks: []))
        let update = try desk.take(body())
        try desk.report(.retry(reason: "down", after: .minutes(30)), intent: false)
        try desk.pass(1800)
        #expect(desk.mails.isEmpty && desk.handed.count == 1)
        try desk.report(.retry(reason: "down", after: .minutes(30)), intent: false)
        try desk.pass(1800)
        try desk.report(.retry(reason: "down", after: .minutes(30)), intent: false)
        _ = try notices(&desk)
        try desk.reportMail(.mailed(remarks: []))
        #expect(try desk.event(update).reason == "the PSA did not take it: given up after 1 hour: down")
        // The problem keeps its ticket.
        try desk.take(body())
        #expect(desk.handed.map(\.ticket) == [ticket])
    }

    @Test(
        "without a mail server a refused ticket waits, is tried again when something was mended, and ends at DeliveryMaxAge"
    )
    func noMail() throws {
        var desk = try desk("[QUEUE]\nDeliveryMaxAge=90m")
        let id = try desk.take(body())
        try desk.report(.refused(reason: "no such board"))
        #expect(desk.handed.isEmpty && desk.deadLetters == 0)
        #expect(try desk.event(id).state == "decided")
        try desk.handle(.settings(desk.settings))
        #expect(desk.handed.count == 1, "a configuration may have mended it")
        try desk.report(.refused(reason: "no such board"))
        try desk.pass(3600)
        try desk.report(.refused(reason: "no such board"))
        try desk.pass(1800)
        try desk.report(.refused(reason: "no such board"))
        #expect(try desk.event(id).disposition == "failed")
        #expect(try desk.event(id).reason == "given up after 90 minutes: no such board")
        #expect(desk.deadLetters == 1)
        let told = try desk.ledger.dueMessages(lane: "mail:", now: desk.now, limit: 100).map(\.message.subject)
        #expect(told == ["ITP: tickets are refused by \(desk.lane)"], "told once")
    }

    @Test("each reason is told once, and of many reasons no more than a few")
    func reasons() throws {
        var desk = try desk()
        for number in 1...30 {
            try desk.take(body(data: "D\(number)"))
            let letter = String(UnicodeScalar(UInt8(64 + number)))
            try desk.report(.refused(reason: "no company for '\(letter)' on record \(number)"))
        }
        #expect(try desk.ledger.troubleCount("tickets are refused by ") == 21)
    }

    @Test("a mail server that refuses the mail as well leaves a dead letter with both reasons")
    func mailRefused() throws {
        var desk = try desk()
        let id = try desk.take(body())
        try desk.report(.refused(reason: "no such board"))
        _ = try notices(&desk)
        try desk.reportMail(.refused(reason: "550 no such user"))
        #expect(try desk.event(id).reason == "550 no such user; by mail because: no such board")
        #expect(desk.deadLetters == 1)
    }
}
