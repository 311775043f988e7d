import Formats
import Glibc
public import Platform
public import Settings

/// Reads a configuration folder from disk; what the files mean is `Settings`' business.
public enum ConfigurationFolder {
    /// A configuration file larger than this is refused.
    private static let maxFileBytes = 16 << 20

    /// The files of a folder. Throws where the folder has no `ITPConfig.ini`, or a file cannot be read.
    public static func read(_ folder: String, disk: some Disk = SystemDisk()) throws -> ConfigurationFiles {
        let names = try disk.list(folder)
        let main = ["ITPConfig.ini", "ITPSvcCfg.ini", "ITPWSM.ini"]
        var files: [ConfigurationFiles.File] = []
        for wanted in main {
            guard let name = names.first(where: { $0.equalsIgnoringCase(wanted) }) else { continue }
            files.append(.init(name: wanted, bytes: try Files.read("\(folder)/\(name)", maxBytes: maxFileBytes)))
        }
        guard files.contains(where: { $0.name == main[0] }) else {
            throw ConfigurationError.missing(folder: folder)
        }
        if names.contains("sources") {
            for name in try disk.list(folder + "/sources").sorted() where name.lowercased().hasSuffix(".ini") {
                let bytes = try Files.read("\(folder)/sources/\(name)", maxBytes: maxFileBytes)
                files.append(.init(name: "sources/\(name)", bytes: bytes))
            }
        }
        var notes: [String: String] = [:]
        if names.contains("TXNOTES") {
            for name in try disk.list(folder + "/TXNOTES") {
                let bytes = try Files.read("\(folder)/TXNOTES/\(name)", maxBytes: maxFileBytes)
                notes[name] = String(decoding: bytes, as: UTF8.self)
            }
        }
        let modules = names.contains("modules") ? try modules(in: folder + "/modules", disk) : []
        return ConfigurationFiles(files: files, notes: notes, modules: modules)
    }

    /// What is in `modules/`; hidden files and texts about them are none.
    private static func modules(in folder: String, _ disk: some Disk) throws -> [ConfigurationFiles.ModuleFile] {
        try disk.list(folder).sorted().filter { !$0.hasPrefix(".") && !$0.lowercased().hasSuffix(".md") }.map { name in
            let path = "\(folder)/\(name)"
            return ConfigurationFiles.ModuleFile(name: name, path: path, fault: ModuleFile.fault(at: path))
        }
    }

    /// Gives the value behind `env:NAME` or `file:/path`, a final line end removed.
    public static let resolveSecret: SecretResolver = { reference throws(SecretFault) in
        if reference.hasPrefix("env:") {
            let name = reference.dropFirst(4).trimmed
            guard let value = getenv(name) else {
                throw SecretFault("the environment variable \(name) is not set; set it, or write file:/path")
            }
            return String(cString: value)
        }
        let path = reference.dropFirst(5).trimmed
        do {
            return String(decoding: try Files.read(path, maxBytes: 64 << 10), as: UTF8.self).trimmed
        } catch {
            throw SecretFault("\(error)")
        }
    }
}

/// Why there is no configuration.
public enum ConfigurationError: Error, Sendable, Equatable, CustomStringConvertible {
    /// The folder has no `ITPConfig.ini`.
    case missing(folder: String)
    /// The configuration has errors.
    case refused([Finding])

    /// The sentence.
    public var description: String {
        switch self {
        case .missing(let folder):
            "there is no ITPConfig.ini in \(folder); name the folder with --config DIR"
        case .refused(let findings):
            "the configuration has errors:\n"
                + findings.filter { $0.severity == .error }.map(\.description).joined(separator: "\n")
        }
    }
}
