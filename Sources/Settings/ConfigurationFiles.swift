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

    /// Makes a set of files.
    public init(files: [File], notes: [String: String] = [:]) {
        self.files = files
        self.notes = notes
    }

    /// Which kind of file a name stands for.
    static func kind(of name: String) -> FileKind {
        switch name.lowercased() {
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
