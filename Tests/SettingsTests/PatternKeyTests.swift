import Settings
import Testing

/// Keys that name monitors, and keys that need each other.
struct PatternKeyTests {
    @Test(
        "a key that fits no monitor is named with what to write",
        arguments: [
            (
                "[PSA REWRITE]\nMB-X.EVT=c;t",
                "error: 'MB-X.EVT' fits no monitor; write Name.Category.HostClass, with .EventID if need be, or a whole "
                    + "subject"
            ),
            (
                "[PSA REWRITE]\nMB-X.EVT.Q=c;t",
                "error: 'MB-X.EVT.Q' has the host class 'Q'; write S, W or X, the class of the machine itself"
            ),
            (
                "[PSA REWRITE]\nMB-X.EVT.A=c;t",
                "warning: 'MB-X.EVT.A' has the host class 'A'; write S, W or X, the class of the machine itself"
            ),
            (
                "[PSA REWRITE]\nE|S|1|2|3=c;t",
                "error: 'E|S|1|2|3' is a whole subject, and no alert's: the subject has 5 fields where 6 are needed: "
                    + "Category|Source|Data1|Data2|Data3|MonSetID"
            ),
            (
                "[TICKET NOTES]\nMB-X=t",
                "error: 'MB-X' fits no monitor; write Name.Class, Name.Class.Data1 or Name.Class.Data1.Result, or Common"
            ),
            (
                "[TICKET NOTES]\nMB-X.Z=t",
                "error: 'MB-X.Z' has the host class 'Z'; write S, W or X, the class of the machine itself"
            ),
            ("[INTERNAL NOTES]\nMB-X.S.1.Pas=t", "error: 'MB-X.S.1.Pas' ends in no result; write Pass"),
            (
                "[INTERNAL NOTES]\nMB-X.S..Quite=t",
                "error: 'MB-X.S..Quite' ends in no result; write None, Pass, Fail or Skip"
            ),
            (
                "[PROCESSING]\nUPD.PATCH=PFS",
                "error: 'UPD.PATCH' fits no monitor; write Category:Name as in the MonSetID Name.Category.S.P3.Alm"
            ),
        ] as [(String, String)])
    func keys(more: String, expected: String) {
        #expect(findings(adding: more) == ["ITPConfig.ini:11: " + expected])
    }

    @Test(
        "sound keys of each form have no finding",
        arguments: [
            "[PSA REWRITE]\nMB-X.EVT.S=c;t\nMB-X.EVT.S.1033=c;t\nMB-X.EVT.w.a.b.c=c;t\nE|S|1|2|3|M.E.S.P1.Alm=c;t",
            "[TICKET NOTES]\nCommon=t\nMB-X.S=t\nMB-X.S.1=t\nMB-X.S..Fail=t\nMB-X.x.1.none=t\nMB-X.S.10.0.0.1=t",
            "[PROCESSING]\nUPD:PATCH=PFS",
        ])
    func sound(more: String) { #expect(findings(adding: more).isEmpty) }

    @Test(
        "a priority without a name is told wherever the configuration itself gives it",
        arguments: [
            ("[ISR x]\nMatch=a\nSubject=E|S||||M.EVT.S.P7.Alm", 12, 7, "[RMM_SETTINGS]"),
            ("[ISR x]\nMatch=a\nPriority=P9", 12, 9, "[RMM_SETTINGS]"),
            ("[PSA REWRITE]\nE|S||||M.EVT.S.P8.Alm=c;t", 11, 8, "[RMM_SETTINGS]"),
            (
                "[RMM_SETTINGS_T]\nPSA_Type=GEN\n[RMM_SETTINGS]\nPSA_P6=x\n[ALERT REWRITE]\n"
                    + "a=REWRITE;E|S||||M.EVT.S.P6.Alm", 15, 6, "[RMM_SETTINGS_T]"
            ),
        ] as [(String, Int, Int, String)])
    func priorities(more: String, line: Int, priority: Int, section: String) {
        let expected =
            "ITPConfig.ini:\(line): warning: priority P\(priority) is in use and has no name: the PSA's default is taken; "
            + "write PSA_P\(priority)=name below \(section)"
        #expect(findings(adding: more).filter { $0.contains("is in use") } == [expected])
    }

    @Test("a tenant that shares the primary's PSA has its names as well")
    func inherited() {
        let more = "[RMM_SETTINGS]\nPSA_P6=x\n[RMM_SETTINGS_T]\nName=T\n[ALERT REWRITE]\na=REWRITE;E|S||||M.E.S.P6.Alm"
        #expect(findings(adding: more).isEmpty)
    }

    @Test("a tenant's text is measured by the tenant's PSA")
    func tenantLength() {
        let text = String(repeating: "x", count: 80)
        let tenant = "[RMM_SETTINGS_T]\nPSA_Type=ATK\n[PSA REWRITE_T]\nM.EVT.S=c;\(text)"
        #expect(findings(adding: tenant).filter { $0.contains("characters") }.isEmpty)
        #expect(findings(adding: "[PSA REWRITE]\nM.EVT.S=c;\(text)").count == 1)
    }

    @Test("a clean-up needs to know what is old, and passwords are never changed")
    func together() {
        #expect(
            findings(adding: "", service: "[AGENT_CLEANUP]\nEnable=Y\n[APIPASS]\nChange=Never\nLast=Weekly") == [
                "ITPSvcCfg.ini:2: error: AGENT_CLEANUP without Aging does not know what is old; write Aging=days",
                "ITPSvcCfg.ini:5: warning: Last: passwords are never changed by this program; write Never",
            ])
        #expect(findings(adding: "", service: "[AGENT_CLEANUP]\nEnable=Y\nAging=90").isEmpty)
    }
}
