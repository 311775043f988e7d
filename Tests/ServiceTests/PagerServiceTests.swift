import Formats
import Platform
import Sandbox
import TestSupport
import Testing
import Vendors

@testable import Service

/// A running service, a pager that it reaches over HTTP, and a mail server.
@Suite struct PagerServiceTests {
    private static func rules(_ pager: String) -> String {
        """
        [GLOBAL]
        DeDupPeriod=0
        [RMM_SETTINGS]
        PSA_Type=GEN
        PSA_Email=helpdesk@psa.example
        RMM_EmailFrom=rmm@msp.example
        PageWait=0
        WD_Start=00:00
        WD_End=00:00
        WE_Start=00:00
        WE_End=00:00
        NotifyOCEmail=oncall@msp.example
        NotifySubject=P<priority> <agent>
        \(pager)
        [ORG acme]
        Name=Acme Dental
        """
    }

    /// Runs a service beside a sandbox whose address `keys` are given.
    private func run(
        _ keys: @escaping @Sendable (String) -> String,
        _ body: @escaping @Sendable (RunningService, Pager) throws -> Void
    ) async throws {
        let smtp = try ScriptedSMTP()
        defer { smtp.stop() }
        let sandbox = SandboxServer()
        defer { sandbox.stop() }
        let url = "http://\(try sandbox.start("127.0.0.1:0"))"
        try await Scene.with(Self.rules(keys(url)), service: "[MAIL]\nURL=\(smtp.url)\n") { scene in
            let pager = try Pager(url, smtp)
            defer { pager.courier.stop() }
            try scene.serve { running in try body(running, pager) }
        }
    }

    /// The sandbox as its administrator sees it.
    private struct Pager: Sendable {
        let url: String
        let smtp: ScriptedSMTP
        let courier: Courier

        init(_ url: String, _ smtp: ScriptedSMTP) throws {
            self.url = url
            self.smtp = smtp
            courier = try Courier(Courier.Settings(version: "test"))
        }

        func ask(_ method: String, _ path: String, _ body: JSON? = nil) -> JSON? {
            let calls = AccountCalls(courier)
            let outcome = calls.carryOut(
                .init(method: method, url: url + path, headers: [], body: body?.bytes ?? []))
            guard case .reply(let reply) = outcome else { return nil }
            return JSON(ifValid: reply.body)
        }

        var pages: [String] {
            (ask("GET", "/sandbox/pages")?.array ?? []).map { page in
                "\(page["status"]?.string ?? "") \(page["message"]?.string ?? "") x\(page["count"]?.integer ?? 0)"
            }
        }
    }

    private static let opsgenie: @Sendable (String) -> String = {
        "NotifyProcess=OpsGenie\nNotifyURL=\($0)/opsgenie\nNotifyKey=sandbox-genie"
    }

    @Test("an urgent alert pages over HTTP, and its resolving closes the page; /stats counts it and shows no key")
    func pages() async throws {
        try await run(Self.opsgenie) { running, pager in
            let alert = { (state: String) throws -> Void in
                let body: JSON = [
                    "subject": "EVT|Disk|C|a|b|MB-DISK.EVT.S.P1.Alm", "orgId": "acme", "agent": "a.acme",
                    "state": .string(state),
                ]
                let answer = try running.ask("POST", "/v1/alerts", [("Content-Type", "application/json")], body.bytes)
                #expect(answer.status == 200)
            }
            try alert("firing")
            #expect(waitUntil { pager.pages == ["open P1 a.acme x1"] }, "\(pager.pages)")
            try alert("resolved")
            #expect(waitUntil { pager.pages == ["closed P1 a.acme x1"] }, "\(pager.pages)")
            let isCounted = try waitUntil {
                try running.ask("GET", "/stats").json["deliveries"]?["page:"]?["paged"]?.integer == 2
            }
            #expect(isCounted)
            #expect(try !running.ask("GET", "/stats").json.compact.contains("sandbox-genie"))
        }
    }

    @Test("a pager that refuses the key: the page goes out by mail")
    func refused() async throws {
        let keys: @Sendable (String) -> String = {
            "NotifyProcess=PagerDuty\nNotifyURL=\($0)/pagerduty\nNotifyKey=\(String(repeating: "b", count: 32))"
        }
        try await run(keys) { running, pager in
            _ = try running.post(org: "acme", subject: "EVT|Disk|C|a|b|MB-DISK.EVT.S.P1.Alm")
            #expect(waitUntil { pager.smtp.mails.contains { $0.contains("Page not delivered: P1 a.acme") } })
            #expect(pager.pages.isEmpty)
            let mails = pager.smtp.mails.joined()
            #expect(mails.contains("Invalid routing key") && !mails.contains(String(repeating: "b", count: 32)))
        }
    }
}
