import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Simulated nights: for each the exact list of messages that go out, and when. New York is five hours behind UTC in winter.
@Suite struct NightTests {
    private func mail(_ drive: String, _ priority: Int = 2) -> String {
        "mail: Priority Alert Notification: P\(priority) Acme Dental: EVT|Disk|\(drive)|a|b|"
            + "MB-DISK.EVT.S.P\(priority).Alm"
    }

    // 2027-01-15 is a Friday.
    @Test("after hours and covered: mail to the on-call staff and a page, at once")
    func covered() throws {
        var night = try Night(at: "2027-01-15T23:00:00Z")
        try night.alert()
        #expect(try night.orders() == ["2027-01-15T23:00:00 \(mail("C"))", "2027-01-15T23:00:00 page: P2 C"])
        try night.pass(to: "2027-01-19T00:00:00Z")
        #expect(try night.orders().isEmpty)
    }

    @Test("NotifyControl=1: what comes within five minutes is one page at their end")
    func cycle() throws {
        var night = try Night("NotifyControl=1\nNotifyOCEmail=", at: "2027-01-15T23:01:10Z")
        try night.alert("C")
        try night.pass(to: "2027-01-15T23:04:59Z")
        try night.alert("D")
        #expect(try night.orders().isEmpty)
        try night.pass(to: "2027-01-15T23:05:00Z")
        try night.alert("E")
        let pages = try night.messages()
        #expect(pages.map(\.message.subject) == ["2 priority alerts: P2 C"])
        #expect(pages.first?.created == Instant(rfc3339: "2027-01-15T23:05:00Z"))
        #expect(pages.first?.message.body == "1. P2 C\nfs01.servers.acme\n\n2. P2 D\nfs01.servers.acme")
        try night.pass(to: "2027-01-16T23:05:00Z")
        #expect(try night.orders() == ["2027-01-15T23:10:00 page: P2 E"])
    }

