import Events
import Formats

/// Compiles a source's mapping from its section: names first, then what refers to them.
struct SourceReader {
    private let section: MergedSection
    private var names: ExpressionNames
    private(set) var findings: [Finding] = []
    private(set) var headers: Set<String> = []

    init(_ section: MergedSection, _ patterns: @escaping PatternCompiler) {
        self.section = section
        names = ExpressionNames(patterns: patterns)
    }

    mutating func mapping() -> SourceMapping {
        var mapping = SourceMapping()
        for line in lines("MAP.") {
            names.maps.append(name(line).lowercased())
            mapping.maps.append(ValueMap(name: name(line), entries: entries(line)))
        }
        let variables = lines("LET.")
        names.variables = variables.map { name($0).lowercased() }
        mapping.matches = lines("MATCH.").compactMap { match($0) }
        mapping.variables = variables.map { text($0) ?? SourceText(parts: []) }
        for field in SourceField.allCases {
            if let line = section[field.rawValue], !line.value.isEmpty { mapping.fields[field] = text(line) }
        }
        if mapping.fields[.subject] == nil {
            fault(nil, "has no Subject=; write for instance Subject=EVT|\(section.suffix)|{/id}|||MB-X.EVT.X.P3.Alm")
        }
        for line in lines("CF:") {
            if let text = text(line) { mapping.customFields.append((String(line.key.dropFirst(3)), text)) }
        }
        mapping.rules = lines("RULE.").compactMap { rule($0, isDefault: false) }
        if let line = section["Default"] {
            if let rule = rule(line, isDefault: true) { mapping.rules.append(rule) }
        } else {
            fault(nil, "has no Default=; write Default=fire, or what becomes of alerts that no Rule. line names")
        }
        if let line = section["Each"], !line.value.isEmpty { mapping.fanOut = fanOut(line) }
        for word in (section["DateFormat"]?.value ?? "").split(separator: ";").map(\.trimmed) where !word.isEmpty {
            guard let pattern = DatePattern(word) else {
                fault(section["DateFormat"], "'\(word)' is no date pattern; write for instance yyyy-MM-dd HH:mm:ss")
                continue
            }
            mapping.datePatterns.append(pattern)
        }
        return mapping
    }

    /// The lines whose keys begin so, in the order of the numbers or names behind it.
    private func lines(_ prefix: String) -> [SettingLine] {
        let found = section.lines.filter { $0.key.uppercased().hasPrefix(prefix) }
        guard prefix == "RULE." || prefix == "MATCH." else { return found }
        return found.enumerated().sorted { one, other in
            let (left, right) = (Double(name(one.element)) ?? .infinity, Double(name(other.element)) ?? .infinity)
            return (left, one.offset) < (right, other.offset)
        }.map(\.element)
    }

    private func name(_ line: SettingLine) -> String {
        line.key.drop { $0 != "." && $0 != ":" }.dropFirst().trimmed
    }

    private mutating func text(_ line: SettingLine) -> SourceText? {
        parse(line, line.value) { parser throws(ExpressionFault) in try parser.text() }
    }

    private mutating func parse<Result>(
        _ line: SettingLine, _ text: String, _ body: (inout ExpressionParser) throws(ExpressionFault) -> Result
    ) -> Result? {
        var parser = ExpressionParser(text, names)
        defer { headers.formUnion(parser.headers) }
        do {
            return try body(&parser)
        } catch {
            fault(line, error.what)
            return nil
        }
    }

    /// `{/Message} ~ on '(?<machine>[^']+)'`.
    private mutating func match(_ line: SettingLine) -> SourceMapping.Match? {
        guard let (text, pattern) = searched(line, line.value) else { return nil }
        names.groups.formUnion(pattern.groups)
        return SourceMapping.Match(text: text, pattern: pattern)
    }

    private mutating func searched(_ line: SettingLine, _ value: String) -> (SourceText, any PatternMatcher)? {
        guard let tilde = value.firstRange(of: " ~ ") else {
            fault(line, "a text, ' ~ ' and an expression are needed; write for instance {/message} ~ on (?<host>[^ ]+)")
            return nil
        }
        let written = String(value[..<tilde.lowerBound].trimmed)
        var expression = value[tilde.upperBound...].trimmed
        if expression.count > 1, expression.hasPrefix("\""), expression.hasSuffix("\"") {
            expression = String(expression.dropFirst().dropLast())
        }
        guard let text = parse(line, written, { parser throws(ExpressionFault) in try parser.text() }) else {
            return nil
        }
        do {
            return (text, try names.patterns(expression))
        } catch {
            fault(line, "the expression does not compile: \(error)")
            return nil
        }
    }

