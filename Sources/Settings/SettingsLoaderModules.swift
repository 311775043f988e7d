import Events
import Formats

extension SettingsLoader {
    /// `[ISR name]` sections, what is built in, and the programs of `modules/`.
    mutating func loadModules() -> ModuleTable {
        var table = ModuleTable()
        table.timeoutSeconds = sections.section("GLOBAL").number("ModuleTimeout") ?? 5
        for section in sections.named("ISR") { table.declarative[moduleName(section.suffix)] = declarative(section) }
        let builtIn = ConfigurationFiles(
            files: [.init(name: "ITPConfig.ini", bytes: Array(BuiltInModules.text.utf8))])
        for section in MergedSections(builtIn).named("ISR") {
            let name = moduleName(section.suffix)
            if table.declarative[name] == nil {
                table.declarative[name] = declarative(section.moved(to: BuiltInModules.file))
            }
        }
        for file in moduleFiles {
            if let fault = file.fault {
                add(Finding(.lapse, "modules/\(file.name)", 0, "it is not run: \(fault)"))
                continue
            }
            let name = moduleName(withoutEnding(file.name))
            if let other = table.executable[name] {
                add(
                    Finding(
                        .lapse, "modules/\(file.name)", 0,
                        "modules/\(other.name) has the same name and is run; remove one of them"))
                continue
            }
            if let section = sections.section("ISR", in: .rules, named: name) {
                add(
                    Finding(
                        .warning, "modules/\(file.name)", 0,
                        "[ISR \(section.suffix)] at \(section.file):\(section.line) has the same name and is used instead"
                    ))
            }
            table.executable[name] = ExecutableModule(
                name: file.name, path: file.path, settings: ownSettings(of: name))
        }
        return table
    }

    private func ownSettings(of module: String) -> [Event.Field] {
        sections.others.filter { moduleName($0.name) == module }.flatMap(\.entries).map {
            Event.Field(name: $0.key, value: $0.value)
        }
    }

    private mutating func declarative(_ section: MergedSection) -> DeclarativeModule {
        var rules: [RuleLines] = []
        for line in section.lines {
            let key = line.key.lowercased()
            let isPattern = key == "match" || key == "matchbody"
            if isPattern, rules.last?.takes(key) != true { rules.append(RuleLines(first: line)) }
            guard !rules.isEmpty else {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "'\(line.key)' belongs to no rule; write Match= or MatchBody= before it"))
                continue
            }
            if let other = rules[rules.count - 1].lines[key] {
                add(
                    Finding(
                        .error, line.file, line.line,
                        "the rule at line \(rules[rules.count - 1].first.line) has '\(line.key)' at line \(other.line) "
                            + "as well; remove one of them"))
                continue
            }
            rules[rules.count - 1].lines[key] = line
        }
        if rules.isEmpty {
            add(
                Finding(
                    .lapse, section.file, section.line,
                    "[ISR \(section.suffix)] has no rule; write Match= and what is to become of the event"))
        }
        return DeclarativeModule(name: section.suffix, rules: rules.compactMap { rule($0) })
    }

    /// The lines of one rule, by their keys in small letters.
    private struct RuleLines {
        var first: SettingLine
        var lines: [String: SettingLine] = [:]

        /// Whether a pattern belongs to this rule: the other kind, and nothing but patterns so far.
        func takes(_ key: String) -> Bool {
            lines[key] == nil && lines.keys.allSatisfy { $0 == "match" || $0 == "matchbody" }
        }
    }

    private mutating func rule(_ written: RuleLines) -> DeclarativeModule.Rule? {
        var rule = DeclarativeModule.Rule(reference: written.first.reference())
        rule.subjectPattern = written.lines["match"].flatMap { pattern($0) }
        rule.bodyPattern = written.lines["matchbody"].flatMap { pattern($0) }
        let patterns = [rule.subjectPattern, rule.bodyPattern].compactMap(\.self)
        // One that does not compile is an error: the settings are not used, and its groups are not known.
        let count = ["match", "matchbody"].filter { written.lines[$0] != nil }.count
        guard patterns.count == count else { return nil }
        let groups = patterns.reduce(into: Set<String>()) { $0.formUnion($1.groups) }
        rule.subject = text(written.lines["subject"], groups)
        rule.agent = text(written.lines["agent"], groups)
        rule.cancel = text(written.lines["cancel"], groups)
        rule.priority = written.lines["priority"].flatMap { priority($0) }
        if let line = written.lines["subject"], let subject = rule.subject, subject.groups.isEmpty {
            do {
                _ = try ParsableSubject(parsing: line.value)
            } catch {
                add(Finding(.lapse, line.file, line.line, "the new subject does not parse: \(error)"))
            }
        }
        if ["subject", "agent", "cancel", "priority"].allSatisfy({ written.lines[$0] == nil }) {
            add(
                Finding(
                    .lapse, written.first.file, written.first.line,
                    "the rule changes nothing; write Subject=, Agent=, Priority= or Cancel= after it"))
        }
        return rule
    }

    private mutating func pattern(_ line: SettingLine) -> (any PatternMatcher)? {
        do {
            guard !line.value.isEmpty else { throw PatternFault(offset: 0, what: "there is no expression") }
            return try patterns(line.value)
        } catch {
            add(Finding(.error, line.file, line.line, "\(line.key): the expression does not compile: \(error)"))
            return nil
        }
    }

    private mutating func text(_ line: SettingLine?, _ groups: Set<String>) -> GroupText? {
        guard let line else { return nil }
        let text = GroupText(line.value)
        for name in text.groups where !groups.contains(name) {
            let near = nearestName(to: name, among: groups.sorted()).map { "; did you mean ${\($0)}?" }
            let known =
                groups.isEmpty ? "; write (?<\(name)>…) in it" : "; it has \(groups.sorted().joined(separator: ", "))"
            add(
                Finding(
                    .error, line.file, line.line,
                    "\(line.key): the expression has no group '\(name)'\(near ?? known)"))
        }
        return text
    }

    private mutating func priority(_ line: SettingLine) -> Int? {
        let digits = line.value.uppercased().hasPrefix("P") ? String(line.value.dropFirst()) : line.value
        if let number = Int(digits), (1...9).contains(number) { return number }
        add(Finding(.error, line.file, line.line, "Priority: '\(line.value)' is none of 1 … 9"))
        return nil
    }
}

/// A file's name without what follows its last dot.
func withoutEnding(_ file: String) -> String {
    guard let dot = file.lastIndex(of: "."), dot != file.startIndex else { return file }
    return String(file[..<dot])
}

extension MergedSections {
    /// The section of that kind whose suffix means a module's name.
    func section(_ kind: String, in file: FileKind, named module: String) -> MergedSection? {
        named(kind, in: file).first { moduleName($0.suffix) == module }
    }
}
