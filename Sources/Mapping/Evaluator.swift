import Events
import Formats
import Settings

/// The values of one item of a request: what the texts and conditions of its source ask for.
struct Evaluator {
    let record: AlertRecord
    let source: SourceSettings
    let document: JSON
    let item: JSON
    private var groups: [String: String] = [:]
    /// What has been asked for already: fields and variables refer to each other.
    private var fields: [SourceField: String] = [:]
    private var variables: [Int: String] = [:]
    private var underWay: Set<String> = []
    /// Values without a mapping and times that are none, each once.
    private(set) var remarks: [String] = []
    /// Among the values that say what the alert is about: how many were there, and how many not filled in.
    private(set) var identified = 0
    private(set) var notFilledIn = 0
    private var isIdentifying = false
    /// Values of the request that were there.
    private var requestValues = 0

    private var mapping: SourceMapping { source.mapping }

    init(_ record: AlertRecord, _ source: SourceSettings, document: JSON, item: JSON) {
        self.record = record
        self.source = source
        self.document = document
        self.item = item
        for match in source.mapping.matches {
            guard let text = value(of: match.text) else { continue }
            switch match.pattern.match(text) {
            case .none: continue
            case .groups(let found): groups.merge(found.filter { !$0.value.isEmpty }) { first, _ in first }
            case .limitExceeded(let reason): remark("a Match. expression was given up: \(reason)")
            }
        }
        // What was asked for on the way may depend on groups that were found later.
        (fields, variables) = ([:], [:])
    }

    /// A field's text; nil where nothing stands behind it.
    mutating func field(_ field: SourceField) -> String? {
        if let known = fields[field] { return known.isEmpty ? nil : known }
        let key = field.rawValue
        guard let text = mapping.fields[field], underWay.insert(key).inserted else { return nil }
        defer { underWay.remove(key) }
        isIdentifying = SourceField.identifying.contains(field)
        let value =
            switch field {
            case .subject: subject(text)
            case .key, .deliveryID: self.value(of: text, isName: true)
            default: self.value(of: text)
            }
        isIdentifying = false
        let normal = normalised(field, value)
        fields[field] = normal ?? ""
        return normal
    }

    /// Priorities and host classes in the form that a MonSetID has them.
    private mutating func normalised(_ field: SourceField, _ value: String?) -> String? {
        guard let value, field == .priority || field == .hostClass else { return value }
        if field == .hostClass {
            if let hostClass = HostClass(letter: value.trimmed) { return hostClass.rawValue }
        } else {
            let digits = value.trimmed.uppercased().hasPrefix("P") ? value.trimmed.dropFirst() : value.trimmed[...]
            if let number = Int(digits), (1...9).contains(number) { return "\(number)" }
        }
        remark("\(field.rawValue) '\(value.prefix(40))' is none")
        return nil
    }

    /// A text with its values; nil where it has values and none of them is there. A name that lacks a value names nothing,
    /// or the wrong thing, unless the value has a default.
    mutating func value(of text: SourceText, isName: Bool = false) -> String? {
        var (out, hasValues, isFilled) = ("", false, false)
        for part in text.parts {
            switch part {
            case .text(let plain): out += plain
            case .value(let wanted):
                hasValues = true
                if let value = value(wanted) {
                    isFilled = true
                    out += value
                } else if isName, !wanted.hasDefault {
                    return nil
                }
            }
        }
        return out.isEmpty || hasValues && !isFilled ? nil : out
    }

    /// A subject; nil where nothing in it comes of the request. What a sender wrote must not shift its fields: where the text has a `|` of its own, those of values become
    /// `/`, and behind the last one their dots become hyphens.
    private mutating func subject(_ text: SourceText) -> String? {
        let pipes = text.parts.reduce(0) { count, part in
            if case .text(let plain) = part { count + plain.count { $0 == "|" } } else { count }
        }
        let hasValues = text.parts.contains { if case .value = $0 { true } else { false } }
        let before = requestValues
        var (out, seen) = ("", 0)
        for part in text.parts {
            switch part {
            case .text(let plain):
                out += plain
                seen += plain.count { $0 == "|" }
            case .value(let wanted):
                guard let value = value(wanted) else { continue }
                guard pipes > 0 else {
                    out += inOneLine(value)
                    continue
                }
                var line = inOneLine(value).trimmed.replacing("|", with: "/")
                if line.count > Evaluator.subjectFieldLimit {
                    line = String(line.prefix(Evaluator.subjectFieldLimit)) + "…"
                }
                out += seen == pipes ? line.replacing(".", with: "-") : line
            }
        }
        return hasValues && requestValues == before ? nil : out.trimmed
    }

    /// Letters of one value within a parsable subject.
    private static let subjectFieldLimit = 250

    /// The first alternative that is there, with what is done to it.
    mutating func value(_ wanted: SourceValue) -> String? {
        var value: String?
        for alternative in wanted.alternatives {
            value = operand(alternative)
            if value?.isEmpty == false { break }
        }
        for function in wanted.functions { value = apply(function, value) }
        return value.flatMap { $0.isEmpty ? nil : $0 }
    }

