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
        let loaded = Settings.load(files, secrets: ConfigurationFolder.resolveSecret)
        guard let settings = loaded.settings else { throw ConfigurationError.refused(loaded.findings) }
        return (settings, loaded.findings)
    }

    /// The log of a service: text on a terminal, JSON otherwise.
    static func log(_ settings: Settings) -> Log {
        let level = LogLevel(rawValue: settings.service.logLevel) ?? .info
        return Log(level: level, form: isatty(STDERR_FILENO) == 1 ? .text : .json, sink: StandardError())
    }
}
