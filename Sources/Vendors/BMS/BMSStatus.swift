import Events
import Formats

/// A ticket's status. Closed is what has a date of completion; which of the statuses give it one is not documented, so
/// they are known by their names.
extension BMS {
    private static let closing = ["Completed", "Complete", "Closed", "Resolved"]

    func observed(_ ticket: JSON, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> ObservedTicket {
        let status = ticket["statusName"]?.string ?? ""
        let isCompleted = ticket["completedDate"]?.string?.isEmpty == false
        let isClosed = isCompleted || BMS.closing.contains { $0.equalsIgnoringCase(status) }
        var observed = ObservedTicket(condition: isClosed ? .closed : .open)
        observed.status = status
        // The API's user has made the ticket; whoever else has changed it last is a technician.
        if let ours = ticket["createdBy"]?.integer, let last = ticket["modifiedBy"]?.integer {
            observed.touch = ours == last ? .untouched : .touched
        }
        return observed
    }

    func status(
        for change: StatusChange, _ terms: TicketAction.Terms, of ticket: JSON, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        let names = change == .closing ? terms.closingStatuses + BMS.closing : terms.openStatuses + ["New"]
        let named = { (rows: [JSON]) in
            names.lazy.compactMap { name in
                rows.first { $0.hasName(name) && $0["isActive"]?.bool != false }
            }.first
        }
        return named(try catalogue.rows(.bmsStatuses, now) { named($0) != nil })?.id
    }

    func shows(_ status: Int64, in record: JSON) -> Bool { record["statusId"]?.integer.map { $0 == status } ?? true }
}
