extension MailMessage.DeliveryStatus {
    /// The recipients of a `message/delivery-status` part: blocks of fields; the first block is about the report itself.
    public static func list(of text: String) -> [MailMessage.DeliveryStatus] {
        var list: [MailMessage.DeliveryStatus] = []
        var status = MailMessage.DeliveryStatus()
        var field = ""
        func finishBlock() {
            if status != MailMessage.DeliveryStatus(), list.count < MailLimits.addresses { list.append(status) }
            status = MailMessage.DeliveryStatus()
            field = ""
        }
        for line in text.split(omittingEmptySubsequences: false, whereSeparator: \.isNewline) {
            if line.allSatisfy(\.isWhitespace) {
                finishBlock()
            } else if line.first == " " || line.first == "\t" {
                // A folded line goes on with the field before it; only the diagnostic is ever this long.
                if field == "diagnostic-code" { status.diagnostic += " " + line.trimmed }
            } else {
                let parts = line.split(separator: ":", maxSplits: 1, omittingEmptySubsequences: false)
                guard parts.count == 2 else { continue }
                field = parts[0].trimmed.lowercased()
                status.take(field, parts[1].trimmed)
            }
        }
        finishBlock()
        return list
    }

    private mutating func take(_ field: String, _ value: String) {
        // `rfc822; user@example.com`: the kind of address does not matter.
        let bare = value.split(separator: ";", maxSplits: 1).last.map { $0.trimmed } ?? value
        switch field {
        case "final-recipient": recipient = bare
        case "original-recipient": if recipient.isEmpty { recipient = bare }
        case "action": action = value.lowercased()
        case "status": status = value
        case "diagnostic-code": diagnostic = bare
        default: break
        }
    }
}
