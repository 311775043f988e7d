import Formats

/// ConnectWise PSA's stand-in: its REST interface under `/connectwise/v4_6_release/apis/3.0/` and `login/companyinfo`,
/// as strict as its public contract. It is a value and asks no clock, so that a simulation can own one; what is not
/// settled by any public text is named where it is decided.
public struct ConnectWiseSandbox: Sendable {
    /// The credentials that it accepts.
    static let companyId = "itp"
    static let publicKey = "sandbox-public"
    static let privateKey = "sandbox-private"
    static let codebase = "v4_6_release"
    static let member = "itp"

    let links: ConnectWiseLinks
    var tables: [Table: [Record]]
    /// The rows of the association table, for looking them up.
    var associations: Set<Association>
    /// In the order of their ids.
    var all: [Ticket] = []
    /// Ids in their order, by reference in small letters.
    var ticketsByReference: [String: [Int64]] = [:]
    var nextTicket: Int64 = 1001
    var nextNote: Int64 = 5001
    var nextDocument: Int64 = 9001
    var timeEntries: [Record] = []
    var documents: [Document] = []
    /// Calls above about a thousand a minute "will likely" be throttled, says the vendor: they are counted, and only held
    /// up where a limit is set.
    var meter = CallMeter(CallLimits(concurrent: nil, perWindow: nil, windowSeconds: 60))
    private var answered: UInt64 = 0

    /// A ticket with what hangs on it.
    struct Ticket: Sendable {
        var record: Record
        var notes: [Record] = []
        /// The ids of its configuration items.
        var configurations: [Int64] = []
        /// What creation gave and no reading returns.
        var initialDescription: String?
        var initialInternalAnalysis: String?
    }

    /// A stand-in with its seed and no tickets.
    ///
    /// - Parameter baseURL: where the prefix `/connectwise` is reached from outside, for links in answers.
    public init(baseURL: String = "http://127.0.0.1:9090/connectwise") {
        links = ConnectWiseLinks(base: "\(baseURL)/\(ConnectWiseSandbox.codebase)/apis/3.0")
        tables = ConnectWiseSeed.tables(links)
        associations = Set((tables[.associations] ?? []).map { Association($0) })
    }

    /// Answers one request.
    ///
    /// - Parameter now: the time in milliseconds since 1970, for the dates in records.
    public mutating func handle(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        answered += 1
        var reply: SandboxReply
        do {
            reply = try answer(request, now: now)
        } catch {
            reply = SandboxReply(status: error.status, json: error.json)
        }
        reply.headers.append(("api-current-version", "2026.3"))
        reply.headers.append(("x-cw-request-id", Identifier(high: 0x4000, low: answered).description))
        return reply
    }

    /// Every ticket in the shape that all PSAs share.
    public var tickets: [SandboxTicket] {
        let files = Dictionary(grouping: documents, by: \.ticket)
        return all.map { shared($0, files[$0.record.id] ?? []) }
    }

    private mutating func answer(_ request: SandboxRequest, now: Int64) throws(ConnectWiseFault) -> SandboxReply {
        let words = request.path.split(separator: "/").dropFirst().map(String.init)
        if words.count == 3, words[0] == "login", words[1] == "companyinfo" { return companyInfo(words[2], request) }
        guard words.count > 3, words[1] == "apis", words[2] == "3.0" else { throw .noResource }
        guard words[0] == ConnectWiseSandbox.codebase else {
            // The gateway's own answer, which is no JSON.
            return SandboxReply(status: 400, text: "Cannot route. Codebase/company is invalid")
        }
        try authenticate(request)
        let path = words[3...].map { $0.lowercased() }
        if path.starts(with: ["service", "tickets"]) {
            return try ticketResource(Array(path.dropFirst(2)), request, now: now)
        }
        if path.starts(with: ["time", "entries"]) { return try timeResource(Array(path.dropFirst(2)), request) }
        if path.starts(with: ["system", "documents"]) {
            return try documentResource(Array(path.dropFirst(2)), request, now: now)
        }
        if path == ["system", "info"] {
            guard request.method == "GET" else { throw .wrongVerb }
            return SandboxReply(status: 200, json: systemInfo)
        }
        if let reply = try setUpResource(path, request) { return reply }
        return try tableResource(path, request)
    }

    private func companyInfo(_ company: String, _ request: SandboxRequest) -> SandboxReply {
        guard request.method == "GET" else {
            return SandboxReply(status: 405, json: ConnectWiseFault.wrongVerb.json)
        }
        // A company that is not known is the JSON value null with success.
        guard company.equalsIgnoringCase(ConnectWiseSandbox.companyId) else {
            return SandboxReply(status: 200, json: .null)
        }
        return SandboxReply(
            status: 200,
            json: [
                "CompanyName": "ITP Sandbox", "Codebase": .string(ConnectWiseSandbox.codebase + "/"),
                "VersionCode": "v2026.3", "VersionNumber": "v4.6.105333",
                "CompanyID": .string(ConnectWiseSandbox.companyId), "IsCloud": false,
            ])
    }

    private var systemInfo: JSON {
        [
            "version": "v2026.3.105333", "isCloud": false, "serverTimeZone": "UTC", "licenseBits": [],
            "cloudRegion": "NA", "maxWorkFlowRecordsAllowed": 0,
        ]
    }

    private func authenticate(_ request: SandboxRequest) throws(ConnectWiseFault) {
        let expected =
            "\(ConnectWiseSandbox.companyId)+\(ConnectWiseSandbox.publicKey):\(ConnectWiseSandbox.privateKey)"
        let words = (request.header("Authorization") ?? "").split(separator: " ")
        guard words.count == 2, words[0].equalsIgnoringCase("Basic"), Base64.decode(words[1]) == Array(expected.utf8)
        else { throw .notAuthenticated }
        guard let client = request.header("clientId"), Identifier(client.trimmed) != nil else { throw .noClientId }
    }

    /// A reading of one of the tables: the collection, its count, or one record.
    private func tableResource(_ path: [String], _ request: SandboxRequest) throws(ConnectWiseFault) -> SandboxReply {
        for table in Table.allCases {
            let words = table.segments.map { $0.lowercased() }
            guard path.count == words.count || path.count == words.count + 1,
                zip(path, words).allSatisfy({ $0 == $1 || $1 == "*" && Int64($0) != nil })
            else { continue }
            let last = path.count > words.count ? path[words.count] : nil
            guard last == nil || last == "count" || Int64(last ?? "") != nil else { continue }
            guard request.method == "GET" else { throw .wrongVerb }
            var rows = tables[table] ?? []
            if table.isOfBoard {
                guard let board = Int64(path[2]), tables[.boards]?.contains(where: { $0.id == board }) == true else {
                    throw .noRecord("board", path[2])
                }
                rows = rows.filter { $0[["board", "id"]].integer == board }
            }
            guard let last else { return try list(rows, table.schema, request) }
            if last == "count" { return try count(rows, table.schema, request) }
            guard let row = rows.first(where: { String($0.id) == last }) else {
                throw .noRecord(table.schema.resource, last)
            }
            return SandboxReply(status: 200, json: try selected(row, table.schema, request))
        }
        throw .noResource
    }
}
