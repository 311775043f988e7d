import Formats

/// Kaseya BMS's stand-in: its REST interface under `/bms/v2/`. Its refusals are HTTP 200 with `success: false`; other
/// statuses have no body, as nothing is known of one.
public struct BMSSandbox: VendorSandbox {
    /// The credentials that it accepts.
    static let user = "sandbox"
    static let password = "sandbox-password"
    static let tenant = "itp"
    /// The lifetime of tokens is not public; this one is short enough to be met in a day's work.
    static let accessMilliseconds: Int64 = 20 * 60_000
    static let refreshMilliseconds: Int64 = 24 * 3_600_000
    static let maximumTokens = 100

    /// Somebody who is signed in.
    struct Session: Sendable {
        var access: String
        var refresh: String
        var accessEnd: Int64
        var refreshEnd: Int64
    }

    var tables: [BMSTable: [Record]]
    /// In the order of their ids.
    var all: [Record] = []
    var notes: [Int64: [Record]] = [:]
    var activities: [Int64: [Record]] = [:]
    var nextTicket: Int64 = 100_001
    var nextNote: Int64 = 200_001
    var sessions: [Session] = []
    private var issued: Int64 = 0
    var meter = CallMeter(CallLimits(concurrent: nil, perWindow: 1500, windowSeconds: 3600))

    /// A stand-in with its seed and no tickets.
    public init() { tables = BMSSeed.tables() }

    /// Answers one request.
    ///
    /// - Parameter now: the time in milliseconds since 1970, for the dates in records.
    public mutating func handle(_ request: SandboxRequest, now: Int64) -> SandboxReply {
        do throws(BMSFault) {
            return try answer(request, now: now)
        } catch {
            return error.reply
        }
    }

    /// The words of a path below `v2`, in small letters; nil for any other path.
    private static func words(_ request: SandboxRequest) -> [String]? {
        let words = request.path.lowercased().split(separator: "/").dropFirst().map(String.init)
        guard words.first == "v2", words.count > 1 else { return nil }
        return Array(words.dropFirst())
    }

    /// Each endpoint is limited by itself; whether the verbs share a path's limit is not settled, and here they do.
    func counted(_ request: SandboxRequest) -> CallMeter.Call? {
        guard let words = BMSSandbox.words(request) else { return nil }
        let endpoint = words.map { Int64($0) == nil ? $0 : "{id}" }.joined(separator: "/")
        return CallMeter.Call(object: endpoint, account: endpoint)
    }

    func refusal(_ excess: CallMeter.Excess) -> SandboxReply { SandboxReply(status: 429) }

    func failure(_ status: Int, retryAfterSeconds: Int?) -> SandboxReply {
        status == 200 ? BMSFault.refused("An error has occurred.").reply : SandboxReply(status: status)
    }

    /// There is no property for a reference: the token that a sender puts into the text stands for one.
    func ticketReference(_ request: SandboxRequest) -> String? {
        guard request.method == "POST", BMSSandbox.words(request) == ["servicedesk", "tickets"] else { return nil }
        let sent = JSON(ifValid: request.body)
        return BMSSandbox.marker(in: sent?.member("title")?.string, sent?.member("details")?.string) ?? ""
    }

    /// The first word in square brackets or the like that holds a GUID; of the title, then of the text.
    static func marker(in texts: String?...) -> String? {
        for text in texts.compactMap({ $0 }) {
            let words = text.split { !($0.isHexDigit || $0 == "-") }
            if let word = words.first(where: { $0.utf8.count >= 32 && Identifier(String($0)) != nil }) {
                return String(word)
            }
        }
        return nil
    }

    private mutating func answer(_ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        guard let words = BMSSandbox.words(request) else { throw .http(404) }
        if words == ["security", "authenticate"] { return try signIn(request, now: now) }
        if words == ["security", "refreshtoken"] { return try refresh(request, now: now) }
        let bearer = (request.header("Authorization") ?? "").split(separator: " ")
        guard bearer.count == 2, bearer[0].equalsIgnoringCase("Bearer"),
            sessions.contains(where: { $0.access == bearer[1] && $0.accessEnd > now })
        else { throw .http(401) }
        if words.starts(with: ["servicedesk", "tickets"]) {
            return try ticketResource(Array(words.dropFirst(2)), request, now: now)
        }
        return try lookup(words, request)
    }

