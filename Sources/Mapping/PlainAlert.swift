import Events
import Formats

/// The fields that an alert of our own JSON may have.
enum PlainField: Int, CaseIterable {
    case subject, body, agent, agentId, group, os, hostClass, org, orgId, msp, serviceLevel, customFields
    case severity, priority, category, state, key, occurredAt, eventType, eventCode, lastCheckIn, link, attachments

    /// By the length of their names, which leaves few to be compared.
    private static let byLength = (0...16).map { length in allCases.filter { $0.name.utf8.count == length } }
    private static let names = allCases.map { Array($0.name.utf8) }

    /// The field of that name.
    static func named(_ name: String) -> PlainField? { named(name.utf8.span) }

    /// The field of that name.
    static func named(_ bytes: Span<UInt8>) -> PlainField? {
        guard bytes.count < byLength.count else { return nil }
        return byLength[bytes.count].first { field in
            let own = names[field.rawValue]
            return own.indices.allSatisfy { own[$0] == bytes[$0] }
        }
    }

    /// The field's name: that of its case.
    var name: String { "\(self)" }

    /// A kind of JSON value with its article, for messages.
    static func article(_ kind: String) -> String {
        kind == "null" ? "null" : (kind == "array" || kind == "object" ? "an " : "a ") + kind
    }
}

/// One alert of our own JSON, checked.
public struct PlainAlert: Sendable {
    /// The event that it becomes, still without identity.
    private var draft: Event
    /// Names of fields that nothing will use.
    let unknown: [String]

    init(_ json: JSON, at pointer: String) throws(PlainFault) {
        guard let members = json.members else {
            throw .wrongShape(pointer: pointer, what: "an object was expected, not \(PlainField.article(json.kind))")
        }
        let reader = FieldReader(members, at: pointer)
        unknown = reader.unknown
        guard let subject = try reader.prose(.subject)?.trimmed, !subject.isEmpty else {
            throw .wrongShape(pointer: pointer + "/subject", what: "a subject is needed: a string that is not empty")
        }
        let nobody = Identifier(high: 0, low: 0)
        draft = Event(
            id: nobody, receipt: nobody, receivedAt: Instant(milliseconds: 0), source: "", subject: subject)
        draft.body = try reader.prose(.body) ?? ""
        draft.eventType = try reader.text(.eventType) ?? ""
        draft.eventCode = try reader.text(.eventCode) ?? ""
        draft.severity = try reader.text(.severity) ?? ""
        draft.link = try reader.text(.link) ?? ""
        draft.correlationKey = try reader.text(.key).flatMap { $0.isEmpty ? nil : $0 }
        draft.occurredAt = try reader.time(.occurredAt)
        if let word = try reader.text(.state) {
            guard let state = AlertState(rawValue: word.lowercased()) else {
                throw reader.fault(.state, "'\(word)' is no state; write firing or resolved")
            }
            draft.state = state
            draft.tellsEnd = true
        }
        try readAgent(reader)
        try readOrganisation(reader)
        try PlainAlert.checkUnused(reader)
        try readFiles(reader)
    }

    private mutating func readAgent(_ reader: FieldReader) throws(PlainFault) {
        draft.agent.name = try reader.text(.agent)?.trimmed ?? ""
        draft.agent.guid = try reader.text(.agentId) ?? ""
        draft.agent.operatingSystem = try reader.text(.os) ?? ""
        draft.agent.machineGroup = try reader.text(.group) ?? ""
        draft.agent.lastCheckIn = try reader.time(.lastCheckIn)
        if let letter = try reader.text(.hostClass), !letter.isEmpty {
            guard let hostClass = HostClass(letter: letter) else {
                throw reader.fault(.hostClass, "'\(letter)' is no host class; write S, W, A or X")
            }
            draft.agent.hostClass = hostClass
        }
        draft.agent.customFields = try reader.fields(.customFields)
    }

    private mutating func readOrganisation(_ reader: FieldReader) throws(PlainFault) {
        // `org` is the name; where it stands alone people write the ID there as well, so it is looked up as both.
        draft.organisation.name = try reader.text(.org)?.trimmed ?? ""
        let id = try reader.text(.orgId)?.trimmed ?? ""
        draft.organisation.id = id.isEmpty ? draft.organisation.name : id
        draft.organisation.tenant = try reader.text(.msp)?.trimmed ?? ""
        draft.organisation.serviceLevel = try reader.text(.serviceLevel)?.trimmed ?? ""
    }

