import Formats

/// Which of the files a section belongs to: the same section name means different things in each.
enum FileKind: Sendable {
    /// `ITPConfig.ini`.
    case rules
    /// `ITPSvcCfg.ini` and `sources/*.ini`.
    case service
    /// `ITPWSM.ini`.
    case websites
}

/// A kind of section: how it is named and which keys it takes.
struct SectionKind: Sendable {
    /// Whether more may follow the section's name.
    enum Suffix: Sendable {
        case none
        /// `NAME_{MSPID}`: overlays `NAME`.
        case tenant
        /// A name of the section's own, which it needs.
        case required
        /// With or without a name.
        case optional
    }

    /// The name in its canonical form: capitals and blanks.
    var name: String
    var suffix: Suffix
    /// The keys it takes; nil = the keys are data.
    var keys: [String: KeyKind]?
    /// Whether keys are patterns: `#` is no comment there, and a key written twice is an error.
    var keysArePatterns = false
    /// Whether a key may stand there any number of times, its place in the order being what counts.
    var keysRepeat = false
    /// Beginnings of keys whose rest is data, for instance `CF:`.
    var openPrefixes: [String] = []
}

extension SectionKind {
    static func known(in file: FileKind) -> [SectionKind] {
        switch file {
        case .rules: rulesSections
        case .service: serviceSections
        case .websites: websiteSections
        }
    }

    /// The kind of a section and what follows its name, from the canonical name.
    static func find(_ canonical: String, in file: FileKind) -> (kind: SectionKind, suffix: String)? {
        let candidates = known(in: file).sorted { $0.name.count > $1.name.count }
        for kind in candidates {
            if canonical == kind.name {
                if case .required = kind.suffix { continue }
                return (kind, "")
            }
            guard canonical.hasPrefix(kind.name + " ") else { continue }
            if case .none = kind.suffix { continue }
            return (kind, String(canonical.dropFirst(kind.name.count + 1)).trimmed)
        }
        // Any other section of `ITPWSM.ini` is a monitor by that name.
        return file == .websites ? (websiteMonitor, canonical) : nil
    }

    /// No number of the configuration is outside of this: counts of milliseconds made of it fit into 64 bits.
    static let anyNumber = -1_000_000_000...1_000_000_000
    private static let anyCount = 0...anyNumber.upperBound

    private static let hours: [String: KeyKind] = [
        "TimeZone": .text, "WD_Start": .time, "WD_End": .time, "WE_Start": .time, "WE_End": .time, "HO_Start": .time,
        "HO_End": .time, "HolidaySets": .text,
    ]

    /// For one tenant in `[RMM_SETTINGS]`, for all in `[GLOBAL]`.
    private static let classFourHours: [String: KeyKind] = [
        "Class4_WD_Start": .time, "Class4_WD_End": .time, "Class4_WE_Start": .time, "Class4_WE_End": .time,
    ]

    static let rulesSections: [SectionKind] = [
        SectionKind(name: "GLOBAL", suffix: .none, keys: rulesGlobal),
        SectionKind(
            name: "RMM SETTINGS", suffix: .tenant,
            keys: [tenantKeys, hours, classFourHours].reduce(into: [:]) { $0.merge($1) { first, _ in first } },
            openPrefixes: routePrefixes),
        SectionKind(name: "COVERAGE", suffix: .optional, keys: hours),
        SectionKind(name: "HOLIDAYSET", suffix: .required, keys: nil),
        SectionKind(name: "PROCESSING", suffix: .none, keys: nil),
        SectionKind(
            name: "RESTRICTED", suffix: .tenant, keys: nil),
        SectionKind(name: "ALERT REWRITE", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(name: "REMEDIATION", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(name: "BLACKLIST", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(name: "PSA REWRITE", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(name: "TICKET NOTES", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(name: "INTERNAL NOTES", suffix: .tenant, keys: nil, keysArePatterns: true),
        SectionKind(
            name: "ISR", suffix: .required,
            keys: [
                "Match": .text, "MatchBody": .text, "Subject": .text, "Agent": .text, "Priority": .text,
                "Cancel": .text,
            ], keysRepeat: true),
        SectionKind(name: "TICKET FLOW", suffix: .optional, keys: flowKeys),
        SectionKind(name: "TICKET RULES", suffix: .required, keys: nil),
        SectionKind(
            name: "SILENCE", suffix: .required,
            keys: [
                "Agent": .text, "Group": .text, "Org": .text, "Category": .text, "Start": .text, "End": .text,
                "Weekly": .text, "Author": .text, "Reason": .text,
            ]),
        SectionKind(name: "STAFF", suffix: .none, keys: nil),
        SectionKind(name: "COMPANY MAP", suffix: .none, keys: nil),
        SectionKind(
            name: "ORG", suffix: .required,
            keys: ["Name": .text, "MSP": .text, "ServiceLevel": .text, "PriNotify": .text], openPrefixes: ["CF:"]),
        SectionKind(name: "PRODUCT MAP", suffix: .required, keys: nil),
        SectionKind(name: "BILLING", suffix: .required, keys: nil),
    ]

    private static let rulesGlobal: [String: KeyKind] = [
        "DeDupPeriod": .integer(anyCount), "ActDeDupPeriod": .integer(anyCount), "PFSummaryPeriod": .clamped(15...90),
        "VsaEmail": .text, "VsaAdminEmail": .text, "NotifyFailCancel": .integer(0...3),
        "NoticeBatch": .integer(0...1440), "DirectPass": .flag, "SDNoteIgnore": .text, "ServerOS": .text,
        "WkstnsOS": .text, "ShowSummary": .flag, "ModuleTimeout": .integer(1...300),
        "STS_WorkstationDays": .integer(anyCount), "ReloadGuard": .text, "AfterHold": .oneOf(["ticket", "note"]),
        "Drill": .text, "SuppressLCLink": .flag,
    ].merging(classFourHours) { first, _ in first }

    private static let flowKeys: [String: KeyKind] = [
        "UpdateTicketOnRepetitiveAlerts": .flag, "UpdateInterval": .integer(anyCount),
        "ReopenTicketOnRepetitiveAlerts": .flag, "ClosedTicketStates": .text, "NewState": .text,
        "ConsolidationInterval": .integer(anyCount), "TicketFloodLimit": .integer(anyCount),
        "TicketFloodInterval": .integer(anyCount), "TicketFloodScope": .oneOf(["org", "tenant", "global"]),
        "StormExempt": .integer(0...9), "EnableTicketCorrelation": .flag, "CorrelationInterval": .integer(anyCount),
        "CorrelationTicketFormat": .text, "DisplayOnlyFirstActivityRecord": .flag,
        "IgnoreUploadAttachmentError": .flag, "FlapThreshold": .integer(anyCount), "FlapInterval": .integer(anyCount),
        "RequestLimit": .integer(anyCount), "RequestLimitInterval": .integer(anyCount),
    ]
}
