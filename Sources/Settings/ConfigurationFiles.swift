/// The files of a configuration folder as they were read, before anything is made of them.
public struct ConfigurationFiles: Sendable {
    /// One file: its name as messages show it, and its bytes.
    public struct File: Sendable {
        /// The name, relative to the configuration folder, for instance `sources/zabbix.ini`.
        public var name: String
        /// The bytes as they are on disk.
        public var bytes: [UInt8]

        /// Makes a file.
        public init(name: String, bytes: [UInt8]) {
            self.name = name
            self.bytes = bytes
        }
    }

    /// `ITPConfig.ini`, `ITPSvcCfg.ini`, `ITPWSM.ini` and `sources/*.ini`, as far as they are there.
    public var files: [File]
    /// The texts of `TXNOTES/`, by file name.
    public var notes: [String: String]

    /// What is in `modules/`, sorted by name.
    public var modules: [ModuleFile]

    /// A file in `modules/`: the core does not look at it, so it is told.
    public struct ModuleFile: Sendable, Equatable {
        /// The name.
        public var name: String
        /// Where it stands.
        public var path: String
        /// Why it may not be run; nil where it may.
        public var fault: String?

        /// Makes a file.
        public init(name: String, path: String, fault: String? = nil) {
            self.name = name
            self.path = path
            self.fault = fault
        }
    }

    /// Makes a set of files.
    public init(files: [File], notes: [String: String] = [:], modules: [ModuleFile] = []) {
        self.files = files
        self.notes = notes
        self.modules = modules
    }

    /// Which kind of file a name stands for.
    static func kind(of name: String) -> FileKind {
        // A file of an earlier configuration is called `ITPConfig.ini@3f2a…`.
        switch name.prefix(while: { $0 != "@" }).lowercased() {
        case "itpconfig.ini": .rules
        case "itpwsm.ini": .websites
        default: .service
        }
    }
}

/// Gives the value behind `env:NAME` or `file:/path`, or throws a `SecretFault`.
///
/// The core reads neither environment nor files, so it is handed this.
public typealias SecretResolver = @Sendable (_ reference: String) throws(SecretFault) -> String

/// Why a secret could not be had.
public struct SecretFault: Error, Sendable, Equatable {
    /// Half a sentence: what is wrong.
    public var what: String

    /// Makes a fault.
    public init(_ what: String) { self.what = what }
}