    @Test("outside the coverage: held to the morning, one page for all, the mails at once")
    func held() throws {
        var night = try Night(at: "2027-01-15T03:30:00Z")
        let events = try ["C", "D", "E"].map { drive in
            try night.pass(to: "2027-01-15T0\(drive == "C" ? 4 : drive == "D" ? 6 : 9):00:00Z")
            return try night.alert(drive)
        }
        #expect(
            try night.orders() == [
                "2027-01-15T04:00:00 \(mail("C"))", "2027-01-15T06:00:00 \(mail("D"))",
                "2027-01-15T09:00:00 \(mail("E"))",
            ])
        try night.pass(to: "2027-01-15T10:59:59Z")
        #expect(try night.orders().isEmpty)
        try night.pass(to: "2027-01-15T11:00:00Z")
        let pages = try night.messages()
        #expect(pages.map(\.message.subject) == ["3 priority alerts: P2 C"])
        #expect(pages.first?.message.events == events && pages.first?.message.dedupKey == events[0].description)
        #expect(try night.desk.lastStep(events[1]) == "handed to the pager, one message with 2 more")
        try night.pass(to: "2027-01-18T00:00:00Z")
        #expect(try night.orders().isEmpty)
    }

    @Test(
        "a held page goes out at the notify time of the day on which that falls",
        arguments: [
            // Friday 23:00, the weekend's time on Saturday.
            ("2027-01-16T04:00:00Z", "2027-01-16T13:00:00"),
            // Saturday 19:00, Sunday 8:00.
            ("2027-01-17T00:00:00Z", "2027-01-17T13:00:00"),
            // Sunday 20:00, the holiday's time on Monday.
            ("2027-01-18T01:00:00Z", "2027-01-18T14:00:00"),
            // The holiday 10:00: it is covered by nobody; Tuesday 6:00.
            ("2027-01-18T15:00:00Z", "2027-01-19T11:00:00"),
            // The holiday 9:00 sharp.
            ("2027-01-18T14:00:00Z", "2027-01-18T14:00:00"),
        ])
    func days(alert: String, page: String) throws {
        var night = try Night("NotifyOCEmail=", at: alert)
        try night.alert()
        try night.pass(to: "2027-01-20T12:00:00Z")
        #expect(try night.orders() == ["\(page) page: P2 C"])
    }

    @Test(
        "a notify time that the clocks skip is the next moment there is; one that comes twice counts once, the first time",
        arguments: [
            ("WE_NotifyTime=02:30", "2027-03-14T06:00:00Z", "2027-03-14T07:00:00"),
            ("WE_NotifyTime=01:30", "2027-11-07T04:30:00Z", "2027-11-07T05:30:00"),
            // The second 01:00 of that night: the first 01:30 is over, the next is Monday's.
            ("WE_NotifyTime=01:30", "2027-11-07T06:10:00Z", "2027-11-08T11:00:00"),
        ])
    func changedClocks(keys: String, alert: String, page: String) throws {
        var night = try Night(keys + "\nNotifyOCEmail=", at: alert)
        try night.alert()
        try night.pass(to: "2027-11-09T00:00:00Z")
        #expect(try night.orders() == ["\(page) page: P2 C"])
    }

    @Test("while the help desk is staffed nobody is paged, and the on-call staff mailed only with NotifyOCAlways")
    func staffed() throws {
        var quiet = try Night(at: "2027-01-15T15:00:00Z")
        let event = try quiet.alert()
        #expect(try quiet.orders().isEmpty)
        let step = try quiet.desk.ledger.history.trace(quiet.desk.event(event)).last { $0.stage == .notify }
        #expect(
            step?.decided
                == "on-call mail not sent (the help desk is staffed); page not sent (the help desk is staffed)")
        var always = try Night("NotifyOCAlways=Y", at: "2027-01-15T15:00:00Z")
        try always.alert()
        try always.pass(to: "2027-01-20T00:00:00Z")
        #expect(try always.orders() == ["2027-01-15T15:00:00 \(mail("C"))"])
    }

    @Test("what is resolved before its page is due is not paged; the others are")
    func resolved() throws {
        var night = try Night("NotifyOCEmail=", at: "2027-01-15T04:00:00Z")
        let first = try night.alert("C")
        try night.alert("D")
        try night.pass(to: "2027-01-15T05:00:00Z")
        let end = try night.alert("C", state: "resolved")
        #expect(try night.desk.lastStep(first) == "cancelled: the problem is over, by event \(end)")
        try night.pass(to: "2027-01-15T12:00:00Z")
        #expect(try night.orders() == ["2027-01-15T11:00:00 page: P2 D"])
    }

    @Test("all that was held is resolved: nothing goes out")
    func allResolved() throws {
        var night = try Night("NotifyOCEmail=\nNotifyControl=1", at: "2027-01-15T23:00:00Z")
        try night.alert()
        try night.alert(state: "resolved")
        try night.pass(to: "2027-01-16T12:00:00Z")
        #expect(try night.orders().isEmpty)
        #expect(try night.desk.ledger.history.timerCount() == 0)
    }

    @Test("a restart in the middle of the night loses and doubles nothing")
    func restart() throws {
        var night = try Night("NotifyOCEmail=", at: "2027-01-15T04:00:00Z")
        try night.alert("C")
        try night.restart()
        try night.alert("D")
        try night.restart()
        try night.pass(to: "2027-01-15T12:00:00Z")
        try night.restart()
        try night.pass(to: "2027-01-16T12:00:00Z")
        #expect(try night.orders() == ["2027-01-15T11:00:00 page: 2 priority alerts: P2 C"])
    }

    @Test("a time that was slept through is made up for at the start")
    func late() throws {
        var night = try Night("NotifyOCEmail=", at: "2027-01-15T04:00:00Z")
        try night.alert()
        night.desk.now = try #require(Instant(rfc3339: "2027-01-15T14:20:00Z"))
        try night.restart()
        try night.pass(to: "2027-01-15T14:20:00Z")
        #expect(try night.orders() == ["2027-01-15T14:20:00 page: P2 C"])
    }

    @Test("a backlog is told by the present: what came while people were at work pages when it is decided at night")
    func backlog() throws {
        var night = try Night("NotifyOCEmail=", at: "2027-01-15T23:30:00Z")
        let came = try #require(Instant(rfc3339: "2027-01-15T20:00:00Z"))
        night.desk.sequence += 1
        let record = PreparedRecord(alert(1, body(), at: came), night.desk.$settings)
        try night.desk.handle(.record(sequence: 1, record))
        #expect(try night.orders() == ["2027-01-15T23:30:00 page: P2 C"])
    }

    @Test("without any notify time nothing is held; with one that never comes, neither")
    func neverHeld() throws {
        let none = Night.hours.split(separator: "\n").filter { !$0.contains("NotifyTime") }.joined(separator: "\n")
        for keys in ["", "HO_NotifyTime=09:00\n"] {
            let hours =
                (keys.isEmpty ? none : none.replacing("[HOLIDAYSET_0]\n20270118", with: "[HOLIDAYSET_0]\n20200118"))
            var night = try Night(keys + "NotifyOCEmail=", hours: hours + "\n", at: "2027-01-15T04:00:00Z")
            try night.alert()
            #expect(try night.orders() == ["2027-01-15T04:00:00 page: P2 C"], "\(keys)")
        }
    }
}
