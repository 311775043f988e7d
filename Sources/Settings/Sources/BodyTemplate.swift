public import Formats

/// The body that an operator pasted into a sender, `{"host":"[hostname]","text":"[message]"}`: where values put into it
/// have broken its JSON, they are found again by the text that stands between them.
public struct BodyTemplate: Sendable {
    private enum Part: Sendable {
        /// Text without blanks.
        case text([UInt8])
        case value
    }

    /// The template's own JSON, whose strings hold marks in place of values.
    private let document: JSON
    private let parts: [Part]

    /// Reads a template; nil where it is no JSON once its placeholders are marked, or has none.
    public init?(_ text: String) {
        var marked = ""
        var parts: [Part] = []
        var rest = text[...]
        var count = 0
        while let (range, _) = BodyTemplate.placeholder(in: rest) {
            let before = rest[..<range.lowerBound]
            marked += before + "\u{FFFC}\(count)\u{FFFC}"
            parts.append(.text(before.utf8.filter { !BodyTemplate.isBlank($0) }))
            parts.append(.value)
            rest = rest[range.upperBound...]
            count += 1
        }
        marked += rest
        parts.append(.text(rest.utf8.filter { !BodyTemplate.isBlank($0) }))
        guard count > 0 else { return nil }
        do {
            document = try JSON(parsing: marked)
        } catch {
            return nil
        }
        self.parts = parts
    }

    /// The template with the values of a body; nil where the body's own text is not the template's.
    public func filled(from body: [UInt8]) -> JSON? {
        var values: [String] = []
        var at = 0
        for (index, part) in parts.enumerated() {
            guard case .text(let text) = part else { continue }
            let isLast = index == parts.count - 1
            guard let found = BodyTemplate.find(text, in: body, from: at, anchored: index == 0, toEnd: isLast) else {
                return nil
            }
            if index > 0 { values.append(Charset.text(Array(body[at..<found.lowerBound]), charset: "utf-8")) }
            at = found.upperBound
        }
        return BodyTemplate.fill(document, values)
    }

    private static func fill(_ json: JSON, _ values: [String]) -> JSON {
        switch json {
        case .string(let text):
            let pieces = text.split(separator: "\u{FFFC}", omittingEmptySubsequences: false)
            guard pieces.count > 1 else { return json }
            return .string(
                pieces.enumerated().map { index, piece in
                    guard index % 2 == 1, let number = Int(piece), values.indices.contains(number) else {
                        return String(piece)
                    }
                    return values[number]
                }.joined())
        case .array(let elements): return .array(elements.map { fill($0, values) })
        case .object(let members): return .object(members.map { JSON.Member($0.name, fill($0.value, values)) })
        default: return json
        }
    }

    /// The next place in a template where a sender puts a value.
    private static func placeholder(in text: Substring) -> (Range<Substring.Index>, Void)? {
        var at = text.startIndex
        while let start = text[at...].firstIndex(where: { "[%{$#".contains($0) }) {
            if let end = end(of: text[start...]) { return (start..<end, ()) }
            at = text.index(after: start)
        }
        return nil
    }

    /// Where the placeholder that a text begins with ends.
    private static func end(of text: Substring) -> Substring.Index? {
        for (open, close) in [("{{", "}}"), ("{", "}"), ("[", "]"), ("$", "$"), ("#", "#"), ("%", "")]
        where text.hasPrefix(open) {
            let name = text.dropFirst(open.count).prefix { $0.isLetter || $0.isNumber || "._- ".contains($0) }
            guard let first = name.first, first != " ", first.isLetter || open == "{{" || first == "_" else { continue }
            if close.isEmpty { return name.firstIndex { !($0.isLetter || $0 == "_") } ?? name.endIndex }
            guard text[name.endIndex...].hasPrefix(close) else { continue }
            return text.index(name.endIndex, offsetBy: close.count)
        }
        return nil
    }

    /// The next place where a text stands, blanks not counted.
    private static func find(
        _ text: [UInt8], in body: [UInt8], from start: Int, anchored: Bool, toEnd: Bool
    ) -> Range<Int>? {
        var at = start
        while at <= body.count {
            var (position, matched) = (at, 0)
            while matched < text.count, position < body.count {
                if body[position] == text[matched] {
                    matched += 1
                } else if !isBlank(body[position]) || matched == 0 && !anchored {
                    break
                }
                position += 1
            }
            if matched == text.count {
                if !toEnd || body[position...].allSatisfy(isBlank) { return at..<position }
            }
            if anchored { return nil }
            at += 1
        }
        return nil
    }

    private static func isBlank(_ byte: UInt8) -> Bool { byte == 0x20 || byte == 0x09 || byte == 0x0A || byte == 0x0D }
}
