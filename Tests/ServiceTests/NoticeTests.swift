import Decisions
import Events
import Formats
import Settings
import Storage
import Testing
import Vendors

@testable import Service

/// Notices to the administrator.
@Suite struct NoticeTests {
    private let rules =
        "[ALERT REWRITE]\nnoise=CANCEL\n[GLOBAL]\nVsaEmail=itp@msp.example\nVsaAdminEmail=admin@msp.example\n"
    private let noise = "{\"subject\":\"noise\"}"

    private func notices(_ desk: Desk) throws -> [MessageOrder] {
        try desk.ledger.dueMessages(lane: "mail:", now: desk.now, limit: 5000).map(\.message)
    }

    @Test("a thousand cancellations are one mail, which names the first and counts the rest")
    func batched() throws {
        var desk = try Desk(settings(duplicateMinutes: 0, rules: rules))
        let batch = "{\"alerts\":[\(Array(repeating: noise, count: 1000).joined(separator: ","))]}"
        try desk.take(batch)
        let failure = try desk.take("{\"subject\":\"hello\"}")
        try desk.pass(299)
        #expect(try notices(desk).isEmpty && desk.timers.count == 1)
        try desk.pass(1)
        let mail = try #require(try notices(desk).first)
        #expect(try notices(desk).count == 1)
        #expect(mail.subject == "ITP: 1 failure, 1000 cancellations")
        #expect(mail.recipients == ["admin@msp.example"] && mail.from == "itp@msp.example" && mail.channel == .notice)
        let lines = mail.body.split(separator: "\n")
        #expect(lines.first == "unparseable: 1" && lines[1].hasSuffix("(event \(failure))"))
        #expect(lines[2] == "cancelled: 1000" && lines.count == 3 + AdminNotice.linesKept + 1)
        #expect(lines.last == "  … and 975 more: GET /v1/events?disposition=cancelled")
        #expect(mail.body.utf8.count < 16_000)
        // The next one begins anew.
        try desk.take(noise)
        try desk.pass(300)
        #expect(try notices(desk).map(\.subject) == ["ITP: 1 failure, 1000 cancellations", "ITP: 1 cancellation"])
    }

    @Test(
        "NotifyFailCancel says which there are",
        arguments: [
            (0, []), (1, ["ITP: 1 failure"]), (2, ["ITP: 1 cancellation"]),
            (3, ["ITP: 1 cancellation", "ITP: 1 failure"]),
        ])
    func bits(bits: Int, expected: [String]) throws {
        var desk = try Desk(settings(rules: rules + "NotifyFailCancel=\(bits)\nNoticeBatch=0"))
        try desk.take(noise)
        try desk.take("{\"subject\":\"hello\"}")
        #expect(try notices(desk).map(\.subject) == expected)
    }

