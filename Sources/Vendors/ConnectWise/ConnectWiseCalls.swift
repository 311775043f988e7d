import Events
import Formats

/// The calls on tickets, from the contract's sections 1.3 to 1.5.
extension ConnectWiseConnection {
    /// What makes a ticket. `externalXRef` carries the event's GUID, by which a ticket is found again (grade V; 100
    /// characters).
    func body(_ ticket: ResolvedTicket, _ action: TicketAction) -> JSON {
        let draft = action.draft
        let description = [draft.description, action.terms.previously].filter { !$0.isEmpty }.joined(separator: "\n\n")
        var body: [(String, JSON)] = [
            ("summary", .string(draft.subject)),
            ("recordType", "ServiceTicket"),
            ("board", ["id": .integer(ticket.board)]),
            ("company", ["id": .integer(ticket.company)]),
            ("externalXRef", .string(action.reference.description)),
            ("initialDescription", .string(description)),
            ("initialInternalAnalysis", .string(draft.internalNote)),
        ]
        let references = [
            ("status", ticket.status), ("priority", ticket.priority), ("type", ticket.type),
            ("subType", ticket.subtype), ("item", ticket.item), ("team", ticket.team),
        ]
        for (name, id) in references {
            if let id { body.append((name, ["id": .integer(id)])) }
        }
        if let source = ticket.source { body.append(("source", ["name": .string(source)])) }
        for (name, level) in [("severity", ticket.severity), ("impact", ticket.impact)] {
            if let level { body.append((name, .string(level))) }
        }
        return .members(body)
    }

    /// The tickets that carry an event's GUID, the oldest first.
    func ticketsByReference(_ reference: Identifier) -> VendorCall {
        get(
            "service/tickets",
            [
                ("conditions", "externalXRef=" + ConnectWiseConnection.quoted(reference.description)),
                ("orderBy", "id asc"), ("pageSize", "10"),
            ])
    }

    /// One ticket.
    func ticket(_ id: String) -> VendorCall { get("service/tickets/\(id)") }

    func note(_ text: String, _ catalogue: Catalogue, _ now: Instant) throws(Unresolved) -> JSON {
        [
            "text": .string(text), "detailDescriptionFlag": false, "internalAnalysisFlag": true,
            "resolutionFlag": false,
        ]
    }

    /// Puts a ticket into a status of its board. The whole reference is replaced: for a part of it the vendor may answer
    /// success and change nothing (grade V).
    func setStatus(_ status: Int64, of id: String) -> VendorCall {
        patch(
            "service/tickets/\(id)",
            .array([["op": "replace", "path": "status", "value": ["id": .integer(status)]]]))
    }

    /// The notes of a ticket, the newest first: an earlier try's note is among the first thousand.
    func notes(of id: String) -> VendorCall {
        get("service/tickets/\(id)/notes", [("orderBy", "id desc"), ("pageSize", "1000")])
    }
}
