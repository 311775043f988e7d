public import Formats

extension TraceStep {
    /// The step as people and programs read it: `{stage, saw, decided, rule{file, line, text}}`.
    public var json: JSON {
        var members: [(String, JSON)] = [
            ("stage", .string(stage.rawValue)), ("saw", .string(saw)), ("decided", .string(decided)),
        ]
        if let rule {
            members.append(
                ("rule", ["file": .string(rule.file), "line": .integer(rule.line), "text": .string(rule.text)]))
        }
        return .members(members)
    }

    /// The step as the ledger keeps it: an array without names.
    public var compactJSON: JSON {
        var parts: [JSON] = [.string(stage.rawValue), .string(saw), .string(decided)]
        if let rule { parts += [.string(rule.file), .integer(rule.line), .string(rule.text)] }
        return .array(parts)
    }

    /// Reads what `compactJSON` made; nil where it is something else.
    public init?(compactJSON: JSON) {
        guard let parts = compactJSON.array, parts.count == 3 || parts.count == 6,
            let stage = parts[0].string.flatMap(StageName.init(rawValue:)), let saw = parts[1].string,
            let decided = parts[2].string
        else { return nil }
        self.init(stage, saw: saw, decided: decided)
        if parts.count == 6, let file = parts[3].string, let line = parts[4].integer, let text = parts[5].string {
            rule = RuleReference(file: file, line: Int(line), text: text)
        }
    }
}

extension TraceStep {
    /// The steps of a trace as the ledger keeps it; what is no step is left out.
    public static func steps(_ trace: JSON) -> [TraceStep] {
        (trace.array ?? []).compactMap(TraceStep.init(compactJSON:))
    }
}
