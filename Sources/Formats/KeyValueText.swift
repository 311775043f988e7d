/// Texts that say `name: value`, a line each, or `name=value name="a value"` in one line.
public enum KeyValueText {
    /// Pairs of one text; more are left out.
    public static let pairsLimit = 1000

    /// Lines `name: value` or `name=value`; what is neither goes on with the value before it.
    public static func lines(_ text: String) -> [JSON.Member] {
        var members: [JSON.Member] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if let separator = line.firstIndex(where: { $0 == ":" || $0 == "=" }), members.count < pairsLimit {
                let name = line[..<separator].trimmed
                if !name.isEmpty, name.count <= 64 {
                    members.append(JSON.Member(name, .string(line[line.index(after: separator)...].trimmed)))
                    continue
                }
            }
            let more = line.trimmed
            guard !more.isEmpty, let last = members.popLast() else { continue }
            members.append(
                JSON.Member(last.name, .string([last.value.string ?? "", more].joined(separator: "\n").trimmed)))
        }
        return members
    }

    /// Pairs `name=value` between blanks; a value may stand in quotes.
    public static func pairs(_ text: String) -> [JSON.Member] {
        var members: [JSON.Member] = []
        var rest = text[...]
        while let equals = rest.firstIndex(of: "="), members.count < pairsLimit {
            let name = rest[..<equals].split(whereSeparator: \.isWhitespace).last.map(String.init) ?? ""
            rest = rest[rest.index(after: equals)...]
            let value: Substring
            if rest.first == "\"" {
                value = rest.dropFirst().prefix { $0 != "\"" }
                rest = rest.dropFirst(value.count + 2)
            } else {
                value = rest.prefix { !$0.isWhitespace }
                rest = rest.dropFirst(value.count)
            }
            if !name.isEmpty { members.append(JSON.Member(name, .string(String(value)))) }
        }
        return members
    }
}
