import Formats
import Sandbox

/// The stand-in with a client's habits, so that a test says only what matters to it.
struct Client {
    var psa = ConnectWiseSandbox()
    var now: Int64 = 1_795_000_000_000

    static let root = "/connectwise/v4_6_release/apis/3.0/"
    static let authorization = "Basic " + Base64.encode(Array("itp+sandbox-public:sandbox-private".utf8))
    static let headers = [
        ("Authorization", authorization), ("clientID", "9f2ad6a1-3b5c-4d77-8e21-0a4b6c8d0e2f"),
        ("Content-Type", "application/json; charset=utf-8"),
    ]

    mutating func send(
        _ method: String, _ path: String, _ query: [(String, String)] = [], body: JSON? = nil,
        headers: [(String, String)] = Client.headers
    ) -> SandboxReply {
        let request = SandboxRequest(
            method: method, path: path.hasPrefix("/") ? path : Client.root + path, query: query, headers: headers,
            body: body?.bytes ?? [])
        return psa.handle(request, now: now)
    }

    mutating func get(_ path: String, _ query: [(String, String)] = []) -> SandboxReply { send("GET", path, query) }

    /// The ids that a list shows.
    mutating func ids(_ path: String, _ query: [(String, String)] = []) throws -> [Int64] {
        try get(path, query).json().array?.compactMap { $0["id"]?.integer } ?? []
    }

    /// A ticket on the board for alerts, with more properties where given; its id.
    @discardableResult
    mutating func ticket(_ summary: String = "DHCP stopped", _ more: [(String, JSON)] = []) throws -> Int64 {
        let reply = send("POST", "service/tickets", body: Client.body(summary, more))
        return try reply.json()["id"]?.integer ?? -Int64(reply.status)
    }

    static func body(_ summary: String = "DHCP stopped", _ more: [(String, JSON)] = []) -> JSON {
        .members([("summary", .string(summary)), ("company", ["identifier": "AcmeDental"])] + more)
    }
}

extension SandboxReply {
    func json() throws -> JSON { try JSON(parsing: body) }

    func header(_ name: String) -> String? { headers.first { $0.0 == name }?.1 }

    /// `status code` and, for each error, `code field`: all that most refusals are about.
    func refusal() throws -> String {
        let body = try json()
        let errors = (body["errors"]?.array ?? []).map { "\($0["code"]?.string ?? "") \($0["field"]?.string ?? "")" }
        return ([String(status), body["code"]?.string ?? ""] + errors).joined(separator: " | ")
    }
}
