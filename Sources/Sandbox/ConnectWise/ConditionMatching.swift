import Formats

extension Condition {
    /// Whether a record fulfils the condition. `read` gives the value at a path, null where there is none.
    func matches(_ read: ([String]) -> JSON) -> Bool {
        switch self {
        case .all(let parts): parts.allSatisfy { $0.matches(read) }
        case .any(let parts): parts.contains { $0.matches(read) }
        case .test(let path, let test, let negated): test.holds(for: read(path)) != negated
        }
    }

    /// How often the condition asks for one path.
    func uses(of path: [String]) -> Int {
        switch self {
        case .all(let parts), .any(let parts): parts.reduce(0) { $0 + $1.uses(of: path) }
        case .test(let used, _, _): used == path ? 1 : 0
        }
    }
}

extension Condition {
    /// The text that the value at a path must equal for the condition to hold, where it demands one.
    func text(demandedAt path: [String]) -> String? {
        switch self {
        case .all(let parts): parts.lazy.compactMap { $0.text(demandedAt: path) }.first
        case .test(path, .compare(.equal, .text(let text)), negated: false): text
        case .any, .test: nil
        }
    }
}

extension ConditionTest {
    func holds(for value: JSON) -> Bool {
        switch self {
        case .compare(let relation, let literal): ConditionTest.compare(value, relation, literal)
        case .among(let literals): literals.contains { ConditionTest.compare(value, .equal, $0) }
        case .contains(let part):
            ConditionTest.matches(Array((value.string ?? "").lowercased()), pattern: "*" + part + "*")
                && value.string != nil
        case .like(let pattern):
            ConditionTest.matches(Array((value.string ?? "").lowercased()), pattern: pattern) && value.string != nil
        }
    }

    private static func compare(_ value: JSON, _ relation: Relation, _ literal: ConditionValue) -> Bool {
        switch literal {
        case .null: return (value == .null) == (relation == .equal)
        case .flag(let wanted):
            // A flag that was never set is not set.
            return relation.holds(order((value.bool ?? false) ? 1 : 0, wanted ? 1 : 0))
        case .number(let wanted):
            guard let number = value.double else { return relation == .notEqual }
            return relation.holds(order(number, wanted))
        case .text(let wanted):
            guard let text = value.string else { return relation == .notEqual }
            return relation.holds(order(text.lowercased(), wanted.lowercased()))
        case .date(let wanted):
            guard let text = value.string else { return relation == .notEqual }
            return relation.holds(order(text, wanted))
        }
    }

    private static func order<Value: Comparable>(_ left: Value, _ right: Value) -> Int {
        left < right ? -1 : left > right ? 1 : 0
    }

    /// `*` and `%` stand for any run of characters; `[[]` is a bracket itself. Both sides are compared in small letters.
    /// Linear in the text for each run: only the last run is ever tried again.
    static func matches(_ text: [Character], pattern: String) -> Bool {
        let parts = compile(pattern)
        var at = 0
        var part = 0
        var retry: (part: Int, at: Int)?
        while at < text.count {
            if part < parts.count, parts[part] == nil {
                retry = (part + 1, at)
                part += 1
            } else if part < parts.count, parts[part] == text[at] {
                part += 1
                at += 1
            } else if let last = retry {
                part = last.part
                at = last.at + 1
                retry = (last.part, at)
            } else {
                return false
            }
        }
        return parts[part...].allSatisfy { $0 == nil }
    }

    /// The pattern's characters in small letters; nil stands for a run.
    private static func compile(_ pattern: String) -> [Character?] {
        let characters = Array(pattern.lowercased())
        var parts: [Character?] = []
        var at = 0
        while at < characters.count {
            if characters[at] == "*" || characters[at] == "%" {
                parts.append(nil)
            } else if characters[at...].starts(with: ["[", "[", "]"]) {
                parts.append("[")
                at += 2
            } else {
                parts.append(characters[at])
            }
            at += 1
        }
        return parts
    }
}

extension ConditionTest.Relation {
    /// Whether the relation holds for values that compare like that: below zero, zero, above.
    fileprivate func holds(_ order: Int) -> Bool {
        switch self {
        case .equal: order == 0
        case .notEqual: order != 0
        case .less: order < 0
        case .lessOrEqual: order <= 0
        case .greater: order > 0
        case .greaterOrEqual: order >= 0
        }
    }
}
