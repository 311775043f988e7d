import Formats
import Glibc
import Platform
import Service
import Settings
import Vendors

/// `itp setup autotask|bms --init`: asks for credentials and defaults, checks them at the PSA, and writes them down, secrets
/// into files of their own.
enum InitialSettings {
    private struct Question {
        var key: String
        var prompt: String
        var isSecret = false
        var fallback = ""
        var isOptional = false
    }

    private static func questions(_ system: PSAAccount.System) -> [Question] {
        system == .autotask
            ? [
                Question(key: "PSA_AV1", prompt: "API user"),
                Question(key: "PSA_AV2", prompt: "secret", isSecret: true),
                Question(key: "PSA_AV3", prompt: "integration code", isSecret: true),
                Question(key: "PSA_URL", prompt: "address (empty: the zone is asked for)", isOptional: true),
                Question(key: "PSA_AT_Queue", prompt: "queue", fallback: "Monitoring Alert"),
                Question(key: "PSA_AT_Source", prompt: "source", fallback: "Monitoring Alert"),
                Question(key: "PSA_DefaultCompany", prompt: "default company (empty: none)", isOptional: true),
            ]
            : [
                Question(key: "PSA_URL", prompt: "server", fallback: "api.bms.kaseya.com"),
                Question(key: "PSA_AV1", prompt: "user"),
                Question(key: "PSA_AV2", prompt: "password", isSecret: true),
                Question(key: "PSA_AV3", prompt: "tenant (the company's name at sign-in)"),
                Question(key: "PSA_BMS_Queue", prompt: "queue"),
                Question(
                    key: "PSA_BMS_Source", prompt: "source (empty: Monitoring Alert, or BMS's own)", isOptional: true),
                Question(key: "PSA_BMS_Type", prompt: "ticket type (empty: Alert, or BMS's own)", isOptional: true),
                Question(key: "PSA_DefaultCompany", prompt: "default company (empty: none)", isOptional: true),
            ]
    }

    static func run(_ system: PSAAccount.System, _ folder: String, applies: Bool) throws -> Int32 {
        let path = try absolute(folder)
        var values = [(key: "PSA_Type", value: system.rawValue)]
        var secrets: [(path: String, value: String)] = []
        var input = LineInput()
        for question in questions(system) {
            let answer = try input.ask(
                question.prompt + (question.fallback.isEmpty ? "" : " [\(question.fallback)]"),
                isSecret: question.isSecret)
            let value = answer.isEmpty ? question.fallback : answer
            if value.isEmpty, question.isOptional { continue }
            guard !value.isEmpty else { throw UsageError("\(question.key) is needed: \(question.prompt)") }
            guard question.isSecret else {
                values.append((question.key, value))
                continue
            }
            let file = "\(path)/secrets/\(question.key.lowercased())"
            secrets.append((file, value))
            values.append((question.key, "file:\(file)"))
        }
        var files = try existing(path)
        let main = files.files.firstIndex { $0.name == "ITPConfig.ini" } ?? 0
        files.files[main].bytes = INIEditor.setting(values, in: "RMM_SETTINGS", of: files.files[main].bytes)
        guard try isGood(files, secrets) else { return 1 }
        for (key, value) in values {
            writeLine("\(applies ? "writes" : "would write"): \(key)=\(value)", to: STDOUT_FILENO)
        }
        guard applies else {
            writeLine("nothing has been written; --apply does it", to: STDOUT_FILENO)
            return 0
        }
        try write(files.files[main].bytes, secrets, path)
        writeLine("written: \(path)/ITPConfig.ini", to: STDOUT_FILENO)
        return 0
    }

    /// Whether the configuration would be sound, and the PSA knows what it says; what is wrong is told.
    private static func isGood(
        _ files: ConfigurationFiles, _ secrets: [(path: String, value: String)]
    ) throws -> Bool {
        let loaded = Settings.load(
            files, zones: ZoneFolder.resolve, patterns: RegularExpression.compiler, now: SystemClock().now
        ) { reference throws(SecretFault) in
            if let own = secrets.first(where: { "file:" + $0.path == reference }) { return own.value }
            return try ConfigurationFolder.resolveSecret(reference)
        }
        var findings = loaded.findings.filter { $0.severity == .error }
        if let settings = loaded.settings { findings += try OnlineCheck.findings(settings, files) }
        for finding in findings { writeLine(finding.description, to: STDOUT_FILENO) }
        guard !findings.contains(where: { $0.severity != .warning }) else {
            writeLine("nothing has been written, because of these errors", to: STDOUT_FILENO)
            return false
        }
        return true
    }

    private static func existing(_ path: String) throws -> ConfigurationFiles {
        var isThere = false
        do {
            isThere = try SystemDisk().list(path).contains { $0.equalsIgnoringCase("ITPConfig.ini") }
        } catch {
            // The folder is made when it is written.
        }
        if isThere { return try ConfigurationFolder.read(path) }
        return ConfigurationFiles(files: [.init(name: "ITPConfig.ini", bytes: [])])
    }

    private static func write(
        _ rules: [UInt8], _ secrets: [(path: String, value: String)], _ path: String
    ) throws {
        for folder in [path, path + "/secrets"] where access(folder, F_OK) != 0 {
            try check("mkdir", on: folder) { mkdir(folder, 0o700) }
        }
        for secret in secrets { try Files.replace(secret.path, with: Array((secret.value + "\n").utf8)) }
        // A file that is there under another spelling is the one that is read.
        let name = try SystemDisk().list(path).first { $0.equalsIgnoringCase("ITPConfig.ini") } ?? "ITPConfig.ini"
        try Files.replace("\(path)/\(name)", with: rules)
    }

    /// The folder from the root, as a secret's file is named in the configuration.
    private static func absolute(_ folder: String) throws -> String {
        if folder.hasPrefix("/") { return folder }
        guard let current = getcwd(nil, 0) else { throw SystemError(call: "getcwd", subject: folder, code: errno) }
        defer { free(current) }
        return String(cString: current) + "/" + folder
    }
}
