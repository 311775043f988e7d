import Formats
import Settings
import Testing

struct FindingTests {
    @Test("a sound configuration has no finding and loads")
    func sound() {
        let loaded = load(soundRules)
        #expect(loaded.findings.isEmpty)
        #expect(loaded.settings != nil)
    }

    @Test(
        "each mistake is named with file, line, what is wrong and what to write",
        arguments: [
            (
                "[GLOBAL]\nDeDupPreiod=60",
                ":11: error: unknown key 'DeDupPreiod' in [GLOBAL]; did you mean DeDupPeriod?"
            ),
            ("[GLOBAL]\nQqqqqqqqq=60", ":11: error: unknown key 'Qqqqqqqqq' in [GLOBAL]; remove it"),
            (
                "[GLOBAL]\nDeDupPeriod=soon",
                ":11: error: DeDupPeriod: 'soon' is no whole number; write 0 or more, at most 1000000000"
            ),
            (
                "[GLOBAL]\nDeDupPeriod=9223372036854775807",
                ":11: error: DeDupPeriod: 9223372036854775807 is out of range; write 0 or more, at most 1000000000"
            ),
            (
                "[GLOBAL]\nDeDupPeriod=-1",
                ":11: error: DeDupPeriod: -1 is out of range; write 0 or more, at most 1000000000"
            ),
            ("[GLOBAL]\nNotifyFailCancel=4", ":11: error: NotifyFailCancel: 4 is out of range; write 0 … 3"),
            (
                "[GLOBAL]\nPFSummaryPeriod=5",
                ":11: warning: PFSummaryPeriod: 5 is out of range, 15 is used; write 15 … 90"
            ),
            (
                "[GLOBAL]\nPFSummaryPeriod=99",
                ":11: warning: PFSummaryPeriod: 99 is out of range, 90 is used; write 15 … 90"
            ),
            (
                "[GLOBAL]\nActDeDupPeriod=61",
                ":11: warning: ActDeDupPeriod: 61 minutes keep a problem from being remediated for long; "
                    + "write 60 or less"
            ),
            (
                "[GLOBAL]\nDirectPass=Y|N",
                ":11: error: DirectPass: 'Y|N' is neither true nor false; write Y or N"
            ),
            (
                "[GLOBAL]\nAfterHold=notes",
                ":11: error: AfterHold: 'notes' is not known here; did you mean note? write one of ticket, note"
            ),
            (
                "[RMM_SETTINGS]\nTimeZone=UTC\nWD_Start=25:00",
                ":12: error: WD_Start: '25:00' is no time of day; write for instance 08:00"
            ),
            ("[GLOBL]", ":10: error: unknown section [GLOBL]; did you mean [GLOBAL]?"),
            (
                "[MY OWN THING]",
                ":10: warning: unknown section [MY OWN THING]; it is handed to executable modules and not used otherwise"
            ),
            ("[REMEDICATION]", ":10: warning: [REMEDICATION] is an old spelling; write [REMEDIATION]"),
            ("[TICKET NOTE]", ":10: warning: [TICKET NOTE] is an old spelling; write [TICKET NOTES]"),
            (
                "[RMM_SETTINGS]\nNotifyOALways=Y",
                ":11: warning: 'NotifyOALways' is an old spelling; write NotifyOCAlways"
            ),
            ("[RMM_SETTINGS]\nPSA_AT_Board=x", ":11: warning: 'PSA_AT_Board' is an old spelling; write PSA_AT_Queue"),
            (
                "[RMM_SETTINGS]\nPSA_CW_Baord=x",
                ":11: error: 'PSA_CW_Baord' is taken as a service level, but resembles PSA_CW_Board; "
                    + "write PSA_CW_Board if that was meant"
            ),
            (
                "[RMM_SETTINGS]\nPSA_TGP_Gold=x",
                ":11: error: unknown key 'PSA_TGP_Gold' in [RMM SETTINGS]; did you mean PSA_TGP_Board?"
            ),
            (
                "[GLOBAL]\nVsaEmail=a\nvsaemail=b",
                ":12: warning: 'vsaemail' stands here and at ITPConfig.ini:11; the first one counts, remove this one"
            ),
            (
                "[ALERT REWRITE]\ndisk=CANCEL\n[ALERT_REWRITE]\nDISK=CANCEL",
                ":13: error: 'DISK' stands here and at ITPConfig.ini:11; remove one of them"
            ),
            (
                "[ALERT REWRITE]\na=STOP",
                ":11: error: 'STOP' is no action; write CANCEL, REWRITE;new subject or PROCESS;module"
            ),
            (
                "[ALERT REWRITE]\na=REWRITE;x|y",
                ":11: error: the new subject does not parse: the subject has 2 fields where 6 are needed: "
                    + "Category|Source|Data1|Data2|Data3|MonSetID"
            ),
            (
                "[ALERT REWRITE]\na=PROCESS;ITP-ISR-Foo.mod",
                ":11: error: the module 'ITP-ISR-Foo.mod' does not exist; write [ISR FOO], "
                    + "or put a program into modules/"
            ),
            (
                "[ALERT REWRITE]\ndisk=CANCEL\ndisk is full=CANCEL",
                ":12: warning: 'disk is full' can never match: 'disk' at ITPConfig.ini:11 is contained in it and comes "
                    + "first; put this line before that one"
            ),
            ("[PROCESSING]\nEVT:x=PFX", ":11: error: the module 'PFX' does not exist; built in are PFS and STS"),
            (
                "[RESTRICTED]\nBKP=5", ":11: error: '5' is no class of restriction for 'BKP'; write 0, 1, 2, 3 or 4"
            ),
            (
                "[RESTRICTED]\nBKP=4",
                ":11: warning: class 4 without hours lets everything through; write Class4_WD_Start, Class4_WD_End, "
                    + "Class4_WE_Start and Class4_WE_End"
            ),
            (
                "[SILENCE x]\nAgent=a\nWeekly=Sat 22:00-04:00\nReason=r",
                ":10: error: [SILENCE x]: Author is missing; write Author=…, so that people know later"
            ),
            (
                "[SILENCE x]\nAgent=a\nWeekly=Sat 22:00-04:00\nAuthor=r",
                ":10: error: [SILENCE x]: Reason is missing; write Reason=…, so that people know later"
            ),
            (
                "[SILENCE x]\nAuthor=a\nReason=r\nWeekly=Sat 22:00-04:00",
                ":10: error: [SILENCE x]: it would silence everything and is not used; write Agent, Group, Org or Category"
            ),
            (
                "[SILENCE x]\nAuthor=a\nReason=r\nOrg=o\nEnd=2026-11-21 22:00",
                ":10: error: [SILENCE x]: it is never active; write Start and End, or Weekly"
            ),
            (
                "[SILENCE x]\nAuthor=a\nReason=r\nOrg=o\nStart=2026-11-21 22:00\nEnd=2026-11-21 04:00",
                ":10: error: [SILENCE x]: it ends before it begins and is never active; write an End after Start"
            ),
            (
                "[SILENCE x]\nAuthor=a\nReason=r\nOrg=o\nEnd=2026-11-22 22:00\nStart=tomorrow",
                ":15: error: Start: 'tomorrow' is no time; write 2026-11-21 22:00, or 2026-11-21T22:00:00Z"
            ),
            (
                "[SILENCE x]\nAuthor=a\nReason=r\nOrg=o\nWeekly=Caturday 22:00-04:00",
                ":14: error: Weekly: 'Caturday 22:00-04:00' is no part of a week; write for instance Sat 22:00-04:00"
            ),
            ("[BLACKLIST]\nfs1=Y|N", ":11: error: 'Y|N' is neither true nor false for 'fs1'; write Y or N"),
            (
                "[REMEDIATION]\nA.B=;x,y",
                ":11: error: 'A.B': no procedure is named; write Procedure;Name,value;…"
            ),
            ("[REMEDIATION]\nA.B=Run;x", ":11: error: 'A.B': 'x' is no argument; write Name,value"),
            (
                "[REMEDIATION]\nA.B=Run;a,1;b,2;c,3;d,4;e,5",
                ":11: error: 'A.B': 5 arguments, a procedure takes 4; remove some"
            ),
            (
                "[REMEDIATION]\nA.B=Run <agent>",
                ":11: error: 'A.B': <agent> in a procedure's name would let senders choose what is run; "
                    + "write the name, or an argument"
            ),
            (
                "[REMEDIATION]\nA=Run",
                ":11: error: 'A': the key is not Name.Category; write a MonSetID's name and category, or * for either"
            ),
            (
                "[REMEDIATION]\nA.B=Run;x,<dta1>",
                ":11: warning: <dta1> is no macro and stays as it is; did you mean <data1>?"
            ),
            ("[PSA REWRITE]\nA.B.S=code", ":11: error: no text for 'A.B.S'; write code;text;Type,Subtype,Item"),
            (
                "[TICKET NOTES]\nCommon=<agnet>",
                ":11: warning: <agnet> is no macro and stays as it is; did you mean <agent>?"
            ),
            ("[TICKET NOTES]\nCommon=FILE:no.txt", ":11: error: TXNOTES/no.txt does not exist; add the file"),
            (
                "[TICKET NOTES]\nCommon=FILE:../secret.txt",
                ":11: error: '../secret.txt' leaves TXNOTES/; write the name of a file in it"
            ),
            (
                "[INTERNAL NOTES]\nCommon=FILE:a\\b.txt",
                ":11: error: 'a\\b.txt' leaves TXNOTES/; write the name of a file in it"
            ),
            (
                "[ORG acme]\nMSP=Nobody",
                ":10: error: the tenant 'Nobody' of [ORG acme] has no section; write [RMM_SETTINGS_Nobody]"
            ),
            (
                "[RESTRICTED_NOBODY]",
                ":10: error: [RESTRICTED_NOBODY] is of a tenant without settings; write [RMM_SETTINGS_NOBODY]"
            ),
            ("nonsense", ":10: error: no '=' in this line; write key=value, or ';' before a comment"),
        ])
    func golden(more: String, expected: String) {
        #expect(findings(adding: more) == ["ITPConfig.ini" + expected])
    }

