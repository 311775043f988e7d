import Events
import Formats

/// What a change of a ticket's status is for.
enum StatusChange: Sendable, Equatable {
    case reopening
    case closing
}

/// What looking for a status on a board came to.
enum StatusResolution: Equatable {
    case needs(CatalogueList)
    case found(Int64)
    case none
}

extension ConnectWiseCatalogue {
    /// The status for a change: the first of the terms' names that the board has, else one that it calls closed, or its
    /// default. A ticket is never reopened into a status that closes it.
    func status(
        for change: StatusChange, _ terms: TicketAction.Terms, board: Int64, _ now: Instant
    ) -> StatusResolution {
        let list = CatalogueList.statuses(board: board)
        let isClosed = { (row: JSON) in row["closedStatus"]?.bool == true }
        let names = change == .closing ? terms.closingStatuses : terms.openStatuses
        let named = { (rows: [JSON]) in
            names.lazy.compactMap { name in
                rows.first { row in
                    row.hasName(name) && row["inactive"]?.bool != true && (change == .closing || !isClosed(row))
                }
            }.first
        }
        guard let rows = rows(list, now, found: { named($0) != nil }) else { return .needs(list) }
        let other = rows.first { row in
            row["inactive"]?.bool != true
                && (change == .closing ? isClosed(row) : row["defaultFlag"]?.bool == true && !isClosed(row))
        }
        return (named(rows) ?? other)?.id.map { .found($0) } ?? .none
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
