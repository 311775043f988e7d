import Events
import Formats

/// Opsgenie's Alert API, version 2, and Jira Service Management's, which takes the same calls: contract section 4.1. An open
/// alert with the same alias is the same alert.
struct Opsgenie: PagerInterface {
    private static let usual = "https://api.opsgenie.com"

    private let alerts: String
    private let key: String

    init(base: String?, key: String) {
        alerts = pagerBase(base ?? Opsgenie.usual, without: ["/v2/alerts", "/v2"]) + "/v2/alerts"
        self.key = key
    }

    var secrets: [String] { [key] }

    func call(_ message: MessageOrder) -> VendorCall? {
        if message.isClosing { return onAlert(message, "close") }
        if message.isFollowUp { return onAlert(message, "notes") }
        let body: JSON = [
            "message": .string(shortened(message.subject, to: 130)),
            "alias": .string(message.dedupKey),
            "description": .string(shortened(message.body, to: 15_000)),
            "priority": .string("P\(min(max(message.priority == 0 ? 3 : message.priority, 1), 5))"),
            "source": "ITP",
            "tags": ["ITP"],
            "details": ["events": .string(String(message.events.count)), "event": .string(message.dedupKey)],
        ]
        return post(alerts, body)
    }

    private func onAlert(_ message: MessageOrder, _ action: String) -> VendorCall {
        let alias = TicketReplies.percentEncoded(message.dedupKey)
        // A note of this length is nowhere said to be too long, and says all.
        let note = shortened("\(message.subject)\n\(message.body)", to: 10_000)
        return post(
            "\(alerts)/\(alias)/\(action)?identifierType=alias",
            ["source": "ITP", "user": "ITP", "note": .string(note)])
    }

    private func post(_ url: String, _ body: JSON) -> VendorCall {
        VendorCall(
            method: "POST", url: url,
            headers: [.init("Authorization", "GenieKey \(key)"), .init("Content-Type", "application/json")],
            body: body.bytes)
    }

    /// Every answer names its request.
    func isOwn(_ reply: VendorReply) -> Bool { JSON(ifValid: reply.body)?["requestId"]?.string != nil }

    func words(_ reply: VendorReply) -> String { jsonWords(reply) }
}
