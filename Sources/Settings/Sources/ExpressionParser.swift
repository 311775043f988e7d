import Events
import Formats

/// What is wrong with an expression of a source, as half a sentence.
struct ExpressionFault: Error, Equatable {
    var what: String

    init(_ what: String) { self.what = what }
}

/// What the names in a source's expressions mean.
struct ExpressionNames {
    /// `Let.` names in small letters, in the order of their lines.
    var variables: [String] = []
    /// Groups of all `Match.` lines.
    var groups: Set<String> = []
    /// `Map.` names in small letters, in the order of their lines.
    var maps: [String] = []
    let patterns: PatternCompiler

    /// Every name that may stand in braces, for messages.
    var all: [String] {
        groups.sorted() + variables + SourceField.allCases.map { $0.rawValue.lowercased() } + [
            "body", "item", "source",
        ]
    }
}

/// Reads texts with values in braces, values, and conditions.
struct ExpressionParser {
    private let names: ExpressionNames
    private var rest: Substring
    /// Headers that were named, in small letters.
    private(set) var headers: Set<String> = []

    init(_ text: String, _ names: ExpressionNames) {
        self.names = names
        rest = text[...]
    }

    /// A whole text, `{/host} is down`; `\n` is a line end.
    mutating func text() throws(ExpressionFault) -> SourceText {
        var parts: [SourceText.Part] = []
        var plain = ""
        while let letter = rest.first {
            rest = rest.dropFirst()
            if letter == "{" {
                if !plain.isEmpty { parts.append(.text(plain)) }
                plain = ""
                parts.append(.value(try value()))
                skipBlanks()
                guard rest.first == "}" else { throw ExpressionFault("'}' was expected before '\(shown)'") }
                rest = rest.dropFirst()
            } else if letter == "\\", rest.first == "n" {
                rest = rest.dropFirst()
                plain += "\n"
            } else {
                plain.append(letter)
            }
        }
        if !plain.isEmpty { parts.append(.text(plain)) }
        return SourceText(parts: parts)
    }

    /// What stands between braces: `/a // header:X // "none" | trim | upper`.
    mutating func value() throws(ExpressionFault) -> SourceValue {
        var value = SourceValue(alternatives: [try operand()], functions: [])
        while takes("//") { value.alternatives.append(try operand()) }
        while takes("|") { value.functions.append(try function()) }
        return value
    }

    /// A value that stands alone.
    mutating func wholeValue() throws(ExpressionFault) -> SourceValue {
        let isBraced = takes("{")
        let value = try value()
        if isBraced, !takes("}") { throw ExpressionFault("'}' was expected before '\(shown)'") }
        try end()
        return value
    }

    /// A condition that stands alone.
    mutating func wholeCondition() throws(ExpressionFault) -> SourceCondition {
        let condition = try anyOf()
        try end()
        return condition
    }

    private mutating func anyOf() throws(ExpressionFault) -> SourceCondition {
        var conditions = [try allOf()]
        while takesWord("or") { conditions.append(try allOf()) }
        return conditions.count == 1 ? conditions[0] : .any(conditions)
    }

    private mutating func allOf() throws(ExpressionFault) -> SourceCondition {
        var conditions = [try single()]
        while takesWord("and") { conditions.append(try single()) }
        return conditions.count == 1 ? conditions[0] : .all(conditions)
    }

    private mutating func single() throws(ExpressionFault) -> SourceCondition {
        if takesWord("not") { return .not(try single()) }
        if takes("(") {
            let inner = try anyOf()
            guard takes(")") else { throw ExpressionFault("')' was expected before '\(shown)'") }
            return inner
        }
        let value: SourceValue
        if takes("{") {
            value = try self.value()
            guard takes("}") else { throw ExpressionFault("'}' was expected before '\(shown)'") }
        } else {
            value = SourceValue(alternatives: [try operand()], functions: [])
        }
        return try comparison(value)
    }

