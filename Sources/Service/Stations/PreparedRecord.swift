public import Decisions
public import Events
import Formats
import Mapping
import Platform
public import Settings

/// A journal record decoded, mapped to events, and through the stages that need no memory: what workers do in parallel.
public struct PreparedRecord: Sendable {
    /// The alert as it was received.
    public var alert: AlertRecord
    /// Its events, item by item.
    public var events: [PreparedEvent]

    /// Prepares an alert. It always gives at least one event: what cannot be mapped becomes one that is unparseable.
    public init(_ alert: AlertRecord, _ settings: Shared<Settings>, inputs: [String: InputAnswer] = [:]) {
        self.alert = alert
        events = PreparedRecord.mapped(alert, settings, inputs).map {
            Pipeline.prepare($0, settings, inputs: inputs)
        }
    }

    /// One of its events, prepared; nil where the alert has no such item.
    static func event(
        _ item: Int, of alert: AlertRecord, _ settings: Shared<Settings>, _ inputs: [String: InputAnswer]
    ) -> PreparedEvent? {
        let events = mapped(alert, settings, inputs)
        return item < events.count ? Pipeline.prepare(events[item], settings, inputs: inputs) : nil
    }

    private static func mapped(
        _ alert: AlertRecord, _ settings: Shared<Settings>, _ inputs: [String: InputAnswer]
    ) -> [Event] {
        guard alert.source == "api" else {
            if alert.source == Event.drillSource { return [FireDrill.event(of: alert, settings.wrappedValue)] }
            if alert.source == SourceSettings.silence { return [SourceSilence.event(of: alert)] }
            guard let source = settings.sources[alert.source] else {
                let raw = String(decoding: alert.body, as: UTF8.self)
                return [SourceMapper.unreadable(alert, 0, "there is no [SOURCE \(alert.source)] any more", raw)]
            }
            guard let mail = source.mail else {
                let events = SourceMapper.events(of: alert, source)
                return completed(events, alert, source, inputs) ?? events
            }
            return MailMapper.events(of: alert, source, mail, settings.staff, GMimeReader())
        }
        do {
            return try PlainAlerts.events(of: alert)
        } catch {
            var event = Event(
                id: alert.receipt, receipt: alert.receipt, receivedAt: alert.receivedAt, source: alert.source,
                subject: "unreadable alert")
            event.body = "\(error)"
            return [event]
        }
    }

    /// The events with the record that was looked up for them; nil where there is none.
    private static func completed(
        _ events: [Event], _ alert: AlertRecord, _ source: SourceSettings, _ inputs: [String: InputAnswer]
    ) -> [Event]? {
        guard !inputs.isEmpty, events.count == 1, let id = events[0].lookUp,
            let answer = inputs[InputRequest(kind: .record, subject: id, patience: .seconds(0)).name],
            case .found(let record) = RecordAnswer(answer)
        else { return nil }
        return SourceLookUp.events(of: alert, source, with: record)
    }

    /// An alert that has ended the program again and again: nothing in it is looked at; it ends as one failed event.
    public init(quarantining alert: AlertRecord, exits: Int) {
        self.alert = alert
        var event = Event(
            id: alert.receipt, receipt: alert.receipt, receivedAt: alert.receivedAt, source: alert.source,
            subject: "quarantined alert")
        event.body = "The alert as it came is in the journal."
        events = [
            Pipeline.quarantine(
                event, "the program ended \(exits) times while this alert was in work; it is kept as it came, undecided"
            )
        ]
    }
}
