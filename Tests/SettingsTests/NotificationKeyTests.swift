import Events
import Formats
import Settings
import Testing

/// What the keys of notifications, notices and senders are read as, and what is said of mistakes in them.
struct NotificationKeyTests {
    @Test("without a word the defaults are those of the reference")
    func defaults() throws {
        let settings = try #require(load(soundRules).settings)
        let notifications = settings.primary.notifications
        #expect(notifications == NotificationSettings() && notifications.priority == 2)
        #expect(notifications.wait(priority: 2) == .seconds(60) && notifications.wait(priority: 1) == .seconds(15))
        #expect(settings.global.notices == NoticeSettings() && settings.global.notices.batch == .minutes(5))
        #expect(settings.primary.sender == SenderAddress())
    }

    @Test("every key is read")
    func everything() throws {
        let loaded = load(
            soundRules + """
                NotifyProcess=opsgenie
                NotifyKey=env:OTHER
                NotifyURL=https://api.eu.opsgenie.com
                NotifyControl=1
                NotifyPriority=3
                PageWait=30
                NotifyOCEmail=a@b.example; c@d.example,a@b.example
                NotifyOCAlways=Y
                NotifySubject=<subject>
                NotifyBody=x
                NOC-Notify=Y
                NOC_Email=noc@b.example
                NOC_AlertLevel=4
                NOC_Restrict=Y
                NOC_Always=Y
                RMM_EmailFrom=rmm@msp.example
                UseUniqueSender=Y
                [ORG acme]
                PriNotify=boss@acme.example
                [GLOBAL]
                VsaEmail=vsa@msp.example
                VsaAdminEmail=admin@msp.example
                NotifyFailCancel=2
                NoticeBatch=0
                """)
        #expect(loaded.findings.isEmpty, "\(loaded.findings.map(\.description))")
        let settings = try #require(loaded.settings)
        let read = settings.primary.notifications
        #expect(read.pager?.service == .opsgenie && read.pager?.key == "other-key" && read.pager?.addresses == [])
        #expect(read.pager?.url == "https://api.eu.opsgenie.com" && read.collectsPages && read.priority == 3)
        #expect(read.wait == .seconds(30) && read.onCall == ["a@b.example", "c@d.example"] && read.onCallAlways)
        #expect(read.subject != nil && read.body != nil && read.noc?.addresses == ["noc@b.example"])
        #expect(read.noc?.level == 4 && read.noc?.excludesWorkstations == true && read.noc?.isAlways == true)
        #expect(settings.primary.sender == SenderAddress("rmm@msp.example", .user))
        #expect(settings.organisations["acme"]?.priorityStaff == ["boss@acme.example"])
        let notices = settings.global.notices
        #expect(notices.addresses == ["admin@msp.example"] && notices.from == "vsa@msp.example")
        #expect(!notices.tellsFailures && notices.tellsCancellations && notices.batch == .seconds(0))
    }

    @Test(
        "a pager's service is named in any of its spellings",
        arguments: [
            ("OpsGenie", NotificationSettings.Pager.Service.opsgenie), ("ITP-INP-On-Page.mod", .onPage),
            ("INP-PagerDuty", .pagerDuty), ("slack", .slack), ("TEAMS", .teams), ("Email", .email),
        ])
    func services(written: String, service: NotificationSettings.Pager.Service) throws {
        let loaded = load(soundRules + "NotifyProcess=\(written)\nNotifyEmail=page@b.example\nNotifyKey=env:OTHER")
        let pager = try #require(loaded.settings?.primary.notifications.pager)
        #expect(pager.service == service && (pager.key == nil) == !service.hasInterface)
    }

    @Test(
        "mistakes are named",
        arguments: [
            (
                "NotifyProcess=Opsgeni\nNotifyKey=env:OTHER",
                "11: error: NotifyProcess: there is no 'Opsgeni'; did you mean OpsGenie? "
                    + "write one of OpsGenie, PagerDuty, OnPage, Slack, Teams, Email"
            ),
            ("NotifyProcess=Slack", "11: error: NotifyProcess=Slack pages nobody without NotifyKey or NotifyEmail"),
            (
                "NotifyProcess=Email\nNotifyKey=env:OTHER",
                "11: error: NotifyProcess=Email pages nobody without NotifyEmail"
            ),
            (
                "NotifyEmail=a@b.example",
                "11: warning: NotifyEmail without NotifyProcess pages nobody; write for instance NotifyProcess=Email"
            ),
            (
                "NotifyProcess=OnPage\nNotifyEmail=a@b.example\nNotifyKey=env:OTHER",
                "13: warning: NotifyKey has no effect with OnPage, whose pages go by mail to NotifyEmail; remove it"
            ),
            (
                "NotifyProcess=Teams\nNotifyKey=env:OTHER",
                "12: error: NotifyKey: for Teams it is the workflow's whole address, which begins with https://"
            ),
            ("NOC-Notify=Y", "11: error: NOC-Notify tells nobody without NOC_Email"),
            (
                "NotifyOCEmail=a@b.example, nobody",
                "11: error: NotifyOCEmail: 'nobody' is no address; write user@domain, several with commas"
            ),
            (
                "UseUniqueFrom=Y\nUseUniqueSender=Y",
                "12: error: UseUniqueFrom and UseUniqueSender exclude each other; write N for one of them"
            ),
            (
                "NotifyProcess=Email\nNotifyEmail=a@b.example\n[COVERAGE]\nTimeZone=UTC\nWD_End=16:59",
                "11: warning: pages outside the customers' coverage are not held but go out at once; "
                    + "write WD_NotifyTime, WE_NotifyTime and HO_NotifyTime if they are to wait"
            ),
            (
                "NotifyProcess=Email\nNotifyEmail=a@b.example\nNotifySubject=<subjet>",
                "13: warning: <subjet> is no macro and stays as it is; did you mean <subject>?"
            ),
        ])
    func mistakes(more: String, expected: String) {
        #expect(findings(adding: "[RMM_SETTINGS]\n" + more) == ["ITPConfig.ini:" + expected])
    }