    private mutating func comparison(_ value: SourceValue) throws(ExpressionFault) -> SourceCondition {
        if takesWord("exists") { return .compare(value, .exists) }
        if takesWord("missing") { return .not(.compare(value, .exists)) }
        if takesWord("in") {
            guard takes("(") else { throw ExpressionFault("'(' was expected after in") }
            var words = [try word()]
            while takes(",") { words.append(try word()) }
            guard takes(")") else { throw ExpressionFault("')' was expected before '\(shown)'") }
            return .compare(value, .equals(words))
        }
        if takes("!=") { return .not(.compare(value, .equals([try word()]))) }
        if takes("!~") { return .not(.compare(value, .matches(try pattern(try word())))) }
        if takes("~") { return .compare(value, .matches(try pattern(try word()))) }
        if takes("<=") { return .compare(value, .less(try number(), orEqual: true)) }
        if takes(">=") { return .compare(value, .greater(try number(), orEqual: true)) }
        if takes("<") { return .compare(value, .less(try number(), orEqual: false)) }
        if takes(">") { return .compare(value, .greater(try number(), orEqual: false)) }
        if takes("=") { return .compare(value, .equals([try word()])) }
        throw ExpressionFault(
            "a comparison was expected before '\(shown)': =, !=, ~, !~, <, <=, >, >=, in (…), exists or missing")
    }

    private mutating func operand() throws(ExpressionFault) -> SourceOperand {
        skipBlanks()
        guard let first = rest.first else { throw ExpressionFault("a value was expected at the end") }
        if first == "\"" { return .constant(try quoted()) }
        if takes("(") {
            let inner = try value()
            guard takes(")") else { throw ExpressionFault("')' was expected before '\(shown)'") }
            return .nested(inner)
        }
        if first == "/" || first == "^" { return try pointer() }
        let word = String(rest.prefix { !$0.isWhitespace && !"|}=!~<>(),{\"".contains($0) })
        rest = rest.dropFirst(word.count)
        if word.lowercased().hasPrefix("header:") {
            let name = String(word.dropFirst(7))
            headers.insert(name.lowercased())
            return .header(name)
        }
        if word.lowercased().hasPrefix("query:") { return .query(String(word.dropFirst(6))) }
        return try named(word)
    }

