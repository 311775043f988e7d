import Events
import Formats

extension SettingsLoader {
    /// A tenant's settings: its own section over the primary's, key by key, but for the groups that hold credentials.
    mutating func loadTenant(_ id: String, _ primary: MergedSection?, _ own: MergedSection?) -> TenantSettings {
        let section = SettingsLoader.overlaid(primary, own)
        var tenant = TenantSettings(
            id: id, name: section.text("Name") ?? id,
            alertRewrites: AlertRewriteTable([]), restrictions: LookupTable([]),
            ticketNotes: notesTable("TICKET NOTES", id), internalNotes: notesTable("INTERNAL NOTES", id))
        tenant.ticketAddresses = addressList(section?["PSA_Email"])
        if let minutes = section.number("FallbackAfter") { tenant.fallbackAfter = .minutes(minutes) }
        tenant.account = account(section, id)
        if tenant.account?.system == .email { checkMailPSA(section, tenant.ticketAddresses) }
        tenant.subject = section.text("PSA_Subject").map { Template($0) }
        if let line = section?["PSA_Subject"] { checkMacros(line) }
        tenant.hours = tenantHours(section)
        tenant.notifications = notifications(section, tenant.hours.notifyTimes)
        tenant.sender = sender(section)
        tenant.cleanBody = section.flag("CleanBody") ?? false
        tenant.suppressLink =
            section.flag("SuppressLCLink") ?? sections.section("GLOBAL").flag("SuppressLCLink") ?? false
        tenant.dropCodes = Set(words(section.text("DropCodes") ?? "").map { $0.lowercased() })
        tenant.dropCodesReference = section?["DropCodes"]?.reference()
        tenant.newStatus = given(section, "PSA_TicketNew")
        tenant.closedStatus = given(section, "PSA_TicketClosed")
        tenant.reopenedStatus = given(section, "PSA_TicketReopened")
        tenant.sparesTouched = section.flag("HumanGuard") ?? true
        tenant.flow = commonFlow(id)
        tenant.namedFlows = namedFlows(id)
        tenant.ticketRules = ticketRules(id)
        let names = [1: "Critical", 2: "High", 3: "Medium", 4: "Low", 5: "Information"]
        for number in 1...9 {
            tenant.priorityNames[number] = given(section, "PSA_P\(number)") ?? names[number]
        }
        tenant.defaultCompany = section.text("PSA_DefaultCompany")
        tenant.matchByID = section.flag("PSA_Org_MatchByID") ?? false
        tenant.alertRewrites = alertRewrites(id)
        tenant.restrictions = restrictions(id, section)
        tenant.remediations = remediations(id)
        tenant.blacklist = blacklist(id)
        return tenant
    }

    /// 0 or empty = the default.
    private func given(_ section: MergedSection?, _ key: String) -> String? {
        section.text(key).flatMap { $0 == "0" ? nil : $0 }
    }

    static func overlaid(_ primary: MergedSection?, _ own: MergedSection?) -> MergedSection? {
        guard var merged = own else { return primary }
        let has = { (prefixes: [String]) in
            merged.lines.contains { line in prefixes.contains { line.key.uppercased().hasPrefix($0) } }
        }
        let ownsPSA = has(["PSA_TYPE", "PSA_URL"])
        let ownsNotify = has(["NOTIFY"])
        let ownsNOC = has(["NOC"])
        for line in primary?.lines ?? [] where merged[line.key] == nil {
            let key = line.key.uppercased()
            if ownsPSA && key.hasPrefix("PSA_") || ownsNotify && key.hasPrefix("NOTIFY")
                || ownsNOC && key.hasPrefix("NOC")
            {
                continue
            }
            merged.append(line)
        }
        return merged
    }

    private mutating func account(_ section: MergedSection?, _ tenant: String) -> PSAAccount? {
        guard let section, let typeLine = section["PSA_Type"], !typeLine.value.isEmpty else {
            if let section {
                findings.append(
                    Finding(
                        .error, section.file, section.line,
                        "no PSA_Type in [\(section.kind.name)\(tenant.isEmpty ? "" : " " + tenant)]; write PSA_Type=CWF"
                    ))
            }
            return nil
        }
        var written = typeLine.value.uppercased()
        if written == "ATF" {
            findings.append(
                Finding(.warning, typeLine.file, typeLine.line, "'ATF' is an old spelling; write PSA_Type=ATK"))
            written = "ATK"
        }
        guard let system = PSAAccount.System(rawValue: written) else { return nil }
        if system == .tigerpaw {
            findings.append(
                Finding(
                    .warning, typeLine.file, typeLine.line,
                    "this version does not deliver to Tigerpaw (TGP): its tickets wait in the outbox"))
        }
        var values: [Int: String] = [:]
        for number in 1...9 {
            guard let line = section["PSA_AV\(number)"], !line.value.isEmpty else { continue }
            values[number] = number == 2 || number == 3 ? secret(line) : line.value
        }
        var options: [String: String] = [:]
        let optionPrefixes = SectionKind.routePrefixes + ["PSA_TGP_", "PSA_CALLSPERHOUR"]
        for line in section.lines
        where !line.value.isEmpty && optionPrefixes.contains(where: { line.key.uppercased().hasPrefix($0) }) {
            options[line.key.lowercased()] = line.value
        }
        checkKeys(of: system, section, typeLine)
        return PSAAccount(
            system: system,
            url: system == .email
                ? addresses(section["PSA_Email"]?.value ?? "").joined(separator: ",").lowercased()
                : section["PSA_URL"]?.value ?? "", values: values,
            clientID: section["PSA_ClientID"]?.value ?? "", options: options)
    }

