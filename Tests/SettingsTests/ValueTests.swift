import Events
import Formats
import Settings
import Testing

struct ValueTests {
    @Test(
        "true and false in all their spellings",
        arguments: [
            ("1", true), ("-2", true), ("t", true), ("TRUE", true), ("y", true), ("Yes", true), ("on", true),
            ("0", false),
            ("F", false), ("false", false), ("N", false), ("no", false), ("OFF", false), ("", false),
        ])
    func booleans(word: String, expected: Bool) {
        let loaded = load(soundRules + "CleanBody=\(word)")
        #expect(loaded.findings.isEmpty)
        #expect(loaded.settings?.primary.cleanBody == expected)
    }

    @Test(
        "times of day, also without a leading nought and with seconds",
        arguments: [
            ("8:00", true), ("08:00", true), ("08:00:00", true), ("23:59", true), ("00:00", true), ("24:00", false),
            ("8", false), ("8:60", false), ("08:00:30", false), ("+8:00", false), ("8:0a", false), ("٨:٠٠", false),
            ("08:00:00:00", false), ("008:00", false),
        ])
    func times(text: String, isTime: Bool) {
        #expect(load(soundRules + "TimeZone=UTC\nWD_Start=\(text)").findings.isEmpty == isTime)
    }

    @Test(
        "lengths of time with a unit, or in the key's own",
        arguments: [("90", 90 * 3600), ("90s", 90), ("5m", 300), ("24 h", 86_400), ("31D", 2_678_400), ("1w", 604_800)])
    func durations(text: String, seconds: Int) {
        #expect(
            load(soundRules, service: "[QUEUE]\nDeliveryMaxAge=\(text)").settings?.service.deliveryMaxAgeSeconds
                == seconds)
    }

    @Test(
        "sizes, always in powers of 1024",
        arguments: [
            ("1048576", 1 << 20), ("64K", 64 << 10), ("64 MiB", 64 << 20), ("2gb", 2 << 30), ("1B", 1), ("1t", 1 << 40),
        ])
    func sizes(text: String, bytes: Int) {
        #expect(load(soundRules, service: "[LISTEN]\nMaxBody=\(text)").settings?.service.maxBodyBytes == bytes)
    }

    @Test("the defaults are those of the specification")
    func defaults() throws {
        let settings = try #require(load(soundRules).settings)
        #expect(settings.global.duplicateWindow == .minutes(60))
        #expect(settings.global.actDuplicateWindow == .minutes(30))
        #expect(
            settings.global.serverWords.words == ["2008", "2012", "2016", "2019", "2022", "2025", "Linux"])
        #expect(settings.global.workstationWords.words == ["7", "8", "8.1", "10", "11", "MAC OS X"])
        let names = (1...9).map { settings.primary.priorityNames[$0] ?? "-" }
        #expect(names == ["Critical", "High", "Medium", "Low", "Information", "-", "-", "-", "-"])
        #expect(settings.primary.newStatus == nil)
        #expect(settings.service == ServiceSettings())
        #expect(settings.service.address == "127.0.0.1:8080")
        #expect(settings.service.deliveryAttempts == 20)
        #expect(settings.service.quietPeriodSeconds == 60)
        #expect(settings.service.maxBodyBytes == 10_485_760)
    }

    @Test("0 or empty in PSA_Ticket… and PSA_P… is the default, empty routes are none")
    func noughts() throws {
        let settings = try #require(
            load(soundRules + "PSA_TicketNew=0\nPSA_P1=\nPSA_P2=0\nPSA_P3=Urgent\nPSA_CW_Gold=\nPSA_CW_Source=")
                .settings)
        #expect(settings.primary.newStatus == nil)
        #expect(settings.primary.priorityNames[1] == "Critical")
        #expect(settings.primary.priorityNames[2] == "High")
        #expect(settings.primary.priorityNames[3] == "Urgent")
        #expect(settings.primary.account?.options == ["psa_cw_board": "Alerts"])
    }

    @Test("secrets are resolved for use and appear nowhere else")
    func secrets() throws {
        let loaded = load(soundRules + "NotifyKey=clear-secret\n[RMM_SETTINGS_B]\nPSA_Type=CWF\nPSA_AV3=env:GONE")
        #expect(loaded.settings == nil)
        let text = loaded.findings.map(\.description).joined(separator: "\n")
        #expect(text.contains("ITPConfig.ini:9: warning: NotifyKey is written in clear; write env:NAME or file:/path"))
        #expect(text.contains("ITPConfig.ini:12: error: PSA_AV3: env:GONE is not there"))
        for secret in ["clear-secret", "private-key", "public-key"] { #expect(!text.contains(secret)) }
        let account = try #require(load(soundRules).settings?.primary.account)
        #expect(account.values == [1: "acme", 2: "public-key", 3: "private-key"])
        #expect(account.lane == "CWF psa.example/acme")
    }

    @Test("every token of a list is one, limits behind a ';' are none")
    func tokens() throws {
        let service = try #require(
            load(
                soundRules,
                service:
                    "[LISTEN]\nIntakeToken=env:OTHER, env:PUBLIC;sources=a\nAdminToken=env:PRIVATE\nAdminToken.lead=x"
            )
            .settings?.service)
        #expect(service.intakeTokens == ["other-key", "public-key"])
        #expect(service.adminTokens == ["private-key", "x"])
    }

    @Test("a token's limits are read, and one whose limits cannot be read is good for nothing")
    func limitedTokens() throws {
        let text = """
            [LISTEN]
            AdminToken.desk=a1, a2;Tenants=DIRK, primary;ReadOnly=Y
            AdminToken.Board=b;ReadOnly=Y
            AdminToken=c;ReadOnly=N
            """
        let tenant = soundRules + "\n[RMM_SETTINGS_DIRK]\nPSA_Email=x@y.example\n"
        let service = try #require(load(tenant, service: text).settings?.service)
        #expect(
            service.operators == [
                OperatorToken(name: "desk", token: "a1", tenants: ["dirk", ""], isReadOnly: true),
                OperatorToken(name: "desk", token: "a2", tenants: ["dirk", ""], isReadOnly: true),
                OperatorToken(name: "Board", token: "b", isReadOnly: true), OperatorToken(name: "admin", token: "c"),
            ])
        #expect(service.adminTokens == ["c"])
        for (value, words) in [
            ("x;Tenants=nobody", "there is no tenant 'nobody'"), ("x;Tenants=", "'Tenants' does not limit a token"),
            ("x;ReadOnly=maybe", "'ReadOnly' does not limit a token"), ("x;Orgs=a", "'Orgs' does not limit a token"),
        ] {
            let found = load(tenant, service: "[LISTEN]\nAdminToken.a=\(value)")
            #expect(found.findings.contains { $0.description.contains("AdminToken.a: \(words)") }, "\(value)")
            let tokens = found.settings?.service.operators ?? []
            #expect(tokens.allSatisfy { $0.tenants == ["nobody"] }, "\(value)")
        }
    }

    @Test(
        "only this machine's own addresses are loopback",
        arguments: [
            ("127.0.0.1:80", true), ("127.9.9.9:80", true), ("localhost:80", true), ("[::1]:80", true),
            ("0.0.0.0:80", false), ("127.0.0.1.example.com:80", false), ("127.example.com:80", false),
            ("[::]:80", false),
            ("10.0.0.1:80", false), (":80", false),
        ])
    func loopback(address: String, expected: Bool) {
        #expect(ServiceSettings.isLoopback(address) == expected)
    }

    @Test("the fingerprint changes with any byte of any file or note, and with nothing else")
    func fingerprint() {
        let hash = { (rules: String, notes: [String: String]) in load(rules, notes: notes).settings?.hash }
        let first = hash(soundRules, [:])
        #expect(first?.count == 12)
        #expect(first == hash(soundRules, [:]))
        #expect(first != hash(soundRules + ";", [:]))
        #expect(first != hash(soundRules, ["a.txt": "x"]))
        #expect(hash(soundRules, ["a.txt": "x"]) != hash(soundRules, ["a.txt": "y"]))
    }

    @Test("five thousand customers load in the time of their number", .timeLimit(.minutes(1)))
    func manyOrganisations() {
        let sections = (0..<5000).map { "[ORG org_\($0)]\nName=Org \($0)" }.joined(separator: "\n")
        let settings = load(soundRules + sections).settings
        #expect(settings?.organisations.values.count == 5000)
        #expect(settings?.organisationsByName["org 4999"]?.id == "org_4999")
    }

    @Test("ten thousand rewrite rules load in the time of their number", .timeLimit(.minutes(1)))
    func manyRules() {
        let rules = (0..<10_000).map { "EVT|Source \($0)|=CANCEL" }.joined(separator: "\n")
        let loaded = load(soundRules + "[ALERT REWRITE]\n" + rules)
        #expect(loaded.settings?.primary.alertRewrites.rules.count == 10_000)
        #expect(loaded.settings?.primary.alertRewrites.rule(for: "evt|source 9999|x")?.reference.line == 10_009)
    }
}
