public import Formats

/// A mail as a relay has handed it on: what it says, and what the relay knows of its way.
public struct ReceivedMail: Sendable, Equatable {
    /// The mail.
    public var message: MailMessage
    /// The envelope's sender; nil where the relay does not tell, empty for the null sender of reports.
    public var envelopeFrom: String?
    /// The envelope's recipients; empty where the relay does not tell.
    public var envelopeTo: [String] = []
    /// What the relay has found of the sender's authenticity.
    public var verdicts = MailVerdicts()

    /// A mail of which only the text is known.
    public init(_ message: MailMessage) { self.message = message }
}

/// Whether a mail comes from whom it says: the relay's findings.
public struct MailVerdicts: Sendable, Equatable {
    /// `pass`, `fail`, `softfail`, `neutral`, `none` …, in small letters; nil = the relay says nothing.
    public var spf: String?
    /// The same for DKIM: the best of several signatures.
    public var dkim: String?

    /// Nothing is known.
    public init(spf: String? = nil, dkim: String? = nil) {
        self.spf = spf
        self.dkim = dkim
    }

    /// The findings of `Authentication-Results` (RFC 8601) that a server of this name has written. Anybody can send such
    /// headers, so those of others count for nothing, and without a name none do.
    public init(of message: MailMessage, by authority: String) {
        self.init()
        guard !authority.isEmpty else { return }
        for header in message.headers("Authentication-Results") {
            let parts = MailVerdicts.withoutComments(header).split(separator: ";").map(\.trimmed)
            let server = parts.first?.split(separator: " ").first.map(String.init) ?? ""
            guard server.equalsIgnoringCase(authority) else { continue }
            for part in parts.dropFirst() {
                let result = part.prefix { $0 != " " }.split(separator: "=", maxSplits: 1).map { $0.lowercased() }
                guard result.count == 2 else { continue }
                take(result[0], result[1])
            }
            // The server's own header stands above whatever the sender wrote in its name.
            return
        }
    }

    /// Takes a finding; of several DKIM signatures one that passes is enough.
    public mutating func take(_ method: String, _ result: String) {
        let result = result.lowercased()
        switch method.lowercased() {
        case "spf": if spf == nil { spf = result }
        case "dkim": if dkim == nil || result == "pass" { dkim = result }
        default: break
        }
    }

    private static func withoutComments(_ text: String) -> String {
        var depth = 0
        return text.filter { character in
            if character == "(" { depth += 1 }
            let isText = depth == 0
            if character == ")", depth > 0 { depth -= 1 }
            return isText
        }
    }
}
