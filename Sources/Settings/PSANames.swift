public import Events
import Formats

/// A name that the configuration expects a PSA to know, and where it stands.
public struct PSAName: Sendable, Equatable {
    /// What it names.
    public enum Kind: String, Sendable {
        /// A board or queue.
        case board
        /// The status of new and of reopened tickets.
        case openStatus
        /// The status of closed tickets.
        case closingStatus
        case priority
        case source
        case team
        case severity
        case impact
        case workType
        /// What Kaseya BMS calls a ticket's type.
        case ticketType
        /// Type, subtype and item, or issue and sub-issue type.
        case classification
        /// A PSA's company, by name or ID.
        case company
    }

    /// What it names.
    public var kind: Kind
    /// The name, or a number that is an ID; of a classification its type.
    public var value: String
    /// Of a classification, all of it.
    public var classification = TicketDraft.Classification()
    /// The only board that it is for; nil = all that tickets go to.
    public var board: String?
    /// Whether nobody has written it: it is what holds by default.
    public var isDefault = false
    /// Where it stands; for a default, where the PSA is named.
    public var reference: RuleReference
}

/// A customer that is to be found in a PSA.
public struct PSACustomer: Sendable, Equatable {
    /// How it is looked for.
    public var company: TicketDraft.Company
    /// From whom mail about it comes.
    public var sender: String
    /// Where it stands.
    public var reference: RuleReference
}

/// Everything that one PSA account is expected to know.
public struct PSAExpectations: Sendable {
    /// The account.
    public var account: PSAAccount
    /// Where its kind is written.
    public var reference: RuleReference
    /// The names, each with every place where it stands.
    public var names: [PSAName] = []
    /// The customers of `[ORG id]` and `[COMPANY MAP]`.
    public var customers: [PSACustomer] = []

    /// Where tickets go that nothing routes elsewhere.
    public var defaultBoard: String {
        let keys = ["psa_cw_board", "psa_at_queue", "psa_bms_queue"]
        return keys.lazy.compactMap { account.options[$0] }.first ?? boards.first ?? ""
    }

    /// The boards or queues to which tickets may go, each once.
    public var boards: [String] {
        var seen: Set<String> = []
        return names.filter { $0.kind == .board }.map(\.value).filter { seen.insert($0.lowercased()).inserted }
    }
}

extension Settings {
    /// What each account of this configuration is expected to know; `files` are those that the settings were read from.
    public func psaExpectations(_ files: ConfigurationFiles) -> [PSAExpectations] {
        let collector = NameCollector(settings: self, sections: MergedSections(files))
        var all: [PSAExpectations] = []
        let tenants = [primary] + self.tenants.values.map(\.wrappedValue).sorted { $0.id < $1.id }
        for tenant in tenants {
            guard let found = collector.expectations(tenant) else { continue }
            if let at = all.firstIndex(where: { $0.account == found.account }) {
                all[at].names += found.names.filter { !all[at].names.contains($0) }
                all[at].customers += found.customers
            } else {
                all.append(found)
            }
        }
        return all
    }
}

private struct NameCollector {
    let settings: Settings
    let sections: MergedSections

    func expectations(_ tenant: TenantSettings) -> PSAExpectations? {
        let primary = sections.section("RMM SETTINGS")
        let own = tenant.id.isEmpty ? nil : sections.section("RMM SETTINGS", tenant.id)
        guard let account = tenant.account, let section = SettingsLoader.overlaid(primary, own),
            let type = section["PSA_Type"]
        else { return nil }
        var found = PSAExpectations(account: account, reference: type.reference())
        found.names = fixedNames(section, account, type)
        found.names += flowNames(tenant.id) + ruleNames(tenant.id, account) + classifications(tenant.id)
        found.customers = customers(tenant)
        return found
    }

    private static let keys: [String: PSAName.Kind] = [
        "PSA_CW_BOARD": .board, "PSA_CW_SOURCE": .source, "PSA_CW_TEAM": .team, "PSA_CW_SEVERITY": .severity,
        "PSA_CW_IMPACT": .impact, "PSA_AT_QUEUE": .board, "PSA_AT_SOURCE": .source, "PSA_AT_WORKTYPE": .workType,
        "PSA_BMS_QUEUE": .board, "PSA_BMS_SOURCE": .source, "PSA_BMS_TYPE": .ticketType,
        "PSA_TICKETNEW": .openStatus, "PSA_TICKETREOPENED": .openStatus, "PSA_TICKETCLOSED": .closingStatus,
        "PSA_DEFAULTCOMPANY": .company,
    ]

