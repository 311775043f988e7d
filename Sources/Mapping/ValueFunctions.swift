import Events
import Formats
import Settings

extension Evaluator {
    /// What a function makes of a value; of none only a default makes something.
    mutating func apply(_ function: ValueFunction, _ value: String?) -> String? {
        if case .fallback(let text) = function { return value.flatMap { $0.isEmpty ? nil : $0 } ?? text }
        guard let value else { return nil }
        switch function {
        case .trim: return value.trimmed
        case .lower: return value.lowercased()
        case .upper: return value.uppercased()
        case .html: return ReadableHTML.text(Array(value.utf8), limit: value.utf8.count)
        case .urldecode:
            return String(decoding: percentDecoded(Array(value.utf8)[...], plusIsBlank: true), as: UTF8.self)
        case .base64: return Base64.decode(value.filter { !$0.isWhitespace }).map { Charset.text($0, charset: "utf-8") }
        case .hash:
            var fingerprint = Fingerprint()
            fingerprint.add(value.utf8)
            return fingerprint.short
        case .word: return Evaluator.word(value)
        case .noDigits: return value.filter { !$0.isNumber }
        case .replace(let old, let new): return old.isEmpty ? value : value.replacing(old, with: new)
        case .split(let separator, let place):
            let parts = value.split(separator: separator, omittingEmptySubsequences: false)
            let index = place < 0 ? parts.count + place : place
            return parts.indices.contains(index) ? parts[index].trimmed : nil
        case .substring(let start, let length):
            let rest = value.dropFirst(start)
            return String(length.map { rest.prefix(max($0, 0)) } ?? rest)
        case .prefix(let text): return value.isEmpty ? nil : text + value
        case .suffix(let text): return value.isEmpty ? nil : value + text
        case .strip(let text): return value.hasPrefix(text) ? String(value.dropFirst(text.count)) : value
        case .find(let pattern):
            guard case .groups(let groups) = pattern.match(value) else { return nil }
            return groups.sorted { $0.key < $1.key }.first { !$0.value.isEmpty }?.value
        case .keyed(let name):
            return KeyValueText.lines(value).first { $0.name.equalsIgnoringCase(name) }?.value.string
        case .map(let index): return mapped(value, source.mapping.maps[index])
        case .date(let pattern): return instant(value, pattern).map { "\($0)" }
        case .fallback: return value
        }
    }

    /// What a map makes of a value. One that it does not know is said in the trace.
    private mutating func mapped(_ value: String, _ map: ValueMap) -> String? {
        let text = value.trimmed
        let small = text.lowercased()
        let number = Double(text)
        for entry in map.entries {
            switch entry.test {
            case .words(let words): if words.contains(small) { return entry.result }
            case .range(let range): if let number, range.contains(number) { return entry.result }
            case .matches(let pattern): if case .groups = pattern.match(text) { return entry.result }
            case .anything: return entry.result
            }
        }
        remark("Map.\(map.name) has no entry for '\(text.prefix(40))'")
        return nil
    }

    /// Fit for a MonSetID's name: what is neither letter nor digit becomes one hyphen.
    private static func word(_ value: String) -> String {
        var out = ""
        for character in value.uppercased() {
            if character.isLetter || character.isNumber {
                out.append(character)
            } else if !out.hasSuffix("-"), !out.isEmpty {
                out.append("-")
            }
            if out.count == 60 { break }
        }
        while out.hasSuffix("-") { out.removeLast() }
        return out
    }
}
