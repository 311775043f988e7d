import Settings

/// How a PSA's keys and limits are called.
struct PSATerms {
    /// What its keys in `[RMM_SETTINGS]` begin with, in small letters.
    var prefix: String
    /// The rest of the key that names the board or queue.
    var boardKey: String
    /// The board where the configuration names none.
    var board = ""
    /// The source where the configuration names none; nil = the PSA's own choice.
    var source: String?
    /// The most that a ticket's subject may have, in UTF-16 units.
    var subjectLimit: Int

    static func of(_ system: PSAAccount.System) -> PSATerms {
        switch system {
        // 255 is what clients of Autotask know; its lane reads the length from the API and cuts again.
        case .autotask:
            PSATerms(
                prefix: "psa_at_", boardKey: "queue", board: "Monitoring Alert", source: "Monitoring Alert",
                subjectLimit: 255)
        // Nothing is documented of BMS.
        case .bms: PSATerms(prefix: "psa_bms_", boardKey: "queue", source: nil, subjectLimit: 255)
        // ConnectWise takes 100 characters in a summary; the contract's 'V' grade, schema of 2026.4.
        case .connectWise, .tigerpaw, .email:
            PSATerms(prefix: "psa_cw_", boardKey: "board", source: "Monitor Alerts", subjectLimit: 100)
        }
    }
}
