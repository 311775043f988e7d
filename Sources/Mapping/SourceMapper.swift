public import Events
import Formats
public import Settings

/// What a source's request becomes: decoded, cut into items, each item mapped to an event. A pure function of both.
public enum SourceMapper {
    /// Items of one request; those beyond it become one event that says so.
    public static let itemsLimit = 1000
    /// Bytes of a raw text that an unreadable alert carries in its body.
    private static let rawLimit = 64 << 10

    /// The events of a request, at least one. What cannot be read becomes one that cannot be parsed and holds the raw text.
    public static func events(of record: AlertRecord, _ source: SourceSettings) -> [Event] {
        let document: JSON
        do {
            document = try BodyDecoder.document(of: record, source.decoding)
        } catch {
            var event = unreadable(record, 0, error.description, BodyDecoder.text(of: record))
            event.deliveryID = deliveryID(record, source, document: .null)
            return [event]
        }
        let delivery = deliveryID(record, source, document: document)
        let items = items(of: document, record, source)
        guard !items.isEmpty else {
            var event = blank(record, 0, subject: "an empty request of \(source.name)")
            event.ending = Event.Ending(.cancelled, reason: "the request holds no alert")
            event.deliveryID = delivery
            return [event]
        }
        var events = items.prefix(itemsLimit).enumerated().map { index, item in
            event(of: item, index, document, record, source)
        }
        if items.count > itemsLimit {
            events.append(
                unreadable(
                    record, itemsLimit, "the request holds \(items.count) alerts, \(itemsLimit) were taken",
                    BodyDecoder.text(of: record)))
        }
        for index in events.indices { events[index].deliveryID = delivery }
        return events
    }

    // MARK: Items

    private static func items(of document: JSON, _ record: AlertRecord, _ source: SourceSettings) -> [JSON] {
        switch source.mapping.fanOut {
        case nil: return [document]
        case .elements(let path):
            guard let value = path.value(in: document) else { return [document] }
            if let elements = value.array { return elements }
            return value == .null ? [document] : [value]
        case .lines(let wanted):
            var evaluator = Evaluator(record, source, document: document, item: document)
            guard let text = evaluator.value(wanted) else { return [document] }
            return text.split(whereSeparator: \.isNewline).map(\.trimmed).filter { !$0.isEmpty }.map { .string($0) }
        case .matches(let wanted, let pattern):
            var evaluator = Evaluator(record, source, document: document, item: document)
            guard let text = evaluator.value(wanted) else { return [document] }
            let found = finds(of: pattern, in: text)
            return found.isEmpty ? [document] : found
        }
    }

    /// What an expression finds, again and again in what its group `rest` leaves.
    private static func finds(of pattern: any PatternMatcher, in text: String) -> [JSON] {
        var items: [JSON] = []
        var rest = text
        while items.count <= itemsLimit, case .groups(let groups) = pattern.match(rest) {
            let members = groups.filter { $0.key != "rest" }.sorted { $0.key < $1.key }
            items.append(.object(members.map { JSON.Member($0.key, .string($0.value)) }))
            guard let next = groups["rest"], !next.isEmpty, next.utf8.count < rest.utf8.count else { break }
            rest = next
        }
        return items
    }

    private static func deliveryID(_ record: AlertRecord, _ source: SourceSettings, document: JSON) -> String? {
        var evaluator = Evaluator(record, source, document: document, item: document)
        let id =
            source.mapping.fields[.deliveryID] == nil
            ? record.header("idempotency-key") ?? record.header("webhook-id") : evaluator.field(.deliveryID)
        return id.map { "\(source.name):\(String($0.prefix(256)))" }
    }

    // MARK: One event

