import Formats

/// A parsed `conditions` text.
indirect enum Condition: Equatable, Sendable {
    case all([Condition])
    case any([Condition])
    case test(path: [String], test: ConditionTest, negated: Bool)
}

/// What is asked of one value.
enum ConditionTest: Equatable, Sendable {
    case compare(Relation, ConditionValue)
    case contains(String)
    case like(String)
    case among([ConditionValue])

    enum Relation: String, Sendable {
        case equal = "="
        case notEqual = "!="
        case less = "<"
        case lessOrEqual = "<="
        case greater = ">"
        case greaterOrEqual = ">="
    }
}

/// A literal of a condition.
enum ConditionValue: Equatable, Sendable {
    case text(String)
    case number(Double)
    case flag(Bool)
    case null
    /// In the form `yyyy-MM-ddTHH:mm:ssZ`.
    case date(String)
}

/// One word of a condition.
enum ConditionToken: Equatable {
    case word(String)
    case text(String)
    case number(String)
    case date(String)
    case relation(ConditionTest.Relation)
    case open
    case close
    case comma
}

/// Cuts a condition into its words.
struct ConditionLexer {
    private let scalars: [Unicode.Scalar]
    private var at = 0

    init(_ text: String) { scalars = Array(text.unicodeScalars) }

    /// All words of a condition.
    static func tokens(_ text: String) throws(ConnectWiseFault) -> [ConditionToken] {
        var lexer = ConditionLexer(text)
        var tokens: [ConditionToken] = []
        while let token = try lexer.next() { tokens.append(token) }
        return tokens
    }

    private mutating func next() throws(ConnectWiseFault) -> ConditionToken? {
        while at < scalars.count, scalars[at].properties.isWhitespace { at += 1 }
        guard at < scalars.count else { return nil }
        let scalar = scalars[at]
        switch scalar {
        case "(": return single(.open)
        case ")": return single(.close)
        case ",": return single(.comma)
        case "\"", "'": return .text(try string(scalar))
        case "[": return try date()
        case "=", "!", "<", ">": return try relation()
        case "-", "+", "0"..."9": return try number()
        default: break
        }
        let start = at
        while at < scalars.count, isNamePart(scalars[at]) { at += 1 }
        guard at > start else { throw .condition("Unexpected character '\(scalar)' in the conditions.") }
        return .word(text(start..<at))
    }

    private mutating func single(_ token: ConditionToken) -> ConditionToken {
        at += 1
        return token
    }

    private mutating func string(_ quote: Unicode.Scalar) throws(ConnectWiseFault) -> String {
        at += 1
        var text = String.UnicodeScalarView()
        while at < scalars.count {
            if scalars[at] == quote {
                at += 1
                return String(text)
            }
            if scalars[at] == "\\", at + 1 < scalars.count, ["\"", "'", "\\"].contains(scalars[at + 1]) { at += 1 }
            text.append(scalars[at])
            at += 1
        }
        throw .condition("A string in the conditions is not closed.")
    }

    private mutating func date() throws(ConnectWiseFault) -> ConditionToken {
        at += 1
        let start = at
        while at < scalars.count, scalars[at] != "]" { at += 1 }
        guard at < scalars.count else { throw .condition("A date in the conditions is not closed.") }
        let written = text(start..<at)
        at += 1
        guard let date = SandboxTime.normalised(written) else {
            throw .condition("String '\(written)' was not recognized as a valid DateTime.")
        }
        return .date(date)
    }

    private mutating func relation() throws(ConnectWiseFault) -> ConditionToken {
        let start = at
        at += 1
        if at < scalars.count, scalars[at] == "=", scalars[start] != "=" { at += 1 }
        guard let relation = ConditionTest.Relation(rawValue: text(start..<at)) else {
            throw .condition("Unexpected operator '\(text(start..<at))' in the conditions.")
        }
        return .relation(relation)
    }

    private mutating func number() throws(ConnectWiseFault) -> ConditionToken {
        let start = at
        at += 1
        while at < scalars.count, ("0"..."9").contains(scalars[at]) || scalars[at] == "." { at += 1 }
        guard at == scalars.count || !isNamePart(scalars[at]), Double(text(start..<at)) != nil else {
            throw .condition("A number in the conditions is malformed.")
        }
        return .number(text(start..<at))
    }

    private func isNamePart(_ scalar: Unicode.Scalar) -> Bool {
        switch scalar {
        case "a"..."z", "A"..."Z", "0"..."9", "_", "/": true
        default: false
        }
    }

    private func text(_ range: Range<Int>) -> String {
        var view = String.UnicodeScalarView()
        view.append(contentsOf: scalars[range])
        return String(view)
    }
}
