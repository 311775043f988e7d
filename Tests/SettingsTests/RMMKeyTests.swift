import Formats
import Settings
import Testing

private let vsa = "[RMM]\nType=VSA9\nURL=https://vsa.example/api/v1.0/\nUser=u\nToken=env:OTHER\n"
private let generic =
    "[RMM]\nType=generic\nURL=https://run.example/\nStart=POST /run\nStatus=/s\nPassed=OK, done\nStatusPath=/run\n"

/// What `[RMM]` is read as, and what is said of mistakes in it.
struct RMMKeyTests {
    private func findings(_ service: String) -> [String] {
        load(soundRules, service: service).findings.map(\.description)
    }

    @Test("VSA: the address without the interface's path, and the defaults")
    func kaseya() throws {
        let rmm = try #require(load(soundRules, service: vsa).settings?.service.rmm)
        #expect(rmm.url == "https://vsa.example" && rmm.user == "u" && rmm.token == "other-key")
        #expect(rmm.system == .vsa9 && rmm.pollSeconds == 15 && rmm.timeoutSeconds == 30 && rmm.callbackURL == nil)
        #expect(findings(vsa).isEmpty)
        #expect(load(soundRules, service: "").settings?.service.rmm == nil)
        #expect(rmm.completesAgents && load(soundRules, service: vsa).settings?.service.asksOfAgents == true)
        #expect(load(soundRules, service: vsa + "Enrich=N").settings?.service.asksOfAgents == false)
    }

    @Test("generic: words without regard to case, pointers, header lines")
    func anyOther() throws {
        let more = "RunID=/id\nDetail=/out/0\nHeader.X-Key=<token>\nFailed=bad"
        let rmm = try #require(load(soundRules, service: generic + more).settings?.service.rmm)
        guard case .generic(let described) = rmm.system else {
            Issue.record("it is \(rmm.system)")
            return
        }
        #expect(described.passed == ["ok", "done"] && described.failed == ["bad"] && described.method == "POST")
        #expect(described.runID?.written == "/id" && described.detail?.written == "/out/0")
        #expect(described.headers.map(\.name) == ["X-Key"] && !described.tellsCustomer)
        #expect(!rmm.completesAgents && findings(generic + more).isEmpty)
    }

    @Test(
        "a mistake is told with its line and what to write",
        arguments: [
            ("[RMM]\nURL=https://x", "ITPSvcCfg.ini:2: error: [RMM] says not what it is; write Type=VSA9"),
            (
                "[RMM]\nType=VSA9\nUser=u\nToken=env:OTHER",
                "ITPSvcCfg.ini:2: error: [RMM] without URL runs nothing; write URL=https://vsa.msp.example"
            ),
            (
                "[RMM]\nType=VSA9\nURL=https://x\nUser=u",
                "ITPSvcCfg.ini:2: error: [RMM] without Token runs nothing; write Token=…"
            ),
            (
                vsa.replacing("https://vsa", with: "http://vsa"),
                "ITPSvcCfg.ini:3: warning: URL: what runs procedures on machines is spoken to in clear; use https"
            ),
            (
                vsa + "Poll=6m",
                "ITPSvcCfg.ini:6: error: Poll: '6m' is out of range; write 1s … 5m"
            ),
            (
                vsa + "ArgPattern=[a-",
                "ITPSvcCfg.ini:6: error: ArgPattern: '[a-' is no regular expression"
            ),
            (
                generic.replacing("StatusPath=/run\n", with: ""),
                "ITPSvcCfg.ini:4: error: nobody would hear of a run's end; write StatusPath, or CallbackURL and <callback>"
            ),
            (
                generic.replacing("StatusPath=/run", with: "StatusPath=/run/<run>"),
                "ITPSvcCfg.ini:4: error: StatusPath asks for <run>; write RunID, for instance RunID=/id"
            ),
            (
                generic.replacing("POST /run", with: "/run"),
                "ITPSvcCfg.ini:4: error: Start: '/run' is no request; write for instance Start=POST /api/run"
            ),
            (
                generic.replacing("POST /run", with: "POST /run?x=<data1>"),
                "ITPSvcCfg.ini:4: error: <data1> is no macro of a start; there is "
            ),
            (generic + "RunID=id", "ITPSvcCfg.ini:8: error: RunID: 'id' is no place; write a JSON pointer"),
        ])
    func mistakes(service: String, expected: String) {
        let found = findings(service)
        #expect(found.contains { $0.hasPrefix(expected) }, "\(found)")
    }
}
