import Glibc
import Platform
import Service
import Settings

/// Loads a configuration folder for the commands.
enum Configuration {
    /// The settings of a folder. Throws where it cannot be read or has errors; the error names them all.
    static func load(_ folder: String) throws -> Settings { try load(ConfigurationFolder.read(folder)) }

    /// The settings of files.
    static func load(_ files: ConfigurationFiles) throws -> Settings {
        let loaded = Settings.load(
            files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler, now: SystemClock().now,
            secrets: ConfigurationFolder.resolveSecret)
        guard let settings = loaded.settings else { throw ConfigurationError.refused(loaded.findings) }
        return settings
    }

    /// A folder for a service, with the tokens of the environment where the files name none: a container gets its secrets
    /// so.
    static func source(_ folder: String) -> ConfigurationSource {
        var source = ConfigurationSource(folder: folder)
        source.adjust = takeTokens
        return source
    }

    @Sendable static func takeTokens(_ service: inout ServiceSettings) {
        if service.intakeTokens.isEmpty, let token = token("ITP_INTAKE_TOKEN") { service.intakeTokens = [token] }
        if service.operators.isEmpty, let token = token("ITP_ADMIN_TOKEN") { service.adminTokens = [token] }
    }

    /// The variable's value, or what is in the file that the variable with `_FILE` names. Where that cannot be read there is
    /// no token: then only this machine may send, or look.
    private static func token(_ name: String) -> String? {
        if let value = environment(name) { return value }
        guard let path = environment(name + "_FILE") else { return nil }
        do {
            let value = try ConfigurationFolder.resolveSecret("file:" + path)
            if value.isEmpty { writeLine("itp: \(name)_FILE: \(path) is empty", to: STDERR_FILENO) }
            return value.isEmpty ? nil : value
        } catch {
            writeLine("itp: \(name)_FILE: \(error.what)", to: STDERR_FILENO)
            return nil
        }
    }

    private static func environment(_ name: String) -> String? {
        guard let value = getenv(name) else { return nil }
        let text = String(cString: value)
        return text.isEmpty ? nil : text
    }

    /// The log of a service: text on a terminal, JSON otherwise. The service sets its level.
    static func log() throws -> Log {
        Log(form: StandardError.form, sink: try StandardError())
    }
}
