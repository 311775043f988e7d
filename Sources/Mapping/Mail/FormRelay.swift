import Formats
import Settings

/// Relays that post forms.
enum FormRelay {
    static func mailgun(_ form: MailForm, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        var mail: ReceivedMail
        if let raw = form.bytes("body-mime") {
            mail = ReceivedMail(reader.read(raw))
        } else {
            guard form.bytes("recipient") != nil || form.bytes("subject") != nil else {
                throw MailRelay.Fault(
                    "the form has neither body-mime nor recipient and subject: it is no mail of Mailgun's")
            }
            var parts = MailParts()
            for pair in form.json("message-headers")?.array ?? [] {
                guard let both = pair.array, both.count == 2, let name = both[0].string else { continue }
                parts.headers.append(MailMessage.Header(name, both[1].string ?? ""))
            }
            parts.subject = form.text("subject")
            parts.from = form.text("from")
            parts.to = form.text("To") ?? form.text("recipient")
            parts.plain = form.text("body-plain")
            parts.html = form.bytes("body-html")
            parts.attachments = form.files
            mail = ReceivedMail(parts.message(reader))
        }
        mail.envelopeFrom = form.text("sender").map(RawRelay.bareAddress)
        mail.envelopeTo = RawRelay.addresses(form.text("recipient") ?? "")
        // Mailgun's findings stand in the headers that it adds below those of the mail: the last ones count.
        if let spf = mail.message.headers("X-Mailgun-Spf").last { mail.verdicts.take("spf", spf) }
        if let dkim = mail.message.headers("X-Mailgun-Dkim-Check-Result").last { mail.verdicts.take("dkim", dkim) }
        return mail
    }

    static func sendGrid(_ form: MailForm, _ reader: any MessageReader) throws(MailRelay.Fault) -> ReceivedMail {
        var mail: ReceivedMail
        if let raw = form.bytes("email") {
            mail = ReceivedMail(reader.read(raw))
        } else {
            guard form.bytes("subject") != nil || form.bytes("headers") != nil else {
                throw MailRelay.Fault("the form has neither email nor headers and subject: it is no mail of SendGrid's")
            }
            let charsets = form.json("charsets")
            // Every field comes in the character set that its part of the mail had.
            let text = { (name: String) in
                form.bytes(name).map { reader.text($0, charset: charsets?[name]?.string ?? "utf-8") }
            }
            var parts = MailParts()
            if let head = form.bytes("headers") { parts.headers = reader.read(head + Array("\r\n\r\n".utf8)).headers }
            parts.subject = text("subject")
            parts.from = text("from")
            parts.to = text("to")
            parts.cc = text("cc")
            parts.plain = text("text")
            parts.html = text("html").map { Array($0.utf8) }
            parts.attachments = form.files
            mail = ReceivedMail(parts.message(reader))
        }
        if let envelope = form.json("envelope") {
            mail.envelopeFrom = envelope["from"]?.string
            mail.envelopeTo = (envelope["to"]?.array ?? []).compactMap(\.string)
        }
        if let spf = form.text("SPF") { mail.verdicts.take("spf", spf) }
        // `{@example.org : pass}`: no JSON.
        if let dkim = form.text("dkim"), let result = dkim.split(separator: ":").last {
            mail.verdicts.take("dkim", result.filter { $0.isLetter })
        }
        return mail
    }

    static func mandrill(_ form: MailForm, _ reader: any MessageReader) throws(MailRelay.Fault) -> [ReceivedMail] {
        guard let events = form.json("mandrill_events")?.array else {
            throw MailRelay.Fault("the form has no field mandrill_events with a JSON array")
        }
        var mails: [ReceivedMail] = []
        for event in events.prefix(MailRelay.mailsLimit) {
            guard let message = event["msg"], let raw = message["raw_msg"]?.string else { continue }
            var mail = ReceivedMail(reader.read(Array(raw.utf8)))
            mail.envelopeTo = message["email"]?.string.map { [$0] } ?? []
            mail.envelopeFrom = message["sender"]?.string
            if let spf = message["spf"]?["result"]?.string { mail.verdicts.take("spf", spf) }
            if let dkim = message["dkim"] {
                mail.verdicts.take("dkim", dkim["valid"]?.bool == true ? "pass" : "fail")
            }
            mails.append(mail)
        }
        guard !mails.isEmpty else { throw MailRelay.Fault("mandrill_events holds no mail") }
        return mails
    }
}

/// A mail that a relay has taken apart.
struct MailParts {
    var headers: [MailMessage.Header] = []
    var subject: String?
    var from: String?
    var to: String?
    var cc: String?
    var plain: String?
    var html: [UInt8]?
    var attachments: [MailMessage.Attachment] = []

    /// The mail as if it had been read whole.
    func message(_ reader: any MessageReader) -> MailMessage {
        var message = MailMessage()
        message.headers = headers.prefix(MailLimits.headers).map { header in
            let value = header.value.utf8.prefix(MailLimits.headerValueBytes).map {
                $0 < 0x20 || $0 == 0x7F ? 0x20 : $0
            }
            return MailMessage.Header(header.name, String(decoding: value, as: UTF8.self))
        }
        // Dates, addresses and reports are read by the one who reads whole mails.
        var head: [UInt8] = []
        for header in message.headers {
            head += Array("\(header.name.filter { $0 != "\n" && $0 != "\r" }): \(header.value)\r\n".utf8)
        }
        message.date = reader.read(head + [0x0D, 0x0A]).date
        let subject = self.subject ?? message.header("Subject") ?? ""
        message.subject = subject.split(whereSeparator: \.isNewline).joined(separator: " ").trimmed
        message.from = reader.addresses(from ?? message.header("From") ?? "")
        message.to = reader.addresses(to ?? message.header("To") ?? "")
        message.cc = reader.addresses(cc ?? message.header("Cc") ?? "")
        let type = (message.header("Content-Type") ?? "").lowercased()
        message.isReport = type.hasPrefix("multipart/report")
        var text = plain ?? ""
        if text.allSatisfy(\.isWhitespace), let html {
            text = ReadableHTML.text(Array(html.prefix(MailLimits.htmlBytes)), limit: MailLimits.textBytes)
        }
        message.text = MailText.tidied(text, limit: MailLimits.textBytes)
        message.attachments = attachments
        return message
    }
}
