/// A mail, read: what mapping and deciding need of it, whatever it was made of.
public struct MailMessage: Sendable, Equatable {
    /// An address with the name that stands before it.
    public struct Address: Sendable, Equatable {
        /// The name; empty where there is none.
        public var name: String
        /// `local@domain`, as written; may be anything that a sender calls an address.
        public var address: String

        /// Makes an address.
        public init(name: String = "", address: String) {
            self.name = name
            self.address = address
        }
    }

    /// A header line, decoded and unfolded.
    public struct Header: Sendable, Equatable {
        /// The name as written.
        public var name: String
        /// The value.
        public var value: String

        /// Makes a header.
        public init(_ name: String, _ value: String) {
            self.name = name
            self.value = value
        }
    }

    /// Something that came with the text.
    public struct Attachment: Sendable, Equatable {
        /// The file's name as the sender has it: never a path of ours. Empty for none.
        public var name: String
        /// The media type, for instance `application/pdf`.
        public var type: String
        /// How many bytes it has.
        public var size: Int
        /// The bytes; empty where they went beyond what is kept of one mail.
        public var bytes: [UInt8]

        /// Makes an attachment.
        public init(name: String, type: String, size: Int, bytes: [UInt8]) {
            self.name = name
            self.type = type
            self.size = size
            self.bytes = bytes
        }
    }

    /// What a delivery report says of one recipient.
    public struct DeliveryStatus: Sendable, Equatable {
        /// The address that it is about.
        public var recipient = ""
        /// `failed`, `delayed`, `delivered`, `relayed` or `expanded`.
        public var action = ""
        /// The code, for instance `5.1.1`.
        public var status = ""
        /// The other server's words.
        public var diagnostic = ""

        /// A report that says nothing.
        public init() {}
    }

    /// The header lines in their order.
    public var headers: [Header] = []
    /// Who wrote it.
    public var from: [Address] = []
    /// To whom.
    public var to: [Address] = []
    /// Who else was told.
    public var cc: [Address] = []
    /// The subject.
    public var subject = ""
    /// `Date` in seconds since 1970; nil where it is missing or no date.
    public var date: Int64?
    /// The readable text: the plain part, else the HTML as text.
    public var text = ""
    /// What came with it.
    public var attachments: [Attachment] = []
    /// Delivery reports, one a recipient.
    public var deliveryStatus: [DeliveryStatus] = []
    /// Whether it is a report of mail servers or readers (`multipart/report`).
    public var isReport = false
    /// What was cut or could not be read, in sentences.
    public var remarks: [String] = []

    /// A mail that holds nothing.
    public init() {}
}

extension MailMessage {
    /// The first value of a header; upper and lower case of its name do not matter.
    public func header(_ name: String) -> String? {
        headers.first { $0.name.equalsIgnoringCase(name) }?.value
    }

    /// Every value of a header.
    public func headers(_ name: String) -> [String] {
        headers.filter { $0.name.equalsIgnoringCase(name) }.map(\.value)
    }

    /// `Message-ID` without its angle brackets; nil where it is missing or empty.
    public var messageID: String? { MailMessage.bare(header("Message-ID")) }

    /// `In-Reply-To` without its angle brackets.
    public var inReplyTo: String? { MailMessage.bare(header("In-Reply-To")) }

    /// The text between the first pair of angle brackets, else the first word.
    private static func bare(_ text: String?) -> String? {
        guard let text else { return nil }
        let inner: Substring
        if let open = text.firstIndex(of: "<"), let close = text[open...].firstIndex(of: ">") {
            inner = text[text.index(after: open)..<close]
        } else {
            inner = text.split(separator: " ").first ?? ""
        }
        let trimmed = inner.trimmed
        return trimmed.isEmpty ? nil : trimmed
    }
}

/// Reads mail. The program's own stands in the shell, because it is made of a C library.
public protocol MessageReader: Sendable {
    /// Reads `message/rfc822`. It never fails: what could not be read is told in the remarks, and whatever bytes there are
    /// yield at least a subject or a text.
    func read(_ bytes: [UInt8]) -> MailMessage

    /// The addresses of a header's value, for relays that take mails apart themselves.
    func addresses(_ text: String) -> [MailMessage.Address]

    /// Text in a character set; where it is not known it is guessed.
    func text(_ bytes: [UInt8], charset: String) -> String
}

/// What is read of a mail at most.
public enum MailLimits {
    /// Bytes of a mail; the rest is cut off.
    public static let messageBytes = 25 << 20
    /// Bytes of a mail's own head; the rest of the head is left out.
    public static let headBytes = 256 << 10
    /// Parts that hold parts, beside one another or nested; a mail is cut before the next one.
    public static let divisions = 100
    /// How deep parts are looked into.
    public static let depth = 50
    /// Parts that are looked at.
    public static let parts = 500
    /// Header lines that are kept.
    public static let headers = 500
    /// Bytes of a header's value.
    public static let headerValueBytes = 16 << 10
    /// Addresses of one header.
    public static let addresses = 100
    /// Bytes of the text.
    public static let textBytes = 256 << 10
    /// Bytes of HTML that are made into text.
    public static let htmlBytes = 2 << 20
    /// Attachments that are listed.
    public static let attachments = 100
    /// Bytes of attachments that are kept of one mail.
    public static let attachmentBytes = 10 << 20
}
