public import Formats

/// An answer. `Content-Length`, `Connection` and `Transfer-Encoding` are the server's own: of the headers given, only
/// a `Connection: close` is heeded.
public struct HTTPResponse: Sendable {
    /// The status, for instance 200.
    public var status: Int
    /// The headers in their order.
    public var headers: [(String, String)]
    /// The body; not sent in answer to HEAD.
    public var body: [UInt8]

    /// Makes an answer.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// An answer in JSON.
    public static func json(_ status: Int, _ value: JSON) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("Content-Type", "application/json")], body: value.bytes)
    }

    /// An answer in plain text.
    public static func text(_ status: Int, _ text: String) -> HTTPResponse {
        HTTPResponse(status: status, headers: [("Content-Type", "text/plain; charset=utf-8")], body: Array(text.utf8))
    }

    /// What went wrong, as RFC 9457 has it. The title defaults to the status' own words.
    public static func problem(
        status: Int, title: String? = nil, detail: String? = nil, extra: [JSON.Member] = []
    ) -> HTTPResponse {
        var members: [JSON.Member] = [
            .init("type", .string("about:blank")),
            .init("title", .string(title ?? HTTPStatus.phrase(status))),
            .init("status", .number(String(status))),
        ]
        if let detail { members.append(.init("detail", .string(detail))) }
        return HTTPResponse(
            status: status, headers: [("Content-Type", "application/problem+json")],
            body: JSON.object(members + extra).bytes)
    }
}

/// An answer that is made once and given many times, each time with another identifier in the same place of its body.
public final class HTTPForm: Sendable {
    /// The answer with any identifier.
    let blank: HTTPResponse
    /// Where in the body the identifier's 36 characters stand.
    let place: Int

    /// Makes a form. The body is `before`, the identifier and `after`.
    public init(status: Int, headers: [(String, String)], before: String, after: String) {
        place = before.utf8.count
        let identifier = Identifier(high: 0, low: 0)
        blank = HTTPResponse(status: status, headers: headers, body: Array("\(before)\(identifier)\(after)".utf8))
    }
}

/// The words that go with a status.
public enum HTTPStatus {
    /// The reason phrase, for instance `Not Found` for 404.
    public static func phrase(_ status: Int) -> String {
        switch status {
        case 200: "OK"
        case 201: "Created"
        case 202: "Accepted"
        case 204: "No Content"
        case 301: "Moved Permanently"
        case 302: "Found"
        case 303: "See Other"
        case 304: "Not Modified"
        case 307: "Temporary Redirect"
        case 308: "Permanent Redirect"
        case 400: "Bad Request"
        case 401: "Unauthorized"
        case 403: "Forbidden"
        case 404: "Not Found"
        case 405: "Method Not Allowed"
        case 406: "Not Acceptable"
        case 408: "Request Timeout"
        case 409: "Conflict"
        case 410: "Gone"
        case 411: "Length Required"
        case 412: "Precondition Failed"
        case 413: "Content Too Large"
        case 415: "Unsupported Media Type"
        case 417: "Expectation Failed"
        case 422: "Unprocessable Content"
        case 429: "Too Many Requests"
        case 431: "Request Header Fields Too Large"
        case 500: "Internal Server Error"
        case 501: "Not Implemented"
        case 502: "Bad Gateway"
        case 503: "Service Unavailable"
        case 504: "Gateway Timeout"
        case 505: "HTTP Version Not Supported"
        case 507: "Insufficient Storage"
        default: "Status"
        }
    }
}
