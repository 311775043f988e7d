public import Events
public import Formats

/// The whole configuration, typed: what the pipeline decides by.
public struct Settings: Sendable {
    /// Names the configuration in traces: a fingerprint of its files.
    public var hash: String
    /// `[GLOBAL]` of `ITPConfig.ini`.
    @Shared public var global: GlobalSettings
    /// The primary, `[RMM_SETTINGS]`.
    @Shared public var primary: TenantSettings
    /// Every `[RMM_SETTINGS_{MSPID}]`, by its ID in small letters.
    public var tenants: [String: Shared<TenantSettings>]
    /// Every `[ORG id]`, by its ID.
    public var organisations: LookupTable<Shared<OrganisationSettings>>
    /// The same by their names; of two with one name the first in the files.
    public var organisationsByName: LookupTable<Shared<OrganisationSettings>>
    /// `[STAFF]`.
    public var staff = StaffTable()
    /// `[COMPANY MAP]`.
    public var companyMap: LookupTable<String>
    /// `[COVERAGE]` and `[COVERAGE_{OrgID}]`.
    @Shared public var coverage: CoverageSettings
    /// `[PSA REWRITE]` and its overlays, by org ID or tenant in small letters; the common one under the empty name.
    public var psaRewrites: [String: LookupTable<PSARewrite>]
    /// What `PROCESS;module` can name.
    @Shared public var modules: ModuleTable
    /// `ITPSvcCfg.ini`.
    @Shared public var service: ServiceSettings
    /// Every `[SOURCE name]`, by its name in small letters.
    public var sources: [String: SourceSettings] = [:]
    /// `[RMM] ArgPattern`: what a value has to fit as a whole to be handed to a procedure; nil = the default.
    public var argumentPattern: (any PatternMatcher)?
    /// Tenants whose sections have never been sound: their events wait. In the form in which section names are compared.
    public var heldTenants: Set<String> = []
    /// What each `[SOURCE name]` says of its tickets, by the name in small letters.
    public var sourcePolicies: [String: SourcePolicy] = [:]

    /// The tenant of an organisation: nil where it names one that has no settings.
    public func tenant(_ id: String) -> Shared<TenantSettings>? {
        id.isEmpty ? $primary : tenants[id.lowercased()]
    }

    /// Whether events of a source may start a procedure.
    public func mayRemediate(_ source: String) -> Bool {
        source == "api" ? !service.intakeIsOpen : sources[source]?.limits.mayRemediate ?? false
    }

    /// Whether a tenant's events have to wait for its configuration to be mended.
    public func isHeld(_ tenant: String) -> Bool { heldTenants.contains(INIDocument.canonical(tenant)) }

    /// Every PSA account that is in use, each once.
    public var accounts: [PSAAccount] {
        var seen: Set<String> = []
        return ([$primary] + tenants.values.sorted { $0.id < $1.id }).compactMap(\.account).filter {
            seen.insert($0.lane).inserted
        }
    }
}

/// `[GLOBAL]` of `ITPConfig.ini`.
public struct GlobalSettings: Sendable {
    /// How long a repeated alert is a duplicate of the first one that went through; 0 = off.
    public var duplicateWindow = Instant.Span.minutes(60)
    /// The same for alerts that remediate.
    public var actDuplicateWindow = Instant.Span.minutes(30)
    /// Whether a subject that cannot be parsed goes to the PSA unchanged.
    public var directPass = false
    /// Words of an operating system's name that mean a server.
    public var serverWords = WordSet([])
    /// Words of an operating system's name that mean a workstation.
    public var workstationWords = WordSet([])
    /// What the administrator is told.
    public var notices = NoticeSettings()
    /// `PFSummaryPeriod`: how long an agent's first patch failure is held for the others.
    public var patchSummaryPeriod = Instant.Span.minutes(30)
    /// Every `[SILENCE name]`, in the order of the files.
    public var silences: [Silence] = []
    /// `[PROCESSING]`: `Category:Name` of a MonSetID to the module that is run.
    public var processing = LookupTable<ProcessingRule>([])
    /// `AfterHold=ticket`: what fired in a hold and may still fire becomes a ticket.
    public var afterHoldMakesTicket = false
    /// `ReloadGuard`: per cent of last week's tickets that a reload may keep from the PSA; nil = all.
    public var reloadGuard: Int?
    /// `Drill=daily HH:MM`: the minute of the day of the fire drill, by the primary's clocks; nil = none.
    public var drillMinute: Int?
}

/// One line of `[PROCESSING]`.
public struct ProcessingRule: Sendable, Equatable {
    /// The module's name in capitals, without prefix, kind and ending, for instance `STS`.
    public var module: String
    /// Where it stands.
    public var reference: RuleReference
}

/// `[ORG id]`: what is known of a customer where no RMM is asked.
public struct OrganisationSettings: Sendable, Equatable {
    /// The ID as it is written.
    public var id: String
    /// The customer's name.
    public var name = ""
    /// The tenant that serves it.
    public var tenant = ""
    /// Routes its tickets to boards.
    public var serviceLevel = ""
    /// `PriNotify`: staff who are mailed with the on-call staff.
    public var priorityStaff: [String] = []
    /// `CF:name=` values.
    public var customFields: [Event.Field] = []
    /// Where it stands.
    public var reference: RuleReference
}

/// One class of `[RESTRICTED]`.
public struct Restriction: Sendable, Equatable {
    /// 0 always allowed … 4; see the configuration reference.
    public var restrictionClass: Int
    /// Where it stands.
    public var reference: RuleReference
}
