import Events

/// What a mail server's answer means for the mail. The status is SMTP's; the body is the server's line.
enum MailReplies {
    /// What came of handing over a mail that may be sent only once in doubt, or again.
    static func report(_ outcome: VendorOutcome, sendsOnce: Bool) -> DeliveryReport {
        switch outcome {
        case .notSent(let reason): return .retry(reason: "the mail server: \(reason)", after: nil)
        case .ambiguous(let reason):
            // The same Message-ID again: who reads it may see the notice twice, but never not at all.
            return sendsOnce
                ? .ambiguous(reason: reason) : .retry(reason: "unclear whether it was taken: \(reason)", after: nil)
        case .reply(let reply):
            let words = String(decoding: reply.body.prefix(300), as: UTF8.self)
            let reason = "the mail server answered \(words.isEmpty ? "\(reply.status)" : words)"
            switch reply.status {
            case 200..<300: return .mailed(remarks: [])
            // Wrong credentials are ours to mend; the mail itself is well.
            case 530, 534, 535, 538: return .retry(reason: reason, after: accountPause)
            case 500..<600: return .refused(reason: reason)
            default: return .retry(reason: reason, after: nil)
            }
        }
    }

    /// Whether the server as a whole does not work, and not only for this mail.
    static func isServerTrouble(_ outcome: VendorOutcome) -> Bool {
        switch outcome {
        case .notSent, .ambiguous: true
        case .reply(let reply): reply.status == 421 || [530, 534, 535, 538].contains(reply.status)
        }
    }

    private static let accountPause = Instant.Span.minutes(5)
}
