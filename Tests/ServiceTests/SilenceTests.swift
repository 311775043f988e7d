import Events
import Formats
import Platform
import Settings
import Storage
import TestSupport
import Testing
import Vendors

@testable import Service

@Suite("Silences by hand", .timeLimit(.minutes(1)))
struct SilenceTests {
    private static let wanted: JSON = [
        "org": "ACME", "for": "2h", "owner": "jo@msp.example", "reason": "moving the rack",
    ]

    @Test(
        "one that is made mutes what comes, over a restart, until it is ended; its answer says what it would have muted"
    )
    func whole() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                let before = try running.event(running.post(org: "acme", subject: "EVT|A|1|||MB-A.EVT.S.P3.Alm"))
                #expect(before["disposition"] == "ticketed")
                _ = try running.event(running.post(org: "two"))
                let preview = try running.ask("POST", "/v1/silences/preview", [], SilenceTests.wanted.bytes)
                #expect(preview.status == 200 && preview.json["muted"] == 1 && preview.json["tickets"] == 1)
                #expect(preview.json["examples"]?.array?.first?["id"] == before["id"])
                #expect(try running.ask("GET", "/v1/silences").json["silences"]?.array?.isEmpty == true)

                let made = try running.ask("POST", "/v1/silences", [], SilenceTests.wanted.bytes)
                #expect(made.status == 201 && made.json["preview"]?["muted"] == 1, "\(made)")
                let muted = try running.event(running.post(org: "acme"))
                #expect(muted["disposition"] == "silenced", "\(muted.compact)")
                let reason = muted["reason"]?.string ?? ""
                #expect(reason.contains("silence:1, jo@msp.example: moving the rack"))
                let step = muted["trace"]?.array?.first { $0["stage"] == "silence" }
                #expect(step?["rule"]?["file"] == "silence" && step?["rule"]?["line"] == 1)
                #expect(
                    try running.event(running.post(org: "two", subject: "EVT|B|1|||MB-B.EVT.S.P3.Alm"))["disposition"]
                        == "ticketed")
                #expect(made.json["id"] == "1")
            }
            try scene.serve { running throws in
                #expect(try running.event(running.post(org: "acme"))["disposition"] == "silenced")
                let listed = try running.ask("GET", "/v1/silences").json["silences"]?.array ?? []
                #expect(listed.map { $0["id"] } == ["1"])
                #expect(try running.ask("DELETE", "/v1/silences/1").status == 200)
                #expect(try running.event(running.post(org: "acme"))["disposition"] == "ticketed")
                #expect(try running.ask("DELETE", "/v1/silences/1").status == 409)
                #expect(try running.ask("DELETE", "/v1/silences/99").status == 404)
                #expect(try running.ask("DELETE", "/v1/silences/x").status == 400)
            }
        }
    }

    @Test("a silence stays when the configuration is read again")
    func reload() async throws {
        try await Scene.with(soundRules + tenant, service: service) { scene in
            try scene.serve { running throws in
                #expect(try running.ask("POST", "/v1/silences", [], SilenceTests.wanted.bytes).status == 201)
                scene.source.write(soundRules + tenant + "[GLOBAL]\nDeDupPeriod=5\n")
                #expect(try running.reload().status == 200)
                #expect(try running.event(running.post(org: "acme"))["disposition"] == "silenced")
            }
        }
    }

    @Test(
        "what is missing or wrong is refused by its name",
        arguments: [
            ("{\"org\":\"a\",\"for\":\"2h\",\"reason\":\"r\"}", "/owner"),
            ("{\"org\":\"a\",\"for\":\"2h\",\"owner\":\"o\"}", "/reason"),
            ("{\"for\":\"2h\",\"owner\":\"o\",\"reason\":\"r\"}", "everything would be silenced"),
            ("{\"org\":\"a\",\"owner\":\"o\",\"reason\":\"r\"}", "/end"),
            ("{\"org\":\"a\",\"for\":\"soon\",\"owner\":\"o\",\"reason\":\"r\"}", "/for"),
            ("{\"org\":\"a\",\"for\":\"9000d\",\"owner\":\"o\",\"reason\":\"r\"}", "/end"),
            ("{\"org\":\"a\",\"end\":\"2001-01-01T00:00:00Z\",\"owner\":\"o\",\"reason\":\"r\"}", "/end"),
            ("{\"org\":7,\"for\":\"2h\",\"owner\":\"o\",\"reason\":\"r\"}", "/org"),
            ("{\"host\":\"a\",\"for\":\"2h\",\"owner\":\"o\",\"reason\":\"r\"}", "/host"),
        ])
    func refused(body: String, hint: String) throws {
        do {
            let silence = try SilenceDesk.silence(of: JSON(parsing: body), now: start)
            Issue.record("taken: \(silence)")
        } catch let fault as SilenceDesk.Fault {
            #expect("\(fault.pointer): \(fault.what)".contains(hint))
        }
    }

    @Test("its owner and the administrator are warned before it ends, once; one that was ended is not told of")
    func warning() throws {
        let rules = "[GLOBAL]\nVsaEmail=itp@msp.example\nVsaAdminEmail=admin@msp.example\n"
        var desk = try Desk(settings(rules: rules))
        var answers: [SilenceAnswer] = []
        let told = Guarded<[SilenceAnswer]>([])
        for length in [2, 8] {
            let row = SilenceRow(
                agent: nil, group: nil, organisation: "acme", category: nil, start: desk.now,
                end: desk.now + .hours(length), owner: "jo@msp.example", reason: "rack", created: desk.now)
            try desk.handle(.silence(.add(row)) { answer in told.with { $0.append(answer) } })
        }
        try desk.handle(.silence(.end(2)) { answer in told.with { $0.append(answer) } })
        answers = told.with { $0 }
        #expect(answers.count == 3)
        try desk.pass(90 * 60 - 1)
        let notices = { (desk: Desk) in
            try desk.ledger.dueMessages(lane: "mail:", now: desk.now, limit: 10).map(\.message)
        }
        #expect(try notices(desk).isEmpty)
        try desk.pass(1)
        let mail = try #require(try notices(desk).first)
        #expect(mail.recipients == ["admin@msp.example", "jo@msp.example"])
        #expect(mail.subject == "ITP: silence 1 is about to end" && mail.body.contains("org acme"))
        try desk.pass(8 * 3600)
        #expect(try notices(desk).count == 1)
    }

    @Test("a replay sees what was silenced by hand")
    func replayed() throws {
        try withTemporaryFolder { folder in
            var scene = try PastScene(folder, configurationFiles())
            let row = SilenceRow(
                agent: "fs01", group: nil, organisation: nil, category: nil, start: scene.desk.now + .seconds(60),
                end: scene.desk.now + .hours(1), owner: "o", reason: "r", created: scene.desk.now)
            try scene.desk.handle(.silence(.add(row)) { _ in })
            scene.desk.settings = scene.desk.station.settings
            for data in ["A", "B", "C"] {
                try scene.take(body(data: data))
                try scene.pass(60)
            }
            let report = try scene.replay(configurationFiles())
            #expect(report.tally.old.dispositions == ["ticketed": 1, "silenced": 2])
            #expect(report.tally.fidelity.same == 3)
        }
    }
}
