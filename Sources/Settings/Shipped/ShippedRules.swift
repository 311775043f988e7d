import Formats

/// Sections `[TICKET RULES name]` that come with ITP: every row is off. What the configuration writes under the same name is
/// laid over them, row by row and field by field, so `Critical=On` switches a row on and keeps the rest of it.
enum ShippedRules {
    /// Kaspersky Security Center, Endpoint Security Cloud, and Security for Microsoft Office 365.
    private static let text = """
        [TICKET RULES kaspersky]
        Critical=Off
        Functional failure=Off
        Warning=Off
        Status.Critical=Off
        Status.Warning=Off

        [TICKET RULES kaspersky-cloud]
        Critical=Off
        Functional failure=Off
        Warning=Off
        Status.Critical=Off
        Status.Warning=Off

        [TICKET RULES kaspersky-office365]
        Critical=Off;Priority=Critical
        Functional failure=Off;Priority=Critical
        Warning=Off;Priority=Critical
        Mailboxes protection is not provided=Off;Priority=Critical;AutoClose=Y
        License-related issue occurred=Off;Priority=Critical;AutoClose=Y
        """

    /// The sections, as those of a rules file.
    static let sections: [MergedSection] = {
        let file = ConfigurationFiles.File(name: "ITPConfig.ini", bytes: Array(text.utf8))
        let merged = MergedSections(ConfigurationFiles(files: [file]))
        return merged.named("TICKET RULES").map { $0.moved(to: ShippedSources.file) }
    }()

    /// The section of that name, in any case.
    static func section(_ name: String) -> MergedSection? {
        sections.first { $0.suffix.equalsIgnoringCase(name) }
    }
}
