public import Events
public import Formats
public import Settings

extension MailRelay {
    /// Mails of one request.
    public static let mailsLimit = 1000

    /// What a relay has sent: the request without what belongs to HTTP alone.
    public struct Request: Sendable {
        /// The body.
        public var body: [UInt8]
        /// The headers, with names in small letters.
        public var headers: [String: String]
        /// The query, decoded.
        public var query: [HTTPTarget.QueryItem]

        /// Makes a request.
        public init(body: [UInt8], headers: [String: String] = [:], query: [HTTPTarget.QueryItem] = []) {
            self.body = body
            self.headers = headers
            self.query = query
        }

        init(_ record: AlertRecord) {
            var headers: [String: String] = [:]
            for header in record.headers where headers[header.name.lowercased()] == nil {
                headers[header.name.lowercased()] = header.value
            }
            self.init(
                body: record.body, headers: headers, query: HTTPTarget.items(of: Array(record.query.utf8)[...]))
        }

        var contentType: String { headers["content-type"] ?? "" }
        var mediaType: String { contentType.prefix { $0 != ";" }.trimmed.lowercased() }
    }

    /// Why a request holds no mail.
    public struct Fault: Error, Sendable, Equatable, CustomStringConvertible {
        /// The sentence.
        public var description: String
        /// Whether the relay has only introduced itself.
        public var isHandshake: Bool

        init(_ description: String, isHandshake: Bool = false) {
            self.description = description
            self.isHandshake = isHandshake
        }
    }

    /// The mails of a request, at least one. Throws `Fault`.
    public func mails(of request: Request, _ reader: any MessageReader) throws(Fault) -> [ReceivedMail] {
        // Every relay can be set to hand on the mail as it is, and that is what is preferred.
        if self == .raw || request.mediaType == "message/rfc822" { return [RawRelay.mail(request, reader)] }
        switch self {
        case .raw: return [RawRelay.mail(request, reader)]
        case .mailgun: return [try FormRelay.mailgun(MailForm(request), reader)]
        case .sendGrid: return [try FormRelay.sendGrid(MailForm(request), reader)]
        case .mandrill: return try FormRelay.mandrill(MailForm(request), reader)
        case .postmark: return [try JSONRelay.postmark(MailRelay.json(request.body), reader)]
        case .ses: return [try JSONRelay.ses(MailRelay.json(request.body), reader)]
        case .cloudMailin: return [try JSONRelay.cloudMailin(MailRelay.json(request.body), reader)]
        case .postal:
            let isForm = request.mediaType.hasSuffix("form-data") || request.mediaType.hasSuffix("form-urlencoded")
            let json = isForm ? try MailForm(request).json : try MailRelay.json(request.body)
            return [try JSONRelay.postal(json, reader)]
        }
    }

    /// Why a request holds no mail; nil where it does, or where its relay introduces itself. What is in the mail is not looked
    /// at.
    public func refusal(of record: AlertRecord) -> String? {
        if record.body.isEmpty { return "the body is empty" }
        do throws(Fault) {
            _ = try mails(of: Request(record), UnreadMail())
            return nil
        } catch {
            return error.isHandshake ? nil : error.description
        }
    }

    static func json(_ bytes: [UInt8]) throws(Fault) -> JSON {
        do {
            return try JSON(parsing: bytes)
        } catch {
            throw Fault("the body is no JSON: byte \(error.offset): \(error.what)")
        }
    }
}

/// Stands for the reader where only the relay's own form is looked at.
private struct UnreadMail: MessageReader {
    func read(_ bytes: [UInt8]) -> MailMessage { MailMessage() }
    func addresses(_ text: String) -> [MailMessage.Address] { [] }
    func text(_ bytes: [UInt8], charset: String) -> String { "" }
}

/// Mails as they are, with the envelope beside them.
enum RawRelay {
    static func mail(_ request: MailRelay.Request, _ reader: any MessageReader) -> ReceivedMail {
        var mail = ReceivedMail(reader.read(request.body))
        let query = { (name: String) in request.query.first { $0.name.equalsIgnoringCase(name) }?.value }
        mail.envelopeFrom = (request.headers["x-envelope-from"] ?? query("from")).map(bareAddress)
        mail.envelopeTo = addresses(request.headers["x-envelope-to"] ?? query("to") ?? "")
        return mail
    }

    /// A list of addresses with commas or blanks between them, as the pipes of mail servers write it.
    static func addresses(_ text: String) -> [String] {
        text.split { $0 == "," || $0 == " " || $0 == ";" }.prefix(MailLimits.addresses).map { bareAddress(String($0)) }
    }

    static func bareAddress(_ text: String) -> String { text.trimmed.filter { $0 != "<" && $0 != ">" } }
}
