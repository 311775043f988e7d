public import Events
public import Formats

/// What reading a configuration gave.
public struct LoadedSettings: Sendable {
    /// The settings; nil where an error stands in the way.
    public var settings: Settings?
    /// Everything that is wrong or surprising, by file and line.
    public var findings: [Finding]
}

extension Settings {
    /// Reads a configuration. Nothing is thrown: all findings of one run are returned together.
    ///
    /// `now` is only for findings that depend on the date; without it they are left out.
    public static func load(
        _ files: ConfigurationFiles, zones: @escaping ZoneResolver, patterns: @escaping PatternCompiler,
        now: Instant? = nil, secrets: @escaping SecretResolver
    ) -> LoadedSettings {
        load(files, tenants: [:], SettingsWorld(zones: zones, patterns: patterns, now: now, secrets: secrets))
    }

    /// The same, with some tenants' sections from elsewhere.
    static func load(
        _ files: ConfigurationFiles, tenants: [String: TenantVersion], _ world: SettingsWorld
    ) -> LoadedSettings {
        let sections = MergedSections(files, tenants: tenants)
        var loader = SettingsLoader(
            sections: sections, notes: files.notes, moduleFiles: files.modules, secrets: world.secrets,
            zones: ZoneCollection(world.zones), now: world.now, patterns: world.patterns)
        var settings = loader.load()
        settings.staff = loader.loadStaff()
        var fingerprint = Fingerprint()
        for file in files.files { fingerprint.add(file.name.utf8 + [0] + file.bytes + [0]) }
        for name in files.notes.keys.sorted() {
            fingerprint.add(Array(name.utf8) + [0] + Array((files.notes[name] ?? "").utf8) + [0])
        }
        for (tenant, version) in tenants.sorted(by: { $0.key < $1.key }) {
            fingerprint.add(Array(tenant.utf8) + [0] + Array(version.name.utf8) + [0])
        }
        for (name, bytes) in loader.zones.contents.sorted(by: { $0.key < $1.key }) {
            fingerprint.add(Array(name.utf8) + [0] + bytes + [0])
        }
        for module in files.modules {
            fingerprint.add(Array("\(module.name)\u{0}\(module.fault ?? "")\u{0}".utf8))
        }
        settings.hash = fingerprint.short
        settings.heldTenants = sections.held
        let findings = sections.marked(loader.findings.sorted { ($0.file, $0.line) < ($1.file, $1.line) })
        let usable = !findings.contains { $0.severity == .error }
        return LoadedSettings(settings: usable ? settings : nil, findings: findings)
    }
}

/// Makes typed settings of the merged sections and collects what it finds on the way.
struct SettingsLoader {
    let sections: MergedSections
    let notes: [String: String]
    let moduleFiles: [ConfigurationFiles.ModuleFile]
    let secrets: SecretResolver
    var zones: ZoneCollection
    let now: Instant?
    /// Every `[HOLIDAYSET_#]`, by what follows its name.
    var holidaySets: [String: Holidays] = [:]
    let patterns: PatternCompiler
    var findings: [Finding] = []
    var modules = ModuleTable()

    mutating func load() -> Settings {
        findings = sections.findings + sections.keyFindings()
        modules = loadModules()
        let primarySection = sections.section("RMM SETTINGS")
        if primarySection == nil {
            findings.append(
                Finding(.error, "ITPConfig.ini", 0, "there is no [RMM_SETTINGS]; write one with at least PSA_Type"))
        }
        loadHolidaySets()
        let organisations = loadOrganisations()
        var tenants: [String: Shared<TenantSettings>] = [:]
        for section in sections.named("RMM SETTINGS") {
            tenants[section.suffix.lowercased()] = Shared(
                wrappedValue: loadTenant(section.suffix, primarySection, section))
        }
        for organisation in organisations.byID.values
        where !organisation.tenant.isEmpty && tenants[organisation.tenant.lowercased()] == nil
            && !sections.held.contains(INIDocument.canonical(organisation.tenant))
        {
            let reference = organisation.reference
            findings.append(
                Finding(
                    .error, reference.file, reference.line,
                    "the tenant '\(organisation.tenant)' of [ORG \(organisation.id)] has no section; "
                        + "write [RMM_SETTINGS_\(organisation.tenant)]"))
        }
        findTenantsWithoutSettings()
        var service = loadService()
        service.operators = loadOperators(knownTenants: tenants.keys)
        checkTogether(service)
        let sources = loadSources()
        var settings = Settings(
            hash: "", global: loadGlobal(), primary: loadTenant("", primarySection, nil), tenants: tenants,
            organisations: organisations.byID, organisationsByName: organisations.byName,
            companyMap: lookup("COMPANY MAP"), coverage: loadCoverage(), psaRewrites: loadPSARewrites(),
            modules: modules, service: service)
        settings.sources = sources
        settings.argumentPattern = loadArgumentPattern()
        settings.sourcePolicies = sourcePolicies()
        settings.service.mailReaders = loadMailReaders(sources)
        return settings
    }

    /// A section laid over for a tenant that has no `[RMM_SETTINGS_{MSPID}]` is read by nobody. `[PSA REWRITE_x]` may be an
    /// organisation's as well.
    private mutating func findTenantsWithoutSettings() {
        for section in sections.sections where section.kind.suffix == .tenant && !section.suffix.isEmpty {
            guard section.kind.name != "PSA REWRITE", sections.section("RMM SETTINGS", section.suffix) == nil else {
                continue
            }
            add(
                Finding(
                    .lapse, section.file, section.line,
                    "[\(section.kind.name)_\(section.suffix)] is of a tenant without settings; "
                        + "write [RMM_SETTINGS_\(section.suffix)]"))
        }
    }