    private static func event(
        of given: JSON, _ index: Int, _ document: JSON, _ record: AlertRecord, _ source: SourceSettings
    ) -> Event {
        let item: JSON
        do {
            item = try BodyDecoder.item(given, source.decoding)
        } catch {
            return unreadable(record, index, error.description, Evaluator.text(given) ?? "")
        }
        var evaluator = Evaluator(record, source, document: document, item: item)
        var event = blank(record, index, subject: evaluator.field(.subject) ?? "")
        fill(&event, &evaluator, source)
        event.tellsEnd = source.mapping.rules.contains { if case .resolve = $0.action { true } else { false } }
        let (action, rule) = action(&evaluator, source.mapping)
        switch action {
        case .fire: break
        case .resolve: event.state = .resolved
        case .note: event.isNote = true
        case .ignore(let reason):
            event.ending = Event.Ending(.cancelled, reason: reason.isEmpty ? "ignored by \(source.name)" : reason)
        case .test: event.ending = Event.Ending(.cancelled, reason: "test")
        }
        // Where nothing but placeholders says what it is about, somebody has pressed a test button.
        if evaluator.notFilledIn > 0, evaluator.identified == 0, event.ending == nil {
            event.ending = Event.Ending(.cancelled, reason: "test")
        }
        if event.subject.isEmpty, event.ending == nil {
            return unreadable(record, index, "the mapping gives no subject", Evaluator.text(item) ?? "")
        }
        if event.subject.isEmpty { event.subject = "a request of \(source.name)" }
        event.remarks = [
            TraceStep(
                .intake, saw: "source \(source.name)" + (index > 0 ? ", item \(index + 1)" : ""), decided: word(action),
                rule: rule)
        ]
        for remark in evaluator.remarks {
            event.remarks.append(TraceStep(.intake, saw: remark, decided: "taken as absent"))
        }
        return event
    }

    private static func fill(_ event: inout Event, _ evaluator: inout Evaluator, _ source: SourceSettings) {
        event.body = tidied(evaluator.field(.body) ?? "")
        event.agent.name = evaluator.field(.agent)?.trimmed ?? ""
        event.agent.guid = evaluator.field(.agentID)?.trimmed ?? ""
        event.agent.machineGroup = evaluator.field(.group)?.trimmed ?? ""
        event.agent.operatingSystem = evaluator.field(.system) ?? ""
        event.agent.hostClass = evaluator.field(.hostClass).flatMap { HostClass(letter: $0) }
        event.agent.lastCheckIn = evaluator.time(.lastCheckIn)
        event.agent.customFields = source.mapping.customFields.compactMap { field in
            evaluator.value(of: field.text).map { Event.Field(name: field.name, value: $0) }
        }
        event.organisation.name = evaluator.field(.organisation)?.trimmed ?? ""
        let id = evaluator.field(.organisationID)?.trimmed ?? ""
        event.organisation.id = id.isEmpty ? event.organisation.name : id
        event.organisation.tenant = evaluator.field(.tenant)?.trimmed ?? ""
        event.organisation.serviceLevel = evaluator.field(.serviceLevel)?.trimmed ?? ""
        event.severity = evaluator.field(.severity) ?? ""
        event.eventType = evaluator.field(.eventType) ?? ""
        event.eventCode = evaluator.field(.eventCode) ?? ""
        event.link = evaluator.field(.link) ?? ""
        event.lookUp = evaluator.field(.lookUp).map { String($0.prefix(256)) }
        event.occurredAt = evaluator.time(.occurredAt)
        event.correlationKey = evaluator.field(.key).map { "\(source.name):\(String($0.prefix(512)))" }
    }

    /// Without blank lines at its ends, and never two of them in a row: what is absent leaves none.
    private static func tidied(_ text: String) -> String {
        var lines: [Substring] = []
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.isEmpty, lines.last?.isEmpty ?? true { continue }
            lines.append(line)
        }
        while lines.last?.isEmpty ?? false { lines.removeLast() }
        return lines.joined(separator: "\n")
    }

    private static func action(
        _ evaluator: inout Evaluator, _ mapping: SourceMapping
    ) -> (SourceMapping.Action, RuleReference?) {
        for rule in mapping.rules {
            guard let condition = rule.condition else { return (rule.action, rule.reference) }
            if evaluator.holds(condition) { return (rule.action, rule.reference) }
        }
        return (.fire, nil)
    }

    private static func word(_ action: SourceMapping.Action) -> String {
        switch action {
        case .fire: "fire"
        case .resolve: "resolve"
        case .note: "note"
        case .ignore: "ignore"
        case .test: "test"
        }
    }

    private static func blank(_ record: AlertRecord, _ index: Int, subject: String) -> Event {
        var event = Event(
            id: record.receipt.derived(index), receipt: record.receipt, receivedAt: record.receivedAt,
            source: record.source, subject: subject)
        event.sender = record.peer
        return event
    }

    /// An event that no stage can parse: nothing that was accepted is lost.
    public static func unreadable(_ record: AlertRecord, _ index: Int, _ why: String, _ raw: String) -> Event {
        var event = blank(record, index, subject: "Unreadable alert from \(record.source)")
        event.body = "\(why)\n\n\(String(decoding: raw.utf8.prefix(rawLimit), as: UTF8.self))"
        event.remarks = [TraceStep(.intake, saw: "source \(record.source)", decided: "not readable: \(why)")]
        return event
    }
}
