public import Events
import Formats
public import Settings

/// Alerts that hold only the ID of a record elsewhere (`LookUp`).
public enum SourceLookUp {
    /// The events of an alert and the record that was read for it: what the alert says stands, the record adds to it. Nil where
    /// the two cannot be put together.
    public static func events(
        of alert: AlertRecord, _ source: SourceSettings, with record: String
    ) -> [Event]? {
        do {
            guard let said = try BodyDecoder.document(of: alert, source.decoding).members,
                let known = try JSON(parsing: record).members
            else { return nil }
            let names = Set(said.map(\.name))
            var whole = alert
            whole.body = JSON.object(said + known.filter { !names.contains($0.name) }).bytes
            whole.headers.removeAll { $0.name.equalsIgnoringCase("content-type") }
            return SourceMapper.events(of: whole, source)
        } catch {
            return nil
        }
    }
}
