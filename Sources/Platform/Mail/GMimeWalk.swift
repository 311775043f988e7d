import CGMime
import Formats

/// Goes through a mail that GMime has parsed, and collects what `MailMessage` holds. GMime's objects are borrowed from the
/// message, which the caller releases.
struct GMimeWalk {
    var message = MailMessage()
    private var plain: [String] = []
    private var html: [String] = []
    /// The subject of the first mail within, for a mail without one of its own.
    private var innerSubject = ""
    private var parts = 0
    private var keptBytes = 0

    /// Takes everything of a mail.
    mutating func take(_ parsed: OpaquePointer) {
        guard let object = unsafe itp_gmime_object(parsed) else { return }
        unsafe takeHeaders(object)
        if let body = unsafe g_mime_message_get_mime_part(parsed) { unsafe take(body, depth: 0, isWithin: false) }
    }

    /// What has been collected, with the text chosen.
    func finished() -> MailMessage {
        var message = message
        let text = plain.joined(separator: "\n\n")
        let chosen = text.allSatisfy(\.isWhitespace) ? html.joined(separator: "\n\n") : text
        message.text = MailText.tidied(chosen, limit: MailLimits.textBytes)
        if message.text.isEmpty { message.text = reportText }
        if message.subject.isEmpty { message.subject = innerSubject }
        return message
    }

    private var reportText: String {
        message.deliveryStatus.map { "\($0.recipient): \($0.action) \($0.status) \($0.diagnostic)".trimmed }
            .joined(separator: "\n")
    }

    private mutating func takeHeaders(_ object: OpaquePointer) {
        guard let list = unsafe g_mime_object_get_header_list(object) else { return }
        let count = Int(unsafe g_mime_header_list_get_count(list))
        if count > MailLimits.headers {
            message.remarks.append("the mail has \(count) header lines; only the first \(MailLimits.headers) were read")
        }
        for index in 0..<min(count, MailLimits.headers) {
            guard let header = unsafe g_mime_header_list_get_header_at(list, Int32(index)),
                let name = unsafe g_mime_header_get_name(header)
            else { continue }
            let value = unsafe GMimeWalk.text(g_mime_header_get_value(header), limit: MailLimits.headerValueBytes)
            message.headers.append(MailMessage.Header(unsafe String(cString: name), value))
        }
        message.subject = (message.header("Subject") ?? "").trimmed
        message.from = GMimeWalk.addresses(message.headers("From"))
        message.to = GMimeWalk.addresses(message.headers("To"))
        message.cc = GMimeWalk.addresses(message.headers("Cc"))
        var seconds: Int64 = 0
        if let date = message.header("Date"), unsafe itp_gmime_date(date, &seconds) != 0 { message.date = seconds }
    }

    private mutating func take(_ object: OpaquePointer, depth: Int, isWithin: Bool) {
        parts += 1
        guard depth <= MailLimits.depth, parts <= MailLimits.parts else {
            let remark =
                "parts nested deeper than \(MailLimits.depth) or beyond number \(MailLimits.parts) were left out"
            if message.remarks.last != remark { message.remarks.append(remark) }
            return
        }
        if let multipart = unsafe itp_gmime_multipart(object) {
            if depth == 0, unsafe GMimeWalk.type(object) == "multipart/report" { message.isReport = true }
            let count = unsafe g_mime_multipart_get_count(multipart)
            for index in 0..<count {
                if let part = unsafe g_mime_multipart_get_part(multipart, index) {
                    unsafe take(part, depth: depth + 1, isWithin: isWithin)
                }
            }
        } else if let inner = unsafe itp_gmime_message_part(object) {
            unsafe takeInner(inner, depth: depth, isWithin: isWithin)
        } else if let part = unsafe itp_gmime_part(object) {
            unsafe takeLeaf(part, GMimeWalk.type(object), object, isWithin: isWithin)
        }
    }

    /// A mail within the mail: what it says is text where the outer one has none.
    private mutating func takeInner(_ inner: OpaquePointer, depth: Int, isWithin: Bool) {
        guard let mail = unsafe g_mime_message_part_get_message(inner), let object = unsafe itp_gmime_object(mail)
        else {
            return
        }
        var own = GMimeWalk()
        unsafe own.takeHeaders(object)
        if innerSubject.isEmpty { innerSubject = own.message.subject }
        list(name: own.message.subject, type: "message/rfc822", bytes: [], size: 0)
        // The texts of a report's original mail would drown the report.
        let goesOn = !message.isReport && plain.isEmpty && html.isEmpty
        if goesOn, let body = unsafe g_mime_message_get_mime_part(mail) {
            unsafe take(body, depth: depth + 1, isWithin: true)
        }
    }

