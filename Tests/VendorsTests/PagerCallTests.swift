import Events
import Formats
import Settings
import Testing

@testable import Vendors

/// What pagers are asked, to the byte where that matters.
@Suite("Calls to pagers")
struct PagerCallTests {
    private func call(
        _ service: NotificationSettings.Pager.Service, url: String? = nil, key: String = "k", _ kind: String = "page",
        changing: (inout MessageOrder) -> Void = { _ in }
    ) throws -> VendorCall {
        var message = PagerConformanceTests.message(kind)
        changing(&message)
        let pager = NotificationSettings.Pager(service: service, url: url, key: key, addresses: [])
        let interface = try #require(PagerInterfaces.interface(of: pager))
        return try #require(interface.call(message))
    }

    @Test(
        "Opsgenie's address, or its successor's, however it is written",
        arguments: [
            (nil, "https://api.opsgenie.com/v2/alerts"),
            ("https://api.eu.opsgenie.com/", "https://api.eu.opsgenie.com/v2/alerts"),
            ("https://api.eu.opsgenie.com/v2", "https://api.eu.opsgenie.com/v2/alerts"),
            ("https://api.opsgenie.com/v2/alerts/", "https://api.opsgenie.com/v2/alerts"),
            (
                "https://api.atlassian.com/jsm/ops/integration",
                "https://api.atlassian.com/jsm/ops/integration/v2/alerts"
            ),
        ] as [(String?, String)])
    func opsgenieBase(url: String?, alerts: String) throws {
        #expect(try call(.opsgenie, url: url).url == alerts)
    }

    @Test("an Opsgenie alert: alias, priority, lengths; a note and a closing name the alias")
    func opsgenie() throws {
        let page = try call(.opsgenie) {
            $0.subject = String(repeating: "\u{1F525}", count: 100)
            $0.body = String(repeating: "x", count: 20_000)
        }
        let body = try JSON(parsing: page.body)
        #expect(page.headers.contains(.init("Authorization", "GenieKey k")))
        #expect(body["alias"]?.string == "0198c000-0000-7000-8000-000000000001" && body["priority"]?.string == "P1")
        #expect(body["message"]?.string?.utf16.count == 129 && body["message"]?.string?.hasSuffix("…") == true)
        #expect(body["description"]?.string?.utf16.count == 15_000)
        for (priority, name) in [(0, "P3"), (2, "P2"), (5, "P5"), (9, "P5")] {
            let body = try JSON(parsing: call(.opsgenie) { $0.priority = priority }.body)
            #expect(body["priority"]?.string == name)
        }
        let alert = "https://api.opsgenie.com/v2/alerts/0198c000-0000-7000-8000-000000000001"
        #expect(try call(.opsgenie, "number").url == alert + "/notes?identifierType=alias")
        #expect(try call(.opsgenie, "close").url == alert + "/close?identifierType=alias")
        #expect(
            try JSON(parsing: call(.opsgenie, "number").body)["note"]?.string == "P1 C <is> & [full]\nfs01\nTicket: 12")
    }

    @Test("a PagerDuty event: key, severity, and a resolving without a payload")
    func pagerDuty() throws {
        let page = try call(.pagerDuty)
        let body = try JSON(parsing: page.body)
        #expect(page.url == "https://events.pagerduty.com/v2/enqueue" && body["event_action"]?.string == "trigger")
        #expect(body["dedup_key"]?.string == "0198c000-0000-7000-8000-000000000001")
        #expect(body["payload"]?["summary"]?.string == "P1 C <is> & [full]")
        #expect(body["payload"]?["custom_details"]?["text"]?.string == "fs01\nTicket: 12")
        for (priority, severity) in [(0, "warning"), (1, "critical"), (2, "error"), (3, "warning"), (4, "info")] {
            let body = try JSON(parsing: call(.pagerDuty) { $0.priority = priority }.body)
            #expect(body["payload"]?["severity"]?.string == severity)
        }
        let close = try JSON(parsing: call(.pagerDuty, "close").body)
        #expect(close["event_action"]?.string == "resolve" && close["payload"] == nil)
        #expect(
            try call(.pagerDuty, url: "https://events.eu.pagerduty.com").url
                == "https://events.eu.pagerduty.com/v2/enqueue")
    }

    @Test("a webhook's key is the rest of its address or the whole of it")
    func hooks() throws {
        #expect(try call(.slack, key: "T0/B0/x").url == "https://hooks.slack.com/services/T0/B0/x")
        #expect(
            try call(.slack, key: "https://hooks.slack.com/services/T0/B0/x").url
                == "https://hooks.slack.com/services/T0/B0/x")
        #expect(try call(.slack, url: "https://chat.example/hooks", key: "x").url == "https://chat.example/hooks/x")
        #expect(try call(.teams, key: "https://flow.example/a?sig=s").url == "https://flow.example/a?sig=s")
    }

    @Test("nothing that an alert brings is a mention, a link or a tag in a chat")
    func escapes() throws {
        let slack = try JSON(parsing: call(.slack) { $0.subject = "<!channel> & <http://x|y>" }.body)
        #expect(slack["text"]?.string == "&lt;!channel&gt; &amp; &lt;http://x|y&gt;\nfs01\nTicket: 12")
        #expect(slack["mrkdwn"]?.bool == false)
        let teams = try JSON(parsing: call(.teams, key: "https://f.example/a") { $0.subject = "[y](http://x)" }.body)
        let lines = teams["attachments"]?.array?.first?["content"]?["body"]?.array?.compactMap { $0["text"]?.string }
        #expect(lines == ["\\[y](http://x)", "fs01", "Ticket: 12"])
        let long = try call(.teams, key: "https://f.example/a") {
            $0.body = String(repeating: "\u{1}\n", count: 20_000)
        }
        #expect(long.body.count < 20_000)
    }

    @Test("a pager that fails is left alone, then one page shows whether it works; another key is another pager")
    func circuit() throws {
        var lane = PageLaneStation()
        var now = Instant(milliseconds: 1_795_000_000_000)
        var row: Int64 = 0
        func order(_ key: String = "k") -> PageOrder {
            row += 1
            let pager = NotificationSettings.Pager(service: .opsgenie, url: nil, key: key, addresses: [])
            return PageOrder(row: row, message: PagerConformanceTests.message(), pager: pager)
        }
        for _ in 1...5 {
            _ = lane.handle(.deliver(order()), now: now)
            _ = lane.handle(.outcome(row: row, .notSent(reason: "down")), now: now)
        }
        guard case .report(_, .retry(let reason, .seconds(15)?))? = lane.handle(.deliver(order()), now: now).last else {
            Issue.record("it was sent")
            return
        }
        #expect(reason.hasPrefix("OpsGenie: down; it is left alone until "))
        now = now + .seconds(15)
        let probe = lane.handle(.deliver(order()), now: now)
        #expect(probe.first == .condition(.probing) && probe.count == 2)
        #expect(lane.handle(.deliver(order()), now: now).isEmpty && lane.load == 2)
        let other = lane.handle(.deliver(order("another")), now: now)
        #expect(other.first == .condition(.working) && other.count == 3)
    }
}
