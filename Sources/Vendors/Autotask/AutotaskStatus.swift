import Events
import Formats

/// One active choice of a picklist. The API writes its value as a text, records hold the number.
struct AutotaskPick: Equatable {
    var value: Int64
    var label: String
    var parent: Int64?
    var isDefault: Bool

    /// The active choices of a property.
    static func all(of property: String, _ fields: [JSON]) -> [AutotaskPick] {
        let field = fields.first { $0["name"]?.string?.equalsIgnoringCase(property) ?? false }
        return (field?["picklistValues"]?.array ?? []).compactMap { pick in
            guard pick["isActive"]?.bool != false, let value = number(pick["value"]) else { return nil }
            return AutotaskPick(
                value: value, label: pick["label"]?.string ?? "", parent: number(pick["parentValue"]),
                isDefault: pick["isDefaultValue"]?.bool ?? false)
        }
    }

    private static func number(_ value: JSON?) -> Int64? { value?.integer ?? value?.string.flatMap { Int64($0) } }

    /// The most characters that a property takes.
    static func length(of property: String, _ fields: [JSON], else fallback: Int) -> Int {
        let field = fields.first { $0["name"]?.string?.equalsIgnoringCase(property) ?? false }
        guard let length = field?["length"]?.integer, length > 0 else { return fallback }
        return Int(min(length, 1_000_000))
    }
}

/// A ticket's status. Closed is what has a date of completion, which goes with the status `Complete` (5 in every database).
extension Autotask {
    private static let complete: Int64 = 5

    func observed(_ ticket: JSON, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> ObservedTicket {
        let status = ticket["status"]?.integer
        let fields = try catalogue.rows(.ticketFields, now) { fields in
            AutotaskPick.all(of: "status", fields).contains { $0.value == status }
        }
        let isComplete = ticket["completedDate"]?.string?.isEmpty == false || status == Autotask.complete
        var observed = ObservedTicket(condition: isComplete ? .closed : .open)
        observed.status = AutotaskPick.all(of: "status", fields).first { $0.value == status }?.label ?? ""
        // The API user has made the ticket; whoever else was at it last is a technician, or a contact (kind 2).
        if let ours = ticket["creatorResourceID"]?.integer, let last = ticket["lastActivityResourceID"]?.integer {
            let isContact = ticket["lastActivityPersonType"]?.integer == 2
            observed.touch = ours == last && !isContact ? .untouched : .touched
        }
        return observed
    }

    func status(
        for change: StatusChange, _ terms: TicketAction.Terms, of ticket: JSON, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        let names = change == .closing ? terms.closingStatuses : terms.openStatuses
        let named = { (fields: [JSON]) in
            let picks = AutotaskPick.all(of: "status", fields)
            return names.lazy.compactMap { name in
                picks.first {
                    $0.label.equalsIgnoringCase(name) && (change == .closing || $0.value != Autotask.complete)
                }
            }.first
        }
        let fields = try catalogue.rows(.ticketFields, now) { named($0) != nil }
        if let pick = named(fields) { return pick.value }
        let picks = AutotaskPick.all(of: "status", fields)
        switch change {
        case .closing: return picks.first { $0.value == Autotask.complete }?.value
        case .reopening: return (picks.first(where: \.isDefault) ?? picks.first { $0.value == 1 })?.value
        }
    }

    /// A change is answered with the ticket's ID and nothing of what it holds.
    func shows(_ status: Int64, in record: JSON) -> Bool { record["itemId"]?.integer != nil }
}
