import Formats
import Platform
import Sandbox
import TestSupport
import Testing
import Vendors

@testable import Service

/// A running service with a PSA, an RMM and a pager that it reaches over HTTP.
@Suite struct RemediationServiceTests {
    private static func rules(_ url: String) -> String {
        """
        [GLOBAL]
        DeDupPeriod=0
        ActDeDupPeriod=0
        [RMM_SETTINGS]
        PSA_Type=CWF
        PSA_URL=\(url)/connectwise
        PSA_AV1=itp
        PSA_AV2=sandbox-public
        PSA_AV3=sandbox-private
        PSA_ClientID=6e8f1c1e-3c52-4a5e-9f0b-4f1d6f0a7b11
        PSA_CW_Board=Alerts
        PSA_TicketClosed=Completed - Auto Remediation
        PageWait=0
        WD_Start=00:00
        WD_End=00:00
        WE_Start=00:00
        WE_End=00:00
        NotifyProcess=OpsGenie
        NotifyURL=\(url)/opsgenie
        NotifyKey=sandbox-genie
        NotifySubject=P<priority> <data1>
        [ORG acme]
        Name=Acme Dental
        [REMEDIATION]
        *.SVC=WIN-Remediation-Service
        *.DSK=WIN-Disk Cleanup
        *.INI=ALL-Agent Onboarding - 1 - Init
        """
    }

    private static func rmm(_ url: String, _ more: String = "Poll=1s") -> String {
        "[RMM]\nType=VSA9\nURL=\(url)/vsa\nUser=sandbox\nToken=sandbox-token\n\(more)\n"
    }

    private struct World: Sendable {
        let url: String
        let courier: Courier

        func ask(_ method: String, _ path: String, _ body: JSON? = nil) -> JSON {
            let outcome = AccountCalls(courier).carryOut(
                .init(method: method, url: url + path, headers: [], body: body?.bytes ?? []))
            guard case .reply(let reply) = outcome, !reply.body.isEmpty else { return .null }
            return JSON(ifValid: reply.body) ?? .null
        }

        func list(_ path: String, _ names: String...) -> [String] {
            (ask("GET", path).array ?? []).map { row in names.map { row[$0]?.string ?? "" }.joined(separator: " | ") }
        }
    }

    private func run(_ body: @escaping @Sendable (RunningService, World, Source) throws -> Void) async throws {
        let sandbox = SandboxServer()
        defer { sandbox.stop() }
        let url = "http://\(try sandbox.start("127.0.0.1:0"))"
        try await Scene.with(Self.rules(url), service: Self.rmm(url)) { scene in
            let world = World(url: url, courier: try Courier(Courier.Settings(version: "test")))
            defer { world.courier.stop() }
            try scene.serve { running in try body(running, world, scene.source) }
        }
    }

    private func post(_ running: RunningService, _ monitor: String, agent: String = "fs01.servers.acme") throws
        -> String
    {
        let alert: JSON = [
            "subject": .string("EVT|Service|Spooler|a|b|\(monitor)"), "orgId": "acme", "agent": .string(agent),
        ]
        let answer = try running.ask("POST", "/v1/alerts", [("Content-Type", "application/json")], alert.bytes)
        return try #require(answer.json["ids"]?.array?.first?.string)
    }

    @Test("pass: a closed ticket and no page; fail: a new ticket and a page")
    func passAndFail() async throws {
        try await run { running, world, _ in
            let passed = try post(running, "MB-X.SVC.S.P1.Act")
            let failed = try post(running, "MB-Y.DSK.S.P1.Act", agent: "dhcp01.servers.acme")
            #expect(try running.event(passed, in: ["delivered"])["disposition"] == "ticketed")
            #expect(try running.event(failed, in: ["delivered"])["disposition"] == "ticketed")
            let tickets = world.list("/sandbox/tickets", "status", "summary").sorted()
            #expect(
                tickets == [
                    "Completed - Auto Remediation | EVT|Service|Spooler|a|b|MB-X.SVC.S.P1.Act",
                    "New | EVT|Service|Spooler|a|b|MB-Y.DSK.S.P1.Act",
                ])
            #expect(waitUntil { world.list("/sandbox/pages", "status", "message") == ["open | P1 Spooler"] })
            // What became of the page is noted for the technician alone.
            let isNoted = waitUntil {
                let notes = (world.ask("GET", "/sandbox/tickets").array ?? []).flatMap { $0["notes"]?.array ?? [] }
                return notes.contains { $0.compact.contains("Paged: OpsGenie has taken it") }
            }
            #expect(isNoted)
            #expect(
                world.list("/sandbox/procedures", "procedure", "status").sorted()
                    == ["WIN-Disk Cleanup | Failed THEN in step 2", "WIN-Remediation-Service | Success THEN"])
            let stats = try running.ask("GET", "/stats").json["deliveries"]?["rmm:"]
            #expect(stats?["passed"] == 1 && stats?["failed"] == 1)
            #expect(try !running.ask("GET", "/stats").json.compact.contains("sandbox-token"))
        }
    }

    @Test("the RMM calls back: the run's end is known at once; no other token is taken")
    func callBack() async throws {
        try await run { running, world, source in
            let url = "http://\(running.service.address)"
            source.write(Self.rmm(world.url, "Poll=5m\nCallbackURL=\(url)/"), to: "ITPSvcCfg.ini")
            #expect(try running.reload().status == 200)
            let passed = try post(running, "MB-X.SVC.S.P3.Act")
            #expect(try running.event(passed, in: ["delivered"])["disposition"] == "ticketed")
            // One that is over before its start is answered.
            let sudden = try post(running, "MB-X.INI.S.P3.Act")
            #expect(try running.event(sudden, in: ["delivered"])["disposition"] == "ticketed")
            let requests = world.ask("GET", "/sandbox/requests").array ?? []
            let start = try #require(requests.first { $0["path"]?.string?.hasSuffix("runnowgetid") == true })
            let body = try JSON(parsing: start["body"]?.string ?? "")
            let callback = try #require(body["CallbackUrl"]?.string)
            #expect(callback.hasPrefix("\(url)/v1/callbacks/\(passed)."))
            // Late news changes nothing; a forged token is none.
            let path = String(callback.dropFirst(url.count))
            #expect(try running.ask("POST", path).status == 202)
            let other = path.replacing(passed, with: sudden)
            for forged in [other, String(path.dropLast()), "/v1/callbacks/\(passed)", "/v1/callbacks/x"] {
                #expect(try running.ask("POST", forged).status == 404, "\(forged)")
            }
            #expect(try running.ask("GET", path).status == 405)
            #expect(world.list("/sandbox/procedures", "status").count == 2)
        }
    }
}