    @Test("a warning about held pages needs hours of coverage and no notify time")
    func heldPages() {
        let pager = "[RMM_SETTINGS]\nTimeZone=UTC\nNotifyProcess=Email\nNotifyEmail=a@b.example\n"
        #expect(findings(adding: pager).isEmpty)
        #expect(findings(adding: pager + "[COVERAGE]\nTimeZone=UTC").isEmpty)
        #expect(findings(adding: pager + "WD_NotifyTime=06:00\n[COVERAGE]\nTimeZone=UTC\nWD_End=16:59").isEmpty)
    }

    @Test("a tenant inherits the whole group of keys or none of it, and each group for itself")
    func groups() throws {
        let settings = try #require(
            load(
                soundRules + """
                    NotifyProcess=OpsGenie
                    NotifyKey=env:OTHER
                    NotifyOCEmail=a@b.example
                    NOC-Notify=Y
                    NOC_Email=noc@b.example
                    PageWait=10
                    [RMM_SETTINGS_A]
                    Name=inherits
                    [RMM_SETTINGS_B]
                    NotifyPriority=1
                    [RMM_SETTINGS_C]
                    NOC_AlertLevel=1
                    """
            ).settings)
        let of = { (id: String) in settings.tenant(id)?.notifications }
        #expect(of("a") == settings.primary.notifications)
        #expect(of("b")?.pager == nil && of("b")?.onCall == [] && of("b")?.noc != nil && of("b")?.priority == 1)
        #expect(of("c")?.pager?.key == "other-key" && of("c")?.noc == nil && of("b")?.wait == .seconds(10))
    }

    @Test(
        "the sender's address",
        arguments: [
            (SenderAddress("rmm@msp.example"), "acme", "rmm@msp.example"),
            (SenderAddress("rmm@msp.example", .domain), "acme", "rmm@acme.msp.example"),
            (SenderAddress("rmm@msp.example", .user), "ACME-1", "ACME-1@msp.example"),
            (SenderAddress("ITP <rmm@msp.example>", .user), "acme", "ITP <acme@msp.example>"),
            (SenderAddress("ITP <rmm@msp.example>", .domain), "acme", "ITP <rmm@acme.msp.example>"),
            (SenderAddress("rmm@msp.example", .domain), "", "rmm@msp.example"),
            (SenderAddress("rmm@msp.example", .user), "a b@evil\r\nBcc: x", "a-b-evil-Bcc-x@msp.example"),
            (SenderAddress("rmm@msp.example", .user), "@..", "rmm@msp.example"),
            (SenderAddress("", .user), "acme", ""),
            (SenderAddress("nobody", .domain), "acme", "nobody"),
        ])
    func senders(sender: SenderAddress, organisation: String, expected: String) {
        #expect(sender.address(organisation: organisation) == expected)
    }

    @Test("RMM_EmailFrom goes before VsaEmail, for each tenant; unique addresses are one or the other")
    func bases() throws {
        let settings = try #require(
            load(
                soundRules + "UseUniqueFrom=Y\n[GLOBAL]\nVsaEmail=vsa@msp.example\n[RMM_SETTINGS_A]\n"
                    + "RMM_EmailFrom=a@msp.example"
            ).settings)
        #expect(settings.primary.sender == SenderAddress("vsa@msp.example", .domain))
        #expect(settings.tenant("a")?.sender == SenderAddress("a@msp.example", .domain))
    }

    @Test("a long customer's ID is cut to what an address can hold")
    func longLabel() {
        let address = SenderAddress("r@b.example", .user).address(organisation: String(repeating: "x", count: 500))
        #expect(address == String(repeating: "x", count: 63) + "@b.example")
    }
}
