extension SectionKind {
    static let serviceSections: [SectionKind] = [
        SectionKind(name: "GLOBAL", suffix: .none, keys: serviceGlobal),
        SectionKind(
            name: "LISTEN", suffix: .none,
            keys: [
                "Address": .text, "TLSCert": .text, "TLSKey": .text, "AdminToken": .secret, "IntakeToken": .secret,
                "Auth": .oneOf(["none"]), "MaxBody": .bytes, "MaxHeader": .bytes, "HeaderTimeout": .duration(unit: 1),
                "IdleTimeout": .duration(unit: 1), "MaxConnections": .integer(1...1_000_000), "TrustedProxies": .text,
                "MaxConnectionsPerAddress": .integer(1...1_000_000), "ProxyProtocol": .flag, "RateLimit": .text,
            ], openPrefixes: ["AdminToken."]),
        SectionKind(
            name: "JOURNAL", suffix: .none,
            keys: [
                "Directory": .text, "SegmentSize": .bytes, "Retention": .duration(unit: 86_400), "Sync": .text,
                "MaxBytes": .bytes,
            ]),
        SectionKind(
            name: "QUEUE", suffix: .none,
            keys: [
                "MemoryEvents": .integer(1...100_000_000), "MemoryBytes": .bytes, "Workers": .integer(0...1024),
                "DeliveryAttempts": .integer(1...10_000), "DeliveryMaxAge": .duration(unit: 3600),
                "QuietPeriod": .duration(unit: 1),
            ]),
        SectionKind(
            name: "LEDGER", suffix: .none, keys: ["HistoryDays": .integer(1...36_500), "HistoryMaxBytes": .bytes]),
        SectionKind(
            name: "SOURCE", suffix: .required, keys: sourceKeys,
            openPrefixes: ["Match.", "Let.", "Map.", "Rule.", "Template.", "CF:"]),
        SectionKind(
            name: "MAIL", suffix: .none,
            keys: ["URL": .text, "User": .text, "Password": .secret, "From": .text]),
        SectionKind(
            name: "MAILREADER", suffix: .required,
            keys: [
                "URL": .text, "User": .text, "Password": .secret, "Interval": .duration(unit: 1), "Source": .text,
            ]),
        SectionKind(
            name: "PROXY", suffix: .none,
            keys: ["URL": .text, "User": .text, "Password": .secret, "NoProxy": .text]),
        SectionKind(
            name: "RMM", suffix: .none,
            keys: [
                "Type": .oneOf(["VSA9", "generic"]), "Start": .text, "StartBody": .text, "RunID": .text,
                "StatusPath": .text, "Status": .text, "Passed": .text, "Failed": .text, "Detail": .text, "URL": .text,
                "User": .text, "Token": .secret, "CallbackURL": .text,
                "Poll": .duration(unit: 1), "Timeout": .duration(unit: 1), "ArgPattern": .text,
                "Enrich": .flag,
            ], openPrefixes: ["Header."]),
        SectionKind(name: "LAUSER", suffix: .none, keys: ["LAUserCycle": .text, "Procedure": .text]),
        SectionKind(name: "WEBCHECK", suffix: .none, keys: ["Enable": .flag]),
        SectionKind(
            name: "AGENT CLEANUP", suffix: .none,
            keys: ["Enable": .flag, "Aging": .integer(1...36_500), "Limit": .integer(anyNumber)]),
        SectionKind(
            name: "AVAILABILITY", suffix: .none, keys: ["Enable": .flag, "Minutes": .integer(1...525_600)]),
        SectionKind(name: "TELEMETRY", suffix: .none, keys: nil),
        SectionKind(name: "APIPASS", suffix: .none, keys: nil),
        SectionKind(name: "NETWRIX", suffix: .none, keys: ["URL": .text, "User": .text, "Password": .secret]),
        SectionKind(name: "PRODUCT MAP", suffix: .required, keys: nil),
        SectionKind(name: "BILLING", suffix: .required, keys: nil),
    ]

    private static let serviceGlobal: [String: KeyKind] = {
        var keys: [String: KeyKind] = [
            "Interval": .clamped(30...300), "ServiceDesks": .text, "Debug": .flag, "SuppressAlarms": .flag,
            "SuppressSDTickets": .flag, "SuppressTickets": .flag, "NightlyTasks": .text,
            "LogLevel": .oneOf(["debug", "info", "warning", "error"]), "Heartbeat": .text, "LogDir": .text,
            "LogDays": .integer(1...3650), "SelfUpdate": .text, "UpdateURL": .text,
        ]
        for day in 0...6 { keys["NightlyTasks\(day)"] = .text }
        return keys
    }()

    static let websiteSections: [SectionKind] = [
        SectionKind(name: "COMMON", suffix: .none, keys: ["Subject": .text, "Count": .integer(1...1000)]),
        SectionKind(name: "URLS", suffix: .none, keys: nil),
    ]

    /// A website monitor: any other section of `ITPWSM.ini`.
    static let websiteMonitor = SectionKind(
        name: "", suffix: .none,
        keys: ["CustomerID": .text, "Url": .text, "Contains": .text, "NotContains": .text])
}
