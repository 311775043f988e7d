import Events
import Formats
import Settings

/// The configuration and the events of `itp bench decide`: a middle-sized MSP with two tenants, and a day's mix of alerts.
///
/// The events are the same for every size: the rules that they meet are the last of their section, so that a search that
/// grew with the number of rules would show.
struct DecideScene {
    var psaRewrites: Int

    /// The rules that events meet, each way; what lies before them is met by none.
    private static let metRules = 4
    private static let monitors = 200
    private static let customers = 50

    func files(rewriteRules: Int) -> ConfigurationFiles {
        let text = [DecideScene.fixed, customers, alertRewrites(rewriteRules), psaRewriteLines].joined(separator: "\n")
        return ConfigurationFiles(files: [.init(name: "ITPConfig.ini", bytes: Array(text.utf8))])
    }

    private static let fixed = """
        [GLOBAL]
        DeDupPeriod=60
        [RMM_SETTINGS]
        TimeZone=America/New_York
        PSA_Type=CWF
        PSA_URL=psa.example
        PSA_AV1=msp
        PSA_AV2=public
        PSA_AV3=private
        PSA_ClientID=client
        PSA_CW_Board=Alerts
        PSA_CW_Gold=Gold Alerts
        CleanBody=Y
        DropCodes=Inf,Chk
        WD_Start=08:00
        WD_End=17:59
        WE_Start=00:00
        WE_End=00:00
        HO_Start=00:00
        HO_End=00:00
        HolidaySets=0
        [HOLIDAYSET_0]
        0101=New Year
        0704=Independence Day
        1225=Christmas
        [RMM_SETTINGS_NORTH]
        Name=North
        DropCodes=Inf
        [COVERAGE]
        TimeZone=America/New_York
        WD_Start=07:00
        WD_End=18:59
        [RESTRICTED]
        BKP=1
        EVT=0
        [REMEDIATION]
        *.SVC=Restart Service;Service,<data1>
        MON-*.EVT=Clean Up;Level,2
        [BLACKLIST]
        lab.servers.customer-7=Y
        printers=Y
        [TICKET NOTES]
        Common=Agent: <agent> (<hostos>)\\nEvent: <source> <data1>
        MON-7.S=Look at the runbook of <org>.
        [INTERNAL NOTES]
        Common=Is anybody working on <org> already?
        """

    private var customers: String {
        (0..<DecideScene.customers).map { number in
            "[ORG customer-\(number)]\nName=Customer \(number)\nServiceLevel=\(number % 3 == 0 ? "Gold" : "Silver")"
                + (number % 5 == 0 ? "\nMSP=NORTH" : "")
        }.joined(separator: "\n")
    }

    private func alertRewrites(_ count: Int) -> String {
        let idle = (0..<max(0, count - 2 * DecideScene.metRules)).map { number in
            number % 2 == 0
                ? "EVT|Service Control Manager|\(10_000 + number)|=CANCEL"
                : "Idle monitor \(number) reports=REWRITE;EVT|Idle|\(number)|||IDLE-\(number).EVT.S.P4.Alm"
        }
        let met = (0..<DecideScene.metRules).flatMap { number in
            [
                "EVT|Noise \(number)|=CANCEL",
                "Plain text alarm \(number) of=REWRITE;EVT|Plain|\(number)|||MON-\(number).EVT.S.P2.Alm",
            ]
        }
        return (["[ALERT REWRITE]"] + idle + met).joined(separator: "\n")
    }

    private var psaRewriteLines: String {
        let lines = (0..<psaRewrites).map { number in
            let monitor = "MON-\(number % DecideScene.monitors).EVT.S"
            let event = number / DecideScene.monitors
            return (event == 0 ? monitor : "\(monitor).\(1000 + event)")
                + "=M\(number);Monitor \(number % DecideScene.monitors) reports <data1>;Server,Services,Item \(event % 9)"
        }
        return (["[PSA REWRITE]"] + lines).joined(separator: "\n")
    }

    /// A mix of alerts, the same each time; no two of one receipt.
    func events(_ count: Int) -> [Event] {
        (0..<count).map { event($0, millisecondsApart: 100) }
    }

    /// 2026-07-07 14:00 in New York, a weekday.
    static let start = Instant(milliseconds: 1_783_447_200_000)

    /// The same alerts as `POST /v1/alerts` takes them.
    func alerts(_ range: Range<Int>, secondsApart: Int) -> [AlertRecord] {
        range.map { index in
            let event = event(index, millisecondsApart: secondsApart * 1000)
            let body: JSON = [
                "subject": .string(event.subject), "body": .string(event.body), "eventType": .string(event.eventType),
                "agent": .string(event.agent.name), "os": .string(event.agent.operatingSystem),
                "orgId": .string(event.organisation.id),
            ]
            return AlertRecord(
                receipt: event.receipt, receivedAt: event.receivedAt, source: "api", peer: "127.0.0.1", deliveryID: nil,
                body: body.bytes)
        }
    }

    private func event(_ index: Int, millisecondsApart: Int) -> Event {
        // Each eighth alert of ten is the seventh again.
        let kind = index % 10 == 7 ? 6 : index % 10
        let number = Int((UInt64(index % 10 == 7 ? index - 1 : index) &* 0x9E37_79B9_7F4A_7C15) >> 33)
        let start = DecideScene.start
        let id = Identifier(milliseconds: start.milliseconds, random: (UInt64(index), UInt64(number)))
        var event = Event(
            id: id, receipt: id,
            receivedAt: Instant(milliseconds: start.milliseconds + Int64(index * millisecondsApart)), source: "api",
            subject: "")
        let customer = number % DecideScene.customers
        event.agent.name = "srv\(number % 97).branch.servers.customer-\(customer)"
        event.agent.operatingSystem = "Windows Server 2022 Standard x64 Build 20348"
        event.organisation.id = "customer-\(customer)"
        event.eventType = "Application"
        event.body =
            "The description for event \(number % 9000) could not be found. The following information is part of the "
            + "event: the service entered the stopped state after 3 tries.\nFor more information, see Help and Support."
        event.subject = subject(kind, number)
        return event
    }

    /// Of ten alerts three are cancelled by the last rules, two rewritten, two tickets by themselves, one a duplicate, one is
    /// dropped by its code or cannot be read, one remediates.
    private func subject(_ kind: Int, _ number: Int) -> String {
        let monitor = number % DecideScene.monitors
        let data = "\(1000 + number % 25)"
        switch kind {
        case 0, 1, 2:
            return "EVT|Noise \(number % DecideScene.metRules)|\(data)|SYSTEM|Warning|MON-\(monitor).EVT.S.P4.Alm"
        case 3, 4:
            return "Plain text alarm \(number % DecideScene.metRules) of some other product"
        case 5, 6:
            return "EVT|DHCP Server|\(data)|SYSTEM|ERROR|MON-\(monitor).EVT.S.P\(2 + number % 3).Alm"
        case 8:
            return number % 2 == 0
                ? "EVT|Windows Update|\(data)|SYSTEM|INFO|MON-\(monitor).EVT.S.P5.Inf"
                : "somebody's free text \(number)"
        default:
            return "SVC|Print Spooler|Spooler|SYSTEM|ERROR|MON-\(monitor).SVC.S.P3.Act"
        }
    }
}
