public import Events
public import Formats

/// What reading a configuration asks of the world: it touches neither environment nor files nor clock itself.
public struct SettingsWorld: Sendable {
    /// Gives zones of time by their names.
    public var zones: ZoneResolver
    /// Compiles regular expressions.
    public var patterns: PatternCompiler
    /// For findings that depend on the date; without it they are left out.
    public var now: Instant?
    /// Gives the values behind references.
    public var secrets: SecretResolver

    /// Makes one.
    public init(
        zones: @escaping ZoneResolver, patterns: @escaping PatternCompiler, now: Instant?,
        secrets: @escaping SecretResolver
    ) {
        self.zones = zones
        self.patterns = patterns
        self.now = now
        self.secrets = secrets
    }
}

/// A configuration that was accepted, as it is kept: enough to come back to it.
public struct KeptConfiguration: Sendable {
    /// Its name.
    public var hash: String
    /// The files as they were read.
    public var files: ConfigurationFiles
    /// Tenants whose sections were not sound in these files: the hash of the configuration that they stay at, or nothing
    /// where the tenant is held.
    public var tenants: [String: String]

    /// Makes one.
    public init(hash: String, files: ConfigurationFiles, tenants: [String: String]) {
        self.hash = hash
        self.files = files
        self.tenants = tenants
    }
}

/// What became of files that were to be the configuration.
public struct Acceptance: Sendable {
    /// The settings, and what is kept of them; nil where the files were refused.
    public var accepted: (settings: Settings, kept: KeptConfiguration)?
    /// Everything that is wrong or surprising in the files.
    public var findings: [Finding]
}

extension Settings {
    /// Takes files as the configuration, or refuses them. An error in a tenant's section leaves that tenant at its last
    /// good version, which is found in `earlier` (the newest first); without one it is held. Any other error refuses.
    public static func accept(
        _ files: ConfigurationFiles, earlier: [KeptConfiguration], _ world: SettingsWorld
    ) -> Acceptance {
        var versions: [String: TenantVersion] = [:]
        var loaded = load(files, tenants: versions, world)
        let findings = loaded.findings
        while loaded.settings == nil {
            var hasChanged = false
            for finding in loaded.findings where finding.severity == .error {
                guard let tenant = finding.tenant else { return Acceptance(findings: findings) }
                switch versions[tenant] {
                case nil: versions[tenant] = lastGood(tenant, earlier)
                case .earlier: versions[tenant] = finding.file.contains("@") ? .held : versions[tenant]
                case .held: continue
                }
                hasChanged = true
            }
            guard hasChanged else { return Acceptance(findings: findings) }
            loaded = load(files, tenants: versions, world)
        }
        guard let settings = loaded.settings else { return Acceptance(findings: findings) }
        let kept = KeptConfiguration(hash: settings.hash, files: files, tenants: versions.mapValues(\.name))
        return Acceptance(accepted: (settings, kept), findings: findings)
    }

    /// A kept configuration as it was; nil where it cannot be used any more, for instance because a secret is gone. Its name
    /// is another one where the rules of a time zone have changed.
    public static func restore(
        _ kept: KeptConfiguration, among earlier: [KeptConfiguration], _ world: SettingsWorld
    ) -> (settings: Settings, kept: KeptConfiguration)? {
        let versions = kept.tenants.mapValues { version($0, earlier) }
        guard let settings = load(kept.files, tenants: versions, world).settings else { return nil }
        return (
            settings, KeptConfiguration(hash: settings.hash, files: kept.files, tenants: versions.mapValues(\.name))
        )
    }

    private static func version(_ hash: String, _ earlier: [KeptConfiguration]) -> TenantVersion {
        guard let found = earlier.first(where: { $0.hash == hash }) else { return .held }
        return .earlier(hash: hash, found.files)
    }

    private static func lastGood(_ tenant: String, _ earlier: [KeptConfiguration]) -> TenantVersion {
        guard let current = earlier.first else { return .held }
        if let hash = current.tenants[tenant] { return version(hash, earlier) }
        let sections = MergedSections(current.files)
        return sections.section("RMM SETTINGS", tenant) == nil ? .held : version(current.hash, earlier)
    }
}