    private mutating func operand(_ operand: SourceOperand) -> String? {
        switch operand {
        case .nested(let inner): return value(inner)
        case .pointer(let path, let ofDocument):
            return path.value(in: ofDocument ? document : item).flatMap { given($0) }
        case .header(let name): return record.header(name).flatMap { given(.string($0)) }
        case .query(let name):
            let items = HTTPTarget.items(of: Array(record.query.utf8)[...])
            return items.last { $0.name == name }.flatMap { given(.string($0.value)) }
        case .constant(let text): return text
        case .group(let name): return groups[name].flatMap { given(.string($0)) }
        case .variable(let index): return variable(index)
        case .field(.priority): return field(.priority) ?? "3"
        case .field(.hostClass): return field(.hostClass) ?? "X"
        case .field(let other):
            let wasIdentifying = isIdentifying
            defer { isIdentifying = wasIdentifying }
            return field(other)
        case .body: return whole(BodyDecoder.text(of: record))
        case .item: return whole(Evaluator.text(item))
        case .source: return source.name
        }
    }

    private mutating func whole(_ text: String?) -> String? {
        requestValues += 1
        return text
    }

    private mutating func variable(_ index: Int) -> String? {
        if let known = variables[index] { return known.isEmpty ? nil : known }
        guard underWay.insert("\(index)").inserted else { return nil }
        defer { underWay.remove("\(index)") }
        let value = value(of: mapping.variables[index])
        variables[index] = value ?? ""
        return value
    }

    /// A value of the request as text; nil where it is empty or was not filled in.
    private mutating func given(_ json: JSON) -> String? {
        guard let text = Evaluator.text(json), !text.isEmpty else { return nil }
        if Placeholder.isPlaceholder(text.trimmed, source.decoding.placeholders) {
            if isIdentifying { notFilledIn += 1 }
            return nil
        }
        if isIdentifying { identified += 1 }
        requestValues += 1
        return text
    }

    /// A value as text: arrays joined, objects as JSON.
    static func text(_ json: JSON) -> String? {
        switch json {
        case .null: nil
        case .string(let text): text
        case .number(let text): text
        case .bool(let value): value ? "true" : "false"
        case .array(let elements): elements.compactMap { text($0) }.filter { !$0.isEmpty }.joined(separator: ", ")
        case .object: json.compact
        }
    }

    mutating func remark(_ text: String) {
        if !remarks.contains(text), remarks.count < 10 { remarks.append(text) }
    }

    // MARK: Times

    /// A time in one of the ways that the source and everybody uses; nil for none, and for what cannot be.
    mutating func time(_ field: SourceField) -> Instant? {
        guard let text = self.field(field) else { return nil }
        guard let instant = instant(text, nil) else {
            remark("\(field.rawValue) '\(text.prefix(40))' is no time that is known here")
            return nil
        }
        // 0001-01-01 is how some say "none".
        guard instant.milliseconds >= Evaluator.earliest else { return nil }
        guard instant < record.receivedAt + .hours(24) else {
            remark("\(field.rawValue) '\(text.prefix(40))' lies ahead")
            return nil
        }
        return instant
    }

    /// 2000-01-01.
    private static let earliest: Int64 = 946_684_800_000

    func instant(_ text: String, _ pattern: DatePattern?) -> Instant? {
        if let pattern { return pattern.instant(text, zone: mapping.zone) }
        for pattern in mapping.datePatterns {
            if let instant = pattern.instant(text, zone: mapping.zone) { return instant }
        }
        return DatePattern.instant(anyWay: text, zone: mapping.zone)
    }

    // MARK: Conditions

    /// Whether a condition holds.
    mutating func holds(_ condition: SourceCondition) -> Bool {
        switch condition {
        case .all(let conditions): return conditions.allSatisfy { holds($0) }
        case .any(let conditions): return conditions.contains { holds($0) }
        case .not(let other): return !holds(other)
        case .compare(let wanted, let comparison): return compare(value(wanted), comparison)
        }
    }

    private mutating func compare(_ value: String?, _ comparison: SourceCondition.Comparison) -> Bool {
        switch comparison {
        case .exists: return value != nil
        case .equals(let words):
            let text = (value ?? "").trimmed
            return words.contains { $0.equalsIgnoringCase(text) }
        case .matches(let pattern):
            switch pattern.match(value ?? "") {
            case .groups: return true
            case .none: return false
            case .limitExceeded(let reason):
                remark("an expression of a rule was given up: \(reason)")
                return false
            }
        case .less(let limit, let orEqual):
            guard let number = value.flatMap({ Double($0.trimmed) }) else { return false }
            return orEqual ? number <= limit : number < limit
        case .greater(let limit, let orEqual):
            guard let number = value.flatMap({ Double($0.trimmed) }) else { return false }
            return orEqual ? number >= limit : number > limit
        }
    }
}