    private mutating func checkKeys(
        of system: PSAAccount.System, _ section: MergedSection, _ typeLine: SettingLine
    ) {
        let keys: [String]
        switch system {
        case .connectWise: keys = ["PSA_URL", "PSA_AV1", "PSA_AV2", "PSA_AV3", "PSA_ClientID", "PSA_CW_Board"]
        case .autotask: keys = ["PSA_AV1", "PSA_AV2", "PSA_AV3"]
        case .bms: keys = ["PSA_URL", "PSA_AV1", "PSA_AV2", "PSA_AV3", "PSA_BMS_Queue"]
        case .tigerpaw, .email: keys = []
        }
        for key in keys where section[key]?.value.isEmpty ?? true {
            // A missing clientId stops the lane, not the service: it cannot come along from an old installation.
            let severity: Finding.Severity = key == "PSA_ClientID" ? .warning : .error
            let place = section[key] ?? typeLine
            findings.append(
                Finding(
                    severity, place.file, place.line, "PSA_Type=\(system.rawValue) needs \(key); write \(key)=…"))
        }
        if system == .connectWise { checkConnectWiseHost(section) }
    }

    private mutating func checkConnectWiseHost(_ section: MergedSection) {
        guard let line = section["PSA_URL"] else { return }
        let host = line.value.lowercased().replacing("https://", with: "").prefix { $0 != "/" }
        if host.hasSuffix(".myconnectwise.net"), !host.hasPrefix("api-") {
            add(
                Finding(
                    .warning, line.file, line.line,
                    "ConnectWise's cloud answers its API at api-…; write PSA_URL=api-\(host)"))
        }
    }

    /// The value behind a secret key; where a reference leads nowhere, an error and no value.
    mutating func secret(_ line: SettingLine) -> String? {
        guard MergedSections.isReference(line.value) else { return line.value }
        do {
            let value = try secrets(line.value)
            guard value.isEmpty else { return value }
            add(Finding(.error, line.file, line.line, "\(line.key): what it refers to is empty"))
            return nil
        } catch {
            findings.append(Finding(.error, line.file, line.line, "\(line.key): \(error.what)"))
            return nil
        }
    }

    private mutating func alertRewrites(_ tenant: String) -> AlertRewriteTable {
        let own = rewriteRules(tenant.isEmpty ? nil : sections.section("ALERT REWRITE", tenant))
        let common = rewriteRules(sections.section("ALERT REWRITE"))
        let table = AlertRewriteTable(own + common)
        // A tenant's own rule that hides a common one does what it is there for; the common ones are checked by themselves.
        for (rule, earlier) in table.shadowed(among: tenant.isEmpty ? common.count : own.count) {
            add(
                Finding(
                    .warning, rule.reference.file, rule.reference.line,
                    "'\(rule.fragment)' can never match: '\(earlier.fragment)' at \(earlier.reference.place) "
                        + "is contained in it and comes first; put this line before that one"))
        }
        return table
    }

    private mutating func rewriteRules(_ section: MergedSection?) -> [AlertRewriteTable.Rule] {
        var rules: [AlertRewriteTable.Rule] = []
        for line in section?.lines ?? [] {
            guard let action = alertRewrite(line) else { continue }
            rules.append(AlertRewriteTable.Rule(fragment: line.key, action: action, reference: line.reference()))
        }
        return rules
    }

    private mutating func alertRewrite(_ line: SettingLine) -> AlertRewrite? {
        let fields = line.value.split(separator: ";", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
        var argument = fields.count > 1 ? fields[1] : ""
        while argument.hasSuffix(";") { argument = String(argument.dropLast()).trimmed }
        var fault: String?
        var action: AlertRewrite?
        switch fields[0].uppercased() {
        case "CANCEL": action = .cancel
        case "REWRITE":
            action = .rewrite(argument)
            do {
                _ = try ParsableSubject(parsing: argument)
            } catch {
                fault = "the new subject does not parse: \(error)"
            }
        case "PROCESS":
            let module = moduleName(argument)
            action = .process(module: module)
            if modules.declarative[module] == nil, modules.executable[module] == nil {
                fault =
                    "the module '\(argument)' does not exist; write [ISR \(module)], or put a program into modules/"
            }
        default:
            fault = "'\(fields[0])' is no action; write CANCEL, REWRITE;new subject or PROCESS;module"
        }
        if let fault {
            add(Finding(action == nil ? .error : .lapse, line.file, line.line, fault))
        }
        return action
    }

    private mutating func restrictions(_ tenant: String, _ settings: MergedSection?) -> LookupTable<Restriction> {
        let own = tenant.isEmpty ? nil : sections.section("RESTRICTED", tenant)
        var rows: [(key: String, value: Restriction)] = []
        for line in (own?.lines ?? []) + (sections.section("RESTRICTED")?.lines ?? []) {
            var finding: Finding?
            if let number = Int(line.value), (0...4).contains(number) {
                rows.append((line.key, Restriction(restrictionClass: number, reference: line.reference())))
                let hours = ["WD_Start", "WD_End", "WE_Start", "WE_End"]
                if number == 4, hours.allSatisfy({ classFourLine(settings, $0) == nil }) {
                    finding = Finding(
                        .warning, line.file, line.line,
                        "class 4 without hours lets everything through; write Class4_WD_Start, Class4_WD_End, "
                            + "Class4_WE_Start and Class4_WE_End")
                }
            } else {
                finding = Finding(
                    .error, line.file, line.line,
                    "'\(line.value)' is no class of restriction for '\(line.key)'; write 0, 1, 2, 3 or 4")
            }
            if let finding { add(finding) }
        }
        return LookupTable(rows)
    }
}
