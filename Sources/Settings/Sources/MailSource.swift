import Formats

/// Who hands mails on to us, each in a form of its own.
public enum MailRelay: String, Sendable, CaseIterable {
    /// `message/rfc822`: a pipe of Postfix or Exim, a Cloudflare worker, Rails' Action Mailbox relay.
    case raw
    case mailgun
    case sendGrid = "sendgrid"
    case postmark
    /// Amazon SES through SNS.
    case ses
    case cloudMailin = "cloudmailin"
    case postal
    case mandrill
}

/// What makes a source one of mails.
public struct MailSource: Sendable, Equatable {
    /// `Mail`: in which form they come.
    public var relay: MailRelay
    /// `RequireSPF`: whether SPF has to pass.
    public var needsSPF = false
    /// `RequireDKIM`: whether DKIM has to pass.
    public var needsDKIM = false
    /// `AuthServID`: whose `Authentication-Results` count, for relays that hand on the mail alone.
    public var authority = ""

    /// A source that asks nothing of its mails.
    public init(relay: MailRelay) { self.relay = relay }
}

extension SectionKind {
    /// The keys of `[SOURCE name]` that are about mail.
    static let mailSourceKeys: [String: KeyKind] = [
        "Mail": .oneOf(MailRelay.allCases.map(\.rawValue)), "RequireSPF": .flag, "RequireDKIM": .flag,
        "AuthServID": .text,
    ]
}

extension SettingsLoader {
    /// What a source says of mail; nil where it is none of mails.
    func mailSource(_ section: MergedSection) -> MailSource? {
        guard let relay = section["Mail"].flatMap({ MailRelay(rawValue: $0.value.lowercased()) }) else { return nil }
        var source = MailSource(relay: relay)
        source.needsSPF = Optional(section).flag("RequireSPF") ?? false
        source.needsDKIM = Optional(section).flag("RequireDKIM") ?? false
        source.authority = section["AuthServID"]?.value ?? ""
        return source
    }
}
