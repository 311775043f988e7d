import Events
import Formats

/// `[TICKET FLOW]`, `[TICKET RULES name]`, and what sources say of them.
extension SettingsLoader {
    private static let fieldNames = [
        "board", "queue", "priority", "type", "subtype", "issuetype", "subissuetype", "worktype", "source", "rep",
        "closingstatus",
    ]
    /// So many statuses and changes are looked at; more is a slip, and would cost at every event.
    private static let flapThresholdLimit = 1000
    private static let floodLimitLimit = 10_000

    /// A tenant's `[TICKET FLOW]`: its own section over the common one.
    func commonFlow(_ tenant: String) -> TicketFlow {
        let common = sections.section("TICKET FLOW")
        let own = tenant.isEmpty ? nil : sections.section("TICKET FLOW", tenant)
        guard let section = laid(own, over: common) else { return .plain }
        return flow(section)
    }

    /// Every `[TICKET FLOW name]` by its name in small letters, with a tenant's `[TICKET FLOW name_MSPID]` laid over it.
    func namedFlows(_ tenant: String) -> [String: TicketFlow] {
        var flows: [String: TicketFlow] = [:]
        for section in sections.named("TICKET FLOW") {
            let own = tenant.isEmpty ? nil : sections.section("TICKET FLOW", section.suffix + " " + tenant)
            flows[section.suffix.lowercased()] = flow(laid(own, over: section) ?? section)
        }
        return flows
    }

    private func laid(_ own: MergedSection?, over common: MergedSection?) -> MergedSection? {
        guard var merged = own else { return common }
        for line in common?.lines ?? [] where merged[line.key] == nil { merged.append(line) }
        return merged
    }

    private func flow(_ written: MergedSection) -> TicketFlow {
        let section: MergedSection? = written
        let seconds = { (key: String, fallback: Int) in Instant.Span.seconds(section.number(key) ?? fallback) }
        var flow = TicketFlow()
        flow.updates = section.flag("UpdateTicketOnRepetitiveAlerts") ?? true
        let updateInterval = seconds("UpdateInterval", 86_400)
        flow.updateInterval = updateInterval
        flow.reopens = flow.updates && section.flag("ReopenTicketOnRepetitiveAlerts") ?? true
        flow.closedStates = words(section.text("ClosedTicketStates") ?? "Closed, Completed, Resolved, Canceled")
        flow.reopenedStatus = section.text("NewState")
        flow.consolidation = seconds("ConsolidationInterval", 900)
        let limit = min(section.number("TicketFloodLimit") ?? 10, Self.floodLimitLimit)
        let interval = seconds("TicketFloodInterval", 3600)
        if limit > 0, interval.milliseconds > 0 {
            let scope = section.text("TicketFloodScope").flatMap { TicketFlow.Flood.Scope(rawValue: $0.lowercased()) }
            flow.flood = TicketFlow.Flood(
                limit: limit, interval: interval, scope: scope ?? .org, exempt: section.number("StormExempt") ?? 1)
        }
        let correlation = seconds("CorrelationInterval", 2_592_000)
        if section.flag("EnableTicketCorrelation") ?? true, correlation.milliseconds > 0 {
            flow.correlation = TicketFlow.Correlation(
                interval: correlation,
                format: section.text("CorrelationTicketFormat")
                    ?? "Previous incident for the same alert type: Id: %id%")
        }
        let threshold = min(section.number("FlapThreshold") ?? 0, Self.flapThresholdLimit)
        let flapInterval = seconds("FlapInterval", 900)
        if threshold > 0, flapInterval.milliseconds > 0 {
            flow.flap = TicketFlow.Flap(threshold: threshold, interval: flapInterval)
        }
        flow.ignoresFileErrors = section.flag("IgnoreUploadAttachmentError") ?? true
        flow.attachesRepeats = section.flag("DisplayOnlyFirstActivityRecord") ?? true
        flow.linkLimit = section.number("RequestLimit") ?? 300_000
        flow.linkLifetime = max(seconds("RequestLimitInterval", 604_800), updateInterval, correlation)
        return flow
    }

