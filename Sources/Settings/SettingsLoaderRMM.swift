import Events
import Formats

/// `[RMM]`: what runs procedures on agents.
public struct RMMSettings: Sendable, Equatable {
    /// The system behind it.
    public enum System: Sendable, Equatable {
        /// Kaseya VSA 9, by its REST interface.
        case vsa9
        /// What the configuration describes.
        case generic(GenericRMM)
    }

    /// The system.
    public var system: System
    /// The server's address, without the interface's path and without a slash at its end.
    public var url: String
    /// The user.
    public var user: String
    /// The user's token, resolved.
    public var token: String
    /// Where the RMM reaches this service to tell that a run has ended; nil = it is only asked.
    public var callbackURL: String?
    /// Seconds between two looks at a run.
    public var pollSeconds = 15
    /// Seconds that a call may take.
    public var timeoutSeconds = 30
    /// Whether what alerts do not carry of their agents is asked of the RMM. (`Enrich`)
    public var completesAgents = false

    /// Makes settings with everything that has no default.
    public init(system: System, url: String, user: String, token: String) {
        self.system = system
        self.url = url
        self.user = user
        self.token = token
    }
}

extension SettingsLoader {
    /// `[RMM]`; nil where it is missing, empty, or cannot be used.
    mutating func loadRMM() -> RMMSettings? {
        let given = sections.section("RMM", in: .service)
        guard let section = given, !section.lines.allSatisfy({ $0.value.isEmpty }) else { return nil }
        guard let type = section["Type"], !type.value.isEmpty else {
            let line = section.lines[0]
            add(Finding(.error, line.file, line.line, "[RMM] says not what it is; write Type=VSA9"))
            return nil
        }
        let isGeneric = type.value.equalsIgnoringCase("generic")
        guard let url = section["URL"], !url.value.isEmpty else {
            add(
                Finding(
                    .error, type.file, type.line, "[RMM] without URL runs nothing; write URL=https://vsa.msp.example"))
            return nil
        }
        checkRMMAddress(url)
        for key in ["User", "Token"] where !isGeneric && given.text(key) == nil {
            add(Finding(.error, type.file, type.line, "[RMM] without \(key) runs nothing; write \(key)=…"))
        }
        var system = RMMSettings.System.vsa9
        if isGeneric {
            guard let rmm = loadGenericRMM(section, hasCallback: given.text("CallbackURL") != nil) else { return nil }
            system = .generic(rmm)
        }
        var settings = RMMSettings(
            system: system, url: withoutSlashes(url.value), user: given.text("User") ?? "",
            token: section["Token"].flatMap { $0.value.isEmpty ? nil : secret($0) } ?? "")
        let interface = "/api/v1.0"
        if !isGeneric, settings.url.lowercased().hasSuffix(interface) {
            settings.url = withoutSlashes(String(settings.url.dropLast(interface.count)))
        }
        if let line = section["CallbackURL"], !line.value.isEmpty {
            checkRMMAddress(line)
            settings.callbackURL = withoutSlashes(line.value)
        }
        settings.completesAgents = !isGeneric && (given.flag("Enrich") ?? true)
        settings.pollSeconds = given.text("Poll").flatMap { parseDuration($0, unit: 1) } ?? settings.pollSeconds
        settings.timeoutSeconds =
            given.text("Timeout").flatMap { parseDuration($0, unit: 1) } ?? settings.timeoutSeconds
        for (key, seconds) in [("Poll", settings.pollSeconds), ("Timeout", settings.timeoutSeconds)]
        where !(1...300).contains(seconds) {
            guard let line = section[key] else { continue }
            add(Finding(.error, line.file, line.line, "\(key): '\(line.value)' is out of range; write 1s … 5m"))
        }
        settings.pollSeconds = min(max(settings.pollSeconds, 1), 300)
        settings.timeoutSeconds = min(max(settings.timeoutSeconds, 1), 300)
        return settings
    }

    /// `[RMM] ArgPattern`, which has to fit from the first letter to the last.
    mutating func loadArgumentPattern() -> (any PatternMatcher)? {
        guard let line = sections.section("RMM", in: .service)?["ArgPattern"], !line.value.isEmpty else { return nil }
        do throws(PatternFault) {
            return try patterns("\\A(?:\(line.value))\\z")
        } catch {
            add(
                Finding(
                    .error, line.file, line.line,
                    "ArgPattern: '\(line.value)' is no regular expression: \(error.what); write for instance [A-Za-z0-9]+"
                ))
            return nil
        }
    }

    private mutating func checkRMMAddress(_ line: SettingLine) {
        let scheme = line.value.prefix { $0 != ":" }.lowercased()
        let isAddress = line.value.contains("://") && !line.value.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
        if !["http", "https"].contains(scheme) || !isAddress || line.value.contains("@") {
            add(
                Finding(
                    .error, line.file, line.line,
                    "\(line.key): '\(line.value)' is no address; write for instance \(line.key)=https://host.msp.example"
                ))
        } else if scheme == "http", !isLoopbackAddress(line.value) {
            add(
                Finding(
                    .warning, line.file, line.line,
                    "\(line.key): what runs procedures on machines is spoken to in clear; use https"))
        }
    }

    private func isLoopbackAddress(_ url: String) -> Bool {
        ["http://127.", "http://localhost", "http://[::1]"].contains { url.lowercased().hasPrefix($0) }
    }

    private func withoutSlashes(_ text: String) -> String {
        var text = text
        while text.hasSuffix("/") { text.removeLast() }
        return text
    }
}
