import Formats

/// The sandbox's own pages below `/sandbox`: to look, to break, to move the clock, to begin again.
extension SandboxWorld {
    /// The last millisecond of the year 9999: clocks beyond it have no text.
    private static let latestMilliseconds: Int64 = 253_402_300_799_999

    private static let pages = [
        "tickets", "requests", "counts", "faults", "clock", "limits", "mail", "mails", "pages", "technician",
        "administrator", "procedures", "agents",
    ]

    mutating func administer(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        let words = request.path.split(separator: "/").map(String.init)
        do throws(SandboxRefusal) {
            switch (request.method, words.dropFirst().first ?? "") {
            case ("GET", "") where words.count <= 1: return page()
            case ("DELETE", "") where words.count == 1:
                self = SandboxWorld(baseURL: baseURL)
                return SandboxReply(status: 204)
            case _ where words.count > 2: throw SandboxRefusal("there is no such page", status: 404)
            case ("GET", "tickets"): return SandboxReply(status: 200, json: .array(tickets.map(\.json)))
            case ("GET", "mail"), ("GET", "mails"):
                return SandboxReply(status: 200, json: .array(mail.mails.suffix(try last(request)).map(\.json)))
            case ("GET", "pages"):
                return SandboxReply(status: 200, json: .array(pagers.pages.suffix(try last(request)).map(\.json)))
            case ("GET", "procedures"):
                return SandboxReply(status: 200, json: vsa.shown(now: now + clockOffsetMilliseconds))
            case ("POST", "procedures"):
                try setProcedure(try body(request))
                return SandboxReply(status: 204)
            case ("POST", "agents"):
                try setAgent(try body(request))
                return SandboxReply(status: 204)
            case ("GET", "requests"): return SandboxReply(status: 200, json: .array(log.all(last: try last(request))))
            case ("GET", "counts"): return SandboxReply(status: 200, json: counts)
            case ("GET", "faults"): return SandboxReply(status: 200, json: .array(faults.map(\.json)))
            case ("POST", "faults"): return try addFaults(request)
            case ("DELETE", "faults"):
                faults = []
                return SandboxReply(status: 204)
            case ("POST", "clock"): return try moveClock(request, now: now)
            case ("GET", "clock"): return clock(now)
            case ("GET", "limits"): return SandboxReply(status: 200, json: limits)
            case ("POST", "limits"): return try setLimits(try body(request))
            case ("POST", "technician"):
                return try workAsTechnician(try body(request), now: now + clockOffsetMilliseconds)
            case ("POST", "administrator"): return try workAsAdministrator(try body(request))
            case (_, let word) where SandboxWorld.pages.contains(word) || word.isEmpty:
                throw SandboxRefusal("this page does not take \(request.method)", status: 405)
            default: throw SandboxRefusal("there is no such page", status: 404)
            }
        } catch {
            return SandboxReply(status: error.status, json: ["error": .string(error.sentence)])
        }
    }

    private func last(_ request: SandboxRequest) throws(SandboxRefusal) -> Int {
        guard let text = request.parameter("last") else { return RequestLog.maximumEntries }
        guard let last = Int(text), last >= 0 else { throw SandboxRefusal("'last' must be a whole number") }
        return last
    }

    /// How many requests each vendor got, and how often each ticket was asked for.
    private var counts: JSON {
        let object: ([String: Int]) -> JSON = { counts in
            .object(counts.sorted { $0.key < $1.key }.map { JSON.Member($0.key, .integer($0.value)) })
        }
        return [
            "requests": object(log.requestsByVendor), "ticketPosts": object(log.ticketPosts),
            "faults": .integer(faults.reduce(0) { $0 + $1.struck }),
        ]
    }

    private func body(_ request: SandboxRequest) throws(SandboxRefusal) -> JSON {
        do {
            return try JSON(parsing: request.body)
        } catch {
            throw SandboxRefusal("the body is not JSON: \(error.description)")
        }
    }

    /// Appends to the list; one entry may stand without brackets. All or nothing.
    private mutating func addFaults(_ request: SandboxRequest) throws(SandboxRefusal) -> SandboxReply {
        let sent = try body(request)
        var added: [FaultRule] = []
        for entry in sent.array ?? [sent] { added.append(try FaultRule(entry)) }
        guard faults.count + added.count <= SandboxWorld.maximumFaults else {
            throw SandboxRefusal("there can be \(SandboxWorld.maximumFaults) faults at most")
        }
        faults += added
        return SandboxReply(status: 201, json: .array(faults.map(\.json)))
    }

    private mutating func moveClock(_ request: SandboxRequest, now: Int64) throws(SandboxRefusal) -> SandboxReply {
        let sent = try body(request)
        let present = now + clockOffsetMilliseconds
        let wanted: Int64
        if let time = sent["set"]?.integer, sent["advance"] == nil {
            wanted = time
        } else if let seconds = sent["advance"]?.integer, sent["set"] == nil,
            seconds.magnitude <= SandboxWorld.latestMilliseconds.magnitude / 1000
        {
            wanted = present + seconds * 1000
        } else {
            throw SandboxRefusal("give 'advance' in whole seconds or 'set' in milliseconds since 1970")
        }
        guard (0...SandboxWorld.latestMilliseconds).contains(wanted) else {
            throw SandboxRefusal("the clock can stand from 1970 to 9999")
        }
        clockOffsetMilliseconds = wanted - now
        return clock(now)
    }

    private func clock(_ now: Int64) -> SandboxReply {
        let present = now + clockOffsetMilliseconds
        return SandboxReply(
            status: 200, json: ["milliseconds": .integer(present), "time": .string(SandboxTime.text(present))])
    }

    /// All tickets on one plain page.
    private func page() -> SandboxReply {
        var html = "<!doctype html><meta charset=\"utf-8\"><title>ITP sandbox</title><h1>ITP sandbox</h1><p>"
        html += ["tickets", "requests", "counts", "faults", "clock", "limits", "mail", "pages"]
            .map { "<a href=\"/sandbox/\($0)\">\($0)</a>" }.joined(separator: " · ")
        html += "</p><table border=\"1\"><tr><th>PSA<th>Number<th>Board<th>Status<th>Company<th>Summary<th>Notes</tr>"
        for ticket in tickets.suffix(RequestLog.maximumEntries) {
            let cells = [
                ticket.psa, ticket.number, ticket.board, ticket.status, ticket.company, ticket.summary,
                String(ticket.notes.count),
            ]
            html += "<tr>" + cells.map { "<td>" + escaped($0) }.joined() + "</tr>"
        }
        return SandboxReply(
            status: 200, headers: [("Content-Type", "text/html; charset=utf-8")], body: Array((html + "</table>").utf8))
    }

    private func escaped(_ text: String) -> String {
        String(text.flatMap { $0 == "&" ? Array("&amp;") : $0 == "<" ? Array("&lt;") : [$0] })
    }
}
