import Events
import Formats

/// Slack's incoming webhooks: contract section 4.4. They know no page again: what is sent twice is there twice.
struct SlackWebhook: PagerInterface {
    private static let usual = "https://hooks.slack.com/services"

    private let url: String
    private let key: String

    /// `key` is what follows `/services/`, or the whole address.
    init(base: String?, key: String) {
        url = hookURL(base ?? SlackWebhook.usual, key)
        self.key = key
    }

    var secrets: [String] { [key, url] }

    func call(_ message: MessageOrder) -> VendorCall? {
        guard !message.isClosing else { return nil }
        let escaped = chatText(message).replacing("&", with: "&amp;").replacing("<", with: "&lt;").replacing(
            ">", with: "&gt;")
        let body: JSON = ["text": .string(escaped), "mrkdwn": false, "unfurl_links": false, "unfurl_media": false]
        return VendorCall(
            method: "POST", url: url, headers: [.init("Content-Type", "application/json")], body: body.bytes)
    }

    func isOwn(_ reply: VendorReply) -> Bool { String(decoding: reply.body.prefix(16), as: UTF8.self).trimmed == "ok" }

    /// A word in plain text, for instance `no_service`.
    func words(_ reply: VendorReply) -> String { String(decoding: reply.body.prefix(200), as: UTF8.self) }
}

/// Microsoft Teams by a workflow "When a Teams webhook request is received": contract section 4.5. An answer says that the
/// flow has begun, not that its card is to be seen.
struct TeamsWebhook: PagerInterface {
    private static let lines = 60

    private let url: String
    private let key: String

    /// `key` is the whole address, or what follows `base`.
    init(base: String?, key: String) {
        url = hookURL(base ?? "", key)
        self.key = key
    }

    /// The signature in the query is one by itself.
    var secrets: [String] {
        [key, url]
            + url.split { $0 == "?" || $0 == "&" }.dropFirst().map { String($0.drop { $0 != "=" }.dropFirst()) }
            .filter { $0.count >= 16 }
    }

    func call(_ message: MessageOrder) -> VendorCall? {
        guard !message.isClosing else { return nil }
        // A block joins lines, so each line is one.
        let lines = chatText(message).split(separator: "\n").prefix(TeamsWebhook.lines)
        let blocks = lines.enumerated().map { index, line -> JSON in
            // It reads a subset of Markdown; a link that an alert brings is shown as it is written.
            let text = String(line).replacing("[", with: "\\[")
            return [
                "type": "TextBlock", "wrap": true, "weight": index == 0 ? "Bolder" : "Default", "text": .string(text),
            ]
        }
        let card: JSON = [
            "$schema": "http://adaptivecards.io/schemas/adaptive-card.json", "type": "AdaptiveCard", "version": "1.4",
            "body": .array(blocks),
        ]
        let body: JSON = [
            "type": "message",
            "attachments": [
                ["contentType": "application/vnd.microsoft.card.adaptive", "contentUrl": .null, "content": card]
            ],
        ]
        return VendorCall(
            method: "POST", url: url, headers: [.init("Content-Type", "application/json")], body: body.bytes)
    }

    /// It answers with nothing, or with what its owner has built into the flow.
    func isOwn(_ reply: VendorReply) -> Bool { true }

    func words(_ reply: VendorReply) -> String {
        JSON(ifValid: reply.body)?["error"]?["message"]?.string ?? jsonWords(reply)
    }
}

/// A webhook's whole address is its key; or the key follows the base.
private func hookURL(_ base: String, _ key: String) -> String {
    let isWhole = ["https://", "http://"].contains { key.lowercased().hasPrefix($0) }
    return isWhole || base.isEmpty ? key : base + (base.hasSuffix("/") || key.hasPrefix("/") ? "" : "/") + key
}

/// Short enough for a card of 28 KB, whatever JSON makes of it.
private func chatText(_ message: MessageOrder) -> String { shortened("\(message.subject)\n\(message.body)", to: 4000) }
