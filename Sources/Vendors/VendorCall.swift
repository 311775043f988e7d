/// One request to a vendor's API, ready to be sent.
public struct VendorCall: Sendable, Equatable {
    /// The method, in capitals.
    public var method: String
    /// The whole URL.
    public var url: String
    /// Names and values; secrets among them, so a call is never logged whole.
    public var headers: [Header]
    /// The body; empty for none.
    public var body: [UInt8]

    /// A header line.
    public struct Header: Sendable, Equatable {
        /// The name.
        public var name: String
        /// The value.
        public var value: String

        /// Makes a header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Makes a call.
    public init(method: String, url: String, headers: [Header], body: [UInt8] = []) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
    }

    /// Whether doing it twice does no more than doing it once.
    public var isIdempotent: Bool { method == "GET" || method == "HEAD" }
}

/// What came of a call.
public enum VendorOutcome: Sendable, Equatable {
    /// An answer.
    case reply(VendorReply)
    /// It surely never reached the vendor.
    case notSent(reason: String)
    /// It may have reached the vendor; no whole answer came back.
    case ambiguous(reason: String)
}

/// A vendor's answer.
public struct VendorReply: Sendable, Equatable {
    /// The HTTP status.
    public var status: Int
    /// The seconds or the date of `Retry-After`, as written; nil where it is missing.
    public var retryAfter: String?
    /// The body.
    public var body: [UInt8]

    /// Makes a reply.
    public init(status: Int, retryAfter: String? = nil, body: [UInt8]) {
        self.status = status
        self.retryAfter = retryAfter
        self.body = body
    }
}
