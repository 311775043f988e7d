import Formats
import Platform
import Settings
import Testing

/// Every key of the configuration reference, as a real installation may write it: none may be unknown or refused.
struct EveryKeyTests {
    private let global = """
        [GLOBAL]
        DeDupPeriod=60
        ActDeDupPeriod=30
        PFSummaryPeriod=30
        VsaEmail=vsa@msp.example
        VsaAdminEmail=admin@msp.example
        NotifyFailCancel=3
        NoticeBatch=5
        DirectPass=N
        SDNoteIgnore=Automated,Ignore
        ServerOS=2008,2012,2016,2019,2022,2025,Linux
        WkstnsOS=7,8,8.1,10,11,MAC OS X
        ShowSummary=N
        ModuleTimeout=5
        STS_WorkstationDays=0
        ReloadGuard=0
        AfterHold=note
        Drill=daily 06:00
        Class4_WD_Start=08:00
        Class4_WD_End=17:59
        Class4_WE_Start=10:00
        Class4_WE_End=12:00

        """

    private let tenant = """
        [RMM_SETTINGS]
        Name=Example MSP
        TimeZone=America/New_York
        RMM_EmailFrom=rmm@msp.example
        UseUniqueFrom=N
        UseUniqueSender=N
        PSA_Type=CWF
        PSA_Email=psa@msp.example
        PSA_Org_MatchByID=N
        PSA_DefaultCompany=Catch All
        PSA_URL=api-na.myconnectwise.net
        PSA_AV1=msp
        PSA_AV2=env:PUBLIC
        PSA_AV3=env:PRIVATE
        PSA_AV4=
        PSA_AV5=
        PSA_AV6=
        PSA_AV7=
        PSA_AV8=
        PSA_AV9=member
        PSA_ClientID=guid
        PSA_CallsPerHour=5000
        PSA_Subject=<altsubject>
        FallbackAfter=5
        CleanBody=Y
        SuppressLCLink=N
        WD_Start=8:00
        WD_End=16:59
        WE_Start=00:00
        WE_End=00:00
        HO_Start=00:00
        HO_End=00:00
        HolidaySets=0,1
        Class4_WD_Start=07:00
        Class4_WD_End=18:59
        Class4_WE_Start=00:00
        Class4_WE_End=00:00
        WD_NotifyTime=08:00
        WE_NotifyTime=09:00
        HO_NotifyTime=10:00
        NotifyProcess=PagerDuty
        NotifyControl=0
        NotifyPriority=2
        PageWait=60
        NotifyOCEmail=oncall@msp.example
        NotifyOCAlways=N
        NotifyEmail=page@msp.example
        NotifyURL=https://events.example
        NotifyKey=env:OTHER
        NotifySubject=<subject>
        NotifyBody=<subject>\\n<agent>
        DropCodes=Inf,Chk
        AdvanceWarn=N
        NOC-Notify=N
        NOC_Email=noc@msp.example
        NOC_AlertLevel=2
        NOC_Restrict=N
        NOC_Always=N
        HumanGuard=Y
        PSA_TicketNew=New
        PSA_TicketClosed=Completed
        PSA_TicketReopened=New
        PSA_P1=Critical
        PSA_P2=High
        PSA_P3=Medium
        PSA_P4=Low
        PSA_P5=Information
        PSA_P6=Six
        PSA_P7=Seven
        PSA_P8=Eight
        PSA_P9=Nine
        PSA_CW_Board=Alerts
        PSA_CW_Source=Monitor Alerts
        PSA_CW_Team=Team
        PSA_CW_Severity=Medium
        PSA_CW_Impact=Medium
        PSA_CW_Gold=Gold Board
        PSA_CW_Gold.S=Gold Servers
        PSA_AT_Queue=Monitoring Alert
        PSA_AT_Source=Monitoring Alert
        PSA_AT_WorkType=Remote
        PSA_AT_Due=12
        PSA_AT_Gold=Gold
        PSA_BMS_Queue=Q
        PSA_BMS_Source=S
        PSA_BMS_Type=T
        PSA_BMS_Gold.W=Gold
        PSA_TGP_Rep=R
        PSA_TGP_Board=B
        PSA_TGP_Type=T

        """