    /// `/alerts`, `lines {/text}` or `matches {/text} ~ expression`.
    private mutating func fanOut(_ line: SettingLine) -> SourceMapping.FanOut? {
        let word = line.value.prefix { !$0.isWhitespace }
        let rest = line.value.dropFirst(word.count).trimmed
        if word.equalsIgnoringCase("lines") {
            return parse(line, rest) { parser throws(ExpressionFault) in .lines(try parser.wholeValue()) }
        }
        if word.equalsIgnoringCase("matches") {
            guard let (text, pattern) = searched(line, rest), case .value(let value)? = text.parts.first else {
                return nil
            }
            guard pattern.groups.contains("rest") else {
                fault(line, "the expression needs a group 'rest' for what follows a find; end it with (?<rest>(?s).*)")
                return nil
            }
            return .matches(value, pattern)
        }
        // `.`: the document is the array.
        guard let path = JSONPath(line.value == "." ? "" : line.value) else {
            fault(
                line, "'\(line.value)' is no pointer; write for instance /alerts, lines {/text} or matches {/text} ~ x")
            return nil
        }
        return .elements(path)
    }

    /// `critical|down:1; 4..5:1; /regex/:2; *:3`.
    private mutating func entries(_ line: SettingLine) -> [ValueMap.Entry] {
        line.value.split(separator: ";").map(\.trimmed).filter { !$0.isEmpty }.compactMap { entry in
            let colon: String.Index?
            if entry.hasPrefix("/") {
                colon = entry.ranges(of: "/:").last.map { entry.index(after: $0.lowerBound) }
            } else {
                colon = entry.firstIndex(of: ":")
            }
            guard let colon, let test = test(entry[..<colon].trimmed, line) else {
                fault(line, "'\(entry)' is no entry; write word:value, 1..3:value, /expression/:value or *:value")
                return nil
            }
            return ValueMap.Entry(test: test, result: entry[entry.index(after: colon)...].trimmed)
        }
    }

    private func test(_ text: String, _ line: SettingLine) -> ValueMap.Test? {
        if text == "*" { return .anything }
        if text.count > 1, text.hasPrefix("/"), text.hasSuffix("/") {
            do {
                return .matches(try names.patterns(String(text.dropFirst().dropLast())))
            } catch {
                return nil
            }
        }
        if let dots = text.firstRange(of: "..") {
            let (low, high) = (text[..<dots.lowerBound].trimmed, text[dots.upperBound...].trimmed)
            guard let from = low.isEmpty ? -Double.infinity : Double(low),
                let upTo = high.isEmpty ? Double.infinity : Double(high), from <= upTo
            else { return nil }
            return .range(from...upTo)
        }
        return .words(text.split(separator: "|").map { $0.trimmed.lowercased() })
    }

    /// `resolve when /status = resolved`.
    private mutating func rule(_ line: SettingLine, isDefault: Bool) -> SourceMapping.Rule? {
        let when = isDefault ? nil : line.value.firstRange(of: " when ")
        let written = when.map { line.value[..<$0.lowerBound].trimmed } ?? line.value.trimmed
        let word = written.prefix { $0.isLetter }.lowercased()
        let rest = written.dropFirst(word.count).trimmed
        let reason = rest.hasPrefix("(") && rest.hasSuffix(")") ? String(rest.dropFirst().dropLast()).trimmed : rest
        let action: SourceMapping.Action
        switch word {
        case "fire": action = .fire
        case "resolve": action = .resolve
        case "note": action = .note
        case "test": action = .test
        case "ignore":
            action = .ignore(reason.trimmingQuotes)
        default:
            fault(line, "'\(written)' is none of fire, resolve, note, test and ignore(reason)")
            return nil
        }
        var condition: SourceCondition?
        if let when {
            let text = String(line.value[when.upperBound...])
            condition = parse(line, text) { parser throws(ExpressionFault) in try parser.wholeCondition() }
            guard condition != nil else { return nil }
        }
        return SourceMapping.Rule(action: action, condition: condition, reference: line.reference())
    }

    private mutating func fault(_ line: SettingLine?, _ what: String) {
        guard let line else {
            findings.append(Finding(.error, section.file, section.line, "[SOURCE \(section.suffix)] \(what)"))
            return
        }
        findings.append(Finding(.error, line.file, line.line, "\(line.key): \(what)"))
    }
}

extension String {
    /// The text without one pair of quotes around it.
    fileprivate var trimmingQuotes: String {
        count > 1 && hasPrefix("\"") && hasSuffix("\"") ? String(dropFirst().dropLast()) : self
    }
}
