public import Formats

/// A request to a vendor's stand-in, free of any socket.
public struct SandboxRequest: Sendable {
    /// The verb in capitals.
    public var method: String
    /// The path without the query, percent-decoded.
    public var path: String
    /// The query's pairs in their order, decoded.
    public var query: [(String, String)]
    /// The header fields in their order.
    public var headers: [(String, String)]
    /// The body as it came.
    public var body: [UInt8]

    /// Makes a request from its parts.
    public init(
        method: String, path: String, query: [(String, String)] = [], headers: [(String, String)] = [],
        body: [UInt8] = []
    ) {
        self.method = method
        self.path = path
        self.query = query
        self.headers = headers
        self.body = body
    }

    /// The first header of that name, in any case.
    public func header(_ name: String) -> String? {
        headers.first { $0.0.equalsIgnoringCase(name) }?.1
    }

    /// The last value of a query parameter, in any case; vendors' clients do not agree on the case.
    public func parameter(_ name: String) -> String? {
        query.last { $0.0.equalsIgnoringCase(name) }?.1
    }
}

/// A stand-in's answer.
public struct SandboxReply: Sendable {
    /// The HTTP status.
    public var status: Int
    /// The header fields; the shell adds the length.
    public var headers: [(String, String)]
    /// The body.
    public var body: [UInt8]

    /// Makes an answer from its parts.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer that carries a JSON text.
    public init(status: Int, json: JSON, headers: [(String, String)] = []) {
        self.init(
            status: status, headers: [("Content-Type", "application/json; charset=utf-8")] + headers, body: json.bytes)
    }

    /// An answer in plain text.
    public init(status: Int, text: String) {
        self.init(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }
}
