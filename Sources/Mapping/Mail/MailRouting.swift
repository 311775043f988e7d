public import Events
import Formats
public import Settings

/// Whose customer a mail is about: by `[STAFF]` and the sender's address, then the sender's domain, then the tag of the
/// recipient's address (`alerts+acme@itp.example`).
public enum MailRouting {
    /// A customer and how it was found.
    public struct Found: Sendable, Equatable {
        /// The customer's ID.
        public var organisation: String
        /// What told of it.
        public var by: String
        /// The line of `[STAFF]`.
        public var reference: RuleReference?
    }

    /// Headers in which servers keep the envelope's recipient.
    private static let recipientHeaders = ["X-Original-To", "Delivered-To", "X-Envelope-To"]
    /// A longer tag is somebody's key for something else.
    private static let longestTag = 64

    /// The customer of a mail; nil where nothing tells.
    public static func organisation(of mail: ReceivedMail, _ staff: StaffTable) -> Found? {
        let senders = mail.message.from.map(\.address) + [mail.envelopeFrom ?? ""].filter { !$0.isEmpty }
        for sender in senders {
            if let row = staff.row(address: sender) {
                return Found(organisation: row.organisation, by: "the sender \(sender)", reference: row.reference)
            }
        }
        for sender in senders {
            if let row = staff.row(domainOf: sender) {
                return Found(
                    organisation: row.organisation, by: "the domain of the sender \(sender)", reference: row.reference)
            }
        }
        return tag(of: mail).map { Found(organisation: $0, by: "the recipient's tag") }
    }

    /// The first tag of a recipient: of the envelope, else of the headers.
    public static func tag(of mail: ReceivedMail) -> String? {
        let message = mail.message
        let kept = recipientHeaders.flatMap { message.headers($0) }
        for address in mail.envelopeTo + kept + (message.to + message.cc).map(\.address) {
            let local = address.prefix { $0 != "@" }
            guard local.count < address.count, let plus = local.firstIndex(of: "+") else { continue }
            let tag = local[local.index(after: plus)...]
            let isPlain = tag.utf8.allSatisfy { $0 > 0x20 && $0 < 0x7F && $0 != UInt8(ascii: "<") }
            if !tag.isEmpty, tag.utf8.count <= longestTag, isPlain { return String(tag) }
        }
        return nil
    }
}
