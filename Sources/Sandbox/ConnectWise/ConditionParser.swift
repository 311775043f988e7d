import Formats

/// Reads a `conditions` text against the names and kinds of one record. AND binds closer than OR; words may be in any
/// case, which no public text settles.
struct ConditionParser {
    /// Deeper parentheses are refused: the reader recurses.
    private static let depthLimit = 32

    private let tokens: [ConditionToken]
    private let resolve: (String) -> (path: [String], kind: FieldKind)?
    private var at = 0
    private var depth = 0

    /// Parses a text; nil for an empty one. `resolve` finds a name's place in the record, or nil for an unknown name.
    static func parse(
        _ text: String, resolve: @escaping (String) -> (path: [String], kind: FieldKind)?
    ) throws(ConnectWiseFault) -> Condition? {
        var parser = ConditionParser(tokens: try ConditionLexer.tokens(text), resolve: resolve)
        guard !parser.tokens.isEmpty else { return nil }
        let condition = try parser.either()
        guard parser.at == parser.tokens.count else { throw .condition("The conditions go on where they should end.") }
        return condition
    }

    private init(
        tokens: [ConditionToken], resolve: @escaping (String) -> (path: [String], kind: FieldKind)?
    ) {
        self.tokens = tokens
        self.resolve = resolve
    }

    private mutating func either() throws(ConnectWiseFault) -> Condition {
        var parts = [try both()]
        while skip(word: "or") { parts.append(try both()) }
        return parts.count == 1 ? parts[0] : .any(parts)
    }

    private mutating func both() throws(ConnectWiseFault) -> Condition {
        var parts = [try one()]
        while skip(word: "and") { parts.append(try one()) }
        return parts.count == 1 ? parts[0] : .all(parts)
    }

    private mutating func one() throws(ConnectWiseFault) -> Condition {
        guard skip(.open) else { return try comparison() }
        depth += 1
        guard depth <= ConditionParser.depthLimit else { throw .condition("The conditions are nested too deeply.") }
        let inner = try either()
        guard skip(.close) else { throw .condition("A parenthesis in the conditions is not closed.") }
        depth -= 1
        return inner
    }

    private mutating func comparison() throws(ConnectWiseFault) -> Condition {
        guard at < tokens.count, case .word(let name) = tokens[at] else {
            throw .condition("A name was expected in the conditions.")
        }
        guard let (path, kind) = resolve(name), kind != .list else { throw .unknownName(name) }
        at += 1
        if at < tokens.count, case .relation(let relation) = tokens[at] {
            at += 1
            let value = try literal(name, kind)
            if value == .null, relation != .equal, relation != .notEqual {
                throw .condition("\(name) cannot be ordered against null.")
            }
            return .test(path: path, test: .compare(relation, value), negated: false)
        }
        let negated = skip(word: "not")
        if skip(word: "in") { return .test(path: path, test: .among(try list(name, kind)), negated: negated) }
        let isContains = skip(word: "contains")
        guard isContains || skip(word: "like") else {
            throw .condition("An operator was expected after \(name) in the conditions.")
        }
        guard case .text(let pattern) = try literal(name, kind), case .text = kind else {
            throw .condition("\(name) can be searched for a text only where it is a text.")
        }
        return .test(path: path, test: isContains ? .contains(pattern) : .like(pattern), negated: negated)
    }

    private mutating func list(_ name: String, _ kind: FieldKind) throws(ConnectWiseFault) -> [ConditionValue] {
        guard skip(.open) else { throw .condition("A list in parentheses was expected after in.") }
        var values = [try literal(name, kind)]
        while skip(.comma) { values.append(try literal(name, kind)) }
        guard skip(.close) else { throw .condition("A parenthesis in the conditions is not closed.") }
        return values
    }

    /// A literal that may stand beside a value of that kind.
    private mutating func literal(_ name: String, _ kind: FieldKind) throws(ConnectWiseFault) -> ConditionValue {
        guard at < tokens.count else { throw .condition("The conditions end where a value was expected.") }
        defer { at += 1 }
        switch (tokens[at], kind) {
        case (.word(let word), _) where word.lowercased() == "null": return .null
        case (.word(let word), .flag) where ["true", "false"].contains(word.lowercased()):
            return .flag(word.lowercased() == "true")
        case (.text(let text), .text): return .text(text)
        case (.text(let text), .choice(let words)):
            guard words.contains(where: { $0.equalsIgnoringCase(text) }) else {
                throw .condition("Enum value supplied was invalid")
            }
            return .text(text)
        case (.number(let text), .integer), (.number(let text), .number):
            guard let number = Double(text) else { throw .condition("A number in the conditions is malformed.") }
            return .number(number)
        case (.date(let text), .date): return .date(text)
        default: throw .condition("\(name) cannot be compared with the value supplied.")
        }
    }

    private mutating func skip(_ token: ConditionToken) -> Bool {
        guard at < tokens.count, tokens[at] == token else { return false }
        at += 1
        return true
    }

    private mutating func skip(word: String) -> Bool {
        guard at < tokens.count, case .word(let found) = tokens[at], found.equalsIgnoringCase(word) else {
            return false
        }
        at += 1
        return true
    }
}
