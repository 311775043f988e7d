public import Events
public import Formats
public import Settings

/// What a request of a source of mails becomes: each mail a document, which the source's mapping makes into events as it
/// does with any other; then what is true of mail alone.
public enum MailMapper {
    /// Bytes of a request that an unreadable alert carries.
    private static let rawLimit = 64 << 10

    /// The events of a request, at least one. A pure function of its arguments.
    public static func events(
        of record: AlertRecord, _ source: SourceSettings, _ mail: MailSource, _ staff: StaffTable,
        _ reader: any MessageReader
    ) -> [Event] {
        let mails: [ReceivedMail]
        do {
            mails = try mail.relay.mails(of: MailRelay.Request(record), reader)
        } catch {
            let raw = MailText.guessed(record.body.prefix(rawLimit))
            var event = SourceMapper.unreadable(record, 0, error.description, raw)
            if error.isHandshake {
                event.subject = "a request of \(record.source)"
                event.ending = Event.Ending(.cancelled, reason: error.description)
            }
            return [event]
        }
        var events: [Event] = []
        for received in mails {
            var isFirst = true
            for var event in mapped(received, record, source) {
                // Several mails in one request: each event has an ID of its own.
                event.id = record.receipt.derived(events.count)
                // One set of the files is enough where a mapping makes several events of a mail.
                if isFirst { event.take(files(of: received)) }
                isFirst = false
                complete(&event, received, source, mail, staff)
                events.append(event)
            }
        }
        return events
    }

    /// The events that the source's mapping makes of a mail's document.
    private static func mapped(_ mail: ReceivedMail, _ record: AlertRecord, _ source: SourceSettings) -> [Event] {
        var document = record
        document.body = MailDocument.json(mail).bytes
        document.headers.removeAll { $0.name.equalsIgnoringCase("content-type") }
        return SourceMapper.events(of: document, source)
    }

    /// The files of a mail whose bytes were kept; the others are in the text's list.
    private static func files(of mail: ReceivedMail) -> [EventFile] {
        mail.message.attachments.filter { !$0.bytes.isEmpty }
            .map { EventFile(name: $0.name, type: $0.type, bytes: $0.bytes) }
    }

    private static func complete(
        _ event: inout Event, _ mail: ReceivedMail, _ source: SourceSettings, _ rules: MailSource, _ staff: StaffTable
    ) {
        event.sender = mail.message.from.first?.address ?? mail.envelopeFrom ?? event.sender
        if source.mapping.fields[.deliveryID] == nil, let id = deliveryID(mail, source) { event.deliveryID = id }
        if event.organisation.id.isEmpty, let found = MailRouting.organisation(of: mail, staff) {
            event.organisation.id = found.organisation
            event.remarks.append(
                TraceStep(
                    .intake, saw: found.by, decided: "about the customer \(found.organisation)", rule: found.reference))
        }
        guard event.ending == nil, let reason = MailGuard.reason(mail) ?? MailGuard.refusal(of: mail, rules) else {
            return
        }
        event.ending = Event.Ending(.cancelled, reason: reason)
    }

    /// Some monitoring systems use one Message-ID for all mails of a problem: only with its text it names a delivery.
    private static func deliveryID(_ mail: ReceivedMail, _ source: SourceSettings) -> String? {
        guard let id = mail.message.messageID else { return nil }
        var fingerprint = Fingerprint()
        fingerprint.add(mail.message.subject.utf8)
        fingerprint.add([0])
        fingerprint.add(mail.message.text.utf8)
        return "\(source.name):\(String(id.prefix(200)))#\(fingerprint.short)"
    }
}

/// A mail as a document that a source's mapping reads: `{/subject}`, `{/text}`, `{/from/address}`, `{/headers/x-priority}`.
enum MailDocument {
    static func json(_ mail: ReceivedMail) -> JSON {
        let message = mail.message
        var headers: [(String, JSON)] = []
        var seen: Set<String> = []
        for header in message.headers where seen.insert(header.name.lowercased()).inserted {
            headers.append((header.name.lowercased(), .string(header.value)))
        }
        return [
            "subject": .string(message.subject.isEmpty ? "(a mail without a subject)" : message.subject),
            "text": .string(message.text),
            "body": .string(body(message)),
            "from": message.from.first.map(address) ?? .null,
            "to": .array(message.to.map(address)),
            "cc": .array(message.cc.map(address)),
            "date": message.date.map { .integer($0) } ?? .null,
            "messageId": .text(message.messageID),
            "tag": .text(MailRouting.tag(of: mail)),
            "envelope": ["from": .text(mail.envelopeFrom), "to": .array(mail.envelopeTo.map { .string($0) })],
            "headers": .members(headers),
            "attachments": .array(
                message.attachments.map {
                    ["name": .string($0.name), "type": .string($0.type), "size": .integer($0.size)]
                }),
            "spf": .text(mail.verdicts.spf),
            "dkim": .text(mail.verdicts.dkim),
        ]
    }

    private static func address(_ address: MailMessage.Address) -> JSON {
        ["name": .string(address.name), "address": .string(address.address)]
    }

    /// The text with what has to be said of it: files that came along, and what was cut.
    private static func body(_ message: MailMessage) -> String {
        var paragraphs = [message.text]
        if !message.attachments.isEmpty {
            let files = message.attachments.map {
                "- \($0.name.isEmpty ? "(no name)" : $0.name), \($0.type), \($0.size) bytes"
            }
            paragraphs.append("Attachments:\n" + files.joined(separator: "\n"))
        }
        paragraphs += message.remarks.map { "Note: \($0)." }
        return paragraphs.filter { !$0.isEmpty }.joined(separator: "\n\n")
    }
}