    private func fixedNames(
        _ section: MergedSection, _ account: PSAAccount, _ type: SettingLine
    ) -> [PSAName] {
        let prefix: String
        var defaults: [(PSAName.Kind, String)] = []
        switch account.system {
        case .connectWise:
            prefix = "PSA_CW_"
            defaults = [(.source, "Monitor Alerts")]
        case .autotask:
            prefix = "PSA_AT_"
            defaults = [(.board, "Monitoring Alert"), (.source, "Monitoring Alert")]
        case .bms: prefix = "PSA_BMS_"
        case .tigerpaw, .email: return []
        }
        var names: [PSAName] = []
        var givenPriorities: Set<Int> = []
        for line in section.lines where !line.value.isEmpty {
            let key = line.key.uppercased()
            if let number = Int(key.dropFirst("PSA_P".count)), key.hasPrefix("PSA_P"), line.value != "0" {
                givenPriorities.insert(number)
                names.append(PSAName(kind: .priority, value: line.value, reference: line.reference()))
            }
            if ["PSA_AT_DUE"].contains(key) { continue }
            let isOwn = key.hasPrefix(prefix)
            if !isOwn, SectionKind.routePrefixes.contains(where: { key.hasPrefix($0) }) { continue }
            // Whatever else stands behind the prefix is a service level.
            guard let kind = NameCollector.keys[key] ?? (isOwn ? .board : nil) else { continue }
            if line.value == "0", kind == .openStatus || kind == .closingStatus { continue }
            names.append(PSAName(kind: kind, value: line.value, reference: line.reference()))
        }
        for (kind, value) in defaults where !names.contains(where: { $0.kind == kind }) {
            names.append(PSAName(kind: kind, value: value, isDefault: true, reference: type.reference()))
        }
        let usual = ["Critical", "High", "Medium", "Low", "Information"]
        for (index, value) in usual.enumerated() where !givenPriorities.contains(index + 1) {
            names.append(PSAName(kind: .priority, value: value, isDefault: true, reference: type.reference()))
        }
        return names
    }

    /// `NewState` of every `[TICKET FLOW]` that may be laid over for the tenant.
    private func flowNames(_ tenant: String) -> [PSAName] {
        let others = settings.tenants.values.map { INIDocument.canonical($0.id) }
            .filter { $0 != INIDocument.canonical(tenant) }
        let all = [sections.section("TICKET FLOW")].compactMap(\.self) + sections.named("TICKET FLOW")
        return all.compactMap { section in
            let suffix = INIDocument.canonical(section.suffix)
            guard !others.contains(where: { suffix == $0 || suffix.hasSuffix(" " + $0) }),
                let line = section["NewState"], !line.value.isEmpty
            else { return nil }
            return PSAName(kind: .openStatus, value: line.value, reference: line.reference())
        }
    }

    private func ruleNames(_ tenant: String, _ account: PSAAccount) -> [PSAName] {
        let tenantSettings = settings.tenant(tenant)
        var names: [PSAName] = []
        for rules in (tenantSettings?.ticketRules ?? [:]).sorted(by: { $0.key < $1.key }).map(\.value) {
            for rule in rules.rows.values where rule.isOn { names += self.names(of: rule) }
        }
        return names.sorted { ($0.reference.file, $0.reference.line) < ($1.reference.file, $1.reference.line) }
    }

    private func names(of rule: TicketRule) -> [PSAName] {
        let field = { (names: String...) in names.lazy.compactMap { rule.fields[$0] }.first }
        var names: [PSAName] = []
        let board = field("board", "queue")
        let add = { (kind: PSAName.Kind, value: String?) in
            guard let value, !value.isEmpty else { return }
            names.append(PSAName(kind: kind, value: value, reference: rule.reference))
        }
        add(.board, board)
        add(.priority, field("priority"))
        add(.source, field("source"))
        add(.workType, field("worktype"))
        add(.closingStatus, field("closingstatus"))
        if let type = field("type", "issuetype"), !type.isEmpty {
            let all = TicketDraft.Classification(type: type, subtype: field("subtype", "subissuetype") ?? "")
            names.append(
                PSAName(
                    kind: .classification, value: type, classification: all, board: board, reference: rule.reference))
        }
        return names
    }

    /// `[PSA REWRITE]`: the common one, the tenant's, and those of its customers.
    private func classifications(_ tenant: String) -> [PSAName] {
        settings.psaRewrites.sorted { $0.key < $1.key }.flatMap { suffix, table -> [PSAName] in
            let customer = settings.organisations[suffix]
            let isMine =
                suffix.isEmpty || suffix.equalsIgnoringCase(tenant)
                || customer.map { $0.tenant.equalsIgnoringCase(tenant) } ?? false
            guard isMine else { return [] }
            return table.values.compactMap { row in
                guard !row.classification.type.isEmpty else { return nil }
                return PSAName(
                    kind: .classification, value: row.classification.type, classification: row.classification,
                    reference: row.reference)
            }.sorted { $0.reference.line < $1.reference.line }
        }
    }

    /// The tenant's customers; those that `[COMPANY MAP]` alone names are the primary's.
    private func customers(_ tenant: TenantSettings) -> [PSACustomer] {
        var customers: [PSACustomer] = []
        let company = { (id: String, name: String) in
            var company = TicketDraft.Company()
            company.orgID = id
            company.name = name
            company.mapped = settings.companyMap[id]
            company.matchByID = tenant.matchByID
            company.fallback = tenant.defaultCompany
            return company
        }
        let mapLines = sections.section("COMPANY MAP")
        for organisation in settings.organisations.values.sorted(by: { $0.reference.line < $1.reference.line })
        where organisation.tenant.equalsIgnoringCase(tenant.id) {
            customers.append(
                PSACustomer(
                    company: company(organisation.id, organisation.name),
                    sender: tenant.sender.address(organisation: organisation.id),
                    reference: mapLines?[organisation.id]?.reference() ?? organisation.reference))
        }
        guard tenant.id.isEmpty else { return customers }
        for line in mapLines?.lines ?? [] where settings.organisations[line.key] == nil {
            customers.append(
                PSACustomer(
                    company: company(line.key, ""), sender: tenant.sender.address(organisation: line.key),
                    reference: line.reference()))
        }
        return customers
    }
}
