import Formats
import Sandbox
import Testing

/// What the same test does at each PSA in its own way.
extension Caller {
    static let psas = ["connectwise", "autotask", "bms"]

    /// A caller of that vendor, signed in where one has to.
    static func of(_ psa: String) throws -> Caller {
        switch psa {
        case "connectwise": return .connectWise
        case "autotask": return .autotask
        default: return try .bms()
        }
    }

    /// A ticket of Acme Dental on the board for alerts; its id.
    mutating func ticket(_ psa: String) throws -> Int64 {
        switch psa {
        case "connectwise": try #require(try json("POST", "service/tickets", Client.body())["id"]?.integer)
        case "autotask": try autotaskTicket()
        default: try bmsTicket()
        }
    }

    /// Whether a ticket of Acme Dental is refused.
    mutating func refusesTicket(_ psa: String) throws -> Bool {
        switch psa {
        case "connectwise": send("POST", "service/tickets", Client.body()).status == 400
        case "autotask": send("POST", "Tickets", Caller.autotaskTicket).status == 500
        default: try json("POST", "servicedesk/tickets", Caller.bmsTicket)["success"] == false
        }
    }

    /// Who was last at a ticket, as the vendor tells its callers.
    mutating func lastToucher(_ psa: String, _ id: Int64) throws -> String? {
        switch psa {
        case "connectwise": try json("GET", "service/tickets/\(id)")["_info"]?["updatedBy"]?.string
        case "autotask": try item("Tickets/\(id)")["lastActivityResourceID"]?.integer.map { String($0) }
        default: try json("GET", "servicedesk/tickets/\(id)")["result"]?["modifiedBy"]?.integer.map { String($0) }
        }
    }

    /// The hours that were entered on a ticket.
    mutating func hours(_ psa: String, _ id: Int64) throws -> [Double] {
        switch psa {
        case "connectwise":
            let query = [("conditions", "chargeToId=\(id) and chargeToType=\"ServiceTicket\"")]
            return try json("GET", "time/entries", query: query).array?.compactMap { $0["actualHours"]?.double } ?? []
        case "autotask":
            let filter: JSON = [["op": "eq", "field": "ticketID", "value": .integer(id)]]
            let found = try autotaskQuery("TimeEntries", filter)["items"]?.array ?? []
            return found.compactMap { $0["hoursWorked"]?.double }
        default:
            let found = try json("GET", "servicedesk/tickets/\(id)/activities")["result"]?.array ?? []
            return found.compactMap { $0["timeSpent"]?.double }
        }
    }
}
