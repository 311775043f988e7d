/// A mail that is to go out, before it is put into the form that mail servers take.
public struct OutgoingMail: Sendable, Equatable {
    /// Names the mail: the same at each try, so that its Message-ID is.
    public var id: String
    /// The sender: `address`, or `Name <address>`.
    public var from: String
    /// The recipients' addresses.
    public var to: [String]
    /// One line.
    public var subject: String
    /// The text; lines end with a line feed.
    public var text: String
    /// The event of which it tells; nil for none.
    public var event: String?
    /// Files that come with it.
    public var attachments: [Attachment] = []

    /// A file.
    public struct Attachment: Sendable, Equatable {
        /// Its name.
        public var name: String
        /// Its media type.
        public var type: String
        /// Its bytes.
        public var bytes: [UInt8]

        /// Makes a file.
        public init(name: String, type: String, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.bytes = bytes
        }
    }

    /// Makes a mail.
    public init(id: String, from: String, to: [String], subject: String, text: String, event: String? = nil) {
        self.id = id
        self.from = from
        self.to = to
        self.subject = subject
        self.text = text
        self.event = event
    }
}

/// An address that may be given to a mail server, with the name that stands before it.
public struct MailAddress: Sendable, Equatable {
    /// The name; empty for none.
    public var name: String
    /// `local@domain`.
    public var address: String

    /// Reads `address` or `Name <address>`; nil where it is no address that every mail server takes: ASCII, one `@`, no
    /// blank, no bracket, no control character. So nothing that was configured or received can become a second command
    /// or header.
    public init?(_ text: String) {
        var bare = text[...]
        var name = ""
        if text.hasSuffix(">"), let open = text.lastIndex(of: "<") {
            name = text[..<open].filter { $0 != "\"" }.split(separator: " ").joined(separator: " ")
            guard name.utf8.allSatisfy({ $0 >= 0x20 && $0 != 0x7F }) else { return nil }
            bare = text[text.index(after: open)...].dropLast()
        }
        let parts = bare.split(separator: "@", omittingEmptySubsequences: false)
        let isPlain = bare.utf8.allSatisfy { byte in
            byte > 0x20 && byte < 0x7F && !"<>()[],;:\\\"".utf8.contains(byte)
        }
        guard isPlain, parts.count == 2, !parts[0].isEmpty, !parts[1].isEmpty, bare.utf8.count <= 254 else {
            return nil
        }
        self.name = name
        address = String(bare)
    }

    /// What follows the `@`.
    public var domain: Substring { address.drop { $0 != "@" }.dropFirst() }
}

/// One mail as it is handed to a mail server.
public struct MailCall: Sendable, Equatable {
    /// The envelope's sender.
    public var from: String
    /// The envelope's recipients.
    public var recipients: [String]
    /// The whole mail; lines end with CR LF.
    public var message: [UInt8]
}
