import Glibc
import Platform
import Service
import Settings

/// Loads a configuration folder for the commands.
enum Configuration {
    /// The settings with their findings. Throws where the folder cannot be read or has errors; the error names them all.
    static func load(
        _ folder: String, change: (inout ConfigurationFiles) -> Void = { _ in }
    ) throws -> (settings: Settings, findings: [Finding]) {
        var files = try ConfigurationFolder.read(folder)
        change(&files)
        let loaded = Settings.load(
            files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler, now: SystemClock().now,
            secrets: ConfigurationFolder.resolveSecret)
        guard let settings = loaded.settings else { throw ConfigurationError.refused(loaded.findings) }
        return (settings, loaded.findings)
    }

    /// Where the configuration names no tokens, those of the environment are taken: a container gets its secrets so.
    static func takeTokens(_ service: inout ServiceSettings) {
        if service.intakeTokens.isEmpty, let token = environment("ITP_INTAKE_TOKEN") { service.intakeTokens = [token] }
        if service.adminTokens.isEmpty, let token = environment("ITP_ADMIN_TOKEN") { service.adminTokens = [token] }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// The log of a service: text on a terminal, JSON otherwise.
    static func log(_ settings: Settings) -> Log {
        let level = LogLevel(rawValue: settings.service.logLevel) ?? .info
        return Log(level: level, form: isatty(STDERR_FILENO) == 1 ? .text : .json, sink: StandardError())
    }
}
