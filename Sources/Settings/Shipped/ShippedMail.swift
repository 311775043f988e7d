extension ShippedSources {
    /// Mails, by whoever hands them on. `/v1/email` is the source `mail`, `/v1/email/mailgun` the source `mailgun`.
    static let mailText =
        mailNames.map { "[SOURCE \($0)]\nMail=\(relay(of: $0))\n\(answers(of: $0))\(mailFields)" }.joined(
            separator: "\n")

    /// The sources of mails, sorted.
    public static let mailNames = [
        "actionmailbox", "cloudmailin", "mail", "mailgun", "mandrill", "postal", "postmark", "sendgrid", "ses",
    ]

    /// Rails' relay script is one of mails as they are.
    private static func relay(of name: String) -> String {
        ["mail", "actionmailbox"].contains(name) ? "raw" : name
    }

    /// What each understands as an answer.
    private static func answers(of name: String) -> String {
        switch name {
        // Anything else is sent again for hours.
        case "mailgun": "Reject=406\n"
        case "postmark": "Reject=403\n"
        // A 5xx bounces the mail for good.
        case "postal": "Overload=429\n"
        case "actionmailbox": "Success=204\n"
        default: ""
        }
    }

    private static let mailFields = """
        Subject={/subject}
        Body={/body}
        OccurredAt={/date}
        Default=fire

        """
}