    private func named(_ word: String) throws(ExpressionFault) -> SourceOperand {
        let small = word.lowercased()
        if names.groups.contains(word) { return .group(word) }
        if let index = names.variables.firstIndex(of: small) { return .variable(index) }
        switch small {
        case "body": return .body
        case "item": return .item
        case "source": return .source
        default: break
        }
        if let field = SourceField.allCases.first(where: { $0.rawValue.lowercased() == small }) { return .field(field) }
        let near = nearestName(to: word, among: names.all).map { "; did you mean \($0)?" }
        throw ExpressionFault(
            "'\(word)' is no name here\(near ?? "; write a pointer such as /a/b, header:Name, query:name or a \"text\"")"
        )
    }

    private mutating func pointer() throws(ExpressionFault) -> SourceOperand {
        let ofDocument = rest.first == "^"
        if ofDocument { rest = rest.dropFirst() }
        var written = ""
        while let letter = rest.first, !letter.isWhitespace, !"|}),".contains(letter) {
            if letter == "\"" {
                written += "\"\(try quoted())\""
            } else {
                written.append(letter)
                rest = rest.dropFirst()
            }
        }
        guard let path = JSONPath(written) else {
            throw ExpressionFault("'\(written)' is no pointer; write for instance /a/b/0 or /labels/\"a/b\"")
        }
        return .pointer(path, ofDocument: ofDocument)
    }

    private mutating func function() throws(ExpressionFault) -> ValueFunction {
        skipBlanks()
        let name = String(rest.prefix { $0.isLetter || $0.isNumber })
        rest = rest.dropFirst(name.count)
        var arguments: [String] = []
        while rest.first == ":" {
            rest = rest.dropFirst()
            arguments.append(rest.first == "\"" ? try quoted() : bareArgument())
        }
        guard let function = try made(name.lowercased(), arguments) else {
            let known = [
                "trim", "lower", "upper", "html", "urldecode", "base64", "hash", "word", "nodigits", "replace", "split",
                "substring", "prefix", "suffix", "strip", "default", "find", "kv", "map", "date",
            ]
            let near = nearestName(to: name, among: known).map { "; did you mean \($0)?" }
            throw ExpressionFault(
                "'\(name)' with \(arguments.count) arguments is no function\(near ?? "; known are \(known.joined(separator: ", "))")"
            )
        }
        return function
    }

    private mutating func bareArgument() -> String {
        let word = String(rest.prefix { !$0.isWhitespace && !":|})".contains($0) })
        rest = rest.dropFirst(word.count)
        return word
    }

    private func made(_ name: String, _ arguments: [String]) throws(ExpressionFault) -> ValueFunction? {
        let first = arguments.first ?? ""
        switch (name, arguments.count) {
        case ("trim", 0): return .trim
        case ("lower", 0): return .lower
        case ("upper", 0): return .upper
        case ("html", 0): return .html
        case ("urldecode", 0): return .urldecode
        case ("base64", 0): return .base64
        case ("hash", 0): return .hash
        case ("word", 0): return .word
        case ("nodigits", 0): return .noDigits
        case ("replace", 2): return .replace(first, with: arguments[1])
        case ("prefix", 1): return .prefix(first)
        case ("suffix", 1): return .suffix(first)
        case ("strip", 1): return .strip(first)
        case ("default", 1): return .fallback(first)
        case ("find", 1): return .find(try pattern(first))
        case ("kv", 1): return .keyed(first)
        case ("date", 0): return .date(nil)
        case ("date", 1):
            guard let pattern = DatePattern(first) else {
                throw ExpressionFault("'\(first)' is no date pattern; write for instance \"yyyy-MM-dd HH:mm:ss\"")
            }
            return .date(pattern)
        case ("split", 2):
            guard let place = Int(arguments[1]), !first.isEmpty else { return nil }
            return .split(first, place)
        case ("substring", 1...2):
            guard let start = Int(first), start >= 0 else { return nil }
            return .substring(start, length: arguments.count > 1 ? Int(arguments[1]) : nil)
        case ("map", 1):
            guard let index = names.maps.firstIndex(of: first.lowercased()) else {
                throw ExpressionFault(
                    "there is no Map.\(first); write one, or one of: \(names.maps.joined(separator: ", "))")
            }
            return .map(index)
        default: return nil
        }
    }

    private func pattern(_ text: String) throws(ExpressionFault) -> any PatternMatcher {
        do {
            return try names.patterns(text)
        } catch {
            throw ExpressionFault("the expression '\(text)' does not compile: \(error)")
        }
    }

    private mutating func word() throws(ExpressionFault) -> String {
        skipBlanks()
        if rest.first == "\"" { return try quoted() }
        let word = String(rest.prefix { !$0.isWhitespace && !"(),".contains($0) })
        guard !word.isEmpty else { throw ExpressionFault("a word or a \"text\" was expected before '\(shown)'") }
        rest = rest.dropFirst(word.count)
        return word
    }

    private mutating func number() throws(ExpressionFault) -> Double {
        let word = try word()
        guard let number = Double(word) else { throw ExpressionFault("'\(word)' is no number") }
        return number
    }

    /// A text in quotes; `\"`, `\\` and `\n` in it.
    private mutating func quoted() throws(ExpressionFault) -> String {
        rest = rest.dropFirst()
        var text = ""
        while let letter = rest.first {
            rest = rest.dropFirst()
            if letter == "\"" { return text }
            if letter == "\\", let next = rest.first, next == "\"" || next == "\\" && rest.dropFirst().first == "\"" {
                text.append(next)
                rest = rest.dropFirst()
            } else if letter == "\\", rest.first == "n", !text.hasSuffix("\\") {
                text += "\n"
                rest = rest.dropFirst()
            } else {
                text.append(letter)
            }
        }
        throw ExpressionFault("a quote is not closed")
    }

    private mutating func takes(_ sign: String) -> Bool {
        skipBlanks()
        guard rest.hasPrefix(sign) else { return false }
        rest = rest.dropFirst(sign.count)
        return true
    }

    private mutating func takesWord(_ word: String) -> Bool {
        skipBlanks()
        let found = rest.prefix { $0.isLetter }
        guard found.equalsIgnoringCase(word) else { return false }
        rest = rest.dropFirst(found.count)
        return true
    }

    private mutating func end() throws(ExpressionFault) {
        skipBlanks()
        guard rest.isEmpty else { throw ExpressionFault("'\(shown)' was not expected") }
    }

    private mutating func skipBlanks() { rest = rest.drop { $0 == " " || $0 == "\t" } }

    private var shown: String { String(rest.prefix(20)) }
}
