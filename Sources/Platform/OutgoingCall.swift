import Formats

/// A request to another side, whole in memory. Limits are part of it, so that no call can last or grow for ever.
public struct OutgoingCall: Sendable {
    /// `GET`, `POST` and so on, in capitals.
    public var method: String
    /// An absolute `http` or `https` address.
    public var url: String
    /// Header fields in their order. `Content-Length`, `Transfer-Encoding`, `Connection` and `Expect` are the courier's.
    public var headers: [(String, String)]
    /// The body; must be empty with `GET` and `HEAD`.
    public var body: [UInt8]
    /// Whether the other side may see the call twice without harm. Where not, the courier makes sure that it cannot.
    public var isIdempotent: Bool
    /// How long name resolution, connecting and the TLS handshake may take together.
    public var connectTimeoutSeconds: Double
    /// How long the call may take in all, counted from its start (not while it waits for its turn).
    public var totalTimeoutSeconds: Double
    /// The longest body that is read of the reply.
    public var maxReplyBytes: Int
    /// Who calls, where the other side asks for it by Negotiate, NTLM or Basic; nil = it does not.
    public var login: Login?

    /// A user and a password.
    public struct Login: Sendable {
        /// The user, for NTLM with the domain: `DOMAIN\user`.
        public var user: String
        /// The password.
        public var password: String

        /// Makes a login.
        public init(user: String, password: String) {
            self.user = user
            self.password = password
        }
    }

    /// Makes a call. `isIdempotent` is by default true for `GET` and `HEAD` alone.
    public init(
        method: String = "GET", url: String, headers: [(String, String)] = [], body: [UInt8] = [],
        isIdempotent: Bool? = nil, connectTimeoutSeconds: Double = 10, totalTimeoutSeconds: Double = 30,
        maxReplyBytes: Int = 4_194_304
    ) {
        self.method = method
        self.url = url
        self.headers = headers
        self.body = body
        self.isIdempotent = isIdempotent ?? (method == "GET" || method == "HEAD")
        self.connectTimeoutSeconds = connectTimeoutSeconds
        self.totalTimeoutSeconds = totalTimeoutSeconds
        self.maxReplyBytes = maxReplyBytes
    }
}

extension OutgoingCall {
    /// Why the call cannot be put into HTTP as it stands, or nil. The texts never quote a value: it may be a secret.
    var defect: String? {
        let isToken: (String) -> Bool = { text in
            !text.isEmpty && text.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && !"\"(),/:;<=>?@[\\]{}".utf8.contains($0) }
        }
        if !isToken(method) { return "the method is not a word" }
        let scheme = url.prefix { $0 != ":" }
        if !scheme.equalsIgnoringCase("https"), !scheme.equalsIgnoringCase("http") {
            return "the address is neither http nor https"
        }
        if url.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F }) { return "the address holds a blank or control byte" }
        // Being asked who calls, libcurl sends the request once more.
        if login != nil, !isIdempotent { return "a call that must not be sent twice cannot log in on demand" }
        if !body.isEmpty, method == "GET" || method == "HEAD" { return "a \(method) cannot have a body" }
        for (name, value) in headers {
            if !isToken(name) { return "a header's name is not a word" }
            if value.utf8.contains(where: { $0 < 0x20 && $0 != 0x09 || $0 == 0x7F }) {
                return "the value of header \(name) holds a line end or control byte"
            }
            if OutgoingCall.reservedHeaders.contains(name.lowercased()) {
                return "header \(name) is set by the courier"
            }
        }
        return nil
    }

    /// What decides where a message ends or how the connection is used is never left to the caller.
    private static let reservedHeaders: Set = ["content-length", "transfer-encoding", "connection", "expect"]
}

/// A reply that arrived whole.
public struct IncomingReply: Sendable {
    /// The status, for instance 200.
    public var status: Int
    /// Header fields in the order in which they came, values trimmed.
    public var headers: [(String, String)]
    /// The body.
    public var body: [UInt8]

    /// Makes a reply.
    public init(status: Int, headers: [(String, String)] = [], body: [UInt8] = []) {
        self.status = status
        self.headers = headers
        self.body = body
    }

    /// The first value of a header field; upper and lower case of its name do not matter.
    public func header(_ name: String) -> String? {
        headers.first { $0.0.equalsIgnoringCase(name) }?.1
    }
}

/// What became of a call. The three cases are what a sender must know in order neither to lose nor to double anything.
public enum CallOutcome: Sendable {
    /// The other side answered, with whatever status.
    case reply(IncomingReply)
    /// The request surely never reached the other side: it may be sent again.
    case notSent(reason: String)
    /// The request may have reached the other side: look before sending it again.
    case ambiguous(reason: String)
}
