import Formats

/// `[MAIL]`: the server that takes what is sent by mail.
public struct MailServerSettings: Sendable, Equatable {
    /// `smtp://host:port` or `smtps://host:port`.
    public var url: String
    /// The user's name there; empty for none.
    public var user: String
    /// The user's password, resolved.
    public var password: String
    /// The sender where nothing else is configured; empty for none.
    public var from: String
}

extension SettingsLoader {
    /// `PSA_Type=GEN` needs an address and a server.
    mutating func checkMailPSA(_ section: MergedSection?, _ addresses: [String]) {
        guard let section, let line = section["PSA_Type"] else { return }
        if addresses.isEmpty {
            add(Finding(.error, line.file, line.line, "PSA_Type=GEN needs PSA_Email; write PSA_Email=helpdesk@…"))
        }
        if sections.section("MAIL", in: .service).text("URL") == nil {
            add(
                Finding(
                    .warning, line.file, line.line,
                    "PSA_Type=GEN needs a mail server; write [MAIL] URL=smtps://… into ITPSvcCfg.ini"))
        }
    }

    /// `[MAIL]`; nil where it is missing or without URL.
    mutating func loadMail() -> MailServerSettings? {
        let section = sections.section("MAIL", in: .service)
        guard let section, let line = section["URL"], !line.value.isEmpty else { return nil }
        let scheme = line.value.prefix { $0 != ":" }.lowercased()
        let isAddress = line.value.contains("://") && !line.value.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
        if !["smtp", "smtps"].contains(scheme) || !isAddress {
            add(
                Finding(
                    .error, line.file, line.line,
                    "'\(line.value)' is no mail server; write URL=smtps://host or URL=smtp://host:587"))
        } else if line.value.contains("@") {
            add(
                Finding(
                    .error, line.file, line.line, "a user does not belong into the URL; write User=… and Password=env:…"
                ))
        }
        let password = section["Password"].flatMap { $0.value.isEmpty ? nil : secret($0) } ?? ""
        return MailServerSettings(
            url: line.value, user: section["User"]?.value ?? "", password: password, from: section["From"]?.value ?? "")
    }
}
