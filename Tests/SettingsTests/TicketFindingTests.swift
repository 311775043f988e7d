import Settings
import Testing

/// What is found in `[TICKET RULES name]`, and in what sources say of flows and rules.
struct TicketFindingTests {
    @Test(
        "a row that is wrong is found with its line",
        arguments: [
            ("Maybe", "error: 'Critical': 'Maybe' is neither; write On or Off first"),
            ("On;Bord=x", "error: 'Critical': 'Bord' is no field of a ticket; did you mean board?"),
            ("On;Lifetime=long", "error: 'Critical': 'long' is no length of time; write for instance 1d"),
            ("On;Due=long", "error: 'Critical': 'long' is no length of time; write for instance 12h"),
            ("On;AutoClose=perhaps", "error: 'Critical': AutoClose: 'perhaps' is neither true nor false; write Y or N"),
            ("On;Board", "error: 'Critical': 'Board' is no field; write Name=value"),
        ])
    func rows(_ row: String, _ finding: String) {
        #expect(findings(adding: "[TICKET RULES k]\nCritical=\(row)") == ["ITPConfig.ini:11: \(finding)"])
    }

    @Test("only a row that is neither on nor off keeps the configuration from being used")
    func severities() {
        #expect(load(soundRules + "[TICKET RULES k]\nCritical=Maybe").settings == nil)
        #expect(load(soundRules + "[TICKET RULES k]\nCritical=On;Bord=x").settings != nil)
    }

    @Test("a source's Flow and Rules must name sections that are there")
    func names() {
        let rules = "[TICKET FLOW netwrix]\nUpdateInterval=1\n[TICKET RULES kaspersky]\nCritical=On"
        #expect(findings(adding: rules, service: "[SOURCE api]\nFlow=NetWrix\nRules=kaspersky") == [])
        #expect(
            findings(adding: rules, service: "[SOURCE api]\nFlow=netwirx\nRules=other") == [
                "ITPSvcCfg.ini:2: error: Flow: there is no [TICKET FLOW netwirx]; did you mean netwrix?",
                "ITPSvcCfg.ini:3: error: Rules: there is no [TICKET RULES other]; write that section, or remove the key",
            ])
    }
}
