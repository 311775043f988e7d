extension SectionKind {
    /// The PSA types by their spellings; `ATF` is an old one of `ATK`.
    static let psaTypes = ["GEN", "CWF", "ATK", "BMS", "TGP", "ATF"]

    /// `[RMM_SETTINGS]`, but for the hours.
    static let tenantKeys: [String: KeyKind] = {
        var keys: [String: KeyKind] = [
            "Name": .text, "RMM_EmailFrom": .text, "UseUniqueFrom": .flag, "UseUniqueSender": .flag,
            "PSA_Type": .oneOf(psaTypes), "PSA_Email": .text, "PSA_Org_MatchByID": .flag,
            "PSA_DefaultCompany": .text, "PSA_URL": .text, "PSA_ClientID": .text, "PSA_Subject": .text,
            "FallbackAfter": .integer(0...1440), "CleanBody": .flag, "WD_NotifyTime": .time, "WE_NotifyTime": .time,
            "HO_NotifyTime": .time, "NotifyProcess": .text, "NotifyControl": .integer(0...1),
            "NotifyPriority": .integer(0...9), "PageWait": .integer(0...3600), "NotifyOCEmail": .text,
            "NotifyOCAlways": .flag, "NotifyEmail": .text, "NotifyURL": .text, "NotifyKey": .secret,
            "NotifySubject": .text, "NotifyBody": .text, "DropCodes": .text, "AdvanceWarn": .flag,
            "NOC-Notify": .flag, "NOC_Email": .text, "NOC_AlertLevel": .integer(1...9), "NOC_Restrict": .flag,
            "NOC_Always": .flag, "HumanGuard": .flag, "PSA_TicketNew": .text, "PSA_TicketClosed": .text,
            "PSA_TicketReopened": .text, "SuppressLCLink": .flag,
            "PSA_CW_Board": .text, "PSA_CW_Source": .text, "PSA_CW_Team": .text, "PSA_CW_Severity": .text,
            "PSA_CW_Impact": .text,
            "PSA_AT_Queue": .text, "PSA_AT_Source": .text, "PSA_AT_WorkType": .text, "PSA_AT_Due": .integer(1...8760),
            "PSA_BMS_Queue": .text, "PSA_BMS_Source": .text, "PSA_BMS_Type": .text,
            "PSA_CallsPerHour": .integer(100...1_000_000),
            "PSA_TGP_Rep": .text, "PSA_TGP_Board": .text, "PSA_TGP_Type": .text,
        ]
        for number in 1...9 {
            keys["PSA_AV\(number)"] = number == 2 || number == 3 ? .secret : .text
            keys["PSA_P\(number)"] = .text
        }
        return keys
    }()

    /// The board routes' beginnings: what follows is a service level, perhaps with a host type.
    static let routePrefixes = ["PSA_CW_", "PSA_AT_", "PSA_BMS_"]
}
