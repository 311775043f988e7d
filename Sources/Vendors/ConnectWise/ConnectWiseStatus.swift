import Events
import Formats

extension ConnectWiseConnection {
    /// The status for a change: the first of the terms' names that the board has, else one that it calls closed, or its
    /// default. A ticket is never reopened into a status that closes it.
    func status(
        for change: StatusChange, _ terms: TicketAction.Terms, of ticket: JSON, _ catalogue: Catalogue, _ now: Instant
    ) throws(Unresolved) -> Int64? {
        guard let board = ticket["board"]?.id else { return nil }
        let isClosed = { (row: JSON) in row["closedStatus"]?.bool == true }
        let names = change == .closing ? terms.closingStatuses : terms.openStatuses
        let named = { (rows: [JSON]) in
            names.lazy.compactMap { name in
                rows.first { row in
                    row.hasName(name) && row["inactive"]?.bool != true && (change == .closing || !isClosed(row))
                }
            }.first
        }
        let rows = try catalogue.rows(.statuses(board: board), now) { named($0) != nil }
        let other = rows.first { row in
            row["inactive"]?.bool != true
                && (change == .closing ? isClosed(row) : row["defaultFlag"]?.bool == true && !isClosed(row))
        }
        return (named(rows) ?? other)?.id
    }

    /// The vendor warns of successes that have changed nothing.
    func shows(_ status: Int64, in record: JSON) -> Bool { record["status"]?.id == status }

    func observed(_ ticket: JSON, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> ObservedTicket {
        ObservedTicket(connectWise: ticket)
    }
}

extension ObservedTicket {
    /// What a ticket's record says. `_info` names who entered the ticket, which is our API member, and who changed it last:
    /// anybody else is a technician, or a rule of the PSA's, which counts as one.
    init(connectWise record: JSON) {
        let isMerged = record["mergedParentTicket"].map { $0 != .null } ?? false
        condition = isMerged ? .merged : record["closedFlag"]?.bool == true ? .closed : .open
        status = record["status"]?["name"]?.string ?? ""
        let info = record["_info"]
        if let ours = info?["enteredBy"]?.string, let last = info?["updatedBy"]?.string, !ours.isEmpty, !last.isEmpty {
            touch = last.equalsIgnoringCase(ours) ? .untouched : .touched
        }
    }
}
