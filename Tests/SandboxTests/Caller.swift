import Formats
import Sandbox

/// A caller of the whole sandbox, who knows one vendor's credentials and where its paths begin.
struct Caller {
    var world = SandboxWorld()
    var now: Int64 = 1_795_000_000_000
    var root: String
    var headers: [(String, String)]

    static let autotask = Caller(
        root: "/autotask/atservicesrest/V1.0/",
        headers: [
            ("ApiIntegrationCode", "sandbox-code"), ("UserName", "api@sandbox.example"), ("Secret", "sandbox-secret"),
            ("Content-Type", "application/json"),
        ])

    static let connectWise = Caller(root: Client.root, headers: Client.headers)

    /// Sends one request to the vendor, or with a path that begins with a slash to anything.
    mutating func take(
        _ method: String, _ path: String, _ body: JSON? = nil, query: [(String, String)] = []
    ) -> SandboxOutcome {
        let request = SandboxRequest(
            method: method, path: path.hasPrefix("/") ? path : root + path, query: query, headers: headers,
            body: body?.bytes ?? [])
        return world.take(request, now: now)
    }

    /// The same, where an answer is sure to come.
    mutating func send(
        _ method: String, _ path: String, _ body: JSON? = nil, query: [(String, String)] = []
    ) -> SandboxReply {
        guard case .reply(let reply) = take(method, path, body, query: query).ending else {
            return SandboxReply(status: 0)
        }
        return reply
    }

    /// The JSON of an answer.
    mutating func json(
        _ method: String, _ path: String, _ body: JSON? = nil, query: [(String, String)] = []
    ) throws -> JSON {
        try send(method, path, body, query: query).json()
    }
}

extension JSON {
    /// This object with other values for some members; null takes a member out.
    func with(_ changes: [String: JSON]) -> JSON {
        var members = (self.members ?? []).filter { changes[$0.name] == nil }
        members += changes.sorted { $0.key < $1.key }.filter { $0.value != .null }.map { JSON.Member($0.key, $0.value) }
        return .object(members)
    }
}
