import Formats

/// `[MAILREADER name]`: a mailbox that is emptied into a source.
public struct MailReaderSettings: Sendable, Equatable {
    /// The section's name.
    public var name: String
    /// `pop3s://host` or `imaps://host`.
    public var url: String
    /// The user's name there.
    public var user: String
    /// The user's password, resolved.
    public var password: String
    /// Seconds between two visits.
    public var intervalSeconds = 60
    /// The source whose mapping its mails take, in small letters.
    public var source = "mail"
}

extension SettingsLoader {
    /// Every `[MAILREADER name]`, after the sources are known.
    mutating func loadMailReaders(_ sources: [String: SourceSettings]) -> [MailReaderSettings] {
        var readers: [MailReaderSettings] = []
        for section in sections.named("MAILREADER", in: .service) {
            guard let line = section["URL"], !line.value.isEmpty else {
                add(
                    Finding(
                        .error, section.file, section.line,
                        "[MAILREADER \(section.suffix)] has no URL; write URL=pop3s://host or URL=imaps://host"))
                continue
            }
            checkMailbox(line)
            let password = section["Password"].flatMap { $0.value.isEmpty ? nil : secret($0) } ?? ""
            var reader = MailReaderSettings(
                name: section.suffix, url: line.value, user: section["User"]?.value ?? "", password: password)
            let interval = Optional(section).text("Interval").flatMap { parseDuration($0, unit: 1) }
            reader.intervalSeconds = max(10, interval ?? reader.intervalSeconds)
            reader.source = (Optional(section).text("Source") ?? reader.source).lowercased()
            if sources[reader.source]?.mail == nil {
                let place = section["Source"] ?? line
                add(
                    Finding(
                        .error, place.file, place.line,
                        "there is no source of mails '\(reader.source)'; write [SOURCE \(reader.source)] with Mail=raw")
                )
            }
            readers.append(reader)
        }
        return readers
    }

    private mutating func checkMailbox(_ line: SettingLine) {
        let scheme = line.value.prefix { $0 != ":" }.lowercased()
        let isAddress = line.value.contains("://") && !line.value.utf8.contains { $0 <= 0x20 || $0 == 0x7F }
        if !["pop3", "pop3s", "imap", "imaps"].contains(scheme) || !isAddress || line.value.contains("@") {
            add(
                Finding(
                    .error, line.file, line.line,
                    "'\(line.value)' is no mailbox; write URL=pop3s://host or URL=imaps://host, and the user beside it")
            )
        }
    }
}