    /// Every `[TICKET RULES name]` by its name in small letters, with a tenant's `[TICKET RULES name_MSPID]` laid over it, and
    /// both over the shipped one.
    mutating func ticketRules(_ tenant: String) -> [String: TicketRules] {
        var rules: [String: TicketRules] = [:]
        let written = sections.named("TICKET RULES")
        let others = ShippedRules.sections.filter { shipped in
            !written.contains { $0.suffix.equalsIgnoringCase(shipped.suffix) }
        }
        for section in written + others {
            let own = tenant.isEmpty ? nil : sections.section("TICKET RULES", section.suffix + " " + tenant)
            let shipped = ShippedRules.section(section.suffix)
            let lines = laid(laid(own, over: section), over: shipped)?.lines ?? []
            let rows = lines.map { line in
                let base = shipped?[line.key].map { ticketRule($0) }
                return (line.key, ticketRule(line, over: base))
            }
            rules[section.suffix.lowercased()] = TicketRules(
                rows: LookupTable(rows),
                reference: RuleReference(
                    file: section.file, line: section.line, text: "[TICKET RULES \(section.suffix)]"))
        }
        return rules
    }

    private mutating func ticketRule(_ line: SettingLine, over base: TicketRule?) -> TicketRule {
        var rule = ticketRule(line)
        guard let base else { return rule }
        rule.fields.merge(base.fields) { own, _ in own }
        rule.autoCloses = rule.autoCloses ?? base.autoCloses
        return rule
    }

    private mutating func ticketRule(_ line: SettingLine) -> TicketRule {
        let parts = line.value.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        let isOn = parseFlag(parts[0])
        var rule = TicketRule(isOn: isOn ?? false, fields: [:], reference: line.reference())
        if parts[0].isEmpty || isOn == nil {
            // Taken for either it would make tickets, or keep them from being made.
            add(
                Finding(
                    .error, line.file, line.line, "'\(line.key)': '\(parts[0])' is neither; write On or Off first"))
        }
        var fault: String?
        for part in parts.dropFirst() where !part.isEmpty {
            let pair = part.split(separator: "=", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
            guard pair.count == 2 else {
                fault = "'\(part)' is no field; write Name=value"
                continue
            }
            let name = pair[0].lowercased()
            switch name {
            case "lifetime":
                rule.lifetime = parseDuration(pair[1], unit: 86_400).map { .seconds($0) }
                if rule.lifetime == nil { fault = "'\(pair[1])' is no length of time; write for instance 1d" }
            case "due":
                rule.dueSeconds = parseDuration(pair[1], unit: 3600)
                if rule.dueSeconds == nil { fault = "'\(pair[1])' is no length of time; write for instance 12h" }
            case "autoclose":
                rule.autoCloses = parseFlag(pair[1])
                if rule.autoCloses == nil { fault = "AutoClose: '\(pair[1])' is neither true nor false; write Y or N" }
            default:
                if Self.fieldNames.contains(name) {
                    rule.fields[name] = pair[1]
                } else {
                    let near = nearestName(to: pair[0], among: Self.fieldNames + ["lifetime", "due", "autoclose"])
                    fault = "'\(pair[0])' is no field of a ticket" + (near.map { "; did you mean \($0)?" } ?? "")
                }
            }
        }
        if let fault { add(Finding(.lapse, line.file, line.line, "'\(line.key)': \(fault)")) }
        return rule
    }

    /// What each `[SOURCE name]` and the shipped mapping under it say of its tickets, by the source's name in small letters.
    mutating func sourcePolicies() -> [String: SourcePolicy] {
        // A source that is heard of again closes the ticket of its silence.
        var policies = [
            SourceSettings.silence: SourcePolicy(
                autoCloses: true, reference: RuleReference(file: ShippedSources.file, line: 0, text: "ExpectEvery")),
            Event.drillSource: SourcePolicy(
                autoCloses: true, reference: RuleReference(file: ShippedSources.file, line: 0, text: "Drill")),
        ]
        for section in sections.named("SOURCE", in: .service) {
            let source: MergedSection? = laidOver(section)
            // The section that a shipped source names need not be there: then the common flow is its own.
            checkName("Flow", section, "TICKET FLOW")
            checkName("Rules", section, "TICKET RULES")
            policies[section.suffix.lowercased()] = SourcePolicy(
                flow: source.text("Flow"), rules: source.text("Rules"), autoCloses: source.flag("AutoClose") ?? false,
                reference: RuleReference(file: section.file, line: section.line, text: "[SOURCE \(section.suffix)]"))
        }
        return policies
    }

    private mutating func checkName(_ key: String, _ source: MergedSection, _ kind: String) {
        let isShipped = kind == "TICKET RULES" && source[key].map { ShippedRules.section($0.value) != nil } ?? false
        guard let line = source[key], !line.value.isEmpty, sections.section(kind, line.value) == nil, !isShipped else {
            return
        }
        let near = nearestName(to: line.value, among: sections.named(kind).map(\.suffix))
        add(
            Finding(
                .lapse, line.file, line.line,
                "\(key): there is no [\(kind) \(line.value)]; "
                    + (near.map { "did you mean \($0)?" } ?? "write that section, or remove the key")))
    }
}