    private mutating func takeLeaf(_ part: OpaquePointer, _ type: String, _ object: OpaquePointer, isWithin: Bool) {
        let name = unsafe GMimeWalk.text(g_mime_part_get_filename(part), limit: 1024)
        let disposition = unsafe GMimeWalk.text(g_mime_object_get_disposition(object), limit: 64).lowercased()
        let isText = type == "text/plain" || type == "text/html"
        var bytes: UnsafePointer<UInt8>?
        var count = 0
        let stream = unsafe itp_gmime_content(part, &bytes, &count)
        defer { unsafe itp_gmime_release(UnsafeMutableRawPointer(stream)) }
        let content = unsafe UnsafeBufferPointer(start: bytes, count: count)
        if isText, disposition != "attachment", name.isEmpty {
            unsafe takeText(type, content, charset: GMimeWalk.parameter("charset", of: object))
        } else if type == "message/delivery-status" {
            let text = unsafe String(decoding: content.prefix(MailLimits.textBytes), as: UTF8.self)
            message.deliveryStatus += MailMessage.DeliveryStatus.list(of: text)
        } else {
            let isKept = keptBytes + count <= MailLimits.attachmentBytes && !isWithin
            if isKept { keptBytes += count }
            unsafe list(name: name, type: type, bytes: isKept ? Array(content) : [], size: count)
        }
    }

    private mutating func takeText(_ type: String, _ content: UnsafeBufferPointer<UInt8>, charset: String) {
        let isHTML = type == "text/html"
        let limit = isHTML ? MailLimits.htmlBytes : MailLimits.textBytes
        if content.count > limit {
            message.remarks.append("a text of \(content.count) bytes was cut after \(limit)")
        }
        let text = unsafe CharacterSet.text(Array(content.prefix(limit)), charset: charset)
        guard isHTML else { return plain.append(text) }
        html.append(ReadableHTML.text(Array(text.utf8), limit: MailLimits.textBytes))
    }

    private mutating func list(name: String, type: String, bytes: [UInt8], size: Int) {
        guard message.attachments.count < MailLimits.attachments else { return }
        message.attachments.append(MailMessage.Attachment(name: name, type: type, size: size, bytes: bytes))
    }
}

// MARK: GMime's values as Swift's
extension GMimeWalk {
    private static func type(_ object: OpaquePointer) -> String {
        guard let type = unsafe g_mime_object_get_content_type(object) else { return "text/plain" }
        let media = unsafe text(g_mime_content_type_get_media_type(type), limit: 128)
        let sub = unsafe text(g_mime_content_type_get_media_subtype(type), limit: 128)
        return "\(media)/\(sub)".lowercased()
    }

    private static func parameter(_ name: String, of object: OpaquePointer) -> String {
        guard let type = unsafe g_mime_object_get_content_type(object) else { return "" }
        return unsafe text(g_mime_content_type_get_parameter(type, name), limit: 64)
    }

    /// A string of C as text: line ends and control characters are blanks, so that no header can make a second line.
    private static func text(_ value: UnsafePointer<CChar>?, limit: Int) -> String {
        guard let value = unsafe value else { return "" }
        let whole = unsafe String(cString: value)
        guard whole.utf8.contains(where: { $0 < 0x20 || $0 == 0x7F }) || whole.utf8.count > limit else { return whole }
        let clean = whole.utf8.prefix(limit).map { $0 < 0x20 || $0 == 0x7F ? 0x20 : $0 }
        return String(decoding: clean, as: UTF8.self)
    }

    static func addresses(_ values: [String]) -> [MailMessage.Address] {
        var found: [MailMessage.Address] = []
        for value in values {
            guard MailShape.isShallow(value), let list = unsafe internet_address_list_parse(nil, value) else {
                // What is no address to GMime may still tell a reader something.
                if let word = value.split(separator: " ").first(where: { $0.contains("@") }) {
                    found.append(MailMessage.Address(address: String(word)))
                }
                continue
            }
            unsafe collect(list, &found)
            unsafe itp_gmime_release(UnsafeMutableRawPointer(list))
        }
        return found
    }

    /// Mailboxes, those of groups too; a group in a group is left out.
    private static func collect(_ list: OpaquePointer, _ found: inout [MailMessage.Address], isGroup: Bool = false) {
        let count = unsafe internet_address_list_length(list)
        for index in 0..<count where found.count < MailLimits.addresses {
            guard let item = unsafe internet_address_list_get_address(list, index) else { continue }
            if let mailbox = unsafe itp_gmime_mailbox(item) {
                found.append(
                    MailMessage.Address(
                        name: unsafe text(internet_address_get_name(item), limit: 512),
                        address: unsafe text(internet_address_mailbox_get_addr(mailbox), limit: 512)))
            } else if !isGroup, let group = unsafe itp_gmime_group(item),
                let members = unsafe internet_address_group_get_members(group)
            {
                unsafe collect(members, &found, isGroup: true)
            }
        }
    }
}