    /// Fields that nothing reads yet still have to be of the right shape, so that nobody finds out later.
    private static func checkUnused(_ reader: FieldReader) throws(PlainFault) {
        _ = try reader.text(.category)
        if let word = try reader.text(.priority), !word.isEmpty {
            let digits = word.uppercased().hasPrefix("P") ? word.dropFirst() : word[...]
            guard let number = Int(digits), (1...9).contains(number) else {
                throw reader.fault(.priority, "'\(word)' is no priority; write 1 … 9 or P1 … P9")
            }
        }
    }

    private mutating func readFiles(_ reader: FieldReader) throws(PlainFault) {
        guard let attachments = reader.value(.attachments) else { return }
        guard let elements = attachments.array else {
            throw reader.fault(.attachments, "an array was expected, not \(PlainField.article(attachments.kind))")
        }
        var files: [EventFile] = []
        for (index, element) in elements.enumerated() {
            guard let name = element["name"]?.string,
                let bytes = element["base64"]?.string.flatMap({ Base64.decode($0) })
            else {
                throw .wrongShape(
                    pointer: "\(reader.pointer)/attachments/\(index)",
                    what: "an attachment needs a name and its content as base64")
            }
            files.append(EventFile(name: name, type: element["type"]?.string ?? "", bytes: bytes))
        }
        draft.take(files)
    }

    /// The event of this alert as item `item` of a record.
    func event(of record: AlertRecord, item: Int) -> Event {
        var event = draft
        event.receipt = record.receipt
        event.id = record.receipt.derived(item)
        event.receivedAt = record.receivedAt
        event.source = record.source
        event.sender = record.peer
        event.correlationKey = event.correlationKey.map { "\(record.source):\($0)" }
        event.deliveryID = record.deliveryID.map { "\(record.source):\($0)" }
        return event
    }
}

/// Reads one alert's fields with their types checked.
private struct FieldReader {
    /// What is there and not null; of a repeated name the last counts.
    private var values = [JSON?](repeating: nil, count: PlainField.allCases.count)
    private(set) var unknown: [String] = []
    let pointer: String

    init(_ members: [JSON.Member], at pointer: String) {
        self.pointer = pointer
        for member in members {
            guard let field = PlainField.named(member.name) else {
                unknown.append(member.name)
                continue
            }
            if case .null = member.value {
                values[field.rawValue] = nil
            } else {
                values[field.rawValue] = member.value
            }
        }
    }

    func value(_ field: PlainField) -> JSON? { values[field.rawValue] }

    /// A string; numbers and truth values are taken as they are written.
    func text(_ field: PlainField) throws(PlainFault) -> String? {
        switch value(field) {
        case nil: return nil
        case .string(let text): return text
        case .number(let text): return text
        case .bool(let value): return value ? "true" : "false"
        case .some(let other): throw fault(field, "a string was expected, not \(PlainField.article(other.kind))")
        }
    }

    /// A string and nothing else: where people write sentences, a number is a mistake.
    func prose(_ field: PlainField) throws(PlainFault) -> String? {
        guard let value = value(field) else { return nil }
        guard let text = value.string else {
            throw fault(field, "a string was expected, not \(PlainField.article(value.kind))")
        }
        return text
    }

    /// RFC 3339, or seconds since 1970.
    func time(_ field: PlainField) throws(PlainFault) -> Instant? {
        switch value(field) {
        case nil: return nil
        case .string(""): return nil
        case .string(let text):
            guard let instant = Instant(rfc3339: text) else {
                throw fault(field, "'\(text)' is no time; write for instance 2026-11-21T02:14:07Z")
            }
            return instant
        case .some(let other):
            guard let seconds = other.double, abs(seconds) < 1e11 else {
                throw fault(field, "a time was expected: RFC 3339, or seconds since 1970")
            }
            return Instant(milliseconds: Int64(seconds * 1000))
        }
    }

    func fields(_ field: PlainField) throws(PlainFault) -> [Event.Field] {
        guard let value = value(field) else { return [] }
        guard let members = value.members else {
            throw fault(field, "an object was expected, not \(PlainField.article(value.kind))")
        }
        var fields: [Event.Field] = []
        for member in members {
            let text = member.value.string ?? (member.value == .null ? "" : member.value.compact)
            fields.append(Event.Field(name: member.name, value: text))
        }
        return fields
    }

    func fault(_ field: PlainField, _ what: String) -> PlainFault {
        .wrongShape(pointer: "\(pointer)/\(field.name)", what: what)
    }
}
