import Events
import Formats
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

    @Test("the shipped rules of Kaspersky's products are off, and one written line switches its row on")
    func shippedRules() throws {
        let settings = try #require(
            load(
                soundRules + "[TICKET RULES kaspersky-office365]\nCritical=On;Board=Mail",
                service: "[SOURCE kaspersky]\nAuth=none\nRules=kaspersky-office365"
            ).settings)
        for name in ["kaspersky", "kaspersky-cloud"] {
            let rules = try #require(settings.primary.ticketRules[name])
            for row in ["Critical", "functional failure", "Warning", "Status.Warning"] {
                #expect(rules.rows[row]?.isOn == false, "\(name): \(row)")
            }
        }
        let mails = try #require(settings.primary.ticketRules["kaspersky-office365"])
        #expect(mails.rows["Critical"]?.isOn == true)
        #expect(mails.rows["Critical"]?.fields == ["board": "Mail", "priority": "Critical"])
        #expect(mails.rows["Warning"]?.isOn == false)
        #expect(mails.rows["Mailboxes protection is not provided"]?.autoCloses == true)
        #expect(mails.rows["License-related issue occurred"]?.isOn == false)
    }

    @Test("what a shipped source says of its tickets counts until the configuration says something else")
    func shippedPolicies() throws {
        let flows = soundRules + "[TICKET FLOW netwrix]\nUpdateInterval=1\n[TICKET FLOW audit]\nUpdateInterval=2"
        let shipped = try #require(load(flows, service: "[SOURCE netwrix]\nAuth=none").settings)
        #expect(shipped.sourcePolicies["netwrix"]?.flow == "netwrix")
        #expect(shipped.sources["netwrix"]?.course.duplicateWindow == .minutes(0))
        let own = try #require(
            load(flows, service: "[SOURCE audits]\nLike=netwrix\nAuth=none\nFlow=audit\nDeDupPeriod=5").settings)
        #expect(own.sourcePolicies["audits"]?.flow == "audit")
        #expect(own.sources["audits"]?.course.duplicateWindow == .minutes(5))
        let without = load(soundRules, service: "[SOURCE netwrix]\nAuth=none")
        #expect(without.settings?.sourcePolicies["netwrix"]?.flow == "netwrix")
        #expect(without.findings.allSatisfy { $0.severity == .warning })
    }
}
