import Events
import Formats

/// What is wrong with keys that name monitors: such a line would wait for an alert that never comes.
extension SettingsLoader {
    mutating func checkMonitorKeys() {
        for section in sections.sections {
            for line in section.lines {
                let fault: KeyFault? =
                    switch section.kind.name {
                    case "PSA REWRITE": SettingsLoader.rewriteKeyFault(line.key)
                    case "TICKET NOTES", "INTERNAL NOTES": SettingsLoader.noteKeyFault(line.key)
                    case "PROCESSING": SettingsLoader.processingKeyFault(line.key)
                    default: nil
                    }
                if let fault { add(Finding(fault.severity, line.file, line.line, "'\(line.key)' \(fault.what)")) }
            }
        }
    }

    /// Why a key fits no alert.
    private struct KeyFault {
        var severity = Finding.Severity.lapse
        var what: String

        init(_ what: String) { self.what = what }
    }

    /// A whole subject, `Name.Category.HostClass.EventID` or `Name.Category.HostClass`.
    private static func rewriteKeyFault(_ key: String) -> KeyFault? {
        if key.contains("|") {
            do {
                _ = try ParsableSubject(parsing: key)
                return nil
            } catch {
                return KeyFault("is a whole subject, and no alert's: \(error)")
            }
        }
        // An event's ID may hold dots of its own.
        let parts = key.split(separator: ".", maxSplits: 3, omittingEmptySubsequences: false).map(\.trimmed)
        guard parts.count >= 3, !parts[0].isEmpty, !parts[1].isEmpty else {
            return KeyFault(
                "fits no monitor; write Name.Category.HostClass, with .EventID if need be, or a whole subject")
        }
        return classFault(parts[2])
    }

    /// `Name.Class`, with `.Data1` and `.Result` if need be; or `Common`.
    private static func noteKeyFault(_ key: String) -> KeyFault? {
        if key.equalsIgnoringCase("Common") { return nil }
        let parts = key.split(separator: ".", omittingEmptySubsequences: false).map(\.trimmed)
        guard parts.count >= 2, !parts[0].isEmpty else {
            return KeyFault(
                "fits no monitor; write Name.Class, Name.Class.Data1 or Name.Class.Data1.Result, or Common")
        }
        if let fault = classFault(parts[1]) { return fault }
        let results = ["None", "Pass", "Fail", "Skip"]
        guard parts.count == 4, !results.contains(where: { $0.equalsIgnoringCase(parts[3]) }) else { return nil }
        // Data1 may hold dots: then the last part is a part of it, unless it was meant as a result.
        let near = nearestName(to: parts[3], among: results) ?? (parts[2].isEmpty ? "None, Pass, Fail or Skip" : nil)
        return near.map { KeyFault("ends in no result; write \($0)") }
    }

    /// `Category:Name`.
    private static func processingKeyFault(_ key: String) -> KeyFault? {
        let parts = key.split(separator: ":", omittingEmptySubsequences: false).map(\.trimmed)
        return parts.count == 2 && !parts.contains("")
            ? nil : KeyFault("fits no monitor; write Category:Name as in the MonSetID Name.Category.S.P3.Alm")
    }

    /// The class is the event's real one, which is never A.
    private static func classFault(_ letter: String) -> KeyFault? {
        let hostClass = HostClass(letter: letter)
        guard hostClass == nil || hostClass == .any else { return nil }
        var fault = KeyFault("has the host class '\(letter)'; write S, W or X, the class of the machine itself")
        // A is a class of monitors: files that come from elsewhere may have such lines.
        if hostClass == .any { fault.severity = .warning }
        return fault
    }

    // MARK: Priorities

    /// A priority that this configuration itself gives to events.
    private struct PriorityUse {
        var priority: Int
        var line: SettingLine
        /// Whose events it may be; empty = everybody's.
        var tenant: String
    }

    /// P6 to P9 have no name by themselves: where they are in use the PSA's default would be taken in silence.
    mutating func checkPriorityNames() {
        for use in priorityUses() where use.priority > 5 {
            let key = "PSA_P\(use.priority)"
            let tenants = use.tenant.isEmpty ? [""] + sections.named("RMM SETTINGS").map(\.suffix) : [use.tenant]
            guard let tenant = tenants.first(where: { !hasPriorityName(key, $0) }) else { continue }
            let section = tenant.isEmpty ? "[RMM_SETTINGS]" : "[RMM_SETTINGS_\(tenant)]"
            add(
                Finding(
                    .warning, use.line.file, use.line.line,
                    "priority P\(use.priority) is in use and has no name: the PSA's default is taken; "
                        + "write \(key)=name below \(section)"))
        }
    }

    /// As tenants are laid over the primary: one with a PSA of its own inherits no name.
    private func hasPriorityName(_ key: String, _ tenant: String) -> Bool {
        let own = tenant.isEmpty ? nil : sections.section("RMM SETTINGS", tenant)
        let ownsPSA = own?["PSA_Type"] != nil || own?["PSA_URL"] != nil
        return own.text(key) != nil || !ownsPSA && sections.section("RMM SETTINGS").text(key) != nil
    }

    private func priorityUses() -> [PriorityUse] {
        sections.sections.flatMap { section -> [PriorityUse] in
            section.lines.compactMap { line in
                switch section.kind.name {
                case "ALERT REWRITE":
                    guard line.value.uppercased().hasPrefix("REWRITE;") else { return nil }
                    var subject = line.value.dropFirst("REWRITE;".count).trimmed
                    while subject.hasSuffix(";") { subject = String(subject.dropLast()).trimmed }
                    return priority(of: subject).map { PriorityUse(priority: $0, line: line, tenant: section.suffix) }
                case "PSA REWRITE":
                    // An organisation's section is of the tenant that nobody knows here: everybody's names count.
                    let isTenant = sections.section("RMM SETTINGS", section.suffix) != nil
                    return priority(of: line.key).map {
                        PriorityUse(priority: $0, line: line, tenant: isTenant ? section.suffix : "")
                    }
                case "ISR" where line.key.equalsIgnoringCase("Subject"):
                    return priority(of: line.value).map { PriorityUse(priority: $0, line: line, tenant: "") }
                case "ISR" where line.key.equalsIgnoringCase("Priority"):
                    let digits = line.value.uppercased().hasPrefix("P") ? line.value.dropFirst() : line.value[...]
                    return Int(digits).flatMap {
                        (1...9).contains($0) ? PriorityUse(priority: $0, line: line, tenant: "") : nil
                    }
                default: return nil
                }
            }
        }
    }

    /// The priority in a subject's MonSetID; one that does not parse has a finding of its own, or is none.
    private func priority(of subject: String) -> Int? {
        do {
            return try ParsableSubject(parsing: subject).monitor.priority
        } catch {
            return nil
        }
    }

    // MARK: Keys that need each other

    mutating func checkKeysTogether() {
        let cleanup: MergedSection? = sections.section("AGENT CLEANUP", in: .service)
        if cleanup.flag("Enable") == true, cleanup.text("Aging") == nil, let line = cleanup?["Enable"] {
            add(
                Finding(
                    .error, line.file, line.line,
                    "AGENT_CLEANUP without Aging does not know what is old; write Aging=days"))
        }
        for line in sections.section("APIPASS", in: .service)?.lines ?? [] where !line.value.equalsIgnoringCase("Never")
        {
            add(
                Finding(
                    .warning, line.file, line.line,
                    "\(line.key): passwords are never changed by this program; write Never"))
        }
    }
}
