import Formats
import Settings

/// Relays that post JSON.
enum JSONRelay {
    static func postmark(_ json: JSON, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        guard json["Headers"]?.array != nil || json["RawEmail"] != nil else {
            throw MailRelay.Fault("there is neither Headers nor RawEmail: it is no mail of Postmark's")
        }
        var mail: ReceivedMail
        if let raw = json["RawEmail"]?.string, !raw.isEmpty {
            mail = ReceivedMail(reader.read(Array(raw.utf8)))
        } else {
            var parts = MailParts()
            parts.headers = (json["Headers"]?.array ?? []).compactMap { header in
                header["Name"]?.string.map { MailMessage.Header($0, header["Value"]?.string ?? "") }
            }
            // The field Date and the subject are not among the headers.
            if let date = json["Date"]?.string { parts.headers.append(MailMessage.Header("Date", date)) }
            parts.subject = json["Subject"]?.string
            parts.plain = json["TextBody"]?.string
            parts.html = json["HtmlBody"]?.string.map { Array($0.utf8) }
            parts.attachments = attachments(
                json["Attachments"], name: "Name", type: "ContentType", data: "Content", otherData: "Data")
            var message = parts.message(reader)
            message.from = json["FromFull"].map { [full($0)] } ?? message.from
            message.to = (json["ToFull"]?.array ?? []).map(full)
            message.cc = (json["CcFull"]?.array ?? []).map(full)
            mail = ReceivedMail(message)
        }
        // The mail's own ID is among the headers; where it has none, Postmark's stays the same from try to try.
        if mail.message.messageID == nil, let id = json["MessageID"]?.string, !id.isEmpty {
            mail.message.headers.append(MailMessage.Header("Message-ID", "<\(id)>"))
        }
        mail.envelopeTo = json["OriginalRecipient"]?.string.map { [$0] } ?? []
        if let spf = mail.message.header("Received-SPF") {
            mail.verdicts.take("spf", String(spf.prefix { $0.isLetter }))
        }
        return mail
    }

    private static func full(_ json: JSON) -> MailMessage.Address {
        MailMessage.Address(name: json["Name"]?.string ?? "", address: json["Email"]?.string ?? "")
    }

    static func ses(_ json: JSON, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        switch json["Type"]?.string {
        case "SubscriptionConfirmation":
            throw MailRelay.Fault("the subscription is being confirmed", isHandshake: true)
        case "UnsubscribeConfirmation":
            throw MailRelay.Fault("the subscription has been cancelled", isHandshake: true)
        default: break
        }
        if json["Message"]?.string?.hasPrefix("Successfully validated SNS topic") ?? false {
            throw MailRelay.Fault("test", isHandshake: true)
        }
        // With raw delivery SNS leaves its envelope out.
        let notice = try json["Message"]?.string.map { text throws(MailRelay.Fault) in
            try MailRelay.json(Array(text.utf8))
        }
        let message = notice ?? json
        guard let sent = message["mail"], let receipt = message["receipt"] else {
            throw MailRelay.Fault("there is neither mail nor receipt: it is no mail of Amazon SES")
        }
        guard let content = message["content"]?.string else {
            throw MailRelay.Fault("SES has not sent the mail along; use its SNS action with the encoding BASE64")
        }
        let isBase64 = receipt["action"]?["encoding"]?.string?.equalsIgnoringCase("BASE64") ?? false
        guard let raw = isBase64 ? Base64.decode(content) : Array(content.utf8) else {
            throw MailRelay.Fault("the mail's content is no base64")
        }
        var mail = ReceivedMail(reader.read(raw))
        mail.envelopeFrom = sent["source"]?.string
        mail.envelopeTo = (receipt["recipients"]?.array ?? []).compactMap(\.string)
        for (method, verdict) in [("spf", "spfVerdict"), ("dkim", "dkimVerdict")] {
            if let status = receipt[verdict]?["status"]?.string { mail.verdicts.take(method, status) }
        }
        return mail
    }

    static func cloudMailin(_ json: JSON, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        guard let headers = json["headers"]?.members else {
            throw MailRelay.Fault("there are no headers: it is no mail of CloudMailin's; choose JSON, normalized")
        }
        var parts = MailParts()
        for member in headers {
            // `message_id` is written for `Message-ID`.
            let name = member.name.replacing("_", with: "-")
            for value in member.value.array ?? [member.value] {
                parts.headers.append(MailMessage.Header(name, value.string ?? ""))
            }
        }
        parts.plain = json["plain"]?.string
        parts.html = json["html"]?.string.map { Array($0.utf8) }
        parts.attachments = attachments(
            json["attachments"], name: "file_name", type: "content_type", data: "content", otherData: "content")
        var mail = ReceivedMail(parts.message(reader))
        let envelope = json["envelope"]
        mail.envelopeFrom = envelope?["from"]?.string
        let recipients = (envelope?["recipients"]?.array ?? []).compactMap(\.string)
        mail.envelopeTo = recipients.isEmpty ? envelope?["to"]?.string.map { [$0] } ?? [] : recipients
        if let spf = envelope?["spf"]?["result"]?.string { mail.verdicts.take("spf", spf) }
        return mail
    }

    static func postal(_ json: JSON, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        var mail: ReceivedMail
        if let raw = json["message"]?.string {
            let isBase64 = json["base64"]?.bool ?? (json["base64"]?.string.map { $0 == "true" || $0 == "1" } ?? false)
            guard let bytes = isBase64 ? Base64.decode(raw.filter { !$0.isWhitespace }) : Array(raw.utf8) else {
                throw MailRelay.Fault("the field message is no base64")
            }
            mail = ReceivedMail(reader.read(bytes))
        } else {
            guard json["plain_body"] != nil || json["html_body"] != nil else {
                throw MailRelay.Fault("there is neither message nor plain_body: it is no mail of Postal's")
            }
            var parts = MailParts()
            let fields = [
                ("message_id", "Message-ID"), ("in_reply_to", "In-Reply-To"), ("auto_submitted", "Auto-Submitted"),
                ("date", "Date"),
            ]
            for (field, name) in fields {
                if let value = json[field]?.string { parts.headers.append(MailMessage.Header(name, value)) }
            }
            parts.subject = json["subject"]?.string
            parts.from = json["from"]?.string
            parts.to = json["to"]?.string
            parts.cc = json["cc"]?.string
            parts.plain = json["plain_body"]?.string
            parts.html = json["html_body"]?.string.map { Array($0.utf8) }
            parts.attachments = attachments(
                json["attachments"], name: "filename", type: "content_type", data: "data", otherData: "data")
            mail = ReceivedMail(parts.message(reader))
        }
        mail.envelopeFrom = json["mail_from"]?.string
        mail.envelopeTo = json["rcpt_to"]?.string.map { [$0] } ?? []
        return mail
    }

    private static func attachments(
        _ json: JSON?, name: String, type: String, data: String, otherData: String
    ) -> [MailMessage.Attachment] {
        var kept = 0
        return (json?.array ?? []).prefix(MailLimits.attachments).map { file in
            let text = file[data]?.string ?? file[otherData]?.string ?? ""
            let bytes = Base64.decode(text.filter { !$0.isWhitespace }) ?? []
            let isKept = kept + bytes.count <= MailLimits.attachmentBytes
            if isKept { kept += bytes.count }
            return MailMessage.Attachment(
                name: file[name]?.string ?? "", type: file[type]?.string ?? "", size: bytes.count,
                bytes: isKept ? bytes : [])
        }
    }
}
