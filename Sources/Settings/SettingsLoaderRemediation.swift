import Events
import Formats

extension SettingsLoader {
    /// What a procedure takes at most.
    private static let argumentLimit = 4
    /// The macros that hold nothing a sender writes: only they may stand in a procedure's name.
    private static let safeMacros: Set<String> = ["hostclass", "priority"]

    /// `[REMEDIATION]` with a tenant's lines over the common ones.
    mutating func remediations(_ tenant: String) -> RemediationTable {
        RemediationTable(overlay("REMEDIATION", tenant).map { remediation($0) })
    }

    private mutating func remediation(_ line: SettingLine) -> RemediationRule {
        let fields = line.value.split(separator: ";", omittingEmptySubsequences: false).map(\.trimmed)
        var rule = RemediationRule(
            key: line.key, procedure: Template(fields[0]), arguments: [], fault: nil, reference: line.reference())
        for field in fields.dropFirst() where !field.isEmpty {
            let pair = field.split(separator: ",", maxSplits: 1, omittingEmptySubsequences: false).map(\.trimmed)
            guard pair.count == 2, !pair[0].isEmpty else {
                rule.fault = "'\(field)' is no argument; write Name,value"
                continue
            }
            rule.arguments.append(RemediationRule.Argument(name: pair[0], value: Template(pair[1])))
        }
        let key = line.key.split(separator: ".", omittingEmptySubsequences: false).map(\.trimmed)
        if fields[0].isEmpty {
            rule.fault = "no procedure is named; write Procedure;Name,value;…"
        } else if let macro = rule.procedure.macros.first(where: { !SettingsLoader.safeMacros.contains($0) }) {
            rule.fault =
                "<\(macro)> in a procedure's name would let senders choose what is run; write the name, or an argument"
        } else if rule.arguments.count > SettingsLoader.argumentLimit {
            rule.fault =
                "\(rule.arguments.count) arguments, a procedure takes \(SettingsLoader.argumentLimit); remove some"
        } else if key.count != 2 || key.contains("") {
            rule.fault = "the key is not Name.Category; write a MonSetID's name and category, or * for either"
        }
        if let fault = rule.fault { add(Finding(.lapse, line.file, line.line, "'\(line.key)': \(fault)")) }
        checkMacros(line)
        return rule
    }

    /// `[BLACKLIST]` with a tenant's lines over the common ones.
    mutating func blacklist(_ tenant: String) -> BlacklistTable {
        var rules: [BlacklistRule] = []
        for line in overlay("BLACKLIST", tenant) {
            if let isListed = parseFlag(line.value) {
                rules.append(BlacklistRule(key: line.key, isListed: isListed, reference: line.reference()))
            } else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "'\(line.value)' is neither true nor false for '\(line.key)'; write Y or N"))
            }
        }
        return BlacklistTable(rules)
    }

    /// The lines of a tenant's section and then the common ones that it does not replace.
    private func overlay(_ name: String, _ tenant: String) -> [SettingLine] {
        let own = tenant.isEmpty ? nil : sections.section(name, tenant)
        let common = sections.section(name)?.lines ?? []
        return (own?.lines ?? []) + common.filter { own?[$0.key] == nil }
    }
}