    private let sections = """
        [HOLIDAYSET_0]
        0101=New Year
        [HOLIDAYSET_1]
        20261126=Thanksgiving
        [COVERAGE]
        TimeZone=America/New_York
        WD_Start=08:00
        WD_End=17:59
        WE_Start=00:00
        WE_End=00:00
        HO_Start=00:00
        HO_End=00:00
        HolidaySets=0
        [COVERAGE_acme]
        WD_Start=00:00
        [PROCESSING]
        STS:AGENT-OFFLINE=ITP-PRC-STS.mod
        [RESTRICTED]
        BKP=1
        [ALERT REWRITE]
        #7036=CANCEL;;
        disk is full=REWRITE;DSK|Disk|||CRITICAL|MB-DISK-FULL.DSK.S.P1.Alm
        [REMEDIATION]
        *.SVC=Restart;Name,<data1>;;;
        [BLACKLIST]
        test.acme=Y
        [PSA REWRITE]
        "EVT|a=b|1|||N.EVT.S.P3.Alm"=A;Text;Server,Services,DHCP
        MB-DHCP-S.EVT.S.1033=DHCP;No free addresses;Server,Services,DHCP
        [TICKET NOTES]
        Common=Agent <agent>, <CF:Site Code>, <CF10:x> {T:5}
        [INTERNAL NOTES]
        MB-DHCP-S.S..Fail=FILE:dhcp.txt
        [ISR webroot]
        Match=^(?<a>.*)$
        MatchBody=.
        Subject=A|B|${a}|||N.EVT.S.P3.Alm
        Agent=${a}
        Priority=3
        Match=.
        Cancel=x
        [TICKET FLOW]
        UpdateTicketOnRepetitiveAlerts=true
        UpdateInterval=86400
        ReopenTicketOnRepetitiveAlerts=true
        ClosedTicketStates=Closed,Completed
        NewState=New
        ConsolidationInterval=900
        TicketFloodLimit=10
        TicketFloodInterval=3600
        TicketFloodScope=org
        StormExempt=1
        EnableTicketCorrelation=true
        CorrelationInterval=2592000
        CorrelationTicketFormat=Id: %id%
        DisplayOnlyFirstActivityRecord=true
        IgnoreUploadAttachmentError=true
        FlapThreshold=0
        FlapInterval=900
        RequestLimit=300000
        RequestLimitInterval=604800
        [TICKET FLOW netwrix]
        UpdateInterval=1
        [TICKET RULES kaspersky]
        Critical=On;Lifetime=1d;Board=x
        [SILENCE patch night]
        Agent=fs1
        Group=servers
        Org=acme
        Category=EVT
        Start=2026-11-21 22:00
        End=2026-11-22 04:00
        Weekly=Sat 22:00-04:00
        Author=me
        Reason=patches
        [STAFF]
        @acme.example=acme
        [COMPANY MAP]
        acme=19301
        [ORG acme]
        Name=Acme Dental
        MSP=
        ServiceLevel=Gold
        PriNotify=boss@acme.example
        CF:Location=Main Street
        """

