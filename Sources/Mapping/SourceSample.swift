public import Events
import Formats

/// Samples of requests and the events expected from them: what the tests of shipped sources, and `itp check` for one's own,
/// compare.
public enum SourceSample {
    /// When samples are received: their times are before it.
    public static let receivedAt = Instant(milliseconds: 1_795_262_400_000)

    /// The request of a file. One that is called `.http` begins with the request's head, `POST /path?query` and headers up to
    /// an empty line; of every other the name's ending says what the body is.
    public static func request(file: String, _ bytes: [UInt8], source: String) -> AlertRecord {
        var record = AlertRecord(
            receipt: Identifier(high: 0x0190_0000_0000_7000, low: 0x8000_0000_0000_0001), receivedAt: receivedAt,
            source: source, peer: "192.0.2.1", deliveryID: nil, body: bytes)
        guard file.hasSuffix(".http") else {
            record.headers = [Event.Field(name: "content-type", value: type(of: file))]
            return record
        }
        var rest = bytes[...]
        var isFirst = true
        while let end = rest.firstIndex(of: 0x0A) {
            let line = String(decoding: rest[..<end], as: UTF8.self).trimmed
            rest = rest[(end + 1)...]
            if line.isEmpty { break }
            if isFirst {
                let target = line.split(separator: " ").dropFirst().first.map(String.init) ?? "/"
                record.query = HTTPTarget(target).rawQuery
            } else if let colon = line.firstIndex(of: ":") {
                let name = line[..<colon].trimmed.lowercased()
                record.headers.append(Event.Field(name: name, value: line[line.index(after: colon)...].trimmed))
            }
            isFirst = false
        }
        record.body = Array(rest)
        return record
    }

    private static func type(of file: String) -> String {
        if file.hasSuffix(".json") { return "application/json" }
        if file.hasSuffix(".xml") { return "application/xml" }
        if file.hasSuffix(".eml") { return "message/rfc822" }
        return file.hasSuffix(".form") ? "application/x-www-form-urlencoded" : "text/plain"
    }

    /// Events as a text that people read and compare: a field a line, in a fixed order, those without a value left out.
    public static func text(_ events: [Event]) -> String {
        events.map { event in
            var lines: [String] = []
            let add = { (name: String, value: String?) in
                if let value, !value.isEmpty { lines.append("\(name): \(inOneLine(value))") }
            }
            add("becomes", event.ending.map { "\($0.disposition.rawValue) (\($0.reason))" } ?? state(event))
            add("subject", event.subject)
            add("agent", event.agent.name)
            add("agent id", event.agent.guid)
            add("group", event.agent.machineGroup)
            add("os", event.agent.operatingSystem)
            add("host class", event.agent.hostClass?.rawValue)
            add("last check-in", event.agent.lastCheckIn.map { "\($0)" })
            add("org", event.organisation.name)
            add("org id", event.organisation.id)
            add("tenant", event.organisation.tenant)
            add("service level", event.organisation.serviceLevel)
            add("severity", event.severity)
            add("type", event.eventType)
            add("code", event.eventCode)
            add("key", event.correlationKey)
            add("delivery", event.deliveryID)
            add("occurred at", event.occurredAt.map { "\($0)" })
            add("link", event.link)
            for field in event.agent.customFields { add("field \(field.name)", field.value) }
            for remark in event.remarks.dropFirst() { add("remark", "\(remark.saw): \(remark.decided)") }
            let body = event.body.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline)
            if !event.body.isEmpty { lines += ["body:"] + body.map { $0.isEmpty ? "" : "  \($0)" } }
            return lines.joined(separator: "\n") + "\n"
        }.joined(separator: "---\n")
    }

    private static func state(_ event: Event) -> String { event.isNote ? "note" : event.state.rawValue }

    /// The first line in which two texts differ; nil where they are the same.
    public static func difference(_ expected: String, _ found: String) -> String? {
        let one = expected.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        let other = found.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline).map(String.init)
        for index in 0..<max(one.count, other.count) {
            let (wanted, given) = (index < one.count ? one[index] : "", index < other.count ? other[index] : "")
            if wanted != given { return "line \(index + 1): '\(wanted)' was expected, '\(given)' came" }
        }
        return nil
    }

    private static func inOneLine(_ text: String) -> String {
        text.split(whereSeparator: \.isNewline).joined(separator: "⏎")
    }
}
