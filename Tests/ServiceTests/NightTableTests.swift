import Events
import Formats
import Settings
import Testing

@testable import Service

/// Whole nights in one table: what happens, then every page that the pager shows and every mail that goes out, to the second. Times
/// are UTC, the MSP is in New York; its hours are `Night.hours`.
@Suite struct NightTableTests {
    struct Row: Sendable, CustomTestStringConvertible {
        var name: String
        var keys = ""
        /// `time what`: `alert C`, `resolve C`, `restart`, `down`, `up`, or nothing.
        var story: [String]
        var pages: [String] = []
        var mails: [String] = []

        var testDescription: String { name }
    }

    static let rows = [
        Row(
            name: "inside the coverage, after hours: at once", story: ["2027-01-15T23:00:10 alert C"],
            pages: ["2027-01-15T23:00:10 P2 C"], mails: ["2027-01-15T23:00:10 on call C"]),
        Row(
            name: "the same, collected", keys: "NotifyControl=1",
            story: ["2027-01-15T23:01:10 alert C", "2027-01-15T23:04:59 alert D"],
            pages: ["2027-01-15T23:05:00 2 priority alerts: P2 C"],
            mails: ["2027-01-15T23:01:10 on call C", "2027-01-15T23:04:59 on call D"]),
        Row(
            name: "outside the coverage: held to six in the morning, one page",
            story: ["2027-01-15T04:00:00 alert C", "2027-01-15T06:00:00 alert D"],
            pages: ["2027-01-15T11:00:00 2 priority alerts: P2 C"],
            mails: ["2027-01-15T04:00:00 on call C", "2027-01-15T06:00:00 on call D"]),
        Row(
            name: "a weekend's day, covered: at once", story: ["2027-01-16T15:00:00 alert C"],
            pages: ["2027-01-16T15:00:00 P2 C"], mails: ["2027-01-16T15:00:00 on call C"]),
        Row(
            name: "a weekend's night: held to eight on Sunday", story: ["2027-01-17T00:00:00 alert C"],
            pages: ["2027-01-17T13:00:00 P2 C"], mails: ["2027-01-17T00:00:00 on call C"]),
        Row(
            name: "a holiday that nobody covers: held to Tuesday", story: ["2027-01-18T15:00:00 alert C"],
            pages: ["2027-01-19T11:00:00 P2 C"], mails: ["2027-01-18T15:00:00 on call C"]),
        Row(
            name: "the night in which an hour is missing", keys: "WE_NotifyTime=02:30",
            story: ["2027-03-14T06:00:00 alert C"], pages: ["2027-03-14T07:00:00 P2 C"],
            mails: ["2027-03-14T06:00:00 on call C"]),
        Row(
            name: "the night in which an hour comes twice", keys: "WE_NotifyTime=01:30",
            story: ["2027-11-07T04:30:00 alert C"], pages: ["2027-11-07T05:30:00 P2 C"],
            mails: ["2027-11-07T04:30:00 on call C"]),
        Row(name: "the help desk is staffed: nobody", story: ["2027-01-15T15:00:00 alert C"]),
        Row(
            name: "the help desk is staffed, NotifyOCAlways: a mail", keys: "NotifyOCAlways=Y",
            story: ["2027-01-15T15:00:00 alert C"], mails: ["2027-01-15T15:00:00 on call C"]),
        Row(
            name: "resolved before it is due: no page",
            story: ["2027-01-15T04:00:00 alert C", "2027-01-15T05:00:00 resolve C"],
            mails: ["2027-01-15T04:00:00 on call C"]),
        Row(
            name: "the pager is down: by mail after two minutes",
            story: ["2027-01-15T23:00:00 down", "2027-01-15T23:00:10 alert C"],
            mails: ["2027-01-15T23:00:10 on call C", "2027-01-15T23:02:10 Page not delivered: P2 C"]),
        Row(
            name: "the pager is down for a minute: a page, late",
            story: ["2027-01-15T23:00:00 down", "2027-01-15T23:00:10 alert C", "2027-01-15T23:01:00 up"],
            pages: ["2027-01-15T23:01:21 P2 C"], mails: ["2027-01-15T23:00:10 on call C"]),
        Row(
            name: "restarts while pages are held",
            story: [
                "2027-01-15T04:00:00 alert C", "2027-01-15T05:00:00 restart", "2027-01-15T06:00:00 alert D",
                "2027-01-15T10:59:59 restart", "2027-01-15T11:00:00 restart",
            ], pages: ["2027-01-15T11:00:00 2 priority alerts: P2 C"],
            mails: ["2027-01-15T04:00:00 on call C", "2027-01-15T06:00:00 on call D"]),
        Row(
            name: "a restart while the pager is down",
            story: [
                "2027-01-15T23:00:00 down", "2027-01-15T23:00:10 alert C", "2027-01-15T23:01:30 restart",
            ], mails: ["2027-01-15T23:00:10 on call C", "2027-01-15T23:02:10 Page not delivered: P2 C"]),
    ]

    @Test("a night's pages and mails, exactly", arguments: rows)
    func night(row: Row) throws {
        let begin = try #require(row.story.first).prefix(19) + "Z"
        var night = try PagerNight(
            "OpsGenie", keys: "NotifyOCEmail=oncall@msp.example\n" + row.keys, at: String(begin))
        for line in row.story {
            let words = line.split(separator: " ").map(String.init)
            try night.pass(to: words[0] + "Z")
            switch words[1] {
            case "alert": try night.alert(words[2])
            case "resolve": try night.alert(words[2], state: "resolved")
            case "restart": try night.restart()
            case "down": try night.fault("status:500")
            default: try night.mend()
            }
        }
        // Whatever comes later comes within the week.
        let end = try #require(Instant(rfc3339: String(begin))) + .hours(7 * 24)
        try night.pass(to: end.description)
        let pages = try night.pages(day: true).map { $0.replacing(" open ", with: " ").replacing(" x1", with: "") }
        #expect(pages == row.pages)
        let mails = try night.mails(day: true).map { mail in
            mail.replacing(
                /Priority Alert Notification: P2 Acme Dental: EVT\|Disk\|(.)\|a\|b\|MB-DISK\.EVT\.S\.P2\.Alm/,
                with: { "on call \($0.1)" })
        }
        #expect(mails == row.mails)
    }
}
