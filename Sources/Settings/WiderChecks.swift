import Events
import Formats

/// What is wrong only when several keys are seen together.
extension SettingsLoader {
    /// The longest that an event may wait before it is decided or delivered: a held page, from one notify time to the next
    /// over a weekend.
    static let longestHoldSeconds = 4 * 86_400

    mutating func checkTogether(_ service: ServiceSettings) {
        checkRetention(service)
        checkAdminAddress()
        checkDeprecated()
        checkPriorityNames()
        checkMonitorKeys()
        checkKeysTogether()
    }

    /// What may still be delivered must be in the journal.
    private mutating func checkRetention(_ service: ServiceSettings) {
        let needed = service.deliveryMaxAgeSeconds + SettingsLoader.longestHoldSeconds
        guard service.retentionSeconds < needed else { return }
        let journal = sections.section("JOURNAL", in: .service)
        guard
            let line = journal?["Retention"]
                ?? sections.section("QUEUE", in: .service)?["DeliveryMaxAge"]
        else { return }
        let days = (needed + 86_399) / 86_400
        add(
            Finding(
                .warning, line.file, line.line,
                "Retention is shorter than DeliveryMaxAge and the longest hold (4 d) together: an alert may be gone "
                    + "before its ticket is made; write Retention=\(days) d or more"))
    }

    /// Notices to the PSA's own address would become tickets.
    private mutating func checkAdminAddress() {
        guard let admin = sections.section("GLOBAL")?["VsaAdminEmail"], !admin.value.isEmpty else { return }
        for section in settingsSections {
            guard let line = section["PSA_Email"], line.value.equalsIgnoringCase(admin.value) else { continue }
            add(
                Finding(
                    .warning, admin.file, admin.line,
                    "VsaAdminEmail is the PSA_Email of \(line.file):\(line.line): each notice would become a ticket; "
                        + "write an address that people read"))
        }
    }

    private mutating func checkDeprecated() {
        for section in settingsSections {
            guard let line = section["AdvanceWarn"], !line.value.isEmpty else { continue }
            add(
                Finding(
                    .warning, line.file, line.line,
                    "AdvanceWarn is deprecated: it will go; write NotifyOCEmail and NotifyOCAlways instead"))
        }
    }

    private var settingsSections: [MergedSection] {
        ([sections.section("RMM SETTINGS")] + sections.named("RMM SETTINGS").map(Optional.some)).compactMap(\.self)
    }

    /// A text longer than the PSA's subject is cut; one longer than the manual advises is hard to read there. `suffix` is a
    /// tenant's or an organisation's, or empty.
    mutating func checkLength(of text: String, _ line: SettingLine, _ suffix: String) {
        let own = suffix.isEmpty ? nil : sections.section("RMM SETTINGS", suffix)
        let type = own.text("PSA_Type") ?? sections.section("RMM SETTINGS").text("PSA_Type") ?? ""
        let (name, limit, advice) =
            type.uppercased().hasPrefix("AT") ? ("Autotask", 255, 90) : ("ConnectWise", 100, 60)
        guard text.count > advice else { return }
        let what =
            text.count > limit ? "\(name) takes \(limit); keep it under \(advice)" : "\(advice) are advised for \(name)"
        add(Finding(.warning, line.file, line.line, "the text has \(text.count) characters, \(what)"))
    }
}
