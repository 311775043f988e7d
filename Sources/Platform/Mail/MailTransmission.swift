import CCurl
import Formats

/// Where mail is handed over or fetched, and as whom.
public struct MailServer: Sendable, Equatable {
    /// `smtp://host:port`, `smtps://…`, `pop3s://…` or `imaps://…`.
    public var url: String
    /// The user's name; empty for none.
    public var user: String
    /// The user's password.
    public var password: String

    /// Makes a server.
    public init(url: String, user: String = "", password: String = "") {
        self.url = url
        self.user = user
        self.password = password
    }

    /// The host's name in small letters.
    var host: String {
        var rest = url[...]
        if let scheme = rest.firstRange(of: "://") { rest = rest[scheme.upperBound...] }
        rest = rest.prefix { $0 != "/" }
        if let at = rest.lastIndex(of: "@") { rest = rest[rest.index(after: at)...] }
        if rest.hasPrefix("[") { return rest.prefix { $0 != "]" }.lowercased() + "]" }
        return rest.prefix { $0 != ":" }.lowercased()
    }

    /// Whether the server is on this machine, so that nobody listens on the way.
    var isLoopback: Bool { host == "localhost" || host == "[::1]" || host.hasPrefix("127.") }

    /// The URL's scheme in small letters.
    var scheme: String { url.prefix { $0 != ":" }.lowercased() }
}

/// One mail on its way to a mail server, whole in memory.
public struct MailTransmission: Sendable {
    /// The server.
    public var server: MailServer
    /// The envelope's sender.
    public var from: String
    /// The envelope's recipients.
    public var recipients: [String]
    /// The mail; lines end with CR LF.
    public var message: [UInt8]
    /// How long name resolution, connecting and the TLS handshake may take together.
    public var connectTimeoutSeconds = 15.0
    /// How long handing over may take in all.
    public var totalTimeoutSeconds = 180.0
    /// How long the server may think about one command, and so about whether it takes the mail; after its time it is asked no more,
    /// but for a farewell that may take as long again.
    public var replyTimeoutSeconds = 60.0

    /// Makes a transmission.
    public init(server: MailServer, from: String, recipients: [String], message: [UInt8]) {
        self.server = server
        self.from = from
        self.recipients = recipients
        self.message = message
    }

    /// Why it cannot be sent as it stands, or nil.
    var defect: String? {
        if server.scheme != "smtp", server.scheme != "smtps" {
            return "the mail server's address is neither smtp nor smtps"
        }
        if recipients.isEmpty { return "the mail has no recipient" }
        for address in [from] + recipients
        where address.isEmpty || address.utf8.contains(where: { $0 <= 0x20 || $0 == 0x7F || $0 == 0x3C || $0 == 0x3E })
        {
            return "an address of the envelope is empty or holds what no address can"
        }
        return nil
    }
}

extension CurlOptions {
    /// What a mail asks for; the recipients' list is the caller's to free.
    mutating func applyMail(_ mail: MailTransmission) {
        number(CURLOPT_UPLOAD, 1)
        text(CURLOPT_PROTOCOLS_STR, "smtp,smtps")
        text(CURLOPT_MAIL_FROM, "<\(mail.from)>")
        // One recipient that is gone must not keep the mail from the others.
        allowFailingRecipients()
        applyMailServer(mail.server, mail.connectTimeoutSeconds, mail.totalTimeoutSeconds)
        number(CURLOPT_SERVER_RESPONSE_TIMEOUT, Int(mail.replyTimeoutSeconds.rounded(.up)))
    }

    /// How a mail server is reached: over TLS where there is any, and never with a password in clear.
    mutating func applyMailServer(_ server: MailServer, _ connectSeconds: Double, _ totalSeconds: Double) {
        text(CURLOPT_URL, server.url)
        number(CURLOPT_CONNECTTIMEOUT_MS, CurlOptions.milliseconds(connectSeconds))
        number(CURLOPT_TIMEOUT_MS, CurlOptions.milliseconds(totalSeconds))
        number(CURLOPT_LOW_SPEED_LIMIT, 0)
        // A proxy only passes the bytes on.
        number(CURLOPT_HTTPPROXYTUNNEL, 1)
        number(CURLOPT_FRESH_CONNECT, 1)
        number(CURLOPT_FORBID_REUSE, 1)
        let asksForTLS = 1  // CURLUSESSL_TRY
        let needsTLS = 3  // CURLUSESSL_ALL
        number(CURLOPT_USE_SSL, server.user.isEmpty || server.isLoopback ? asksForTLS : needsTLS)
        guard !server.user.isEmpty else { return }
        text(CURLOPT_USERNAME, server.user)
        text(CURLOPT_PASSWORD, server.password)
    }
}
