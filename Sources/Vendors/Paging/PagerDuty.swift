import Events
import Formats

/// PagerDuty's Events API, version 2: contract section 4.2. A second trigger with the same key goes to the same incident as
/// long as that is open.
struct PagerDuty: PagerInterface {
    private static let usual = "https://events.pagerduty.com"
    private static let severities = ["critical", "error", "warning"]

    private let url: String
    private let key: String

    init(base: String?, key: String) {
        url = pagerBase(base ?? PagerDuty.usual, without: ["/v2/enqueue", "/v2"]) + "/v2/enqueue"
        self.key = key
    }

    var secrets: [String] { [key] }

    func call(_ message: MessageOrder) -> VendorCall? {
        guard !message.isFollowUp else { return nil }
        var body: [(String, JSON)] = [
            ("routing_key", .string(key)), ("dedup_key", .string(message.dedupKey)),
            ("event_action", message.isClosing ? "resolve" : "trigger"), ("client", "ITP"),
        ]
        if !message.isClosing {
            let severities = PagerDuty.severities
            let severity =
                message.priority == 0
                ? "warning"
                : severities.indices.contains(message.priority - 1) ? severities[message.priority - 1] : "info"
            body.append(
                (
                    "payload",
                    [
                        "summary": .string(shortened(message.subject, to: 1024)), "source": "ITP",
                        "severity": .string(severity),
                        "custom_details": [
                            "text": .string(shortened(message.body, to: 15_000)),
                            "events": .array(message.events.prefix(100).map { .string($0.description) }),
                        ],
                    ]
                ))
        }
        return VendorCall(
            method: "POST", url: url, headers: [.init("Content-Type", "application/json")],
            body: JSON.members(body).bytes)
    }

    func isOwn(_ reply: VendorReply) -> Bool { JSON(ifValid: reply.body)?["status"]?.string == "success" }

    func words(_ reply: VendorReply) -> String { jsonWords(reply) }
}
