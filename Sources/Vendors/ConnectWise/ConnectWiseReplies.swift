import Events
import Formats

/// What an answer of ConnectWise means.
extension ConnectWiseConnection {
    /// Bad credentials and an unknown codebase are 401, 403, or (in the cloud) 404 and 400: a person has to mend them, so it
    /// is tried again later and not given up.
    var hint: String { "; check PSA_URL, PSA_AV1…3 and PSA_ClientID" }

    func meaning(of reply: VendorReply) -> ReplyMeaning {
        switch reply.status {
        case 200..<300: JSON(ifValid: reply.body).map { .done($0) } ?? .unclear
        case 401: .unauthenticated
        case 403: .forbidden
        case 404: .gone
        case 406: .misdirected
        case 400 where isOfGateway(reply): .misdirected
        case 409, 425, 429: .busy
        // A time-out of the server's and any 5xx say nothing of whether the record was made.
        case 408, 500...: .unclear
        default: .refused
        }
    }

    /// Whether a 400 is about the way to the account, not about what was posted: the gateway's plain text, or `Security`.
    private func isOfGateway(_ reply: VendorReply) -> Bool {
        guard let json = JSON(ifValid: reply.body), json.members != nil else { return true }
        return json["code"]?.string?.equalsIgnoringCase("Security") ?? false
    }

    func sentence(_ json: JSON, head: String) -> String {
        let code = json["code"]?.string ?? json["error"]?.string ?? ""
        let message = TicketReplies.oneLine(json["message"]?.string ?? "")
        let details = (json["errors"]?.array ?? []).map { error in
            [error["field"]?.string, error["message"]?.string].compactMap { $0 }.joined(separator: ": ")
        }
        let tail = details.isEmpty ? "" : " (\(details.joined(separator: "; ")))"
        return [head, code].filter { !$0.isEmpty }.joined(separator: " ") + ": " + message + tail
    }

    func rows(_ record: JSON) -> [JSON]? { record.array }

    /// Lists go on while pages are full; of a ticket's notes the newest page is enough.
    func page(after rows: [JSON], of request: TicketRequest) -> TicketRequest.Page? {
        guard case .list(_, let page) = request, rows.count >= ConnectWiseConnection.pageSize else { return nil }
        return TicketRequest.Page(number: page.number + 1)
    }

    func carries(_ ticket: JSON, _ reference: Identifier) -> Bool {
        ticket["externalXRef"]?.string?.equalsIgnoringCase(reference.description) ?? false
    }

    func noteText(_ note: JSON) -> String? { note["text"]?.string }

    func number(_ record: JSON, _ session: VendorSession?) -> TicketNumber? {
        record.id.map { TicketNumber(id: "\($0)", number: "\($0)", url: ticketURL("\($0)")) }
    }
}