    @Test("which dispositions are told")
    func dispositions() throws {
        let settings = try settings(
            rules: rules + "NoticeBatch=0\n[RESTRICTED]\nBKP=1\n[BLACKLIST]\nfs01=Y\n[SILENCE x]\nCategory=SIL\n"
                + "Author=a\nReason=b\nStart=2020-01-01 00:00\nEnd=2040-01-01 00:00\n[RMM_SETTINGS]\nDropCodes=Inf")
        let told = try [
            "MB-A.BKP.S.P2.Alm", "MB-A.EVT.S.P2.Alm", "MB-A.EVT.S.P2.Inf", "MB-A.EVT.S.P2.Log", "MB-A.SIL.S.P2.Alm",
            "MB-A.EVT.S.P2.Req",
        ].map { monitor in
            var desk = try Desk(settings)
            let event = try desk.take(body(monitor))
            return "\(try desk.event(event).disposition ?? "") \(try notices(desk).count)"
        }
        #expect(
            told == ["restricted 1", "blacklisted 1", "dropped-code 1", "logged 0", "silenced 0", "failed 1"])
        var desk = try Desk(settings)
        let redelivered = try ["x", "x"].map { try desk.take("{\"subject\":\"noise\"}", delivery: $0) }
        #expect(try desk.event(redelivered[1]).disposition == "redelivery")
        #expect(try notices(desk).count == 1)
    }

    @Test("without an address there are none, and nothing is collected")
    func none() throws {
        var desk = try Desk(settings(rules: "[ALERT REWRITE]\nnoise=CANCEL"))
        try desk.take(noise)
        try desk.handle(.trouble(name: "x", text: "y"))
        try desk.pass(1000)
        #expect(try notices(desk).isEmpty && desk.timers.isEmpty)
    }

    @Test("what DirectPass lets through is told all the same")
    func directPass() throws {
        var desk = try Desk(settings(rules: rules + "NoticeBatch=0\nDirectPass=Y"))
        let event = try desk.take("{\"subject\":\"hello\"}")
        #expect(try desk.event(event).disposition == "ticketed")
        #expect(try notices(desk).map(\.subject) == ["ITP: 1 failure"])
    }

    @Test("a ticket that fails at the PSA is told")
    func failed() throws {
        var desk = try Desk(settings(service: "[QUEUE]\nDeliveryMaxAge=1s", rules: rules + "NoticeBatch=0"))
        let event = try desk.take(body())
        #expect(try notices(desk).isEmpty)
        try desk.refuse("no such board")
        let mail = try #require(try notices(desk).last)
        #expect(mail.body.contains(": no such board (event \(event))") && mail.body.hasPrefix("failed: 1\n"))
    }

    @Test("a restart keeps what is collected")
    func restart() throws {
        let settings = try settings(rules: rules)
        var desk = try Desk(settings)
        try desk.take(noise)
        var again = try Desk(settings, on: desk.ledger)
        again.sequence = 1
        try again.take(noise)
        try again.pass(300)
        #expect(try notices(again).map(\.subject) == ["ITP: 2 cancellations"])
    }

    @Test("a trouble is told once, again when it is another, and again after it was over")
    func troubles() throws {
        var desk = try Desk(settings(rules: rules + "NotifyFailCancel=0"))
        for text in ["one", "one", "two", nil, "two"] as [String?] {
            try desk.handle(.trouble(name: "the configuration was refused", text: text))
            try desk.pass(1)
        }
        #expect(try notices(desk).map(\.body) == ["one", "two", "two"])
        #expect(try notices(desk).allSatisfy { $0.subject == "ITP: the configuration was refused" })
    }

    @Test("a lane's credentials are told anew after a restart, the configuration is not")
    func troublesAfterRestart() throws {
        let settings = try settings(rules: rules)
        var desk = try Desk(settings)
        for name in ["config", DeciderStation.refusedCredentials + "x"] {
            try desk.handle(.trouble(name: name, text: "t"))
        }
        var again = try Desk(settings, on: desk.ledger)
        try again.pass(1)
        for name in ["config", DeciderStation.refusedCredentials + "x"] {
            try again.handle(.trouble(name: name, text: "t"))
        }
        #expect(try notices(again).map(\.subject).sorted().map { $0.contains("refused") } == [false, true, true])
    }

    @Test("a reload that is refused is told, with the lines; a sound one is not")
    func reload() throws {
        var report = ReloadReport(isAccepted: false, hash: "abc")
        report.findings = (1...60).map { Finding(.error, "ITPConfig.ini", $0, "wrong") }
        let lines = try #require(report.trouble).split(separator: "\n")
        #expect(
            lines.first == "the configuration has errors: abc stays in use"
                && lines[1] == "ITPConfig.ini:1: error: wrong")
        #expect(lines.count == 51 && lines.last == "… and 11 more lines")
        report.isAccepted = true
        #expect(report.trouble == nil)
        report.tenants = ["two": ""]
        #expect(report.trouble?.hasPrefix("the tenant 'two' has never had sound sections") == true)
    }
}
