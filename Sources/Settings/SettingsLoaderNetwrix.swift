import Formats

/// `[NETWRIX]`: the Auditor, of which activity records are read.
public struct NetwrixSettings: Sendable, Equatable {
    /// The address, `https://host:9699`.
    public var url: String
    /// The user, for instance `DOMAIN\itp`.
    public var user: String
    /// The user's password, resolved.
    public var password: String

    /// Makes settings.
    public init(url: String, user: String, password: String) {
        self.url = url
        self.user = user
        self.password = password
    }
}

extension SettingsLoader {
    /// `[NETWRIX]`; nil where it is missing or without URL.
    mutating func loadNetwrix() -> NetwrixSettings? {
        let section = sections.section("NETWRIX", in: .service)
        guard let section, let line = section["URL"], !line.value.isEmpty else { return nil }
        let scheme = line.value.prefix { $0 != ":" }.lowercased()
        let isAddress = line.value.contains("://") && !line.value.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
        if !["http", "https"].contains(scheme) || !isAddress || line.value.contains("@") {
            add(
                Finding(
                    .error, line.file, line.line,
                    "'\(line.value)' is no address of the Auditor's; write URL=https://localhost:9699, "
                        + "and the user as User=…"))
        } else if scheme == "http" {
            add(Finding(.warning, line.file, line.line, "URL: what is audited crosses the network in clear; use https"))
        }
        var url = line.value
        while url.hasSuffix("/") { url.removeLast() }
        let password = section["Password"].flatMap { $0.value.isEmpty ? nil : secret($0) } ?? ""
        return NetwrixSettings(url: url, user: section["User"]?.value ?? "", password: password)
    }
}