    private mutating func signIn(_ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        guard request.method == "POST" else { throw .http(405) }
        guard let form = FormBody(request) else { throw .http(415) }
        guard form["GrantType"]?.text == "password" else { throw .refused("GrantType is required.") }
        guard form["UserName"]?.text == BMSSandbox.user, form["Password"]?.text == BMSSandbox.password,
            form["Tenant"]?.text.equalsIgnoringCase(BMSSandbox.tenant) == true
        else { throw .refused("Invalid credentials.", code: 401) }
        return issue(now: now)
    }

    /// Both tokens are spent by this: whether the old ones live on is not settled.
    private mutating func refresh(_ request: SandboxRequest, now: Int64) throws(BMSFault) -> SandboxReply {
        guard request.method == "POST" else { throw .http(405) }
        guard let form = FormBody(request) else { throw .http(415) }
        guard let access = form["AccessToken"]?.text else { throw .refused("AccessToken is required.") }
        let at = sessions.firstIndex {
            $0.access == access && $0.refresh == form["RefreshToken"]?.text && $0.refreshEnd > now
        }
        guard let at else { throw .refused("Invalid token.", code: 401) }
        sessions.remove(at: at)
        return issue(now: now)
    }

    private mutating func issue(now: Int64) -> SandboxReply {
        issued += 1
        let number = issued
        let token: (String) -> String = { kind in
            let claims: JSON = ["sub": .string(BMSSandbox.user), "kind": .string(kind), "n": .integer(number)]
            return "eyJhbGciOiJub25lIn0." + String(Base64.encode(claims.bytes).filter { $0 != "=" }) + ".sandbox"
        }
        let session = Session(
            access: token("access"), refresh: token("refresh"), accessEnd: now + BMSSandbox.accessMilliseconds,
            refreshEnd: now + BMSSandbox.refreshMilliseconds)
        if sessions.count == BMSSandbox.maximumTokens { sessions.removeFirst() }
        sessions.append(session)
        return BMSSandbox.success([
            "accessToken": .string(session.access), "refreshToken": .string(session.refresh),
            "accessTokenExpireOn": BMSSandbox.time(session.accessEnd),
            "refreshTokenExpireOn": BMSSandbox.time(session.refreshEnd),
        ])
    }

    /// A time as the vendor writes it here: in UTC, but without saying so, since no public text names a zone.
    static func time(_ now: Int64) -> JSON { .string(String(SandboxTime.text(now).dropLast())) }

    static func success(_ result: JSON, total: Int? = nil) -> SandboxReply {
        var members = [
            JSON.Member("success", true), JSON.Member("error", .null), JSON.Member("result", result),
        ]
        if let total { members.append(JSON.Member("totalRecords", .integer(total))) }
        return SandboxReply(status: 200, json: .object(members))
    }
}

/// A refusal: mostly HTTP 200 with an error in the envelope.
enum BMSFault: Error, Equatable {
    case refused(String, code: Int = 400)
    case http(Int)

    static func noTicket(_ id: String) -> BMSFault { .refused("Ticket \(id) was not found.", code: 404) }

    var reply: SandboxReply {
        switch self {
        case .http(let status): SandboxReply(status: status)
        case .refused(let message, let code):
            SandboxReply(
                status: 200,
                json: [
                    "success": false,
                    "error": [
                        "code": .integer(code), "message": .string(message), "details": .null, "stackStrace": .null,
                        "subErrors": [],
                    ],
                    "result": .null,
                ])
        }
    }
}

extension JSON {
    /// The member of that name in any case, which is how this vendor reads what it is sent.
    func member(_ name: String) -> JSON? { members?.last { $0.name.equalsIgnoringCase(name) }?.value }
}
