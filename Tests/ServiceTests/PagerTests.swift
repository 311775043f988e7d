import Events
import Formats
import Sandbox
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Pages over the services' own interfaces: what the pager shows and which mails go out, for each night exactly.
@Suite struct PagerTests {
    private static let oncall = "Priority Alert Notification: P2 Acme Dental: EVT|Disk|C|a|b|MB-DISK.EVT.S.P2.Alm"

    @Test("one alert at the pager, closed when the problem is over", arguments: ["OpsGenie", "PagerDuty"])
    func life(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=")
        let first = try night.alert()
        #expect(try night.pages() == ["23:00:10 open P2 C x1"])
        #expect(try night.lastStep(first) == "\(service) has taken it")
        try night.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:30:00Z")
        let note = service == "OpsGenie" ? " | Ticket 12: P2 C Ticket: 12 http://psa/12" : ""
        #expect(try night.pages() == ["23:00:10 open P2 C x1\(note)"])
        let over = try night.alert(state: "resolved")
        let reason = service == "OpsGenie" ? " | Closed by ITP the problem is over, by event \(over)" : ""
        #expect(try night.pages() == ["23:00:10 closed P2 C x1\(note)\(reason)"])
        #expect(try night.mails().isEmpty && night.counts() == ["done \(service == "OpsGenie" ? 3 : 2)"])
        try night.pass(to: "2027-01-16T23:30:00Z")
        #expect(try night.pages().count == 1)
    }

    @Test("a page for several events is closed when all of them are over", arguments: ["OpsGenie", "PagerDuty"])
    func several(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=\nNotifyControl=1")
        try night.alert("C")
        try night.alert("D")
        try night.pass(to: "2027-01-15T23:05:00Z")
        #expect(try night.pages() == ["23:05:00 open 2 priority alerts: P2 C x1"])
        try night.alert("D", state: "resolved")
        #expect(try night.pages() == ["23:05:00 open 2 priority alerts: P2 C x1"])
        try night.alert("C", state: "resolved")
        #expect(try night.pages().map { $0.prefix(15) } == ["23:05:00 closed"])
    }

    @Test(
        "a ticket that was found closed closes its page, and the new one's is another",
        arguments: ["OpsGenie", "PagerDuty"])
    func closedByPeople(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=")
        try night.alert()
        try night.report(.created(ticket, remarks: []))
        try night.alert()
        try night.report(.created(TicketNumber(id: "13", number: "13", url: ""), remarks: ["12 is closed"]))
        #expect(try night.pages().map { $0.dropFirst(9).prefix(6) } == ["closed", "open P"])
    }