    private func lookup(_ name: String) -> LookupTable<String> {
        LookupTable(sections.section(name)?.lines.map { ($0.key, $0.value) } ?? [])
    }

    private mutating func loadOrganisations() -> (
        byID: LookupTable<Shared<OrganisationSettings>>, byName: LookupTable<Shared<OrganisationSettings>>
    ) {
        var organisations: [(key: String, value: Shared<OrganisationSettings>)] = []
        var named: [(key: String, value: Shared<OrganisationSettings>)] = []
        for section in sections.named("ORG") {
            var organisation = OrganisationSettings(
                id: section.suffix,
                reference: RuleReference(file: section.file, line: section.line, text: "[ORG \(section.suffix)]"))
            organisation.name = section["Name"]?.value ?? ""
            organisation.tenant = section["MSP"]?.value ?? ""
            organisation.serviceLevel = section["ServiceLevel"]?.value ?? ""
            organisation.priorityStaff = addressList(section["PriNotify"])
            for line in section.lines where line.key.uppercased().hasPrefix("CF:") {
                organisation.customFields.append(Event.Field(name: String(line.key.dropFirst(3)), value: line.value))
            }
            let shared = Shared(wrappedValue: organisation)
            organisations.append((section.suffix, shared))
            if !organisation.name.isEmpty { named.append((organisation.name, shared)) }
        }
        return (LookupTable(organisations), LookupTable(named))
    }

    private mutating func loadGlobal() -> GlobalSettings {
        let section = sections.section("GLOBAL")
        var global = GlobalSettings()
        global.duplicateWindow = .minutes(section.number("DeDupPeriod") ?? 60)
        global.actDuplicateWindow = .minutes(section.number("ActDeDupPeriod") ?? 30)
        global.directPass = section.flag("DirectPass") ?? false
        global.patchSummaryPeriod = .minutes(min(max(section.number("PFSummaryPeriod") ?? 30, 15), 90))
        global.silences = silences()
        global.afterHoldMakesTicket = section.text("AfterHold")?.equalsIgnoringCase("ticket") ?? false
        global.reloadGuard = reloadGuard()
        global.drillMinute = drillMinute()
        global.notices = notices()
        if let line = section?["ActDeDupPeriod"], let minutes = Int(line.value), minutes > 60 {
            add(
                Finding(
                    .warning, line.file, line.line,
                    "ActDeDupPeriod: \(minutes) minutes keep a problem from being remediated for long; "
                        + "write 60 or less"))
        }
        global.serverWords = WordSet(words(section.text("ServerOS") ?? "2008,2012,2016,2019,2022,2025,Linux"))
        global.workstationWords = WordSet(words(section.text("WkstnsOS") ?? "7,8,8.1,10,11,MAC OS X"))
        global.processing = LookupTable(
            sections.section("PROCESSING")?.lines.map { line in
                let module = moduleName(line.value)
                if !["PFS", "STS"].contains(module) {
                    findings.append(
                        Finding(
                            .lapse, line.file, line.line,
                            "the module '\(line.value)' does not exist; built in are PFS and STS"))
                }
                return (line.key, ProcessingRule(module: module, reference: line.reference()))
            } ?? [])
        return global
    }

    private mutating func loadPSARewrites() -> [String: LookupTable<PSARewrite>] {
        var tables: [String: LookupTable<PSARewrite>] = [:]
        for section in sections.sections where section.kind.name == "PSA REWRITE" {
            tables[section.suffix.lowercased()] = LookupTable(
                section.lines.map { ($0.key, psaRewrite($0, section.suffix)) })
        }
        return tables
    }

    private mutating func psaRewrite(_ line: SettingLine, _ suffix: String) -> PSARewrite {
        let fields = line.value.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        let levels = (fields.count > 2 ? fields[2] : "").split(separator: ",", omittingEmptySubsequences: false)
            .map(\.trimmed)
        let level = { (index: Int) in index < levels.count ? levels[index] : "" }
        let text = fields.count > 1 ? fields[1] : ""
        if text.isEmpty {
            findings.append(
                Finding(.lapse, line.file, line.line, "no text for '\(line.key)'; write code;text;Type,Subtype,Item"))
        } else {
            checkLength(of: text, line, suffix)
        }
        return PSARewrite(
            code: fields.first ?? "", text: text,
            classification: TicketDraft.Classification(type: level(0), subtype: level(1), item: level(2)),
            reference: line.reference())
    }
}

/// The words of a comma list, blanks around them removed.
func words(_ list: String) -> [String] {
    list.split(separator: ",").map(\.trimmed).filter { !$0.isEmpty }
}

/// A module's name as names are compared: capitals, without `ITP-`, without its kind and without `.mod`.
func moduleName(_ written: String) -> String {
    var name = written.trimmed.uppercased()
    if name.hasSuffix(".MOD") { name.removeLast(4) }
    for prefix in ["ITP-", "PRC-", "ISR-", "INP-", "PSA-"] where name.hasPrefix(prefix) {
        name.removeFirst(prefix.count)
    }
    return name
}

extension MergedSection? {
    /// A value that is written and not empty.
    func text(_ key: String) -> String? {
        guard let value = self?[key]?.value, !value.isEmpty else { return nil }
        return value
    }

    /// A number within the bounds of every number of the configuration: what is outside has its finding, and must not
    /// be reckoned with.
    func number(_ key: String) -> Int? {
        text(key).flatMap { Int($0) }.flatMap { SectionKind.anyNumber.contains($0) ? $0 : nil }
    }

    func flag(_ key: String) -> Bool? { text(key).flatMap(parseFlag) }
}
