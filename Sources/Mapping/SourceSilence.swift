public import Events
import Formats
import Settings

/// A source that is silent for longer than its `ExpectEvery`, as an alert of ITP's own, and its end.
public enum SourceSilence {
    /// The alert that a source is silent, or has spoken again.
    public static func record(
        of name: String, heard: Instant, every: Instant.Span, isOver: Bool, at now: Instant
    ) -> AlertRecord {
        var fingerprint = Fingerprint()
        fingerprint.add("\(name)\u{0}\(heard.milliseconds)\u{0}\(isOver)".utf8)
        let low = fingerprint.short.utf8.reduce(into: UInt64(0)) { $0 = $0 &* 0x100_0000_01B3 ^ UInt64($1) }
        let receipt = Identifier(
            high: UInt64(bitPattern: now.milliseconds) << 16 | 0x7000,
            low: low & 0x3FFF_FFFF_FFFF_FFFF | 0x8000_0000_0000_0000)
        let body: JSON = [
            "source": .string(name), "heard": .integer(heard.milliseconds),
            "minutes": .integer(every.milliseconds / 60_000), "over": .bool(isOver),
        ]
        return AlertRecord(
            receipt: receipt, receivedAt: now, source: SourceSettings.silence, peer: "", deliveryID: nil,
            body: body.bytes)
    }

    /// The event of such an alert.
    public static func event(of record: AlertRecord) -> Event {
        let json = JSON(ifValid: record.body) ?? .null
        let name = json["source"]?.string ?? ""
        let minutes = json["minutes"]?.integer ?? 0
        let isOver = json["over"]?.bool ?? false
        var event = Event(
            id: record.receipt, receipt: record.receipt, receivedAt: record.receivedAt, source: record.source,
            subject: "EVT|ITP|SILENT|\(name)||ITP-SOURCE-SILENT.EVT.X.P2.Alm")
        event.agent.name = name
        event.agent.hostClass = .other
        event.correlationKey = "\(record.source):\(name)"
        event.state = isOver ? .resolved : .firing
        event.tellsEnd = true
        let heard = Instant(milliseconds: json["heard"]?.integer ?? 0)
        event.body =
            isOver
            ? "The source '\(name)' has sent again."
            : """
            The source '\(name)' has sent nothing since \(heard), and is expected to send every \(minutes) minutes.
            Its alerts may not reach ITP: look at the sender, its way here, and at what [SOURCE \(name)] says of Auth.
            """
        return event
    }
}