    @Test("a chat is told once, and nothing of the end; numbers follow", arguments: ["Slack", "Teams"])
    func chats(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=")
        try night.alert()
        try night.alert("D")
        try night.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:02:00Z")
        try night.alert(state: "resolved")
        #expect(
            try night.pages() == [
                "23:00:10 open P2 C x1", "23:00:10 open P2 D x1", "23:01:00 open Ticket 12: P2 C x1",
            ])
    }

    @Test(
        "a pager that fails is tried again with backoff, and one alert comes of it",
        arguments: ["OpsGenie", "PagerDuty"])
    func again(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=")
        try night.fault("status:503", count: 2)
        try night.fault("reset-after", count: 1)
        let event = try night.alert()
        #expect(try night.pages().isEmpty)
        try night.pass(to: "2027-01-15T23:02:00Z")
        // What had arrived without an answer was sent again, with the same alias.
        #expect(
            try night.pages().map { $0.suffix(12) } == ["open P2 C x2"])
        #expect(try night.requests() == 4 && night.counts() == ["done 1"] && night.mails().isEmpty)
        #expect(try night.lastStep(event) == "\(service) has taken it")
    }

    @Test("Retry-After is kept to, but not beyond two minutes")
    func pause() throws {
        var night = try PagerNight("OpsGenie", keys: "NotifyOCEmail=")
        try night.fault("status:429:45", count: 1)
        try night.alert()
        try night.pass(to: "2027-01-15T23:00:54Z")
        #expect(try night.requests() == 1)
        try night.pass(to: "2027-01-15T23:00:55Z")
        #expect(try night.pages() == ["23:00:55 open P2 C x1"])
        try night.fault("status:503:3600", count: 1)
        try night.alert("D")
        try night.pass(to: "2027-01-15T23:02:54Z")
        #expect(try night.requests() == 3)
        try night.pass(to: "2027-01-15T23:02:55Z")
        #expect(try night.mails().isEmpty)
    }

    @Test("a pager that is down for two minutes: the page goes by mail, its number too, and nothing is closed later")
    func fallback() throws {
        var night = try PagerNight("OpsGenie")
        try night.fault("status:500")
        let event = try night.alert()
        #expect(try night.mails() == ["23:00:10 \(Self.oncall)"])
        try night.pass(to: "2027-01-15T23:02:09Z")
        #expect(try night.mails().count == 1)
        try night.pass(to: "2027-01-15T23:02:10Z")
        #expect(try night.mails() == ["23:00:10 \(Self.oncall)", "23:02:10 Page not delivered: P2 C"])
        #expect(try night.lastStep(event)?.hasPrefix("by mail to oncall@msp.example: OpsGenie answered 500") == true)
        try night.mend()
        try night.report(.created(ticket, remarks: []))
        try night.pass(to: "2027-01-15T23:10:00Z")
        try night.alert(state: "resolved")
        #expect(try night.pages().isEmpty && night.counts() == ["failed 1"])
        #expect(
            try night.mails() == [
                "23:00:10 \(Self.oncall)", "23:02:10 Page not delivered: P2 C",
                "23:03:00 Ticket 12: \(Self.oncall)", "23:03:00 Ticket 12: P2 C",
            ])
        // The next page goes to the pager again.
        try night.alert("D")
        #expect(try night.pages() == ["23:10:00 open P2 D x1"])
    }

    @Test("what became of a page is noted on its ticket, once the ticket is there")
    func noted() throws {
        var taken = try PagerNight("OpsGenie", wait: 5)
        try taken.alert()
        try taken.pass(to: "2027-01-15T23:00:20Z")
        #expect(taken.pageNotes.isEmpty, "there is no ticket yet")
        try taken.report(.created(ticket, remarks: []))
        #expect(taken.pageNotes == ["Paged: OpsGenie has taken it at 2027-01-15T23:00:15.000Z."])
        var refused = try PagerNight("PagerDuty")
        try refused.fault("status:400")
        try refused.alert()
        try refused.report(.created(ticket, remarks: []))
        #expect(refused.pageNotes.count == 1)
        #expect(refused.pageNotes[0].hasPrefix("The page went by mail to oncall@msp.example: PagerDuty answered 400"))
        var nobody = try PagerNight("PagerDuty", keys: "NotifyOCEmail=")
        try nobody.fault("status:400")
        try nobody.alert()
        try nobody.report(.created(ticket, remarks: []))
        #expect(
            nobody.pageNotes.count == 1 && nobody.pageNotes[0].hasPrefix("Nobody was paged: PagerDuty answered 400"))
    }

    @Test("a pager that refuses: by mail at once", arguments: [400, 401, 402, 403, 404, 422, 302])
    func refused(status: Int) throws {
        var night = try PagerNight("PagerDuty")
        try night.fault("status:\(status)", count: 1)
        try night.alert()
        #expect(try night.mails() == ["23:00:10 \(Self.oncall)", "23:00:10 Page not delivered: P2 C"])
        try night.pass(to: "2027-01-16T23:00:00Z")
        #expect(try night.requests() == 1 && night.pages().isEmpty)
    }

    @Test("without anybody to mail, a page is tried until DeliveryMaxAge, and the administrator is told once")
    func nobody() throws {
        var night = try PagerNight(
            "OpsGenie", keys: "NotifyOCEmail=\n[GLOBAL]\nVsaAdminEmail=admin@msp.example\n[RMM_SETTINGS]")
        try night.fault("status:500")
        try night.alert()
        try night.pass(to: "2027-01-16T01:00:00Z")
        #expect(try night.mails().map { $0.dropFirst(9) } == ["ITP: pages are not taken by OpsGenie"])
        try night.mend()
        try night.pass(to: "2027-01-16T01:10:00Z")
        #expect(try night.pages().map { $0.dropFirst(9) } == ["open P2 C x1"])
    }

    @Test(
        "killed after the page was sent and before that is durable: sent again, one alert",
        arguments: ["OpsGenie", "PagerDuty"])
    func killed(service: String) throws {
        var night = try PagerNight(service, keys: "NotifyOCEmail=")
        night.losesAnswers = true
        try night.alert()
        night.losesAnswers = false
        try night.restart()
        #expect(try night.pages() == ["23:00:10 open P2 C x2"])
        try night.restart()
        try night.pass(to: "2027-01-16T23:00:00Z")
        #expect(try night.requests() == 2 && night.counts() == ["done 1"])
        // What was open before the restart is closed after it.
        try night.alert(state: "resolved")
        #expect(try night.pages().map { $0.dropFirst(9).prefix(6) } == ["closed"])
    }

    @Test("a page that is over before the pager took it is closed there in its turn")
    func order() throws {
        var night = try PagerNight("OpsGenie", keys: "NotifyOCEmail=")
        try night.fault("status:503", count: 1)
        try night.alert()
        try night.alert(state: "resolved")
        #expect(try night.pages().isEmpty)
        try night.pass(to: "2027-01-15T23:01:00Z")
        #expect(try night.pages().map { $0.dropFirst(9).prefix(11) } == ["closed P2 C"])
    }

    @Test("a tenant whose pager is taken out of the configuration: what waits goes by mail")
    func gone() throws {
        var night = try PagerNight("OpsGenie")
        try night.fault("status:503")
        try night.alert()
        let changed = try Night(
            "NotifyOCEmail=oncall@msp.example\nNotifyProcess=Email\nNotifyEmail=page@msp.example",
            at: "2027-01-15T23:00:10Z",
            service: PagerNight.mail
        ).desk.settings
        try night.night.desk.handle(.settings(changed))
        try night.pass(to: "2027-01-15T23:02:00Z")
        #expect(try night.mails().last?.hasSuffix("Page not delivered: P2 C") == true)
        #expect(try night.counts() == ["failed 1"])
    }
}
