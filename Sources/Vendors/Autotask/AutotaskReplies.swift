import Formats

/// What an answer of Autotask means: its validation errors are HTTP 500 with a list of texts, a missing record is HTTP 200
/// with null, and bad credentials are 401 without a body (contract, section 1.9).
extension Autotask {
    func meaning(of reply: VendorReply) -> ReplyMeaning {
        switch reply.status {
        case 200..<300:
            guard let json = JSON(ifValid: reply.body), json.members != nil else { return .unclear }
            guard let item = json["item"] else { return .done(json) }
            return item == .null ? .gone : .done(item)
        case 401: return .unauthenticated
        case 403: return .forbidden
        // A wrong path or verb; a ticket that is missing is not told in this way.
        case 404, 405, 406: return .misdirected
        case 409, 425, 429: return .busy
        case 408: return .unclear
        case 500...:
            guard let errors = Autotask.errors(reply) else { return .unclear }
            let isBusy = errors.contains { $0.firstIndexIgnoringCase(of: "thread threshold") != nil }
            return isBusy ? .busy : .refused
        default: return .refused
        }
    }

    private static func errors(_ reply: VendorReply) -> [String]? {
        guard let errors = JSON(ifValid: reply.body)?["errors"]?.array, !errors.isEmpty else { return nil }
        return errors.map { $0.string ?? $0.compact }
    }

    func sentence(_ json: JSON, head: String) -> String {
        let errors = (json["errors"]?.array ?? []).map { $0.string ?? $0.compact }
        let text =
            errors.isEmpty ? json["Message"]?.string ?? json["message"]?.string ?? "" : errors.joined(separator: " ")
        return text.isEmpty ? head : "\(head): \(TicketReplies.oneLine(text))"
    }
}
