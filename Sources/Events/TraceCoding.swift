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

extension [TraceStep] {
    /// The steps as the ledger keeps them: a JSON array of what `compactJSON` gives for each, written straight into bytes.
    public var compact: String {
        var out: [UInt8] = []
        // Most traces fit; a longer one grows.
        out.reserveCapacity(2048)
        out.append(UInt8(ascii: "["))
        for (index, step) in enumerated() {
            if index > 0 { out.append(UInt8(ascii: ",")) }
            step.write(into: &out)
        }
        out.append(UInt8(ascii: "]"))
        return String(decoding: out, as: UTF8.self)
    }
}

extension TraceStep {
    fileprivate func write(into out: inout [UInt8]) {
        out.append(UInt8(ascii: "["))
        JSON.quote(stage.rawValue, into: &out)
        out.append(UInt8(ascii: ","))
        JSON.quote(saw, into: &out)
        out.append(UInt8(ascii: ","))
        JSON.quote(decided, into: &out)
        if let rule {
            out.append(UInt8(ascii: ","))
            JSON.quote(rule.file, into: &out)
            out.append(UInt8(ascii: ","))
            out.append(contentsOf: String(rule.line).utf8)
            out.append(UInt8(ascii: ","))
            JSON.quote(rule.text, into: &out)
        }
        out.append(UInt8(ascii: "]"))
    }
}
