public import Events
import Formats

/// Why a body of `POST /v1/alerts` is refused.
public enum PlainFault: Error, Sendable, Equatable {
    /// It is no JSON: the byte offset and what is wrong there.
    case notJSON(offset: Int, what: String)
    /// It is JSON of the wrong shape: a JSON pointer and what is wrong there.
    case wrongShape(pointer: String, what: String)
}

/// Our own JSON, `POST /v1/alerts`: one alert as an object, or `{"alerts":[…]}`.
public struct PlainAlerts: Sendable {
    /// How many alerts one request may hold.
    public static let alertsLimit = 1000

    /// The alerts of the body, in their order.
    public private(set) var alerts: [PlainAlert] = []
    /// Fields that nothing will use; they are kept in the raw alert.
    public private(set) var warnings: [String] = []

    /// Reads and checks a body. Throws `PlainFault` for the first thing that is wrong.
    public init(parsing body: [UInt8]) throws(PlainFault) {
        let json: JSON
        do {
            json = try JSON(parsing: body)
        } catch {
            throw .notJSON(offset: error.offset, what: error.what)
        }
        guard let members = json.members else {
            throw .wrongShape(pointer: "", what: "an object was expected, not \(PlainField.article(json.kind))")
        }
        guard let batch = json["alerts"] else {
            try add(json, at: "")
            return
        }
        guard let elements = batch.array else {
            throw .wrongShape(pointer: "/alerts", what: "an array was expected, not \(PlainField.article(batch.kind))")
        }
        guard !elements.isEmpty, elements.count <= PlainAlerts.alertsLimit else {
            throw .wrongShape(
                pointer: "/alerts", what: "\(elements.count) alerts; one request takes 1 to \(PlainAlerts.alertsLimit)")
        }
        for member in members where member.name != "alerts" { warn("", member.name) }
        for (index, element) in elements.enumerated() { try add(element, at: "/alerts/\(index)") }
    }

    private mutating func add(_ json: JSON, at pointer: String) throws(PlainFault) {
        alerts.append(try PlainAlert(json, at: pointer))
        for name in alerts[alerts.count - 1].unknown { warn(pointer, name) }
    }

    private mutating func warn(_ pointer: String, _ name: String) {
        // A sender that repeats one unknown field in a thousand alerts needs to be told of a few.
        guard warnings.count < 10 else { return }
        // `~` and `/` within a name, as a JSON pointer writes them (RFC 6901).
        let escaped = name.replacing("~", with: "~0").replacing("/", with: "~1")
        warnings.append("unknown field \(pointer)/\(escaped): kept in the raw alert, not used")
    }

    /// The events of a record of this source: item by item, each with its derived ID. Throws `PlainFault`.
    public static func events(of record: AlertRecord) throws(PlainFault) -> [Event] {
        let alerts = try PlainAlerts(parsing: record.body).alerts
        return alerts.indices.map { alerts[$0].event(of: record, item: $0) }
    }
}
