import Formats
import Glibc
import TestSupport

/// How long and how hard the delivery is tried: a sample in every run, or what `make soak` asks for.
struct SoakPlan: Sendable {
    enum Destination: String, CaseIterable, Sendable {
        case connectwise, autotask, bms, mail
    }

    var destination: Destination
    /// Whether the service is killed every few seconds.
    var kills: Bool
    var seed: UInt64
    var creations: Int
    /// Whether it may take its time.
    var isFull: Bool

    /// `ITP_SOAK_CREATIONS=2000` makes it the full one.
    private static let asked = getenv("ITP_SOAK_CREATIONS").flatMap { Int(String(cString: $0)) }
    static let isFull = asked != nil
    private static let seed = getenv("ITP_SOAK_SEED").flatMap { UInt64(String(cString: $0)) } ?? 1
    private static let only = getenv("ITP_SOAK_ONLY").map { String(cString: $0) }

    static var all: [SoakPlan] {
        Destination.allCases.filter { only == nil || $0.rawValue == only }.flatMap { destination in
            [false, true].map {
                SoakPlan(
                    destination: destination, kills: $0, seed: seed, creations: asked ?? 25, isFull: isFull)
            }
        }
    }

    /// How long an order may wait: so long does a mail of which nobody knows.
    var maximumAgeSeconds: Int { destination == .mail ? isFull ? 480 : 8 : 86_400 }

    /// What goes wrong, each with its probability for a call and how often at most.
    var faults: [(fault: String, match: String, probability: Double, count: Int)] {
        let many = isFull ? 1_000_000 : 3
        if destination == .mail, !isFull {
            // Three troubles in a row would make a server that is left alone for longer than an order may wait.
            return [
                ("latency:20", "", 0.1, 20), ("status:451", "", 0.05, 3), ("reset-after", "END", 0.2, 1),
                ("garbage", "", 0.05, 1),
            ]
        }
        if destination == .mail {
            return [
                ("latency:20", "", 0.05, many), ("status:451", "", 0.004, many), ("reset-before", "", 0.002, many),
                ("reset-after", "", 0.002, many), ("truncate", "", 0.002, many), ("garbage", "", 0.002, many),
                ("reset-after", "END", 0.02, 30), ("hang", "END", 0.01, 2),
            ]
        }
        return [
            ("latency:100", "", 0.2, isFull ? many : 20), ("status:503", "", 0.02, many),
            ("status:500", "", 0.01, many),
            ("reset-before", "", 0.02, many), ("reset-after", "", 0.02, many), ("reset-after", "POST ", 0.03, many),
            ("truncate", "", 0.01, many), ("garbage", "", 0.01, many),
            // Each of these costs half a minute or a whole one.
            ("status:429:1", "", 0.002, isFull ? 4 : 0), ("hang", "", 0.002, isFull ? 6 : 0),
        ].filter { $0.3 > 0 }
    }

    /// The alerts: each creation is a problem of its own; then a fifth of the problems come again, and again, and a tenth is
    /// resolved.
    var creating: [Alert] { (0..<creations).map { alert($0, "begins") } }
    var repeating: [Alert] {
        (0..<creations).filter { $0 % 5 == 0 }.flatMap { number in (1...2).map { alert(number, "again \($0)") } }
    }
    var resolving: [Alert] {
        (0..<creations).filter { $0 % 10 == 0 }.map { number in
            var alert = alert(number, "over")
            alert.state = "resolved"
            return alert
        }
    }

    private func alert(_ number: Int, _ text: String) -> Alert {
        Alert(
            subject: "EVT|Disk|\(10_000 + number)|SYSTEM|ERROR|MB-DISK.EVT.S.P3.Alm",
            agent: "host\(number % 8).servers.acme", text: text)
    }

    /// The example configuration with this destination, without what would make fewer tickets of as many alerts.
    @Sendable func change(_ configuration: inout ConfigurationCopy, sandbox: String, mail: String) {
        let account: [(String, String)]
        switch destination {
        case .connectwise: account = []
        case .autotask:
            account = [
                ("PSA_Type", "ATK"), ("PSA_URL", "http://\(sandbox)/autotask"), ("PSA_AV1", "api@sandbox.example"),
                ("PSA_AV2", "sandbox-secret"), ("PSA_AV3", "sandbox-code"), ("PSA_AT_Queue", "Alerts"),
            ]
        case .bms:
            account = [
                ("PSA_Type", "BMS"), ("PSA_URL", "http://\(sandbox)/bms"), ("PSA_AV1", "sandbox"),
                ("PSA_AV2", "sandbox-password"), ("PSA_AV3", "itp"), ("PSA_BMS_Queue", "Alerts"),
            ]
        case .mail: account = [("PSA_Type", "GEN"), ("PSA_Email", "helpdesk@psa.example")]
        }
        for (key, value) in account + [("PSA_CallsPerHour", "1000000")] {
            configuration.set(key, value, in: "RMM_SETTINGS", of: "ITPConfig.ini")
        }
        configuration.set("DeDupPeriod", "0", in: "GLOBAL", of: "ITPConfig.ini")
        configuration.set("URL", "smtp://\(mail)", in: "MAIL")
        configuration.set("From", "itp@msp.example", in: "MAIL")
        configuration.set("DeliveryMaxAge", "\(maximumAgeSeconds)s", in: "QUEUE")
        configuration.set("DeliveryAttempts", "10000", in: "QUEUE")
        configuration.set("AutoClose", "Y", in: "SOURCE api")
    }
}
