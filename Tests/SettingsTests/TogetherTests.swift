import Formats
import Settings
import Testing

/// What is wrong only when several keys are seen together.
struct TogetherTests {
    @Test(
        "keys that do not go together are named with file and line",
        arguments: [
            (
                "[RMM_SETTINGS]\nAdvanceWarn=Y",
                ":11: warning: AdvanceWarn is deprecated: it will go; write NotifyOCEmail and NotifyOCAlways instead"
            ),
            (
                "[GLOBAL]\nVsaAdminEmail=Psa@msp.example\n[RMM_SETTINGS]\nPSA_Email=psa@msp.example",
                ":11: warning: VsaAdminEmail is the PSA_Email of ITPConfig.ini:13: each notice would become a ticket; "
                    + "write an address that people read"
            ),
            (
                "[ALERT REWRITE]\na=REWRITE;E|S||||M.EVT.S.P6.Alm",
                ":11: warning: priority P6 is in use and has no name: the PSA's default is taken; "
                    + "write PSA_P6=name below [RMM_SETTINGS]"
            ),
            (
                "[PSA REWRITE]\nA.B.S=c;" + String(repeating: "x", count: 61),
                ":11: warning: the text has 61 characters, 60 are advised for ConnectWise"
            ),
        ] as [(String, String)])
    func golden(more: String, expected: String) {
        #expect(findings(adding: more) == ["ITPConfig.ini" + expected])
    }

    @Test(
        "a Retention that is too short for what may wait is told, whichever key makes it so",
        arguments: [
            (
                "[JOURNAL]\nRetention=4d",
                "2: warning: Retention is shorter than DeliveryMaxAge and the longest hold (4 d) together: an alert may be "
                    + "gone before its ticket is made; write Retention=5 d or more"
            ),
            ("[JOURNAL]\nRetention=5d", nil),
            (
                "[QUEUE]\nDeliveryMaxAge=40d",
                "2: warning: Retention is shorter than DeliveryMaxAge and the longest hold (4 d) together: an alert may be "
                    + "gone before its ticket is made; write Retention=44 d or more"
            ),
        ] as [(String, String?)])
    func retention(text: String, expected: String?) {
        let found = load(soundRules, service: text).findings.map(\.description)
        #expect(found == (expected.map { ["ITPSvcCfg.ini:" + $0] } ?? []))
    }

    @Test("the advised length is that of the PSA in use")
    func autotaskLength() {
        let text = String(repeating: "x", count: 91)
        let found = load("[RMM_SETTINGS]\nPSA_Type=ATK\n[PSA REWRITE]\nA.B.S=c;" + text).findings.map(\.description)
        #expect(found.last == "ITPConfig.ini:4: warning: the text has 91 characters, 90 are advised for Autotask")
    }

    @Test("a priority that has a name needs no warning")
    func namedPriority() {
        #expect(
            findings(adding: "[RMM_SETTINGS]\nPSA_P6=Planning\n[ALERT REWRITE]\na=REWRITE;E|S||||M.EVT.S.P6.Alm")
                .isEmpty)
    }
}