    @Test("a text longer than the PSA's subject is told with both limits")
    func longText() {
        let text = String(repeating: "x", count: 101)
        #expect(
            findings(adding: "[PSA REWRITE]\nA.B.S=c;\(text)") == [
                "ITPConfig.ini:11: warning: the text has 101 characters, ConnectWise takes 100; keep it under 60"
            ])
    }

    @Test(
        "a mistake in the service's file is named with that file",
        arguments: [
            ("[GLOBAL]\nInterval=10", "2: warning: Interval: 10 is out of range, 30 is used; write 30 … 300"),
            ("[COMMON]", "1: warning: [COMMON] is an old spelling; write [GLOBAL]"),
            ("[WEBCHECK]\nEnabled=Y", "2: warning: 'Enabled' is an old spelling; write Enable"),
            ("[LISTEN]\nMaxBody=big", "2: error: MaxBody: 'big' is no size; write for instance 64 MiB"),
            (
                "[LISTEN]\nHeaderTimeout=soon",
                "2: error: HeaderTimeout: 'soon' is no length of time; write for instance 90s, 5m, 24h or 31d"
            ),
            (
                "[QUEUE]\nDeliveryMaxAge=9223372036854775807s",
                "2: error: DeliveryMaxAge: '9223372036854775807s' is no length of time; "
                    + "write for instance 90s, 5m, 24h or 31d"
            ),
            ("[JOURNAL]\nSegmentSize=0", "2: error: SegmentSize: 0 is too little; write 4 KiB or more"),
            ("[QUEUE]\nMemoryBytes=9000P", "2: error: MemoryBytes: '9000P' is no size; write for instance 64 MiB"),
            (
                "[LISTEN]\nIntakeToken=plain",
                "2: warning: IntakeToken is written in clear; write env:NAME or file:/path"
            ),
            ("[LISTEN]\nAdminToken.lead=plain", nil),
            (
                "[LISTEN]\nAddress=0.0.0.0:80",
                "2: error: 0.0.0.0:80 is reachable from outside and there is no IntakeToken; "
                    + "write IntakeToken=env:ITP_INTAKE_TOKEN, or Auth=none to let anybody post"
            ),
            (
                "[LISTEN]\nAddress=0.0.0.0:80\nAuth=none",
                "2: warning: Auth=none: anybody who reaches the listener may post alerts"
            ),
            ("[LISTEN]\nAddress=0.0.0.0:80\nIntakeToken=env:OTHER", nil),
            (
                "[LISTEN]\nAddress=127.0.0.1.example.com:80\nIntakeToken=env:EMPTY",
                "3: error: IntakeToken: what it refers to is empty"
            ),
            ("[LISTEN]\nIntakeToken=env:GONE", "2: error: IntakeToken: env:GONE is not there"),
            ("[JOURNAL]\nSync=interval:50", "2: warning: Sync: this version always syncs before it answers"),
            (
                "[GLOBAL]\nLogLevel=infos",
                "2: error: LogLevel: 'infos' is not known here; did you mean info? "
                    + "write one of debug, info, warning, error"
            ),
        ] as [(String, String?)])
    func service(text: String, expected: String?) {
        let found = load(soundRules, service: text).findings.map(\.description)
        if let expected {
            #expect(found.contains("ITPSvcCfg.ini:" + expected), "\(found)")
        } else {
            #expect(found.isEmpty, "\(found)")
        }
    }

    @Test("a configuration with five planted mistakes names all five, in order")
    func fiveMistakes() {
        let found = load(
            """
            [GLOBAL]
            DeDupPeriod=an hour
            [RMM_SETTINGS]
            PSA_Type=CWX
            [ALERT REWRITE]
            disk=CANCLE
            [RESTRICTED]
            BKP=never
            [TICKET NOTES]
            Common=FILE:gone.txt
            """)
        #expect(found.settings == nil)
        #expect(found.findings.map(\.line) == [2, 4, 6, 8, 10])
        #expect(found.findings.allSatisfy { $0.description.contains(": error: ") && $0.file == "ITPConfig.ini" })
    }

    @Test("without [RMM_SETTINGS] nothing loads")
    func noPrimary() {
        let found = load("[GLOBAL]\nVsaEmail=a")
        #expect(found.settings == nil)
        #expect(
            found.findings.map(\.description) == [
                "ITPConfig.ini: error: there is no [RMM_SETTINGS]; write one with at least PSA_Type"
            ])
    }

    @Test("a lapse is an error for the check and lets the configuration load")
    func lapse() {
        let loaded = load(soundRules + "[GLOBAL]\nDeDupPreiod=60")
        #expect(loaded.settings != nil)
        #expect(loaded.findings.map(\.severity) == [.lapse])
    }
}
