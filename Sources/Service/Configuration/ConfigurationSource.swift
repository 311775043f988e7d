public import Events
public import Platform
public import Settings

/// Where a service gets its configuration from, at the start and whenever it is read again.
public struct ConfigurationSource: Sendable {
    /// The files as they are now.
    public var read: @Sendable () throws -> ConfigurationFiles
    /// What is different once a file has changed.
    public var stamps: @Sendable () throws -> [FileStamp]
    /// Gives the values behind references.
    public var secrets: SecretResolver
    /// Gives zones of time by their names.
    public var zones: ZoneResolver = ZoneFolder.resolve
    /// Has the last word on the service's settings, for instance on tokens that come from the environment.
    public var adjust: @Sendable (inout ServiceSettings) -> Void = { _ in }
    /// How often the stamps are looked at.
    public var watchEvery = Instant.Span.seconds(3)

    /// A source from its parts.
    public init(
        read: @escaping @Sendable () throws -> ConfigurationFiles,
        stamps: @escaping @Sendable () throws -> [FileStamp], secrets: @escaping SecretResolver
    ) {
        self.read = read
        self.stamps = stamps
        self.secrets = secrets
    }

    /// A folder on disk.
    public init(folder: String) {
        self.init(
            read: { try ConfigurationFolder.read(folder) }, stamps: { try ConfigurationFolder.stamps(folder) },
            secrets: ConfigurationFolder.resolveSecret)
    }
}

extension ConfigurationFolder {
    /// The stamps of all that `read` looks at.
    static func stamps(_ folder: String) throws -> [FileStamp] {
        let disk = SystemDisk()
        var stamps: [FileStamp] = []
        for name in try disk.list(folder).sorted() {
            stamps.append(try FileStamp(of: "\(folder)/\(name)"))
            guard name == "sources" || name == "TXNOTES" || name == "modules" else { continue }
            for inner in try disk.list("\(folder)/\(name)").sorted() {
                stamps.append(try FileStamp(of: "\(folder)/\(name)/\(inner)"))
            }
        }
        return stamps
    }
}