    private let service = """
        [GLOBAL]
        Interval=120
        ServiceDesks=
        Debug=N
        SuppressAlarms=N
        SuppressSDTickets=N
        SuppressTickets=N
        NightlyTasks=clean
        NightlyTasks0=a
        NightlyTasks6=b
        LogLevel=info
        Heartbeat=https://x
        LogDir=logs
        LogDays=7
        SelfUpdate=N
        UpdateURL=https://update.example
        [LISTEN]
        Address=127.0.0.1:8080
        TLSCert=cert.pem
        TLSKey=key.pem
        AdminToken=env:OTHER
        IntakeToken=file:/run/token
        MaxBody=10 MiB
        MaxHeader=16 KiB
        HeaderTimeout=10 s
        IdleTimeout=60 s
        MaxConnections=4096
        TrustedProxies=10.0.0.0/8
        [JOURNAL]
        Directory=data/journal
        SegmentSize=64 MiB
        Retention=31 d
        Sync=always
        MaxBytes=10 GiB
        [QUEUE]
        MemoryEvents=100000
        MemoryBytes=256 MiB
        Workers=0
        DeliveryAttempts=20
        DeliveryMaxAge=24 h
        [LEDGER]
        HistoryDays=31
        HistoryMaxBytes=10 GiB
        \(everySourceKey)
        [MAIL]
        URL=smtp://mail.example:25
        User=u
        Password=env:OTHER
        From=itp@msp.example
        [MAILREADER desk]
        URL=imaps://mail.example
        User=u
        Password=env:OTHER
        Interval=60
        Source=zabbix
        [PROXY]
        URL=http://proxy.example
        User=u
        Password=env:OTHER
        NoProxy=localhost
        [RMM]
        Type=VSA9
        URL=https://vsa.example
        User=u
        Token=env:OTHER
        CallbackURL=https://itp.example
        ArgPattern=[a-z]+
        Start=
        StartBody=
        RunID=
        StatusPath=
        Status=
        Passed=
        Failed=
        Detail=
        Header.X-Key=<token>
        Enrich=Y
        Poll=15s
        Timeout=30s
        [LAUSER]
        LAUserCycle=2!
        Procedure=Last user
        [WEBCHECK]
        Enable=Y
        [AGENT_CLEANUP]
        Enable=Y
        Aging=90
        Limit=-1
        [AVAILABILITY]
        Enable=N
        Minutes=10
        [TELEMETRY]
        URL=
        [APIPASS]
        Cycle=Never
        [NETWRIX]
        URL=https://localhost:9699
        User=u
        Password=env:OTHER
        [PRODUCT MAP kaspersky]
        App=Product
        [BILLING kaspersky]
        Acme=Agreement
        """

    private let websites = """
        [COMMON]
        Subject=WEB-OAM|Url Monitor|&D1&|&D2&|&D3&|WEB.OAM.S.P3.Alm
        Count=2
        [URLS]
        https://a.example/?x=y=1
        [Acme shop]
        CustomerID=acme.main
        Url=https://shop.example
        Contains=Welcome
        NotContains=Error
        """

    private let secrets: SecretResolver = { _ throws(SecretFault) in "a secret" }

    private func load(_ rules: String, _ websites: String) -> LoadedSettings {
        let files = [("ITPConfig.ini", rules), ("ITPSvcCfg.ini", service), ("ITPWSM.ini", websites)]
        return Settings.load(
            ConfigurationFiles(
                files: files.map { ConfigurationFiles.File(name: $0.0, bytes: Array($0.1.utf8)) },
                notes: ["dhcp.txt": "See <agent>."]),
            zones: someZones, patterns: RegularExpression.compiler, secrets: secrets)
    }

    @Test("every key and section of the reference is known")
    func everyKey() {
        let loaded = load(global + tenant + sections, websites)
        let found = loaded.findings.filter { !$0.message.hasPrefix("AdvanceWarn is deprecated") }
        #expect(found.isEmpty, "\(found.map(\.description))")
        #expect(loaded.settings != nil)
    }

    @Test("a key of one of these sections with two letters swapped is unknown")
    func everyKeyMatters() {
        // Board routes and custom fields may be called anything.
        let data = ["PSA_CW_", "PSA_AT_", "PSA_BMS_", "CF:"]
        for line in (global + tenant).split(separator: "\n") where !line.hasPrefix("[") {
            guard !data.contains(where: { line.hasPrefix($0) }) else { continue }
            let section = global.contains(line) ? "[GLOBAL]\n" : "[RMM_SETTINGS]\n"
            let found = load(global + tenant + section + "Zz" + line, websites).findings
            #expect(found.contains { $0.message.hasPrefix("unknown key 'Zz") }, "\(line)")
        }
    }

    @Test("a website monitor's keys are checked too")
    func monitors() {
        let found = load(global + tenant + sections, websites + "\nContians=x").findings.map(\.description).filter {
            !$0.contains("AdvanceWarn")
        }
        #expect(
            found == ["ITPWSM.ini:11: error: unknown key 'Contians' in [Acme shop]; did you mean Contains?"])
    }
}
